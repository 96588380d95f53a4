"""Handlers become one lifespan with the same order, and what can't be read for sure stays and is named."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping

import pytest

from tests.migrations.lifespan_cases import MOVED
from trueup.migrations.fastapi_lifespan import MIGRATION
from trueup.model import File, Mode
from trueup.repo import Repo, repo_from_tree


def repo_of(files: Mapping[str, str]) -> Repo:
    """A service of these files."""
    return repo_from_tree({path: File(textwrap.dedent(text).lstrip('\n').encode()) for path, text in files.items()})


def migrated(files: Mapping[str, str]) -> dict[str, str]:
    """The files that the step changes, as it leaves them; a second run must find nothing."""
    repo = repo_of(files)
    done = MIGRATION.carry_out(repo, {})
    tree = {path: file for path in repo.paths if (file := repo.file(path))}
    after = {change.path: change.after for change in done.changes if change.after}
    again = repo_from_tree(tree | after)
    assert MIGRATION.needed(again) == () and MIGRATION.carry_out(again, {}).changes == ()
    return {path: file.data.decode() for path, file in after.items()}


@pytest.mark.parametrize(('before', 'after'), MOVED, ids=['decorated', 'factory', 'lists', 'routers', 'stacked'])
def test_handlers_become_one_lifespan(before: dict[str, str], after: dict[str, str]) -> None:
    """Whole files, byte for byte; and a second run has nothing to do."""
    assert migrated(before) == {path: text.lstrip('\n') for path, text in after.items()}
    assert MIGRATION.blocked(repo_of(before)) == ()


APP = 'from fastapi import FastAPI\napp = FastAPI()\n'
NONE_OF_OURS = [
    {'main.py': APP},
    {'bot.py': 'import discord\nbot = discord.Bot()\n@bot.on_event("startup")\ndef f(): ...\n'},
    {'web.py': 'from aiohttp import web\napp = web.Application()\napp.on_startup.append(print)\n'},
    {'main.py': 'from fastapi import FastAPI\n# app.on_event is old\napp = FastAPI(lifespan=None)\n'},
    {'old.py': 'print "app.on_event"\n'},
]


@pytest.mark.parametrize('files', NONE_OF_OURS)
def test_other_words_are_left_alone(files: dict[str, str]) -> None:
    """Other libraries have events too; a lifespan that is there is no finding."""
    repo = repo_of(files)
    assert MIGRATION.needed(repo) == MIGRATION.blocked(repo) == () == MIGRATION.carry_out(repo, {}).changes


EVENT = "@app.on_event('startup')\ndef f(): ...\n"
REFUSED = [
    ('app = FastAPI(lifespan=x)\n' + EVENT, 'has a lifespan already', [4]),
    ('app = FastAPI()\nif debug:\n    @app.on_event("startup")\n    def f(): ...\n', 'only under a condition', [5]),
    ('app = FastAPI()\ndef late():\n    app.add_event_handler("startup", print)\n', 'from inside of a function', [5]),
    ('app = make()\n' + EVENT, 'app is not made here', [4]),
    ('def plug(app: FastAPI):\n    app.add_event_handler("startup", f)\n', 'app is not made here', [4]),
    ('app = FastAPI()\napp.add_event_handler("startup", db.connect)\n', 'whether it is async is not known', [4]),
    ('app = FastAPI()\n@app.on_event("startup")\n@odd\ndef f(): ...\n', 'what the decorator odd makes', [4]),
    ('app = FastAPI()\n@odd\n@app.on_event("startup")\ndef f(): ...\n', 'another decorator stands above', [5]),
    ('app = FastAPI()\n' + EVENT + EVENT, 'the name f is bound 2 times', [4, 6]),
    ('app = FastAPI()\n@app.on_event(word)\ndef f(): ...\n', 'no list or no word', [4]),
    ('app = FastAPI(on_startup=handlers)\n', 'no list or no word', [3]),
    ('app = FastAPI()\napp.router.on_startup.append(f)\n', 'a way that is not known', [4]),
    ('class S:\n    def __init__(self):\n        self.app = FastAPI(on_startup=[self.f])\n', 'no plain name', [5]),
    ('def make():\n    return FastAPI(on_startup=[print])\n', 'no plain name', [4]),
    ('app = FastAPI(); x = 1\n' + EVENT, 'several statements stand on one line', [4]),
    ('app = FastAPI()\nregister_tortoise(app)\n' + EVENT, 'adds handlers of its own', [5]),
    ('app = FastAPI()\n' + EVENT + 'async def t():\n    await app.router.startup()\n', 'used directly', [7, 4]),
    (
        'def made():\n    print()\n    def f(): ...\n    return f\napp = FastAPI()\n'
        'app.add_event_handler("startup", made())\n',
        'does more than to return a function',
        [8],
    ),
    ('async def f(): ...\napp = FastAPI()\napp.add_event_handler("startup", lambda: f())\n', 'never awaited', [5]),
    ('app = FastAPI()\napp.add_event_handler("startup", lambda: 1)\n', 'another kind than a call', [4]),
    ('app = FastAPI()\nasync def asynccontextmanager(): ...\n' + EVENT, 'is something else here', [5]),
]


@pytest.mark.parametrize(('code', 'reason', 'lines'), REFUSED)
def test_what_is_not_safe_is_named_and_left(code: str, reason: str, lines: list[int]) -> None:
    """Never a half change: each place with its line and the reason, and no file written."""
    repo = repo_of({'main.py': f'from fastapi import FastAPI\nfrom x import db, odd, make\n{code}'})
    found = MIGRATION.blocked(repo)
    assert [place.evidence.line for place in found] == lines
    assert all(reason in place.reason or 'see main.py' in place.reason for place in found)
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


TOO_OLD = [
    ({'requirements.txt': 'fastapi==0.70.0\n'}, 'fastapi==0.70.0 (requirements.txt:1)'),
    ({'poetry.lock': '[[package]]\nname = "fastapi"\nversion = "0.92.0"\n'}, 'fastapi 0.92.0 (poetry.lock)'),
    (
        {'pyproject.toml': '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "^0.68"\n'},
        '(pyproject.toml:4)',
    ),
]
NEW_ENOUGH = [
    {'requirements.txt': 'fastapi\n'},
    {'requirements.txt': 'fastapi>=0.68\n'},
    {'requirements.txt': 'fastapi~=0.104.1\n'},
    {'requirements.txt': 'fastapi>=0.1\n', 'poetry.lock': '[[package]]\nname = "fastapi"\nversion = "0.93.0"\n'},
    {'poetry.lock': 'not toml', 'requirements.txt': 'fastapi==0.93.0'},
]


@pytest.mark.parametrize(('files', 'said'), TOO_OLD)
def test_an_old_fastapi_would_ignore_the_lifespan(files: dict[str, str], said: str) -> None:
    """FastAPI before 0.93 takes any keyword: the handlers would silently never run."""
    repo = repo_of({'main.py': APP + EVENT, **files})
    assert [said in place.reason and place.evidence.line == 3 for place in MIGRATION.blocked(repo)] == [True]
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


@pytest.mark.parametrize('files', NEW_ENOUGH)
def test_a_fastapi_that_may_be_new_enough_is(files: dict[str, str]) -> None:
    """The lock decides; without one, a range that allows 0.93."""
    assert MIGRATION.needed(repo_of({'main.py': APP + EVENT, **files}))


def test_comments_inside_of_what_goes_are_kept() -> None:
    """In a registration over several lines, and in the list of a constructor."""
    text = (
        'from fastapi import FastAPI\ndef a(): ...\ndef b(): ...\napp = FastAPI(\n    on_startup=[\n        a,  # one\n    ],\n)\n'
        "app.add_event_handler(\n    'shutdown',\n    # two\n    b,\n)  # three\n"
    )
    after = migrated({'main.py': text})['main.py']
    assert [word for word in ('# one', '# two', '# three') if after.count(word) != 1] == []
    assert '    yield\n    # two\n    b()  # three\n' in after and '# one\napp = FastAPI(' in after


def test_one_app_that_can_not_move_leaves_the_other_free() -> None:
    """But a router that both include keeps both as they are."""
    bad = 'from fastapi import FastAPI\nfrom x import odd\nbad = FastAPI()\n@bad.on_event("startup")\n@odd\ndef f(): ...\n'
    assert set(migrated({'a.py': APP + EVENT, 'b.py': bad})) == {'a.py'}
    shared = 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.on_event("startup")\ndef g(): ...\n'
    use = 'from r import router\n{}.include_router(router)\n'
    both = {'a.py': APP + EVENT + use.format('app'), 'b.py': bad + use.format('bad'), 'r.py': shared}
    assert migrated(both) == {}
    assert len(MIGRATION.blocked(repo_of(both))) == 3


def test_a_router_that_no_app_includes_stops_all() -> None:
    """Its handlers would be lost beside a lifespan."""
    files = {'a.py': APP + EVENT, 'r.py': 'from fastapi import APIRouter\nr = APIRouter(on_startup=[print])\n'}
    repo = repo_of(files)
    assert [str(place.evidence) for place in MIGRATION.blocked(repo)] == ['r.py:2', 'a.py:3']
    assert migrated(files) == {}


@pytest.mark.parametrize('mark', [b'', b'\xef\xbb\xbf'])
def test_bytes_of_the_file_stay(mark: bytes) -> None:
    """Windows line endings, a byte order mark, tabs and the mode."""
    text = ("from fastapi import FastAPI\n\napp = FastAPI()\n\n\n" + EVENT + 'if 1:\n\tx = 1').replace('\n', '\r\n')
    repo = repo_from_tree({'main.py': File(mark + text.encode(), Mode.EXECUTABLE)})
    after = MIGRATION.carry_out(repo, {}).changes[0].after
    assert after is not None and after.mode is Mode.EXECUTABLE and after.data.startswith(mark + b'from contextlib')
    assert after.data.count(b'\r\n') == after.data.count(b'\n') and after.data.endswith(b'\tx = 1')
    ast.parse(after.data.decode('utf-8-sig'))
