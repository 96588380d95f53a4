"""The documentation as a folder of plain HTML: the API of the package by pdoc, with the README and `docs/` as pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

from trueup.sessions._environment import add, prepare
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

TOOL = 'pdoc'
FOLDER = 'docs'
PAGES = ('README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/**/*.md')
NOT_DOCUMENTED = {'docs', 'test', 'tests'}


def packages(root: Path) -> list[str]:
    """The service's packages as paths, those below `src/` or beside pyproject.toml."""
    for place in ('src/*/__init__.py', '*/__init__.py', '*/src/*/__init__.py'):
        found = sorted(path.parent.relative_to(root) for path in root.glob(place))
        if wanted := [path.as_posix() for path in found if path.name not in NOT_DOCUMENTED]:
            return wanted
    return []


def pages(root: Path) -> list[str]:
    """The Markdown files that become pages."""
    return [path.relative_to(root).as_posix() for pattern in PAGES for path in sorted(root.glob(pattern))]


def _run(handle: nox.Session, options: Options) -> Details | None:
    found, texts = packages(options.root), pages(options.root)
    if not found and not texts:
        handle.log('neither a package nor a Markdown page: nothing to document')
        return Details(note='nothing to document', skipped=True)
    prepare(handle, options)
    add(handle, [TOOL])
    target = prepare_folder(options.root / options.reports) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    if found:
        handle.run('python', '-m', 'pdoc', '--output-directory', str(target), *handle.posargs, *found)
    if handle.run('python', str(Path(__file__).with_name('_pages.py')), str(target), *texts) is None:
        return None
    index = f'{options.reports}/{FOLDER}/index.html'
    return Details(reports=(index,), note=f'packages: {len(found)}, pages: {len(texts)}')


SESSION = Session(
    'docs', 'The documentation as HTML: the API by pdoc, README and `docs/`.', _run, place='one', default=False
)
