"""Old shapes planted in a generated service: check shows each once, fix and update heal them, repeating changes nothing."""

from __future__ import annotations

import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Trueup
from trueup.errors import UserError
from trueup.lifecycle.check import check
from trueup.lifecycle.migrating import Wish
from trueup.lifecycle.run import Run
from trueup.migrations import STEPS
from trueup.model import Clean, Drifted, Finding, Severity
from trueup.policy import Policies

pytestmark = pytest.mark.usefixtures('poetry')
HOOKS, PROJECT = '.pre-commit-config.yaml', 'pyproject.toml'
APP = '''from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class House(BaseModel):
    class Config:
        frozen = True


@app.on_event('startup')
async def load() -> None:
    app.state.model = 1
'''
BLACK = '''  - repo: https://github.com/psf/black
    rev: 24.3.0
    hooks:
      - id: black
        exclude: ^gen/
'''
GROUP = '\n[tool.poetry.group.dev.dependencies]\niniconfig = "^2"\n'
SUBJECTS = [
    'refactor(trueup): single-configuration: tools into pyproject.toml',
    'refactor(trueup): dependency-groups: groups as PEP 735 has them',
    'refactor(trueup): shared-hooks: tools from one repository',
    'refactor(trueup): fastapi-lifespan: handlers into one lifespan',
]


@pytest.fixture
def planted(service: Path) -> Path:
    """A service under the standard whose team has written in the old ways, locked and committed."""
    (service / '.isort.cfg').write_text('[settings]\nskip = gen\n')
    (service / HOOKS).write_text((service / HOOKS).read_text() + BLACK)
    (service / PROJECT).write_text((service / PROJECT).read_text() + GROUP)
    (service / 'legacy.py').write_text(APP)
    subprocess.run(['poetry', 'lock', '--no-interaction'], cwd=service, check=True, capture_output=True)
    git(service, 'add', '--all')
    git(service, 'commit', '--quiet', '-m', 'feat: old ways')
    return service


def findings(service: Path) -> tuple[Finding, ...]:
    """What check finds."""
    outcome = check(service, Run(today=date(2026, 2, 1)))
    assert isinstance(outcome, (Clean, Drifted))
    return outcome.report.findings


def test_check_shows_each_once_and_fix_heals(planted: Path, trueup: Trueup) -> None:
    """One finding for each step with its evidence, and none for what it will take away; clean afterwards."""
    found = findings(planted)
    assert [(item.rule, item.path, item.severity) for item in found] == [
        ('MIG001', '.isort.cfg', Severity.ERROR),
        ('MIG002', PROJECT, Severity.WARNING),
        ('MIG003', HOOKS, Severity.WARNING),
        ('MIG004', 'legacy.py', Severity.WARNING),
        ('MIG005', 'legacy.py', Severity.NOTE),
    ]
    assert found[3].message == 'the migration fastapi-lifespan is pending: legacy.py:12' and found[3].line == 12
    assert 'trueup fix' in found[3].hint and not found[4].fixable
    before = tree_of(planted)
    said = trueup('check', planted)
    assert said.code == 1 and tree_of(planted) == before
    said = trueup('fix', planted)
    assert said.code in (0, 1), said.err
    assert [item.rule for item in findings(planted)] == ['MIG005']
    _require_healed(planted)
    git(planted, 'add', '--all')
    git(planted, 'commit', '--quiet', '-m', 'fix: the new ways')
    healed = tree_of(planted)
    assert trueup('check', planted).code == 0
    trueup('fix', planted)
    assert tree_of(planted) == healed
    subprocess.run(['poetry', 'lock', '--no-interaction'], cwd=planted, check=True, capture_output=True)
    assert tree_of(planted) == healed, 'the lock that fix left is the one that Poetry makes'


