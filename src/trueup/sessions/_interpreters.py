"""Which Pythons are on this machine, found out by running them: a pyenv shim is there and fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from trueup.errors import UserError

KNOWN = tuple(f'3.{minor}' for minor in range(9, 16))
"""Versions that Nox can make an environment for: virtualenv 21 makes none below 3.9."""

OLD = tuple(f'3.{minor}' for minor in range(6, 9))
"""Versions that only uv makes an environment for."""

Find = Callable[[str], Path | None]


def allowed(requires_python: str, *, uv: bool = False) -> tuple[str, ...]:
    """Known versions with a patch release that the set allows, so `>=3.9.7` and `<3.12.4` count; empty allows all.

    Old ones count where there is uv, and where the service names them.
    """
    try:
        wanted = SpecifierSet(requires_python)
    except InvalidSpecifier as error:
        raise UserError(
            f'not a version set: {requires_python!r}',
            where='pyproject.toml: requires-python',
            hint='write it like ">=3.10,<3.14"',
        ) from error
    patches = (0, *(int(patch) for patch in re.findall(r'\d+\.\d+\.(\d+)', requires_python)), 99)
    versions = (*OLD, *KNOWN) if uv and requires_python else KNOWN
    return tuple(version for version in versions if any(wanted.contains(f'{version}.{patch}') for patch in patches))


def without_uv(wanted: Iterable[str], requires_python: str) -> tuple[str, ...]:
    """Old versions that are wanted, or that the service names, and that can't be tested: there is no uv."""
    stated = set(allowed(requires_python, uv=True)) | set(wanted)
    return tuple(version for version in OLD if version in stated)


def matrix(pythons: Iterable[str], requires_python: str, find: Find, *, uv: bool = False) -> tuple[str, ...]:
    """Versions to test: those named, else those allowed and present; if none is present the newest allowed one,
    for Nox to skip it or to fail on it as it does with any missing interpreter.
    """
    if named := tuple(pythons):
        return named
    candidates = allowed(requires_python, uv=uv)
    present = tuple(version for version in candidates if find(version))
    return present or candidates[-1:]


def find_all(versions: Iterable[str]) -> dict[str, Path]:
    """The interpreter of each version that really runs."""
    wanted = tuple(dict.fromkeys(versions))
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = pool.map(find_interpreter, wanted)
    return {version: path for version, path in zip(wanted, found, strict=True) if path}


def find_interpreter(version: str) -> Path | None:
    """The first interpreter of a version that runs and says so itself."""
    if version == f'{sys.version_info[0]}.{sys.version_info[1]}':
        return Path(sys.executable)
    return next((path for path in _candidates(version) if _runs(path, version)), None)


def extended_path(path: str, interpreters: Iterable[Path]) -> str:
    """PATH with the folders of the interpreters at its end, so that Nox finds them and nothing is shadowed."""
    folders = path.split(os.pathsep) if path else []
    folders += [str(interpreter.parent) for interpreter in interpreters]
    return os.pathsep.join(dict.fromkeys(folders))


def _candidates(version: str) -> Iterator[Path]:
    name = f'python{version}.exe' if os.name == 'nt' else f'python{version}'
    for folder in os.environ.get('PATH', '').split(os.pathsep):
        if folder and (Path(folder) / name).is_file():
            yield Path(folder) / name
    pyenv = Path(os.environ.get('PYENV_ROOT') or Path.home() / '.pyenv') / 'versions'
    yield from sorted(pyenv.glob(f'{version}.*/bin/{name}'), key=_newest, reverse=True)
    managed = Path(os.environ.get('UV_PYTHON_INSTALL_DIR') or Path.home() / '.local' / 'share' / 'uv' / 'python')
    yield from sorted(managed.glob(f'cpython-{version}.*/bin/{name}'), key=_newest, reverse=True)


def _newest(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r'\d+', path.parent.parent.name)[:3])


def _runs(path: Path, version: str) -> bool:
    program = 'import sys; print("%d.%d" % sys.version_info[:2])'
    try:
        done = subprocess.run(
            [str(path), '-I', '-S', '-c', program], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version
