"""One outcome with everything in it, for every writer to tell."""

from __future__ import annotations

from trueup.model import (
    Action,
    Change,
    Conflict,
    Debt,
    Decision,
    Evidence,
    Fact,
    File,
    Finding,
    Level,
    Owner,
    Plan,
    Report,
    Severity,
    Status,
    Verification,
)

SECRET = 'hunter2-not-for-reports'


def file(text: str) -> File:
    """A plain file of that text."""
    return File(text.encode())


DECISIONS = (
    Decision(
        'pyproject.toml',
        ('tool', 'black', 'line-length'),
        Action.CHANGE,
        '100',
        '120',
        Owner.REQUIRED,
        'the standard requires it',
        'standard v0.2.0',
        'required',
    ),
    Decision(
        'pyproject.toml',
        ('tool', 'mypy', 'strict'),
        Action.KEEP,
        'false',
        'true',
        Owner.DEFAULT,
        'both sides changed it',
        'service',
        'both-changed',
        Level.NOTED,
    ),
    Decision('.env.example', ('DB_PASSWORD',), Action.KEEP, SECRET, None, Owner.TEAM, "the team's", 'service', 'team'),
    Decision('noxfile.py', (), Action.ADD, None, 'import nox\n<script>', Owner.REQUIRED, 'new file'),
)
CONFLICTS = (
    Conflict(
        'pyproject.toml',
        ('tool', 'poetry', 'source', '[name=private]', 'url'),
        None,
        f'https://ci:{SECRET}@packages.example.com/simple',
        'https://packages.example.com/simple',
        'credentials in an address',
    ),
)
PLAN = Plan(
    (
        Change('noxfile.py', None, file('import nox\n')),
        Change('pyproject.toml', file('a = 1\nb = 1\n'), file('a = 1\nb = 2\nc = 3\n')),
        Change('setup.cfg', file('[flake8]\n'), None),
    ),
    DECISIONS,
    CONFLICTS,
    ('requirements.txt stays: Dockerfile:7 installs it',),
)
FINDINGS = (
    Finding(
        'TU101', 'pyproject.toml', 'line-length is 100, the standard has 120', 12, ('tool', 'black', 'line-length')
    ),
    Finding(
        'TU201',
        '.pre-commit-config.yaml',
        'the hook trueup-lint is missing',
        hint='run `trueup fix`',
        severity=Severity.WARNING,
        fixable=False,
    ),
)
ADOPTED = Report(
    verb='adopt',
    service='orders-scoring',
    standard='https://git.example.com/standard.git',
    version='v0.2.0',
    branch='trueup/adopt-v0.2.0',
    backup='refs/trueup/backup/1',
    plan=PLAN,
    facts=(Fact('python', '>=3.8', (Evidence('setup.py', 9),)), Fact('framework', 'fastapi', confidence=0.9)),
    verifications=(
        Verification('install', Status.SAME, 'installed', 'installed', 'Python 3.11'),
        Verification('tests', Status.WORSE, '2 passed', '1 passed, 1 failed', 'test_a.py::test_x: assert 1 == 2'),
    ),
    debt=Debt({'E501': 3, 'W0611': 1}, {'orders/main.py': 4}),
    commits=(('0123456789abcdef', 'chore: add the standard files'),),
    next_steps=('git merge trueup/adopt-v0.2.0   # take it', 'trueup undo   # give it back'),
)
CHECKED = Report(verb='check', service='orders', version='v0.2.0', previous='v0.2.0', findings=FINDINGS)
