"""The service's wheel and source distribution, built the way an index would get them, and looked into."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import nox

from trueup.errors import UserError
from trueup.git import tracked_paths
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._version import PROJECT, SNAPSHOT, line_of, snapshot, with_version
from trueup.sessions._wheel import FOLDER, build, is_package


def _run(handle: nox.Session, options: Options) -> Details | None:
    if not is_package(options):
        handle.log('the service is not a package: nothing to build')
        return Details(note='not a package', skipped=True)
    arguments = [word for word in handle.posargs if word != SNAPSHOT]
    # Built elsewhere first: what an earlier version left in dist/ must not be taken for this one's.
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, 'made')
        target.mkdir()
        source = _copy(handle, options, Path(scratch, 'source')) if SNAPSHOT in handle.posargs else '.'
        made = build(handle, source, target, arguments=arguments)
        if made is None:
            return None
        folder = options.root / FOLDER
        folder.mkdir(exist_ok=True)
        for path in made:
            shutil.move(path, folder / path.name)
    return Details(reports=tuple(f'{FOLDER}/{path.name}' for path in made))


def _copy(handle: nox.Session, options: Options, target: Path) -> str:
    """A copy of what Git tracks, with the version of a snapshot: the service's own files stay as they are."""
    try:
        version = snapshot(options, line_of(options))
    except UserError as error:
        handle.error(f'{error}; {error.hint}')
    handle.log('version %s', version)
    for name in tracked_paths(options.root):
        source = options.root / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    project = target / PROJECT
    project.write_bytes(with_version(project.read_bytes().decode('utf-8'), version).encode('utf-8'))
    return str(target)


SESSION = Session(
    'build',
    'The wheel and the source distribution, in `dist/`; `-- --snapshot` of a commit between releases.',
    _run,
    place='one',
    default=False,
    parallel=False,
)
