"""The hook on messages, alone and under a real commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.conftest import RunHook
from trueup.hooks.commit_message import complaint

FINE = [
    'feat: predict twice',
    'fix(api): answer 422',
    'feat(api)!: drop v1',
    'revert: feat: x',
    'chore(release): v1.2.3',
    'Merge branch main into x',
    'Revert "feat: x"',
    'fixup! feat: x',
    '# a comment\n\nfix: x\n\nany text after that, however long' + ' it is' * 40,
    '',
]
WRONG = ['Predict twice', 'feat:', 'feat:x', 'feature: x', 'Feat: x', 'fix(): x', 'wip', 'feat: ' + 'x' * 100]


@pytest.mark.parametrize('message', FINE)
def test_kinds_are_taken(message: str) -> None:
    """What the changelog can be made of, and what Git itself writes."""
    assert complaint(message) == ''


@pytest.mark.parametrize('message', WRONG)
def test_other_messages_are_not(message: str) -> None:
    """Nothing could be told of them in a changelog."""
    assert complaint(message)


def test_says_what_is_wrong(repository: Path, run_hook: RunHook) -> None:
    """The hook gets the file that Git made."""
    (repository / 'MESSAGE').write_text('Added stuff\n', encoding='utf-8')
    code, out, error = run_hook('commit-message', 'MESSAGE')
    assert (code, out) == (1, "'Added stuff' does not begin with a kind, such as `feat: ` or `fix(api): `\n")
    assert 'hint: kinds are build, chore' in error
    assert run_hook('commit-message', 'GONE')[0] == 2
