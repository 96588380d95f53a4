"""The programs that the demo and the tests need, each in an environment of its own; nothing is installed elsewhere.

`python -m tests.demo.tools FOLDER` puts Poetry into FOLDER/poetry and a link to it into FOLDER/bin;
`python -m tests.demo.tools --mirror` prints the index that Poetry must be pointed to, if any.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.demo.console import Stopped

POETRY = ('poetry>=2', 'poetry-plugin-pypi-mirror')
JSON_PAGE = 'application/vnd.pypi.simple.v1+json'


def make_environment(folder: Path) -> Path:
    """The interpreter of a virtual environment in `folder`, which is made if it is not there."""
    interpreter = folder / 'bin' / 'python'
    if not interpreter.exists():
        try:
            venv.create(folder, with_pip=True, symlinks=True)
        except (subprocess.CalledProcessError, SystemExit, OSError) as error:
            raise Stopped(f'could not make an environment in {folder}; on Debian: apt install python3-venv') from error
    return interpreter


def pip_command(interpreter: Path, *requirements: str) -> list[str]:
    """The command that installs something into the environment of an interpreter."""
    return [str(interpreter), '-m', 'pip', 'install', '-q', '--disable-pip-version-check', *requirements]


def link(program: Path, folder: Path) -> None:
    """Make one program of an environment callable from `folder` without exposing the rest of that environment."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / program.name
    place.unlink(missing_ok=True)
    place.symlink_to(program)


def configured_index() -> str:
    """The package index that a person gave pip, empty for pip's own default."""
    for name in ('global.index-url', 'install.index-url'):
        done = subprocess.run(
            [sys.executable, '-m', 'pip', 'config', 'get', name], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return os.environ.get('PIP_INDEX_URL', '')


def poetry_mirror() -> str:
    """The simple index that Poetry must use, empty when its built-in client will do.

    Poetry's own client of the public index needs JSON: of a project's page, and of each release. An index that lacks
    one of them needs the mirror plugin, which reads plain pages.
    """
    given = os.environ.get('POETRY_PYPI_MIRROR_URL') or configured_index()
    if given:
        return given
    asked = subprocess.run(
        [sys.executable, '-c', 'from pip._internal.models.index import PyPI as p; print(p.simple_url, p.pypi_url)'],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return asked[0] if len(asked) == 2 and not _speaks_json(*asked) else ''


def _speaks_json(pages: str, releases: str) -> bool:
    try:
        newest = _read_json(f'{pages}/pip/')['versions'][-1]
        return bool(_read_json(f'{releases}/pip/{newest}/json')['info'])
    except (urllib.error.URLError, TimeoutError, ValueError, LookupError, TypeError):
        return False


def _read_json(address: str) -> Any:
    request = urllib.request.Request(address, headers={'Accept': f'{JSON_PAGE}, application/json'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def main(arguments: Sequence[str] | None = None) -> int:
    """Install Poetry below the folder that is given, or say which index it needs."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ['--mirror']:
        print(poetry_mirror())
        return 0
    if len(given) != 1:
        print('usage: python -m tests.demo.tools FOLDER | --mirror', file=sys.stderr)
        return 2
    folder = Path(given[0]).resolve()
    interpreter = make_environment(folder / 'poetry')
    code = subprocess.run(pip_command(interpreter, '-q', *POETRY), check=False).returncode
    if code == 0:
        link(interpreter.parent / 'poetry', folder / 'bin')
    return code


if __name__ == '__main__':
    sys.exit(main())
