"""The body of a pull request."""

from __future__ import annotations

from trueup.model import Action, Changed, Conflict, Conflicted, Decision, Failed, Plan, Regressed, Report
from trueup.report import render

from .samples import ADOPTED


def test_tells_what_a_reviewer_must_decide() -> None:
    """Open keys come first, as a table with both values."""
    lines = render(Conflicted(ADOPTED), 'markdown').splitlines()
    assert lines[0] == '## adopt orders-scoring, standard v0.2.0'
    assert lines[2] == "**open**: 3 files, 2 decisions, 2 of the team's own kept, **1 to decide**"
    assert lines[8] == (
        '| `pyproject.toml::tool.poetry.source[name=private].url` | `https://ci:***@packages.example.com/simple` '
        '| `https://packages.example.com/simple` | credentials in an address |'
    )
    assert lines[-4:] == ['```sh', 'git merge trueup/adopt-v0.2.0   # take it', 'trueup undo   # give it back', '```']


def test_values_cannot_break_the_page() -> None:
    """Pipes, backquotes, HTML and mentions of a service's text stay text."""
    conflict = Conflict('a|b.toml', ('k',), None, 'x|`y``', '<img src=x>', 'ask @everyone about #1 <script>')
    body = render(Conflicted(Report('adopt', 's', plan=Plan(conflicts=(conflict,)))), 'markdown')
    row = next(line for line in body.splitlines() if 'a\\|b' in line)
    assert row == (
        '| `a\\|b.toml::k` | ``` x\\|`y`` ``` | `<img src=x>` | ask @\u200beveryone about #\u200b1 &lt;script&gt; |'
    )


def test_stays_below_what_forges_accept() -> None:
    """A very large plan loses its fold-outs, then its tail, never its head."""
    decisions = tuple(Decision('a.toml', (f'k{n}',), Action.CHANGE, 'x' * 70, 'y' * 70) for n in range(2000))
    body = render(Changed(Report('adopt', 's', plan=Plan(decisions=decisions))), 'markdown')
    assert len(body) < 65_536 and body.startswith('## adopt s') and '<details>' not in body
    many = [Changed(ADOPTED)] * 200
    body = render(many, 'markdown')
    assert len(body) < 65_536 and body.endswith('tells the rest)\n')


def test_regressed_and_failed() -> None:
    """What stopped the change is said in the first lines."""
    assert 'the change was stopped; tests: test\\_a.py::test\\_x' in render(Regressed(ADOPTED), 'markdown')
    assert render(Failed('s', 'boom', 70, 'retry'), 'markdown') == '## s: failed\n\nboom\n\nHint: retry\n'
