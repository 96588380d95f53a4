"""Groups move to PEP 735 and mean the same: poetry-core reads the same requirements before and after."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.packaging.oracle import meaning
from trueup.migrations.dependency_groups import MIGRATION
from trueup.model import File
from trueup.packaging.content_hash import content_hash
from trueup.repo import Repo, repo_from_tree

PROJECT = '[project]\nname = "svc"\nversion = "1.0"\nrequires-python = ">=3.10"\ndependencies = ["requests>=2"]\n\n'
OLD = (
    '[tool.poetry]\nname = "svc"\nversion = "1.0"\ndescription = "d"\nauthors = ["A <a@b.de>"]\n\n'
    '[tool.poetry.dependencies]\npython = "^3.10"\n\n'
)
SOURCE = '\n[[tool.poetry.source]]\nname = "nexus"\nurl = "https://nexus.example/simple"\npriority = "explicit"\n'
GROUPS = {
    'versions': (
        '[tool.poetry.group.dev.dependencies]\npytest = "^8.1"\nblack = "~24.3"\nmypy = "*"\nisort = "5.*"\n'
        'ruff = ">=0.1,<0.5,!=0.2"\nold = "1.2.3"\n\n[tool.poetry.group.docs.dependencies]\nsphinx = "^1 || ^3"\n'
    ),
    'dev-dependencies': '[tool.poetry.dev-dependencies]\npytest = "^8.1"\n',
    'both kinds of dev': (
        '[tool.poetry.dev-dependencies]\npytest = "^8.1"\n\n[tool.poetry.group.dev.dependencies]\nblack = "^24"\n'
    ),
    'extras and markers': (
        '[tool.poetry.group.test.dependencies]\nuvicorn = {extras = ["standard"], version = "^0.30"}\n'
        'tomli = {version = "^2", python = "<3.11"}\nwin = {version = "1", platform = "win32"}\n'
        'm = {version = "^1", markers = "sys_platform == \'linux\'"}\n'
    ),
    'places': (
        '[tool.poetry.group.dev.dependencies]\na = {git = "https://git.example/o/a.git", rev = "abc"}\n'
        'b = {path = "libs/b", develop = true}\nc = {url = "https://f.example/c-1.0.tar.gz"}\n'
        'd = {version = "^1", source = "nexus"}\ne = {version = "^1", allow-prereleases = true}\n' + SOURCE
    ),
    'several constraints': (
        '[tool.poetry.group.dev.dependencies]\nnumpy = [\n    {version = "^1.20", python = "<3.11"},\n'
        '    {version = "^2", python = ">=3.11"},\n]\n'
    ),
    'optional group': (
        '[tool.poetry.group.docs]\noptional = true\n\n[tool.poetry.group.docs.dependencies]\nsphinx = "^7"\n'
    ),
    'included group': (
        '[tool.poetry.group.dev]\ninclude-groups = ["test"]\n\n[tool.poetry.group.dev.dependencies]\nblack = "^24"\n\n'
        '[tool.poetry.group.test.dependencies]\npytest = "^8"\n'
    ),
    'in braces': '[tool.poetry.group]\ndev.dependencies = {pytest = "^8", b = {path = "libs/b"}}\n',
    'own tables': (
        '[tool.poetry.group.dev.dependencies.uvicorn]\nversion = "^0.30"\nextras = ["standard"]\n\n'
        '[tool.poetry.group.dev.dependencies.lib]\npath = "libs/lib"\n'
    ),
    'groups that are there': (
        '[dependency-groups]\n# ours\nempty = [\n    # soon\n]\ntest = [\n    "pytest>=8",\n]\n\n'
        '[tool.poetry.group.empty.dependencies]\n# for speed\npytest-xdist = "^3"  # -n\n\n[tool.poetry.group.dev.dependencies]\nblack = "^24"\n\n[tool.black]\n'
        'line-length = 120\n'
    ),
    'an enriched group': (
        '[dependency-groups]\ndev = ["lib>=1"]\n\n[tool.poetry.group.dev.dependencies]\nlib = {source = "nexus"}\n\n'
        '[tool.poetry.group.fmt.dependencies]\nblack = "^24"\n' + SOURCE
    ),
}


def repo_of(text: str, lock: str = '') -> Repo:
    """A service with this pyproject.toml."""
    tree = {'pyproject.toml': File(text.encode())} | ({'poetry.lock': File(lock.encode())} if lock else {})
    return repo_from_tree(tree)


def migrated(text: str) -> str:
    """The new text; a second run must find nothing."""
    done = MIGRATION.carry_out(repo_of(text), {})
    after = done.changes[0].after
    assert after is not None
    again = repo_of(after.data.decode())
    assert MIGRATION.needed(again) == () and MIGRATION.carry_out(again, {}).changes == ()
    return after.data.decode()


@pytest.mark.parametrize('head', [PROJECT, OLD], ids=['project', 'old poetry'])
@pytest.mark.parametrize('groups', GROUPS.values(), ids=GROUPS.keys())
def test_poetry_reads_the_same_requirements(groups: str, head: str, tmp_path: Path) -> None:
    """Every group, each requirement with versions, extras, markers and place, optional groups too."""
    for folder in ('libs/b', 'libs/lib'):
        (tmp_path / folder).mkdir(parents=True)
        name = folder.removeprefix('libs/')
        (tmp_path / folder / 'pyproject.toml').write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
    before = meaning(head + groups, tmp_path)
    after = migrated(head + groups)
    assert meaning(after, tmp_path) == before
    assert 'dev-dependencies' not in after and tomllib.loads(after)['dependency-groups']


def test_a_whole_file() -> None:
    """Comments, order and the tables around stay; what only Poetry can say stays in its table."""
    text = PROJECT + (
        '# what we work with\n[tool.poetry.group.dev.dependencies]\n# the one formatter\nblack = "^24.3"  # pinned\n'
        'lib = {path = "libs/lib", develop = true}\n# more to come\n\n[tool.poetry.group.docs]\noptional = true\n\n'
        '[tool.poetry.group.docs.dependencies]\nsphinx = "^7"\n\n[tool.black]\nline-length = 120  # ours\n'
    )
    assert migrated(text) == PROJECT + (
        '[dependency-groups]\n# what we work with\ndev = [\n    # the one formatter\n    "black>=24.3,<25.0",  # pinned\n'
        '    "lib",\n    # more to come\n]\ndocs = [\n    "sphinx>=7,<8",\n]\n\n[tool.poetry.group.dev.dependencies]\n'
        'lib = {path = "libs/lib", develop = true}\n\n[tool.poetry.group.docs]\noptional = true\n\n'
        '[tool.black]\nline-length = 120  # ours\n'
    )
    done = MIGRATION.carry_out(repo_of(text), {})
    assert [(item.key[1:], item.before, item.after) for item in done.decisions] == [
        (('dev', '[name=black]'), 'black = "^24.3"  # pinned', 'black>=24.3,<25.0'),
        (
            ('dev', '[name=lib]'),
            'lib = {path = "libs/lib", develop = true}',
            'lib with {path = "libs/lib", develop = true} for Poetry',
        ),
        (('docs', '[name=sphinx]'), 'sphinx = "^7"', 'sphinx>=7,<8'),
    ]
    assert 'can not say path = "libs/lib"' in done.decisions[1].reason


NOTHING = [
    '',
    PROJECT,
    PROJECT + '[dependency-groups]\ndev = ["black>=24"]\n',
    PROJECT + '[dependency-groups]\ndev = ["lib"]\n\n[tool.poetry.group.dev.dependencies]\nlib = {path = "l"}\n',
    PROJECT + '[tool.poetry.group.docs]\noptional = true\n',
    '[tool.poetry.group.dev.dependencies\nblack = 1\n',
    '<<<<<<< ours\n[tool.poetry.dev-dependencies]\n=======\n',
]


@pytest.mark.parametrize('text', NOTHING)
def test_nothing_to_move(text: str) -> None:
    """No group, groups as they should be, or no TOML at all."""
    repo = repo_of(text)
    assert MIGRATION.needed(repo) == () == MIGRATION.blocked(repo)
    assert MIGRATION.carry_out(repo, {}).changes == ()


def test_a_constraint_that_can_not_be_read_is_named() -> None:
    """With its line; nothing is changed."""
    repo = repo_of(PROJECT + '[tool.poetry.group.dev.dependencies]\nblack = "nonsense"\nmypy = "^1"\n')
    assert [(item.evidence.line, 'black' in item.reason) for item in MIGRATION.blocked(repo)] == [(8, True)]
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


def test_what_poetry_ignores_is_named() -> None:
    """Beside a group in `[dependency-groups]` its own table only enriches; other names there were never installed."""
    text = PROJECT + '[dependency-groups]\ndev = ["lib"]\n\n[tool.poetry.group.dev.dependencies]\nblack = "^24"\n'
    repo = repo_of(text)
    assert [(item.evidence.line, 'never installed' in item.reason) for item in MIGRATION.blocked(repo)] == [(11, True)]
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


def test_evidence_is_each_line() -> None:
    """A person sees what would move."""
    repo = repo_of(PROJECT + '[tool.poetry.group.dev.dependencies]\nblack = "^24"\nmypy = "^1"\n')
    assert [str(item) for item in MIGRATION.needed(repo)] == ['pyproject.toml:8', 'pyproject.toml:9']


def test_a_fresh_lock_stays_fresh_and_a_stale_one_stale() -> None:
    """Only the hash changes: the lock names the same packages in the same groups."""
    text = PROJECT + GROUPS['versions']
    lock = '[[package]]\nname = "black"\n\n[metadata]\ncontent-hash = "{}"\n'
    fresh = content_hash(tomllib.loads(text))
    done = MIGRATION.carry_out(repo_of(text, lock.format(fresh)), {})
    new = {change.path: change.after.data.decode() for change in done.changes if change.after}
    assert new['poetry.lock'] == lock.format(content_hash(tomllib.loads(new['pyproject.toml'])))
    assert len(MIGRATION.carry_out(repo_of(text, lock.format('0' * 64)), {}).changes) == 1


def test_windows_line_endings_stay() -> None:
    """As in every file that is edited."""
    text = (PROJECT + GROUPS['versions']).replace('\n', '\r\n')
    after = migrated(text)
    assert after.count('\n') == after.count('\r\n')
