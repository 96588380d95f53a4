"""What the documents list is what the house has, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from trueup.cli.main import COMMANDS
from trueup.errors import ExitCode
from trueup.hooks import IDS, find_hook
from trueup.hooks.manifest import table
from trueup.sessions._register import ORDER, load

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / 'README.md'
ADDRESS = 'https://github.com/trueup-dev/trueup.git'


def between(mark: str) -> str:
    """What stands in the README between a mark and the next end."""
    _, begin, rest = README.read_text(encoding='utf-8').partition(f'<!-- [[[{mark}]]] -->\n')
    inside, end, _ = rest.partition('\n<!-- [[[end]]] -->')
    assert begin and end, f'the marks of {mark} are gone'
    return inside


def documents() -> list[Path]:
    """All Markdown files that are ours, without the template and the inputs of tests."""
    folders = (ROOT / name for name in ('docs', 'benchmarks', 'changelog.d'))
    return sorted([*ROOT.glob('*.md'), *(path for folder in folders for path in folder.rglob('*.md'))])


def test_table_of_hooks_is_the_registry() -> None:
    """A new hook is in the README, or this test shows the table to put there."""
    assert between('hooks') == table([find_hook(each) for each in IDS])


def test_table_of_sessions_is_the_registry() -> None:
    """A new session is in the README, or this test shows the rows to put there."""
    sessions = [load(name) for name in ORDER]
    rows = [f'| `{each.name}` | {each.description} | {"yes" if each.default else "no"} |' for each in sessions]
    assert between('sessions').splitlines()[2:] == rows


def test_every_command_is_named() -> None:
    """A command that the README doesn't name is never found."""
    rows = [line for line in README.read_text(encoding='utf-8').splitlines() if line.startswith('| `trueup ')]
    named = {word for row in rows for code in re.findall(r'`([^`]+)`', row.split('|')[1]) for word in code.split()}
    assert set(COMMANDS) <= named


def test_every_exit_code_is_told() -> None:
    """The codes are a promise to scripts."""
    told = re.findall(r'(?m)^\| (\d+) \| ', README.read_text(encoding='utf-8'))
    assert [int(code) for code in told] == [int(code) for code in ExitCode]


def test_links_lead_somewhere() -> None:
    """A relative link names a file of this repository."""
    broken = []
    for path in documents():
        for target in re.findall(r'\]\(([^)#\s]+)[^)]*\)', path.read_text(encoding='utf-8')):
            if '://' not in target and not target.startswith('mailto:') and not (path.parent / target).exists():
                broken.append(f'{path.relative_to(ROOT)}: {target}')
    assert not broken, '\n'.join(['', *broken])


def test_every_page_can_be_found() -> None:
    """A page that neither of the two lists names is never read."""
    lists = [ROOT / 'docs/README.md', ROOT / 'docs/explanation/decisions/README.md']
    links = [(index, link) for index in lists for link in re.findall(r'\]\(([^)#]+)\)', index.read_text('utf-8'))]
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / 'docs').rglob('*.md')} - {'docs/README.md'}
    assert pages - {(index.parent / link).relative_to(ROOT).as_posix() for index, link in links} == set()


def test_one_address_stands_for_the_repository() -> None:
    """A reader replaces one address, not several spellings of it."""
    spelled = {
        (path.relative_to(ROOT).as_posix(), found)
        for path in documents()
        for found in re.findall(r'https://github\.com/trueup-dev/[^\s`"@)]*', path.read_text(encoding='utf-8'))
    }
    assert {pair for pair in spelled if pair[1] != ADDRESS} == set()
