"""The demo finds out by asking whether Poetry can use the index, and says what a program did."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.demo import tools
from tests.demo.console import Console, Stopped, shorten


class Index(BaseHTTPRequestHandler):
    """Answers the paths of `pages` with JSON, all else with 404."""

    pages: dict[str, object] = {}

    def do_GET(self) -> None:
        """One page."""
        page = self.pages.get(self.path)
        body = json.dumps(page).encode()
        self.send_response(200 if page else 404)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A package index on this machine."""
    with ThreadingHTTPServer(('127.0.0.1', 0), Index) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
        thread.join()


RELEASE = {'info': {'name': 'pip'}}
PROJECT = {'versions': ['24.0', '25.0']}


@pytest.mark.parametrize(
    ('pages', 'speaks'),
    [
        ({'/simple/pip/': PROJECT, '/pypi/pip/25.0/json': RELEASE}, True),
        ({'/simple/pip/': PROJECT}, False),
        ({'/pypi/pip/25.0/json': RELEASE}, False),
        ({'/simple/pip/': {'versions': []}}, False),
    ],
)
def test_poetry_needs_json_of_projects_and_releases(
    address: str, pages: dict[str, object], speaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index with JSON pages but no JSON releases looks fine to pip and breaks Poetry."""
    monkeypatch.setattr(Index, 'pages', pages)
    assert tools._speaks_json(f'{address}/simple', f'{address}/pypi') is speaks


def test_an_index_that_is_away_speaks_no_json() -> None:
    """No answer is no JSON, not a traceback."""
    assert tools._speaks_json('http://127.0.0.1:9/simple', 'http://127.0.0.1:9/pypi') is False


def test_a_given_mirror_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person set is not second-guessed."""
    monkeypatch.setenv('POETRY_PYPI_MIRROR_URL', 'https://index.example.com/simple')
    assert tools.poetry_mirror() == 'https://index.example.com/simple'


def test_a_link_replaces_the_one_of_the_last_run(tmp_path: Path) -> None:
    """The demo may be run again."""
    tools.link(Path(sys.executable), tmp_path / 'bin')
    tools.link(Path(sys.executable), tmp_path / 'bin')
    assert (tmp_path / 'bin' / Path(sys.executable).name).readlink() == Path(sys.executable)


def test_a_program_is_shown_and_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a step printed can be read on the screen and afterwards in the log."""
    console = Console(tmp_path / 'log', {'WORD': 'hello'})
    code = console.run([sys.executable, '-c', 'import os; print(os.environ["WORD"])'], tmp_path)
    assert (code, '     hello\n' in capsys.readouterr().out) == (0, True)
    assert 'hello\n' in (tmp_path / 'log').read_text(encoding='utf-8')


def test_an_unexpected_exit_code_stops_the_demo(tmp_path: Path) -> None:
    """A demo that goes on after a failure shows nothing true."""
    console = Console(tmp_path / 'log', {})
    with pytest.raises(Stopped, match='ended with 3, expected 0 or 1'):
        console.run([sys.executable, '-c', 'raise SystemExit(3)'], tmp_path, expect=[0, 1])


def test_commands_are_shown_as_typed_in_their_folder() -> None:
    """Nobody types an absolute path to a file beside him."""
    assert shorten(['/usr/bin/git', 'add', '/a/b/c.txt'], Path('/a/b')) == ['git', 'add', 'c.txt']
