"""The HTML page in a real browser: the filter, the keyboard, a narrow window, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.model import Conflicted, Drifted, Finding
from trueup.report import render

from .browser import KEYS, NEEDED, Browser, browser
from .samples import ADOPTED, FINDINGS

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(any(shutil.which(name) is None for name in NEEDED), reason=f'needs {" and ".join(NEEDED)}'),
]
ENTRIES = '.entry'


@pytest.fixture(scope='module')
def window() -> Iterator[Browser]:
    """One browser for all tests here."""
    with browser() as found:
        yield found


@pytest.fixture(scope='module')
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with findings, a waived one, decisions and an open key."""
    path = tmp_path_factory.mktemp('report') / 'report.html'
    waived = ((Finding('CFG001', 'pytest.ini', 'takes the place of pyproject.toml'), 'old (ml, until 2027-01-31)'),)
    path.write_text(render(Conflicted(replace(ADOPTED, findings=FINDINGS, waived=waived)), 'html'), encoding='utf-8')
    return path


def select(window: Browser, name: str, value: str) -> None:
    """Choose as a person does: the change is told to the page."""
    window.run(
        f'const field = document.querySelector(".filter").elements["{name}"]; field.value = "{value}";'
        'field.dispatchEvent(new Event("input", {bubbles: true}))'
    )


def shown(window: Browser) -> list[str]:
    """The first line of each entry that is to be seen."""
    return [text.splitlines()[0] for text in window.visible(ENTRIES)]


def test_each_filter_leaves_what_fits(window: Browser, page: Path) -> None:
    """By file, by decision, by rule, by owner, by text, and together."""
    window.size(1300)
    window.open(page)
    assert len(shown(window)) == 7 and window.visible('.filter output') == ['7 entries']
    select(window, 'file', 'pyproject.toml')
    assert window.visible('.filter output') == ['3 of 7']
    assert window.visible('.file summary code') == ['pyproject.toml']
    select(window, 'decision', 'change')
    (entry,) = window.visible(ENTRIES)
    assert 'tool.black.line-length' in entry and 'before' in entry and '100' in entry and '120' in entry
    select(window, 'file', '')
    select(window, 'decision', '')
    select(window, 'rule', 'TU101')
    (entry,) = window.visible(ENTRIES)
    assert 'line-length is 100' in entry and not window.visible('.decisions')
    select(window, 'rule', 'no such rule')
    window.run('document.querySelector(".reset").click()')
    assert window.visible('.filter output') == ['7 entries'] and not window.visible('.nothing')
    assert window.errors() == []


def test_a_filtered_page_can_be_linked_to(window: Browser, page: Path) -> None:
    """The filter stands in the address, both ways."""
    window.open(page, '#?file=pyproject.toml&decision=keep')
    assert window.visible('.filter output') == ['1 of 7']
    select(window, 'decision', '')
    assert window.run('return location.hash') == '#?file=pyproject.toml'
    window.run('document.querySelector(".reset").click()')
    assert window.run('return location.hash') == ''
    assert window.errors() == []


def test_everything_is_done_by_keyboard(window: Browser, page: Path) -> None:
    """`/` searches, Escape clears, j and k step through what is shown, Tab reaches every field."""
    window.open(page)
    window.press('/mypy')
    assert window.run('return document.activeElement.name') == 'text'
    assert window.visible('.filter output') == ['1 of 7']
    window.press(KEYS['escape'])
    assert window.visible('.filter output') == ['7 entries']
    stops = []
    for key in 'jjk':
        window.press(key)
        stops.append(window.run('return [...document.querySelectorAll(".entry, .open .decision")]'
                                '.indexOf(document.activeElement)'))  # fmt: skip
    assert stops == [0, 1, 0]
    window.run('document.querySelector(".filter input").focus()')
    reached = []
    for _ in range(6):
        window.press(KEYS['tab'])
        reached.append(window.run('return document.activeElement.name || document.activeElement.className'))
    assert reached == ['file', 'decision', 'rule', 'owner', 'sure', 'reset']


@pytest.mark.parametrize('width', [1300, 420])
@pytest.mark.parametrize('dark', [False, True])
def test_nothing_overflows_and_both_schemes_are_readable(window: Browser, page: Path, width: int, dark: bool) -> None:
    """No sideways scrolling; text and background differ by at least 4.5 to 1 (WCAG 2, AA)."""
    window.size(width, dark=dark)
    window.open(page)
    assert window.run('return document.documentElement.scrollWidth') <= width
    assert window.run(CONTRAST) == []


def test_several_services_each_have_their_filter(window: Browser, tmp_path: Path) -> None:
    """One page for many services: a row leads to its service, which opens."""
    path = tmp_path / 'many.html'
    path.write_text(
        render([Conflicted(ADOPTED), Drifted(replace(ADOPTED, service='b', verb='check'))], 'html'), encoding='utf-8'
    )
    window.size(1300)
    window.open(path)
    assert shown(window) == []
    window.run('document.querySelector("a[href=\'#s1\']").click()')
    assert len(shown(window)) == 4
    assert window.errors() == []
    window.size(420)
    window.open(path)
    assert (
        window.run('const box = document.querySelector(".score .scroll"); return box.scrollWidth - box.clientWidth')
        == 0
    )
    assert window.run('return document.querySelector(".score tbody tr").offsetHeight') < 120


CONTRAST = """
const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const behind = (each) => {
  for (; each; each = each.parentElement) {
    const found = parse(getComputedStyle(each).backgroundColor);
    if (found.length === 3 || found[3] > 0) return found;
  }
  return [255, 255, 255];
};
const poor = [];
for (const each of document.querySelectorAll('body *')) {
  const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || each.offsetParent === null || each.matches('.spoken, .skip, script')) continue;
  const [a, b] = [light(parse(getComputedStyle(each).color)), light(behind(each))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) poor.push(`${each.tagName}.${each.className} ${each.innerText.slice(0, 30)} ${ratio.toFixed(2)}`);
}
return poor;
"""
