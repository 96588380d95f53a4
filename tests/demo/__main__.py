"""The demo: environments, a temporary standard, an old service, and trueup at work on it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.demo.console import Console, Stopped, say
from tests.demo.tools import POETRY, configured_index, link, make_environment, pip_command, poetry_mirror

CHECKOUT = Path(__file__).resolve().parents[2]
PLACE = CHECKOUT / '.demo'
OLD_SERVICE = CHECKOUT / 'tests' / 'services' / 'churn-api'
SERVICE = PLACE / 'churn-api'
STANDARD = PLACE / 'standard'
PROGRAMS = PLACE / 'bin'
VERSION = 'v0.1.0'
OPEN = re.compile(r'(?m)^\[tool\.trueup\.open\]\n(?:(?!\[)\S.*\n)*')


def environment() -> dict[str, str]:
    """The variables of all programs: the demo's own programs first, a name for commits, and the index of this machine."""
    found = {name: value for name, value in os.environ.items() if name not in ('VIRTUAL_ENV', 'PYTHONPATH')}
    found |= {
        'PATH': f'{PROGRAMS}{os.pathsep}{found.get("PATH", "")}',
        'POETRY_VIRTUALENVS_PATH': str(PLACE / 'virtualenvs'),
        'POETRY_NO_INTERACTION': '1',
        'UV_PYTHON_DOWNLOADS': 'never',
        'GIT_PAGER': 'cat',
    }
    for role in ('AUTHOR', 'COMMITTER'):
        found[f'GIT_{role}_NAME'], found[f'GIT_{role}_EMAIL'] = 'trueup demo', 'demo@example.com'
    return found | index_variables(found)


def index_variables(known: Mapping[str, str]) -> dict[str, str]:
    """Poetry and uv pointed to the index that pip uses, unless a person did so already."""
    given = {'POETRY_PYPI_MIRROR_URL': poetry_mirror(), 'UV_DEFAULT_INDEX': configured_index()}
    return {name: value for name, value in given.items() if value and name not in known}


def install(console: Console) -> None:
    """Three environments, so that no program can disturb another, and one folder with what is called from them."""
    wanted = {'trueup': (str(CHECKOUT),), 'poetry': POETRY, 'nox': ('nox', 'uv')}
    for number, (name, requirements) in enumerate(wanted.items(), start=1):
        console.title(f'[1/5] installing {name} ({number} of {len(wanted)}) in .demo/environments/{name}')
        interpreter = make_environment(PLACE / 'environments' / name)
        console.run(pip_command(interpreter, *requirements), CHECKOUT, show=False)
        for program in dict.fromkeys((name, requirements[-1])):
            if (interpreter.parent / program).is_file():
                link(interpreter.parent / program, PROGRAMS)


def prepare(console: Console) -> None:
    """A tagged standard from this checkout, and the old service in a Git repository of its own."""
    console.title(f'[2/5] a temporary standard, tagged {VERSION}, and an old service that was never made from it')
    trueup_python = PLACE / 'environments' / 'trueup' / 'bin' / 'python'
    console.run([trueup_python, '-m', 'tests.support.standard', STANDARD], CHECKOUT, show=False)
    shutil.copytree(OLD_SERVICE, SERVICE)
    console.run(['git', 'init', '-q', '-b', 'main'], SERVICE)
    console.run(['git', 'add', '-A'], SERVICE)
    console.run(['git', 'commit', '-q', '-m', 'feat: the service as it grew'], SERVICE)
    console.run(['git', 'ls-files'], SERVICE)


def adopt(console: Console) -> bool:
    """Check, adopt, decide what only a person can, check again; whether there was something to decide."""
    console.title('[3/5] how far is it from the standard?')
    standard = f'{STANDARD}@{VERSION}'
    console.run(['trueup', 'check', '--standard', standard], SERVICE, expect=[1])
    console.title('[4/5] adopting: packaging, standard files, baseline; on a branch, verified before and after')
    code = console.run(['trueup', 'adopt', '--defaults', '--standard', standard, '--switch'], SERVICE, expect=[0, 3])
    if code:
        decide(console, standard)
    console.run(['trueup', 'check', '--standard', standard], SERVICE)
    return bool(code)


def decide(console: Console, standard: str) -> None:
    """What the team does after exit 3: decide, delete the note, commit. Here: what stands in pyproject.toml is right."""
    say(
        '\n   Exit 3: the two lists of dependencies exclude each other, and no program can know which is right. We decide'
    )
    say('   that pyproject.toml is, so we delete the note in [tool.trueup.open] and commit.\n')
    console.run(['trueup', 'check', '--standard', standard], SERVICE, expect=[1])
    path = SERVICE / 'pyproject.toml'
    path.write_text(OPEN.sub('', path.read_text(encoding='utf-8')), encoding='utf-8')
    console.run(['git', 'commit', '-q', '-a', '-m', 'build: the range of pyproject.toml is right'], SERVICE)
    console.run(['trueup', 'adopt', '--continue', '--standard', standard], SERVICE)
    console.run(['git', 'commit', '-q', '-a', '-m', 'build: export requirements.txt from the lock'], SERVICE)


def prove(console: Console) -> None:
    """The service's own tests, and the standard's sessions, run with stock tools in the result."""
    console.title('[5/5] the service afterwards, with stock tools: Poetry, pytest, Nox')
    console.run(['poetry', 'sync', '--no-ansi'], SERVICE, show=False)
    console.run(['poetry', 'run', 'pytest', '-q', '--disable-warnings'], SERVICE)
    console.run(['nox', '-s', 'lint', 'tests'], SERVICE)


def closing(console: Console, started: float, ours: bool) -> None:
    """Where to look, and how to go back; a commit of `ours` on the branch goes first, since undo never drops it."""
    console.title(f'done in {time.monotonic() - started:.0f} s')
    console.run(['git', 'log', '--oneline', '--stat', 'main..HEAD'], SERVICE)
    reports = sorted((SERVICE / '.git' / 'trueup').rglob('*.html'), key=lambda path: path.stat().st_mtime)
    say(f'\n   the service:   {SERVICE}')
    say(f'   the diff:      git -C {SERVICE} diff main..HEAD')
    say(f'   the report:    {reports[-1].as_uri() if reports else "none was written"}')
    say(f'   the full log:  {console.log}')
    decided = 'git reset -q --hard HEAD~2 && ' if ours else ''
    say(f'   going back:    cd {SERVICE} && {decided}{PROGRAMS / "trueup"} undo')


def main() -> int:
    """Run the whole demo; 0 if every step ended as it should."""
    started = time.monotonic()
    for folder in (SERVICE, STANDARD, PROGRAMS):
        shutil.rmtree(folder, ignore_errors=True)
    PLACE.mkdir(exist_ok=True)
    log = PLACE / 'demo.log'
    log.write_text('', encoding='utf-8')
    say(f'trueup demo: everything happens below {PLACE}; it takes some minutes')
    console = Console(log, environment())
    try:
        install(console)
        prepare(console)
        decided = adopt(console)
        prove(console)
    except (Stopped, OSError) as error:
        say(f'\nthe demo stopped: {error}')
        return 1
    except KeyboardInterrupt:
        say('\ninterrupted')
        return 130
    closing(console, started, decided)
    return 0


if __name__ == '__main__':
    sys.exit(main())
