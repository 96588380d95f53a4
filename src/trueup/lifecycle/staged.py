"""What a commit or push touches: a hook says nothing about the rest of a service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from trueup.git import GitError, run_git
from trueup.lifecycle.service import ANSWERS_FILE, Service
from trueup.model import Finding

ENDS = ('PRE_COMMIT_FROM_REF', 'PRE_COMMIT_TO_REF')
"""Set by pre-commit and prek while they run for a push: https://pre-commit.com/#pre-push"""
CAUSES = ('pyproject.toml', 'poetry.lock')
"""Files whose change can make a rule speak about another file."""


def touched_paths(top: Path, environment: Mapping[str, str] = os.environ) -> frozenset[str] | None:
    """Paths from the top that differ between HEAD and the index, or in what is pushed; None where nothing is staged."""
    first, last = (environment.get(name, '') for name in ENDS)
    if first and last:
        try:
            listed = run_git(top, 'diff', '--name-only', '-z', '--no-renames', f'{first}...{last}')
        except GitError:  # a new branch, or a remote's commit that is not here
            return None
    else:
        try:
            listed = run_git(top, 'diff', '--cached', '--name-only', '-z', '--no-renames')
        except GitError:
            return None
    found = frozenset(os.fsdecode(name) for name in listed.split(b'\0') if name)
    return found or None


def concerns(service: Service, touched: frozenset[str]) -> bool:
    """Whether anything of the service, or of the files around it that it shares, is touched."""
    return any(path.startswith(service.prefix) or '/' not in path for path in touched)


def is_touched(finding: Finding, service: Service, touched: frozenset[str]) -> bool:
    """Whether the commit may have caused it: it touches the file, the answers, or what a rule compares them with."""
    if finding.path in touched or service.prefix + ANSWERS_FILE in touched:
        return True
    return not finding.rule.startswith('STD') and any(service.prefix + name in touched for name in CAUSES)
