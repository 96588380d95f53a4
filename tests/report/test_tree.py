"""A plan as a tree, whole, and the scores of a service that was never adopted in every format for people."""

from __future__ import annotations

from dataclasses import replace

from trueup.model import Action, Change, Changed, Decision, Drifted, Fact, Plan, Report, Score
from trueup.report import render

from .samples import ADOPTED, file

TREE = '''\
adopt orders-scoring  standard v0.2.0
would change: 3 files, 2 decisions, 2 of your own kept, 1 key waits for a person

  + noxfile.py  new  +1 -0
  ~ pyproject.toml  changed  +2 -1
      ~ tool.black.line-length: 100 -> 120
  - setup.cfg  removed  +0 -1
'''
FULL = '''\
  = .env.example  kept
      = DB_PASSWORD: ***
          the team's, from service, decided by team, owner team
  + noxfile.py  new  +1 -0
      new file, owner required
  ~ pyproject.toml  changed  +2 -1
      ~ tool.black.line-length: 100 -> 120
          the standard requires it, from standard v0.2.0, decided by required, owner required
      = tool.mypy.strict: false
          both sides changed it, from service, decided by both-changed, owner default
  - setup.cfg  removed  +0 -1
'''


def test_a_plan_is_a_tree_of_files_and_keys() -> None:
    """What would happen, and with -v of each key what it was, what it would be, why, from where, and who decided."""
    assert render(Changed(ADOPTED, planned=True), 'text').startswith(TREE)
    assert FULL in render(Changed(ADOPTED, planned=True), 'text', verbose=True)


def test_colour_adds_nothing_but_colour() -> None:
    """Without the escape codes both texts are the same."""
    plain = render(Changed(ADOPTED, planned=True), 'text', verbose=True)
    painted = render(Changed(ADOPTED, planned=True), 'text', verbose=True, colour=True)
    for code in ('0', '1', '2', '31', '32', '33'):
        painted = painted.replace(f'\x1b[{code}m', '')
    assert painted == plain


def test_folders_are_named_once_and_long_files_are_cut() -> None:
    """A large plan stays readable; what is left out is counted."""
    keys = tuple(Decision('a/b/x.toml', ('k', str(n)), Action.ADD, None, '1') for n in range(10))
    changes = tuple(Change(path, None, file('1\n')) for path in ('a/b/x.toml', 'a/b/y.txt', 'a/z.txt', 'b.txt'))
    plan = Plan(changes, keys)
    text = render(Changed(Report('update', 's', plan=plan), planned=True), 'text').split('\n\n')[1]
    assert [line for line in text.splitlines() if '+ k.' not in line] == [
        '  a/',
        '    b/',
        '      + x.toml  new  +1 -0',
        '          ... and 2 more keys (-v lists them)',
        '      + y.txt  new  +1 -0',
        '    + z.txt  new  +1 -0',
        '  + b.txt  new  +1 -0',
    ]


def test_scores_are_told_in_every_format() -> None:
    """How much of the standard a service has already, topic by topic."""
    scores = (Score('hooks', 3, 14), Score('packaging', 1, 10))
    report = replace(ADOPTED, verb='check', facts=(Fact('python', '3.11'),), scores=scores)
    assert 'has of the standard: hooks 3/14, packaging 1/10' in render(Drifted(report), 'text')
    assert '| hooks | 3 | 14 |' in render(Drifted(report), 'markdown')
    assert '3 of 14' in render(Drifted(report), 'html') and '"met": 3' in render(Drifted(report), 'json')
