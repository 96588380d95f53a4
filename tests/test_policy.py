"""policies.toml: what it says, who wins, and what is wrong with it, by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UserError
from trueup.model import Owner
from trueup.policy import Move, Policies, Retired, Rule, Target, matches, overlap, parse_target

TEXT = '''schema = 1
retired = [".flake8", "tox.ini::flake8"]

[[policy]]
keys = ["**"]
owner = "default"

[[policy]]
keys = ["pyproject.toml::tool.black", 'pyproject.toml::tool.pylint."messages control"']
owner = "required"
closed = true
reason = "one style"

[[policy]]
keys = ["pyproject.toml::tool.black.target-version"]
owner = "team"

[[policy]]
keys = ["{package_path}/plumbing/**", ".pre-commit-config.yaml::repos[repo={hooks_repo}].rev"]
owner = "required"

[[policy]]
keys = ["tests/**", "config/*.toml"]
owner = "seed"

[[moves]]
version = "0.2.0"
files = { "old.yml" = "new.yml" }
keys = { "pyproject.toml::tool.a" = "pyproject.toml::tool.b" }
'''
PLACES = {'package_path': 'src/churn', 'hooks_repo': 'https://example.com/x.git'}


def policies() -> Policies:
    """The sample, read."""
    return Policies.parse(TEXT, placeholders=PLACES)


@pytest.mark.parametrize(
    ('path', 'key', 'owner'),
    [
        ('anything', (), Owner.DEFAULT),
        ('pyproject.toml', (), Owner.DEFAULT),
        ('pyproject.toml', ('tool', 'black'), Owner.REQUIRED),
        ('pyproject.toml', ('tool', 'black', 'line-length'), Owner.REQUIRED),
        ('pyproject.toml', ('tool', 'black', 'target-version', '[=py311]'), Owner.TEAM),
        ('pyproject.toml', ('tool', 'blackened'), Owner.DEFAULT),
        ('sub/pyproject.toml', ('tool', 'black'), Owner.DEFAULT),
        ('src/churn/plumbing/app.py', (), Owner.REQUIRED),
        ('src/churn/plumbing/deep/er.py', ('f',), Owner.REQUIRED),
        ('src/churn/plumbing', (), Owner.DEFAULT),
        ('.pre-commit-config.yaml', ('repos', '[repo=https://example.com/x]', 'rev'), Owner.REQUIRED),
        ('.pre-commit-config.yaml', ('repos', '[repo=https://example.com/x]'), Owner.DEFAULT),
        ('tests/unit/test_a.py', (), Owner.SEED),
        ('config/a.toml', (), Owner.SEED),
        ('config/sub/a.toml', (), Owner.DEFAULT),
    ],
)
def test_the_longest_pattern_owns_a_key(path: str, key: tuple[str, ...], owner: Owner) -> None:
    """More key segments first, then more literal characters of the file pattern."""
    assert policies().owner(path, key) is owner


def test_a_rule_tells_why_and_by_which_pattern() -> None:
    """`explain` and reports print exactly this."""
    assert policies().rule('pyproject.toml', ('tool', 'black', 'x')) == Rule(
        Owner.REQUIRED, True, 'one style', 'pyproject.toml::tool.black'
    )
    assert policies().closed('pyproject.toml', ('tool', 'black', 'x'))
    assert not policies().closed('pyproject.toml', ('tool', 'black', 'target-version'))


def test_nothing_said_is_default() -> None:
    """A standard without policies.toml owns nothing."""
    assert Policies.empty().rule('a', ('b',)) == Rule(Owner.DEFAULT, False, '', '')


def test_retired_and_moves_are_read() -> None:
    """Files and keys that must be gone, and places that have changed."""
    assert policies().retired == (Retired('.flake8'), Retired('tox.ini', ('flake8',)))
    assert [str(one) for one in policies().retired] == ['.flake8', 'tox.ini::flake8']
    assert policies().moves == (
        Move('0.2.0', Target('old.yml'), Target('new.yml')),
        Move('0.2.0', Target('pyproject.toml', ('tool', 'a')), Target('pyproject.toml', ('tool', 'b'))),
    )


def test_a_waiver_covers_all_below_it_and_nothing_else() -> None:
    """It wins over every pattern, also longer ones, and leaves the original alone."""
    before = policies()
    after = before.waive(['pyproject.toml::tool', 'src/**/plumbing/*.py'])
    assert after.owner('pyproject.toml', ('tool', 'black', 'line-length')) is Owner.TEAM
    assert not after.closed('pyproject.toml', ('tool', 'black', 'exclude'))
    assert after.owner('src/churn/plumbing/app.py') is Owner.TEAM
    assert after.owner('.pre-commit-config.yaml', ('repos', '[repo=https://example.com/x]', 'rev')) is Owner.REQUIRED
    assert before.owner('pyproject.toml', ('tool', 'black')) is Owner.REQUIRED


def test_a_file_is_divided_where_a_longer_key_has_its_own_rule() -> None:
    """Only then need it be merged key by key for its owner's sake."""
    rules = policies().file('pyproject.toml')
    assert rules.divided(()) and rules.divided(('tool', 'black'))
    assert not rules.divided(('tool', 'black', 'target-version'))
    assert not policies().file('README.md').divided(())


