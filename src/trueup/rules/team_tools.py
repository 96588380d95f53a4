"""What a team kept of its own when it came under the standard: a note, under a dated waiver from the adoption on."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.model import Finding, Severity
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

ANSWERS = '.copier-answers.yml'


def own_linters(_repo: Repo, situation: Situation) -> Iterator[Finding]:
    """The answer `lint_tools` is `standard`; a team that kept ruff is reminded when its waiver ends."""
    if situation.lint_tools != 'standard':
        yield _note(
            'TOL001',
            f'the code is checked by {situation.lint_tools}, not by the tools of the standard',
            'trueup adopt --convert-tools moves a service that is not adopted yet; else change the answer lint_tools',
        )


def own_packager(_repo: Repo, situation: Situation) -> Iterator[Finding]:
    """The answer `packaging` is `poetry`; a team that kept its packager is reminded when its waiver ends."""
    if situation.packaging not in ('poetry', '') and situation.scope != 'config':
        kept = {'keep': "the team's own packager"}.get(situation.packaging, situation.packaging)
        yield _note('TOL002', f'the dependencies are managed with {kept}, not with Poetry', 'the answer is packaging')


def _note(rule: str, message: str, hint: str) -> Finding:
    return Finding(rule, ANSWERS, message, severity=Severity.NOTE, hint=hint, fixable=False)


RULES = (
    Rule('TOL001', 'The code is checked by the tools of the standard', own_linters),
    Rule('TOL002', 'The dependencies are managed with Poetry', own_packager),
)
