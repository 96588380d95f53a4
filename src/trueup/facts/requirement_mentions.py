"""Which files name a requirements file: as long as one does, the file has to stay."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from trueup.facts._declared import requirement_files
from trueup.facts._view import LONG_LINE, View, at
from trueup.model import Evidence, Fact

READERS = (
    r'(\.\./)*(\.readthedocs\.ya?ml|makefile|[^/]+\.mk|tox\.ini|noxfile\.py|setup\.py|setup\.cfg|pyproject\.toml|'
    r'manifest\.in|mlproject|([^/]+/)?[^/]+\.(sh|bat|ps1)|([^/]+/)*(docker-)?compose[\w.-]*\.ya?ml|readme(\.\w+)?|docs/.*\.(md|rst)|'
    r'([^/]+/)*([^/]+\.)?(dockerfile|containerfile)([.-][\w.-]+)?|([^/]+/)*requirements[^/]*\.(txt|in))'
)
TALK = ('.md', '.rst', 'readme')
COPIED = ('app', 'code', 'src', 'tmp', 'workspace')
OPTION = re.compile(r'(?<!\S)(-r|-c)\s*(?=\S)')
NO_READER = ('.dockerignore', '.bak')


def read(view: View) -> Iterator[Fact]:
    """`requirements_named` for each requirements file that others name, `requirements_unnamed` for the rest."""
    readers = [*view.pipelines, *(path for path in view.named(READERS, outer=True) if not path.endswith(NO_READER))]
    for path in requirement_files(view):
        places = [place for reader in readers if reader != path for place in _mentions(view, reader, path)]
        if places:
            names = ', '.join(dict.fromkeys(place.path for place in places))
            yield Fact('requirements_named', path, tuple(places), 1.0, f'named by {names}')
        else:
            yield Fact('requirements_unnamed', path, (at(path),), 0.9, 'no other file names it')
    yield from _dangling(view, readers)


def _mentions(view: View, reader: str, path: str) -> Iterator[Evidence]:
    name = posixpath.basename(path)
    pattern = re.compile(rf'(?P<folder>[\w.${{}}/-]*?)(?<![\w.-]){re.escape(name)}(?![\w-])')
    for number, line in enumerate(view.lines(reader), 1):
        if name not in line or len(line) > LONG_LINE:
            continue
        found = pattern.search(OPTION.sub(' ', line))
        comment = line.lstrip().startswith('#') and not reader.lower().endswith(TALK)
        if found and not comment and _may_mean(view, reader, found['folder'].strip('./'), path):
            yield at(reader, number)


def _may_mean(view: View, reader: str, folder: str, path: str) -> bool:
    """Whether `folder/name` written in `reader` may be `path`: it is spelt out, or lies beside or above the reader."""
    outside = reader.startswith('../')
    own = posixpath.normpath(posixpath.join(view.service_root if outside else '', posixpath.dirname(path)))
    own = '' if own == '.' else own
    if folder and not re.search('[${]', folder):
        return f'{own}/'.endswith(f'{folder}/') or (not own and folder.rsplit('/')[-1] in COPIED)
    if outside:
        return not reader.lower().endswith(TALK) and view.service_root in (view.text(reader) or '')
    beside = posixpath.dirname(reader)
    return own == beside or not own or own.startswith(f'{beside}/') and reader.lower().endswith('readme.md')


def _dangling(view: View, readers: list[str]) -> Iterator[Fact]:
    """Commands that install from a requirements file which isn't there."""
    names = {path.rsplit('/', 1)[-1] for path in requirement_files(view)}
    for reader in readers:
        for line, found in view.search(
            reader, r'(?:-r\s+|--requirement[= ])["\']?([\w.${}/-]*?)([\w-]*requirements[\w-]*\.txt)'
        ):
            if found[2] not in names and not reader.startswith('../'):
                yield Fact('requirements_missing', found[2], (at(reader, line),), 0.8, 'installed from, but not there')