@pytest.mark.parametrize(
    ('text', 'where', 'message'),
    [
        ('schema = 1\na = \n', 'p.toml:2', 'not valid TOML'),
        ('schema = 2\n', 'p.toml:1', 'schema is 2, not 1'),
        ('', 'p.toml:1', 'schema is None, not 1'),
        ('schema = 1\n\nrules = 1\n', 'p.toml:3', "unknown key 'rules'"),
        ('schema = 1\n[[policy]]\nkeys = ["a"]\nowner = "me"\n', 'p.toml:4', "unknown owner 'me'"),
        ('schema = 1\n[[policy]]\nkeys = ["a"]\n', 'p.toml:2', 'unknown owner None'),
        ('schema = 1\n[[policy]]\nowner = "team"\n', 'p.toml:2', 'a policy needs `keys`, a list'),
        ('schema = 1\n[[policy]]\nkeys = ["a"]\nowner = "team"\nclose = true\n', 'p.toml:5', "unknown key 'close'"),
        ('schema = 1\n[[policy]]\nkeys = ["a"]\nowner = "team"\nclosed = 1\n', 'p.toml:5', '`closed` is true or false'),
        ('schema = 1\n[[policy]]\nowner = "team"\nkeys = [\n  "a",\n  "b::c..d",\n]\n', 'p.toml:6', 'not a key path'),
        ('schema = 1\n[[policy]]\nkeys = ["{x}/a"]\nowner = "team"\n', 'p.toml:3', 'unknown placeholder {x}'),
        ('schema = 1\n[[policy]]\nkeys = ["a::"]\nowner = "team"\n', 'p.toml:3', "not a target: 'a::'"),
        ('schema = 1\nretired = ".flake8"\n', 'p.toml:2', '`retired` is not a list'),
        ('schema = 1\nretired = [\n  "a",\n  7,\n]\n', 'p.toml:4', '7 is not a target'),
        ('schema = 1\nretired = [\n  "a",\n  "b::",\n]\n', 'p.toml:4', "not a target: 'b::'"),
        ('schema = 1\n\n[policy]\nowner = "team"\n', 'p.toml:3', '`policy` is not a list of tables'),
        ('schema = 1\npolicy = [{ keys = ["a"] }]\n', 'p.toml:2', 'unknown owner None'),
        ('schema = 1\n[[policy]]\nkeys = ["a", 1]\nowner = "team"\n', 'p.toml:3', '1 is not a target'),
        ('schema = 1\n[[moves]]\nversion = "1"\nfiles = 1\n', 'p.toml:4', '`files` of a move is a table'),
        ('schema = 1\n[[moves]]\nversion = "1"\n[moves.keys]\n"a::b" = 1\n', 'p.toml:5', "'a::b' moves to 1"),
        ('schema = 1\n[[moves]]\nversion = "1"\nkeys = { a = "b" }\n', 'p.toml:4', 'a -> b stands under `keys`'),
        ('schema = 1\n[[moves]]\nversion = "1"\nfiles = { a = "b::c" }\n', 'p.toml:4', 'a -> b::c stands under'),
        ('schema = 1\nmigrations = ["x", 1]\n', 'p.toml:2', '`migrations` is a list'),
        ('schema = 1\n[[moves]]\nfiles = {}\n', 'p.toml:2', 'a move needs `version`, a string'),
    ],
)
def test_a_mistake_names_its_line(text: str, where: str, message: str) -> None:
    """A standard is written by people: one line of what, and where."""
    with pytest.raises(UserError) as caught:
        Policies.parse(text, where='p.toml')
    assert caught.value.where == where
    assert caught.value.message.startswith(message)
    assert '\n' not in caught.value.message


