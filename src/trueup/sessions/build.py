"""The service's wheel and source distribution, built the way an index would get them, and looked into."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

import nox

from trueup.sessions._environment import share_index
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session

TOOLS = ('build', 'twine')
FOLDER = 'dist'


def is_package(options: Options) -> bool:
    """Whether the service is made to be built: it has a build system, and Poetry was not told otherwise."""
    poetry = options.pyproject.get('tool', {}).get('poetry', {})
    if isinstance(poetry, dict) and poetry.get('package-mode', True) is False:
        return False
    return 'build-system' in options.pyproject or (options.root / 'setup.py').is_file()


def modules(wheel: Path) -> int:
    """How many Python files and compiled modules a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        return sum(name.endswith(('.py', '.so', '.pyd')) for name in archive.namelist())


def _run(handle: nox.Session, options: Options) -> Details | None:
    if not is_package(options):
        handle.log('the service is not a package: nothing to build')
        return Details(note='not a package', skipped=True)
    share_index(handle)
    handle.install(*TOOLS)
    # Built elsewhere first: what an earlier version left in dist/ must not be taken for this one's.
    with tempfile.TemporaryDirectory() as scratch:
        if handle.run('python', '-m', 'build', '--outdir', scratch, *handle.posargs, '.') is None:
            return None
        made = sorted(Path(scratch).iterdir())
        # Not strict: a missing long description is no fault of a service that no index shows.
        handle.run('python', '-m', 'twine', 'check', *map(str, made))
        for wheel in made:
            if wheel.suffix == '.whl' and not modules(wheel):
                handle.error(f'{wheel.name} holds no module: the build system does not find the packages')
        target = options.root / FOLDER
        target.mkdir(exist_ok=True)
        for path in made:
            shutil.move(path, target / path.name)
    return Details(reports=tuple(f'{FOLDER}/{path.name}' for path in made))


SESSION = Session(
    'build', 'The wheel and the source distribution, in `dist/`.', _run, place='one', default=False, parallel=False
)
