"""What `check` rests on: base and theirs are the same render, ours has drifted; one drift, one decision, healed."""

from __future__ import annotations

import pytest

from trueup.merge.three_way import merge
from trueup.model import Action, Decision, Level, Owner
from trueup.policy import Policies

STANDARD = 'https://example.com/standard.git'
POLICIES = Policies.parse(
    '''
schema = 1
[[policy]]
keys = ["pyproject.toml::tool.black", "pyproject.toml::tool.pylint"]
owner = "required"
closed = true
reason = "one style"
[[policy]]
keys = ["pyproject.toml::tool.pylint.main.fail-under", "pyproject.toml::dependency-groups.dev"]
owner = "floor"
[[policy]]
keys = ["pyproject.toml::project.dependencies"]
owner = "team"
[[policy]]
keys = [".pre-commit-config.yaml::repos[repo={hooks_repo}]"]
owner = "required"
closed = true
[[policy]]
keys = [".pre-commit-config.yaml::repos[repo={hooks_repo}].rev"]
owner = "floor"
[[policy]]
keys = ["Makefile::lint", "Makefile::test"]
owner = "required"
[[policy]]
keys = ["src/churn/plumbing/**"]
owner = "required"
reason = "one plumbing"
[[policy]]
keys = ["README.md", "config.toml::seeded"]
owner = "seed"
''',
    placeholders={'hooks_repo': STANDARD},
)
PYPROJECT = '''[project]
name = "churn"
dependencies = ["fastapi>=0.115"]

[dependency-groups]
dev = [
    "black>=24.1",
    "pytest>=8",
]

[tool.black]
line-length = 120
# quotes stay
skip-string-normalization = true

[tool.pylint.main]
fail-under = 9.7

[tool.pylint."messages control"]
disable = [
    "fixme",
    "too-many-locals",
]
'''
HOOKS = f'''# hooks
repos:
  - repo: {STANDARD}
    rev: v0.2.0
    hooks:
      - id: black
      - id: isort
        args: [--quick]
      - id: pylint
  - repo: local
    hooks:
      - id: card
'''
MAKEFILE = '.PHONY: lint test\n\nlint:\n\tnox -s lint\n\n# all of them\ntest:\n\tnox -s tests\n'


def drift(path: str, before: str, after: str) -> tuple[str, list[Decision]]:
    """Merge a render over itself with one change made by the service; text and changing decisions."""
    render = {'pyproject.toml': PYPROJECT, '.pre-commit-config.yaml': HOOKS, 'Makefile': MAKEFILE}[path]
    assert before in render
    ours = render.replace(before, after)
    merged = merge(render, ours, render, path=path, policies=POLICIES, source='standard v0.2.0')
    assert not merged.conflicts
    return merged.text, [decision for decision in merged.decisions if decision.changes]


HEALED = [
    ('lowered number', 'pyproject.toml', 'line-length = 120', 'line-length = 88', 'change'),
    ('lowered threshold', 'pyproject.toml', '9.7', '5.0', 'change'),
    ('deleted key', 'pyproject.toml', '# quotes stay\nskip-string-normalization = true\n', '', 'add'),
    ('deleted key, comment left', 'pyproject.toml', 'skip-string-normalization = true\n', '', 'add'),
    ('key in a closed table', 'pyproject.toml', 'line-length = 120\n', 'line-length = 120\nexclude = ".*"\n', 'remove'),
    ('table in a closed table', 'pyproject.toml', '[tool.pylint.main]\n', '[tool.pylint.x]\ny = 1\n\n[tool.pylint.main]\n', 'remove'),
    ('all disabled', 'pyproject.toml', '[\n    "fixme",\n    "too-many-locals",\n]', '["all"]', 'change'),
    ('one more disabled', 'pyproject.toml', '    "fixme",\n', '    "fixme",\n    "all",\n', 'change'),
    ('older tool', 'pyproject.toml', 'black>=24.1', 'black>=23.0', 'change'),
    ('removed hook', '.pre-commit-config.yaml', '      - id: pylint\n', '', 'add'),
    ('removed hook with options', '.pre-commit-config.yaml', '      - id: isort\n        args: [--quick]\n', '', 'add'),
    ('hook excludes all', '.pre-commit-config.yaml', '- id: black\n', '- id: black\n        exclude: .*\n', 'remove'),
    ('hook only by hand', '.pre-commit-config.yaml', '- id: pylint\n', '- id: pylint\n        stages: [manual]\n', 'remove'),
    ('stale rev', '.pre-commit-config.yaml', 'v0.2.0', 'v0.1.0', 'change'),
    ('rev is a branch', '.pre-commit-config.yaml', 'v0.2.0', 'main', 'change'),
    ('options lost', '.pre-commit-config.yaml', '        args: [--quick]\n', '', 'add'),
    ('deleted target', 'Makefile', '\n# all of them\ntest:\n\tnox -s tests\n', '', 'add'),
    ('hollow target', 'Makefile', 'nox -s lint', 'true', 'change'),
]  # fmt: skip


