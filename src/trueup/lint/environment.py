"""Find the service's own Python environment, in which its dependencies are, so that pylint can resolve imports."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.errors import UserError
from trueup.lint.configuration import ancestors, read_toml

OVERRIDE = 'TRUEUP_PYTHON'
POETRY_SECONDS = 10
PROBE_SECONDS = 20
DISTRIBUTION = re.compile(r'(?P<name>[A-Za-z0-9][\w.]*?)(-[^-].*)?\.(dist-info|egg-info|egg-link|egg)$')
SEEDS = frozenset(('pip', 'setuptools', 'wheel', 'distribute', 'pkg_resources'))
"""What an environment holds from its birth."""
# Runs in the service's interpreter (any version): where it imports installed packages from, `.pth` files followed.
PROBE = (
    'import json,sys,sysconfig;'
    's={sysconfig.get_path("stdlib"),sysconfig.get_path("platstdlib")};'
    's|={p+"/lib-dynload" for p in s};'
    'print(json.dumps([p for p in sys.path if p and p not in s and not p.endswith(".zip")]))'
)


class Environment(NamedTuple):
    """A working interpreter, where it was found, and the folders it imports installed packages from."""

    python: Path
    source: str
    packages: tuple[str, ...]


def find_environment(root: Path) -> Environment | None:
    """The service's environment: TRUEUP_PYTHON, .venv, venv, an active one that is not ours, Poetry's; None if none.

    `.venv` and `venv` are looked for in `root` and above it up to the Git root. One into which nothing was installed
    is passed over: there every import would look like a fault. Raises UserError if TRUEUP_PYTHON is set and does not
    work; empty or not, it is what was asked for.
    """
    override = os.environ.get(OVERRIDE)
    if override:
        return environment_of(Path(override), OVERRIDE)
    found = (_probe(python, source) for source, python in _candidates(root, os.environ))
    return next((environment for environment in found if environment and _is_filled(environment)), None)


def watched(root: Path, packages: Sequence[str] = ()) -> Iterator[str]:
    """Paths that another answer of `find_environment` would show in; `packages` are those of the answer it gave.

    What it would ask after the environment that it found does not count.
    """
    if override := os.environ.get(OVERRIDE):
        yield from (override, str(_interpreter(Path(override))))
        return
    places = [folder / name for folder in ancestors(root) for name in ('.venv', 'venv')]
    places += [Path(active) for name in ('VIRTUAL_ENV', 'CONDA_PREFIX') if (active := os.environ.get(name))]
    for place in places:
        yield from (str(place), str(place / 'pyvenv.cfg'), str(_interpreter(place)))
        yield from (str(path) for path in sorted(place.glob('[Ll]ib*/python*/site-packages')))
        if any(Path(folder).is_relative_to(place) for folder in packages):
            return
    if shutil.which('poetry') and (root / 'pyproject.toml').is_file():
        yield from _poetry_paths(root)


def _poetry_paths(root: Path) -> Iterator[str]:
    """Poetry's configuration, the folder of its environments, and each of these."""
    home = Path.home()
    configurations = [
        root / 'poetry.toml',
        Path(os.environ.get('XDG_CONFIG_HOME') or home / '.config') / 'pypoetry' / 'config.toml',
        home / 'Library' / 'Application Support' / 'pypoetry' / 'config.toml',
        Path(os.environ.get('APPDATA') or home) / 'pypoetry' / 'config.toml',
    ]
    caches = [
        Path(os.environ.get('XDG_CACHE_HOME') or home / '.cache') / 'pypoetry',
        home / 'Library' / 'Caches' / 'pypoetry',
        Path(os.environ.get('LOCALAPPDATA') or home) / 'pypoetry' / 'Cache',
    ]
    folders = [cache / 'virtualenvs' for cache in caches]
    for path in configurations:
        yield str(path)
        options = read_toml(path)
        table = options.get('virtualenvs')
        for value in (options.get('cache-dir'), table.get('path') if isinstance(table, dict) else None):
            folders += [Path(str(value)), Path(str(value)) / 'virtualenvs'] if value else []
    for folder in folders:
        yield str(folder)
        yield from (str(path) for path in (folder / 'envs.toml', *sorted(folder.glob('*'))))


def environment_of(python: Path, source: str = 'given') -> Environment:
    """The environment of one interpreter (or of the folder of an environment); raises UserError if it can't run."""
    environment = _probe(_interpreter(python) if python.is_dir() else python, source)
    if environment is None:
        raise UserError(
            'this Python does not run', where=f'{python} ({source})', hint='give the path of a working interpreter'
        )
    return environment


def _candidates(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for folder in ancestors(root):
        for name in ('.venv', 'venv'):
            if (folder / name / 'pyvenv.cfg').is_file():
                yield name, _interpreter(folder / name)
    for name in ('VIRTUAL_ENV', 'CONDA_PREFIX'):
        active = variables.get(name)
        if active and not _same(Path(active), Path(sys.prefix)):
            yield name, _interpreter(Path(active))
    poetry = _poetry_environment(root, variables)
    if poetry:
        yield 'poetry', _interpreter(poetry)


def _poetry_environment(root: Path, variables: Mapping[str, str]) -> Path | None:
    """Folder that `poetry env info -p` names; asked only where a Poetry project is and Poetry is on PATH.

    Of all commands of Poetry that know the environment, this one never makes it.
    """
    poetry = shutil.which('poetry')
    if not poetry or not (root / 'pyproject.toml').is_file():
        return None
    # With VIRTUAL_ENV set, Poetry answers with that environment instead of the project's.
    clean = {name: value for name, value in variables.items() if name not in ('VIRTUAL_ENV', 'CONDA_PREFIX')}
    try:
        done = subprocess.run(
            [poetry, 'env', 'info', '-p', '--no-ansi', '--no-interaction'],
            cwd=root,
            env=clean,
            capture_output=True,
            timeout=POETRY_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    path = os.fsdecode(done.stdout).strip()
    return Path(path) if done.returncode == 0 and path else None


def _probe(python: Path, source: str) -> Environment | None:
    """Run the interpreter once: a shim or a broken link answers to `which` and still does not work."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    try:
        done = subprocess.run(
            [python, '-I', '-c', PROBE],
            env=clean,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        packages = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return None if packages is None else Environment(python, source, tuple(packages))


def _is_filled(environment: Environment) -> bool:
    """Whether something is installed besides what every new environment holds."""
    folders = (Path(name) for name in environment.packages)
    names = (path.name for folder in folders if folder.is_dir() for path in folder.iterdir())
    return any(match['name'].lower() not in SEEDS for match in map(DISTRIBUTION.match, names) if match)


def _interpreter(folder: Path) -> Path:
    if os.name == 'nt':
        inner = folder / 'Scripts' / 'python.exe'
        return inner if inner.exists() else folder / 'python.exe'
    return folder / 'bin' / 'python'


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
