"""The HTML page: whole, self-contained, and not to be broken by what it shows."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from trueup.model import (
    Action,
    Change,
    Clean,
    Conflict,
    Conflicted,
    Decision,
    Drifted,
    Fact,
    Failed,
    File,
    Finding,
    Outcome,
    Owner,
    Plan,
    Refused,
    Report,
)
from trueup.report import render

from .samples import ADOPTED, CHECKED

HOSTILE = '</code><script>alert(1)</script><img src=x onerror=alert(1)>"\'& \x1b[31m'
VOID = {'meta', 'input', 'br', 'wbr'}


class Page(HTMLParser):
    """Elements, attributes and text of a page; fails on unbalanced tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else '', data))

    def count(self, tag: str, kind: str = '') -> int:
        """How many elements there are of that tag and class."""
        return sum(name == tag and kind in (found.get('class') or '').split() for name, found in self.elements) if kind else (
            sum(name == tag for name, _ in self.elements)
        )  # fmt: skip


def test_shows_every_decision_and_open_key() -> None:
    """Key by key: one article each, with before, after, owner, reason, source and heuristic."""
    text = render(Conflicted(ADOPTED), 'html')
    page = Page(text)
    assert page.count('article', 'decision') == len(ADOPTED.plan.decisions) + len(ADOPTED.plan.conflicts)
    assert page.count('details', 'file') == 4
    shown = ''.join(data for _, data in page.texts)
    for told in (
        'tool.black.line-length',
        '100',
        '120',
        'the standard requires it',
        'standard v0.2.0',
        'required',
        'both-changed',
    ):
        assert told in shown
    assert 'test_a.py::test_x: assert 1 == 2' in shown and 'trueup undo' in shown and 'setup.py:9' in shown
    filters = [found['name'] for tag, found in page.elements if tag == 'select']
    assert filters == ['file', 'decision', 'rule', 'owner', 'sure']


def test_marks_say_what_colours_say() -> None:
    """Each coloured line starts with `-`, `+` or `=`, and a word for screen readers."""
    text = render(Conflicted(ADOPTED), 'html')
    assert '<span class="line del"><span class="spoken">removed: </span><b aria-hidden="true">-</b>100\n</span>' in text
    assert '<span class="line ins"><span class="spoken">added: </span><b aria-hidden="true">+</b>120\n</span>' in text
    assert '<span class="line kept"><span class="spoken">kept: </span><b aria-hidden="true">=</b>false\n</span>' in text


def test_loads_nothing_and_keeps_its_own_policy() -> None:
    """No address is fetched; style and script are the two whose digests the policy names."""
    text = render([Conflicted(ADOPTED), Clean(CHECKED)], 'html')
    page = Page(text)
    assert not [
        tag for tag, found in page.elements if tag in ('link', 'img', 'iframe') or 'src' in found or 'style' in found
    ]
    assert all((found['href'] or '').startswith('#') for tag, found in page.elements if tag == 'a')
    assert not [name for _, found in page.elements for name in found if name.startswith('on')]
    policy = next(found['content'] or '' for _, found in page.elements if found.get('http-equiv'))
    assert policy.startswith("default-src 'none'; ")
    for tag in ('style', 'script'):
        (inner,) = re.findall(f'<{tag}>(.*?)</{tag}>', text, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'" in policy
        assert 'http' not in inner and '@import' not in inner and 'url(' not in inner


def test_links_lead_somewhere_and_names_are_unique() -> None:
    """Also with several services on one page."""
    page = Page(render([Conflicted(ADOPTED), Drifted(replace(ADOPTED, service='b')), Failed('x', 'y', 70)], 'html'))
    names = [found['id'] for _, found in page.elements if 'id' in found]
    assert len(names) == len(set(names))
    assert {(found['href'] or '')[1:] for tag, found in page.elements if tag == 'a'} <= set(names)


@pytest.mark.parametrize(
    'outcome',
    [
        Conflicted(
            Report(
                HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
                plan=Plan(
                    decisions=(Decision(HOSTILE, (HOSTILE,), Action.CHANGE, HOSTILE, HOSTILE, Owner.TEAM, HOSTILE, HOSTILE, HOSTILE),),
                    conflicts=(Conflict(HOSTILE, (HOSTILE,), HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
                    notes=(HOSTILE,),
                ),
                facts=(Fact(HOSTILE, {HOSTILE: HOSTILE}, note=HOSTILE), Fact('x', (HOSTILE,))),
                findings=(Finding(HOSTILE, HOSTILE, HOSTILE, hint=HOSTILE),),
                commits=((HOSTILE, HOSTILE),), next_steps=(HOSTILE,),
            )
        ),
        Failed(HOSTILE, HOSTILE, 70, HOSTILE),
        Refused(HOSTILE, HOSTILE, HOSTILE),
    ],
)  # fmt: skip
def test_everything_is_escaped(outcome: Outcome) -> None:
    """A service's text is never markup; the only script is ours."""
    for shown in (outcome, [outcome, outcome]):
        text = render(shown, 'html')
        page = Page(text)
        assert page.count('script') == 1 and page.count('img') == 0
        assert '\x1b' not in text


def test_large_values_fold() -> None:
    """A whole new file does not push the rest of the page away."""
    value = '\n'.join(f'line {number}' for number in range(1000))
    plan = Plan(decisions=(Decision('a.py', (), Action.ADD, None, value),))
    text = render(Conflicted(Report('adopt', 's', plan=plan)), 'html')
    assert '<summary>1000 lines</summary>' in text and '... and 600 more lines' in text
    assert 'line 399\n' in text and 'line 400\n' not in text


def test_whole_files_are_shown_masked() -> None:
    """A decision about a whole file shows its text, and what looks like a secret in it stays hidden."""
    changes = (
        Change('a.env', None, File(b'API_TOKEN=s3cr3ts3cr3t\nMODE=x\n')),
        Change('b.bin', File(b'\xff\xfe'), None),
    )
    decisions = tuple(Decision(each.path, (), Action.ADD, None, 'file') for each in changes)
    text = render(Conflicted(Report('adopt', 's', plan=Plan(changes, decisions))), 'html')
    assert (
        'API_TOKEN=***' in text and 'MODE=x' in text and 's3cr3t' not in text and '(2 bytes that are not text)' in text
    )


def test_thousand_decisions_stay_quick_and_complete() -> None:
    """A monorepo's plan is long; the page still holds all of it."""
    decisions = tuple(Decision(f'f{n % 50}.toml', ('k', str(n)), Action.CHANGE, '1', '2') for n in range(1000))
    assert (
        Page(render(Conflicted(Report('adopt', 's', plan=Plan(decisions=decisions))), 'html')).count('article') == 1000
    )