def _require_healed(service: Path) -> None:
    assert not (service / '.isort.cfg').exists()
    project = tomllib.loads((service / PROJECT).read_text())
    assert project['tool']['isort']['skip'] == ['gen'] and project['dependency-groups']['dev'] == ['iniconfig>=2,<3']
    hooks = yaml.safe_load((service / HOOKS).read_text())['repos']
    assert len(hooks) == 1 and hooks[0]['hooks'][0] == {'id': 'black', 'exclude': '^gen/'}
    waivers = {key: value['expires'] > date(2026, 2, 1) for key, value in project['tool']['trueup']['waivers'].items()}
    assert set(waivers) == {'pyproject.toml::tool.isort.skip', next(key for key in waivers if key.startswith(HOOKS))}
    assert all(waivers.values())
    text = (service / 'legacy.py').read_text()
    assert 'app = FastAPI(lifespan=lifespan)' in text and '    await load()\n    yield\n' in text
    done = subprocess.run(['poetry', 'check', '--lock'], cwd=service, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_undo_brings_the_old_ways_back(planted: Path, trueup: Trueup) -> None:
    """The identical tree."""
    before = tree_of(planted)
    trueup('fix', planted)
    assert tree_of(planted) != before
    assert trueup('undo', planted).code == 0
    assert tree_of(planted) == before


def test_update_makes_a_commit_of_each(planted: Path, standard: Path, trueup: Trueup) -> None:
    """In the order of the registry, before the standard's own change; the branch passes check."""
    del standard
    said = trueup('update', planted, '--to', 'v0.2.0', '--verify', 'none', '--switch')
    assert said.code == 0, said.err + said.out
    subjects = git(planted, 'log', '--reverse', '--format=%s', 'main..HEAD').splitlines()
    assert subjects[:4] == SUBJECTS and 'v0.2.0' in subjects[-1] and len(subjects) == 5
    touched = [git(planted, 'show', '--format=', '--name-only', f'HEAD~{number}').split() for number in range(4, 0, -1)]
    assert touched == [['.isort.cfg', PROJECT], ['poetry.lock', PROJECT], [HOOKS, PROJECT], ['legacy.py']]
    assert [item.rule for item in findings(planted)] == ['MIG005']
    _require_healed(planted)


def test_files_that_can_not_be_read_hide_no_other(planted: Path, trueup: Trueup) -> None:
    """A malformed pyproject.toml is a finding; the lifespan and the hooks are still shown, and nothing is half-written."""
    (planted / PROJECT).write_text((planted / PROJECT).read_text() + 'not = toml = at all\n')
    git(planted, 'commit', '--quiet', '-am', 'chore: break it')
    rules = [item.rule for item in findings(planted)]
    assert 'STD003' in rules and {'MIG003', 'MIG004'} <= set(rules) and not {'MIG001', 'MIG002'} & set(rules)
    before = (planted / PROJECT).read_bytes()
    said = trueup('fix', planted)
    assert said.code == 1, said.err
    assert (planted / PROJECT).read_bytes() == before and 'lifespan' in (planted / 'legacy.py').read_text()


def test_a_waived_step_waits(planted: Path, trueup: Trueup) -> None:
    """Its rule's id in the waivers holds it back, and every report lists it."""
    waiver = '\n[tool.trueup.waivers]\n"MIG004" = { reason = "old", owner = "Ada", expires = 2026-12-31 }\n'
    (planted / PROJECT).write_text((planted / PROJECT).read_text() + waiver)
    git(planted, 'commit', '--quiet', '-am', 'chore: wait')
    outcome = check(planted, Run(today=date(2026, 2, 1)))
    assert isinstance(outcome, Drifted)
    assert 'MIG004' not in [item.rule for item in outcome.report.findings]
    assert [(item.rule, words) for item, words in outcome.report.waived if item.rule == 'MIG004'] == [
        ('MIG004', 'old (Ada, until 2026-12-31)')
    ]
    trueup('fix', planted)
    assert (planted / 'legacy.py').read_text() == APP
    assert 'MIG004' in [item.rule for item in findings_on(planted, date(2027, 1, 1))]


def findings_on(service: Path, today: date) -> tuple[Finding, ...]:
    """What check finds on a day."""
    outcome = check(service, Run(today=today))
    assert isinstance(outcome, Drifted)
    return outcome.report.findings


def test_a_standard_names_the_steps_that_it_wants() -> None:
    """None without policies; those in reach of the answers; an unknown one is an error with a hint."""
    assert Wish(Policies.empty(), {}, {}).steps() == ()
    every = Policies.parse(f'schema = 1\nmigrations = {[step.id for step in STEPS]}\n')
    assert Wish(every, {'scope': 'full', 'packaging': 'poetry'}, {}).steps() == STEPS
    few = Wish(every, {'scope': 'config', 'packaging': 'keep'}, {}).steps()
    assert [step.id for step in few] == ['single-configuration', 'shared-hooks']
    with pytest.raises(UserError, match='unknown migration'):
        Wish(Policies.parse('schema = 1\nmigrations = ["x"]\n'), {}, {}).steps()
    with pytest.raises(UserError, match='a list of ids'):
        Policies.parse('schema = 1\nmigrations = "x"\n')


def test_ids_are_named_once() -> None:
    """Rules in the order of the registry; subjects of commits are short."""
    assert [step.rule for step in STEPS] == [f'MIG00{number}' for number in range(1, len(STEPS) + 1)]
    assert len({step.id for step in STEPS}) == len(STEPS)
    assert all(len(step.message) <= 72 for step in STEPS)