def test_a_slip_of_the_pen_is_told_the_nearest_word() -> None:
    """A key or an owner that is almost one."""
    for text, hint in (
        ('schema = 1\n[[policy]]\nkeys = ["a"]\nonwer = "team"\n', 'did you mean owner?'),
        ('schema = 1\n[[policy]]\nkeys = ["a"]\nowner = "requird"\n', 'did you mean required?'),
        ('schema = 1\nretred = []\n', 'did you mean retired?'),
    ):
        with pytest.raises(UserError) as caught:
            Policies.parse(text)
        assert caught.value.hint == hint and caught.value.exit_code == 2


TIES = [
    ('a::x', 'a::x', True),
    ('a*::x', '*b::x', True),
    ('a*::x', '*a::x', True),
    ('a?::x', '?a::x', True),
    ('a*::x', 'b*::x', False),
    ('a::x', 'a::y', False),
    ('**/a', 'a', False),
    ('*.md', '*.py', False),
    ('**/*.md', 'x/**/*', False),
]


@pytest.mark.parametrize(('first', 'second', 'tie'), TIES)
def test_a_tie_between_owners_is_an_error_that_names_both_lines(first: str, second: str, tie: bool) -> None:
    """Two patterns of the same weight for the same key may not disagree."""
    text = (
        f'schema = 1\n[[policy]]\nkeys = ["{first}"]\nowner = "team"\n[[policy]]\nkeys = ["{second}"]\nowner = "seed"\n'
    )
    if not tie:
        Policies.parse(text)
        return
    with pytest.raises(UserError) as caught:
        Policies.parse(text)
    assert caught.value.where == 'policies.toml:3'
    assert 'line 6' in caught.value.message


def test_open_and_closed_tie() -> None:
    """Whether an addition needs a waiver is part of what a policy says."""
    text = 'schema = 1\n[[policy]]\nkeys = ["a*"]\nowner = "team"\n[[policy]]\nkeys = ["*a"]\nowner = "team"\nclosed = true\n'
    with pytest.raises(UserError, match=r'a\* \(team\) and \*a \(team, closed, line 6\)'):
        Policies.parse(text)


def test_equal_owners_do_not_tie() -> None:
    """Saying the same twice is harmless."""
    Policies.parse('schema = 1\n[[policy]]\nkeys = ["a", "a"]\nowner = "team"\n')


@pytest.mark.parametrize(
    ('glob', 'path', 'found'),
    [
        ('*.py', 'a.py', True),
        ('*.py', 'a/b.py', False),
        ('**/*.py', 'a.py', True),
        ('**/*.py', 'a/b/c.py', True),
        ('a/**', 'a/b/c', True),
        ('a/**', 'a', False),
        ('a?c', 'abc', True),
        ('a?c', 'a/c', False),
        ('a.b', 'axb', False),
        ('[ab]', '[ab]', True),
    ],
)
def test_file_patterns(glob: str, path: str, found: bool) -> None:
    """`*` and `?` stay within a folder, `**` crosses folders, all else is literal."""
    assert matches(glob, path) is found


@given(st.text('ab*?/', max_size=6), st.text('ab*?/', max_size=6), st.text('ab/', max_size=6))
def test_what_both_match_overlaps(first: str, second: str, path: str) -> None:
    """The check for ties may cry wolf, but it misses nothing."""
    if matches(first, path) and matches(second, path):
        assert overlap(first, second)


def test_a_target_is_read() -> None:
    """Waivers and the retired list share the spelling."""
    assert parse_target('a/*.toml::tool."x y"[=z]') == Target('a/*.toml', ('tool', 'x y', '[=z]'))
    assert str(parse_target('a::b[id=c].d')) == 'a::b[id=c].d'
    with pytest.raises(UserError):
        parse_target('::a')