@pytest.mark.parametrize(
    ('path', 'before', 'after', 'action'), [row[1:] for row in HEALED], ids=[row[0] for row in HEALED]
)
def test_one_drift_gives_one_decision_and_is_healed(path: str, before: str, after: str, action: str) -> None:
    """The text is again the render byte for byte, and exactly one decision says so, with owner and source."""
    text, decisions = drift(path, before, after)
    assert [decision.action for decision in decisions] == [Action(action)]
    assert decisions[0].owner in (Owner.REQUIRED, Owner.FLOOR)
    assert decisions[0].source == 'standard v0.2.0'
    assert decisions[0].reason
    assert text == {'pyproject.toml': PYPROJECT, '.pre-commit-config.yaml': HOOKS, 'Makefile': MAKEFILE}[path]


KEPT = [
    ('team key', 'pyproject.toml', '["fastapi>=0.115"]', '["fastapi==0.99", "numpy"]  # ours'),
    ('default key', 'pyproject.toml', 'name = "churn"', "name = 'hops'"),
    ('stricter floor', 'pyproject.toml', '9.7', '10'),
    ('newer tool', 'pyproject.toml', 'black>=24.1', 'black>=25.1'),
    ('one more tool', 'pyproject.toml', '    "pytest>=8",\n', '    "pytest>=8",\n    "ruff",\n'),
    ('own table', 'pyproject.toml', '[tool.black]\n', '[tool.ours]\nx = 1\n\n[tool.black]\n'),
    ('other layout', 'pyproject.toml', '[\n    "fixme",\n    "too-many-locals",\n]', '["too-many-locals", "fixme"]'),
    ('other spelling', 'pyproject.toml', 'line-length = 120', 'line-length   =  120 # wide'),
    ('own hook', '.pre-commit-config.yaml', '- id: card\n', '- id: card\n      - id: other\n        exclude: .*\n'),
    ('newer rev', '.pre-commit-config.yaml', 'v0.2.0', 'v0.10.0'),
    ('own target', 'Makefile', 'lint:\n', 'model:\n\tpython fetch.py\n\nlint:\n'),
]


