"""Findings of before adoption, recorded so that they don't fail and new ones do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import Workspace, write_file
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.environment import find_environment
from trueup.lint.files import line_reader
from trueup.lint.format import format_files
from trueup.lint.model import Message
from trueup.lint.run import LintOptions, lint
from trueup.model import Debt, File
from trueup.verify import Snapshot

IGNORED_COMMITS = '.git-blame-ignore-revs'


def record_debt(space: Workspace, run: Run, commits: list[tuple[str, str]], *, pythons: tuple[Path, ...] = ()) -> Debt:
    """Format if asked (a commit of its own), lint, and commit what is found as the baseline."""
    if run.settings.format_code == 'all':
        _format(space, run, commits)
    run.say('linting: what is found now is recorded as old debt')
    messages = _messages(space, pythons)
    if not messages:
        return Debt()
    baseline = Baseline.make(messages, line_reader(space.service))
    write_file(space.service / BASELINE_FILE, File(baseline.dump().encode()))
    space.force_add(space.prefix + BASELINE_FILE)
    message = 'chore: record the lint findings of before adoption'
    commit = space.commit(message)
    if commit is not None:
        commits.append((commit, message))
    return baseline.debt()


def pythons_of(service: Service, before: Snapshot) -> tuple[Path, ...]:
    """Environments that hold the service's dependencies: the team's own, and the one of the verification."""
    environment = find_environment(service.root)
    found = [environment.python] if environment else []
    if before.install and before.install.interpreter:
        found.append(Path(before.install.interpreter))
    return tuple(found)


def _messages(space: Workspace, pythons: tuple[Path, ...]) -> tuple[Message, ...]:
    """What the linters say without an environment, and pylint with each: any of them may be met later."""
    found = Counter(lint(space.service, options=LintOptions(use_baseline=False)).messages)
    for python in pythons:
        options = LintOptions(tools=('pylint',), python=python, use_baseline=False)
        found |= Counter(lint(space.service, options=options).messages)
    return tuple(found.elements())


def _format(space: Workspace, run: Run, commits: list[tuple[str, str]]) -> None:
    run.say('formatting all code with isort and black')
    format_files(space.service, all_files=True)
    message = 'style: format the code with isort and black'
    commit = space.commit(message)
    if commit is None:
        return
    commits.append((commit, message))
    path = space.root / IGNORED_COMMITS
    before = path.read_text(encoding='utf-8') if path.is_file() else ''
    write_file(path, File(f'{before}# {message}\n{commit}\n'.encode()))
    note = 'chore: leave the formatting commit out of git blame'
    ignoring = space.commit(note)
    if ignoring is not None:
        commits.append((ignoring, note))