@pytest.mark.parametrize(('path', 'before', 'after'), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_the_service_may_do_keeps_every_byte(path: str, before: str, after: str) -> None:
    """Team and default keys, stricter floors and mere layout are no drift."""
    render = {'pyproject.toml': PYPROJECT, '.pre-commit-config.yaml': HOOKS, 'Makefile': MAKEFILE}[path]
    text, decisions = drift(path, before, after)
    assert text == render.replace(before, after)
    assert decisions == []


def test_a_kept_difference_is_said_with_the_value_of_the_standard() -> None:
    """A report must be able to name what differs on purpose."""
    ours = PYPROJECT.replace('fail-under = 9.7', 'fail-under = 9.9')
    merged = merge(PYPROJECT, ours, PYPROJECT, path='pyproject.toml', policies=POLICIES)
    assert [(one.key, one.action, one.before, one.after, one.reason) for one in merged.decisions] == [(
        ('tool', 'pylint', 'main', 'fail-under'), Action.KEEP, '9.9', '9.9',
        'stricter or newer than the standard; the standard has 9.7',
    )]  # fmt: skip


def test_edited_plumbing_is_one_decision_on_the_whole_file() -> None:
    """A file that the standard requires is taken whole: its parts have no owners of their own."""
    theirs, ours = 'A = 1\n\n\ndef f():\n    return A\n', 'A = 2\nB = 3\n\n\ndef f():\n    return B\n'
    merged = merge(theirs, ours, theirs, path='src/churn/plumbing/app.py', policies=POLICIES)
    assert merged.text == theirs
    assert [(one.key, one.action, one.reason) for one in merged.decisions] == [((), Action.CHANGE, 'one plumbing')]


def test_where_both_changed_a_default_key_ours_stands_and_is_said() -> None:
    """With policies that is no conflict, but a note."""
    merged = merge('[a]\nx = 1\n', '[a]\nx = 2\n', '[a]\nx = 3\n', path='config.toml', policies=Policies.empty())
    assert merged.text == '[a]\nx = 2\n'
    assert not merged.conflicts
    assert [(one.action, one.level) for one in merged.decisions] == [(Action.KEEP, Level.NOTED)]


def test_without_policies_it_is_a_conflict() -> None:
    """A merge driver knows no owners: a person decides."""
    merged = merge('[a]\nx = 1\n', '[a]\nx = 2\n', '[a]\nx = 3\n', path='config.toml')
    assert [(one.key, one.base, one.ours, one.theirs) for one in merged.conflicts] == [(('a', 'x'), '1', '2', '3')]


@pytest.mark.parametrize(
    ('base', 'ours', 'expected'),
    [
        (None, '', '[seeded]\nx = 1\n'),
        ('', '', '[seeded]\nx = 1\n'),
        ('[seeded]\nx = 0\n', '', ''),
        ('[seeded]\nx = 0\n', '[seeded]\nx = 5\n', '[seeded]\nx = 5\n'),
        ('[seeded]\nx = 0\n', '[seeded]\nx = 0\n', '[seeded]\nx = 0\n'),
    ],
    ids=['adopted', 'first brought', 'deleted', 'changed', 'untouched'],
)
def test_a_seed_is_written_once(base: str | None, ours: str, expected: str) -> None:
    """At adoption and when a version first brings it; afterwards it is the team's, gone or changed."""
    assert merge(base, ours, '[seeded]\nx = 1\n', path='config.toml', policies=POLICIES).text == expected


def test_without_a_base_owners_decide() -> None:
    """Adoption of a foreign file: required is set, default is added where absent, team and default stay."""
    ours = '[project]\nname = "old"\n\n[tool.black]\nline-length = 79\n\n[tool.mypy]\nstrict = true\n'
    merged = merge(None, ours, PYPROJECT, path='pyproject.toml', policies=POLICIES)
    assert not merged.conflicts
    assert 'name = "old"' in merged.text
    assert 'dependencies = ["fastapi' not in merged.text
    assert 'line-length = 120\n# quotes stay\nskip-string-normalization = true\n' in merged.text
    assert '[tool.mypy]\nstrict = true\n' in merged.text
    assert 'fail-under = 9.7' in merged.text
    again = merge(None, merged.text, PYPROJECT, path='pyproject.toml', policies=POLICIES)
    assert again.text == merged.text


def test_a_table_of_two_owners_is_put_in_without_the_part_of_the_team() -> None:
    """`[project]` is missing: its name is the standard's to give, its dependencies are not."""
    merged = merge(None, '[tool.ours]\nx = 1\n', PYPROJECT, path='pyproject.toml', policies=POLICIES)
    assert '[project]\nname = "churn"\n' in merged.text
    assert 'fastapi' not in merged.text


def test_a_waiver_takes_a_key_out_of_the_standard() -> None:
    """Waived keys, and all below them, are the team's until the waiver ends."""
    ours = PYPROJECT.replace('"fixme",', '"all",').replace('line-length = 120', 'line-length = 88')
    waived = POLICIES.waive(['pyproject.toml::tool.pylint', 'pyproject.toml::tool.black.line-length'])
    assert merge(PYPROJECT, ours, PYPROJECT, path='pyproject.toml', policies=waived).text == ours


def test_a_waiver_for_one_item_of_a_closed_list() -> None:
    """Only that item may stay; the rest of the list is held."""
    ours = PYPROJECT.replace('    "fixme",\n', '    "fixme",\n    "mine",\n    "all",\n')
    waived = POLICIES.waive(['pyproject.toml::tool.pylint."messages control".disable[=mine]'])
    merged = merge(PYPROJECT, ours, PYPROJECT, path='pyproject.toml', policies=waived)
    assert merged.text == ours.replace('    "all",\n', '')


def test_what_the_standard_drops_goes_where_it_is_required() -> None:
    """A key of a required table that a new version no longer has is taken out, even if it was changed."""
    theirs = PYPROJECT.replace('# quotes stay\nskip-string-normalization = true\n', '')
    ours = PYPROJECT.replace('skip-string-normalization = true', 'skip-string-normalization = false')
    merged = merge(PYPROJECT, ours, theirs, path='pyproject.toml', policies=POLICIES)
    assert merged.text == theirs


def test_moved_keys_are_followed() -> None:
    """A declared move is made in ours first, so that the value of the service goes with its key."""
    policies = Policies.parse('''schema = 1
[[moves]]
version = "0.3.0"
keys = { "pyproject.toml::tool.old" = "pyproject.toml::tool.new", "pyproject.toml::tool.a.x" = "pyproject.toml::tool.b.y" }
''')
    base = '[tool.old]\nk = 1\n\n[tool.a]\nx = 1\nz = 1\n\n[tool.b]\nw = 1\n'
    ours = base.replace('k = 1', 'k = 7  # tuned').replace('x = 1', 'x = 5')
    theirs = '[tool.new]\nk = 1\nmore = 2\n\n[tool.a]\nz = 1\n\n[tool.b]\nw = 1\ny = 1\n'
    merged = merge(base, ours, theirs, path='pyproject.toml', policies=policies, moves=policies.moves)
    assert merged.text == ('[tool.new]\nk = 7  # tuned\nmore = 2\n\n[tool.a]\nz = 1\n\n[tool.b]\nw = 1\ny = 5\n')
    assert [one.before for one in merged.decisions if one.action is Action.MOVE] == ['tool.old', 'tool.a.x']


@pytest.mark.parametrize(
    'ours',
    ['', '{}\n', '# gone\n', 'repos: []\n', 'repos:\n', 'repos:\n  - repo: local\n    hooks: []\n'],
    ids=repr,
)
def test_required_hooks_come_back_into_an_emptied_file(ours: str) -> None:
    """Emptying the list around a required entry is no way out; its identity and rev come along."""
    render = HOOKS.removesuffix('  - repo: local\n    hooks:\n      - id: card\n').removeprefix('# hooks\n')
    policies = Policies.parse("""schema = 1
[[policy]]
keys = [
    ".pre-commit-config.yaml::repos[repo=https://example.com/standard.git].hooks[id=black]",
    ".pre-commit-config.yaml::repos[repo=https://example.com/standard.git].hooks[id=isort]",
    ".pre-commit-config.yaml::repos[repo=https://example.com/standard.git].hooks[id=pylint]",
]
owner = "required"
[[policy]]
keys = [".pre-commit-config.yaml::repos[repo=https://example.com/standard.git].rev"]
owner = "floor"
""")
    merged = merge(render, ours, render, path='.pre-commit-config.yaml', policies=policies)
    assert not merged.conflicts
    assert render.removeprefix('repos:\n') in merged.text
    changing = [decision for decision in merged.decisions if decision.changes]
    assert [decision.owner for decision in changing] == [Owner.REQUIRED]
    again = merge(render, merged.text, render, path='.pre-commit-config.yaml', policies=policies)
    assert again.text == merged.text


def test_without_a_base_the_lines_of_the_standard_come_first() -> None:
    """A pattern of the team has the last word; a pattern that takes another one back stays below it."""
    ours = '*.log\ndist/\ndownloads/\n'
    theirs = '# what is built\nbuild/\ndist/\n\n# logs\n*.log\n!keep.log\n'
    merged = merge(None, ours, theirs, path='.gitignore', policies=Policies.empty())
    assert merged.text == '# what is built\nbuild/\n\n*.log\n!keep.log\ndist/\ndownloads/\n'
    assert merge(None, '', theirs, path='.gitignore', policies=Policies.empty()).text == theirs
    empty = merge(None, '# nothing yet\n', theirs, path='.gitignore', policies=Policies.empty()).text
    assert empty == '# nothing yet\n\n' + theirs
