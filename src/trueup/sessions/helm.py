"""The Helm charts of the service: linted, rendered for each environment, held against the schemas of Kubernetes, packed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nox

from trueup.errors import Refusal, UserError
from trueup.sessions._delivery import PUSH, tag_of
from trueup.sessions._environment import add_tool, share_index
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder
from trueup.sessions._version import SNAPSHOT

FOLDER, PACKAGES, IMAGE = 'helm', 'dist', 'image.json'
ENGINE, JUDGE = 'helm-python-sdk', 'kubernetes-validate'
DEEPEST = 4


def charts(root: Path) -> list[Path]:
    """Folders of the charts, without those that a chart brings along and those below hidden folders."""
    found: list[Path] = []
    for depth in range(DEEPEST):
        for path in sorted(root.glob(f'{"*/" * depth}Chart.yaml')):
            folder = path.relative_to(root).parent
            hidden = any(part.startswith('.') or part == 'node_modules' for part in folder.parts)
            if not hidden and not any(other in folder.parents for other in found):
                found.append(folder)
    return found


def delivery(options: Options, words: list[str]) -> list[str]:
    """How the charts are packed, and where they go; raises UserError, and Refusal without the image to go with them."""
    version = tag_of(options, words)
    found = ['--package', PACKAGES, '--version', version if version != '0' else '0.0.0']
    path = options.root / options.reports / IMAGE
    image = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else {}
    digest = image.get('digest') if image.get('tag') == version else ''
    if digest:
        found += ['--digest', digest]
    if PUSH in words:
        if not digest:
            raise Refusal('the image of this version was not pushed yet', where='helm', hint='nox -s image first')
        found += ['--push', f'oci://{options.image.rpartition("/")[0]}/charts']
    return found


def _run(handle: nox.Session, options: Options) -> Details | None:
    found = charts(options.root)
    if not found:
        handle.log('no Chart.yaml: nothing to render')
        return Details(note='no chart', skipped=True)
    try:
        more = delivery(options, handle.posargs)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')
    helm = shutil.which('helm')
    handle.log('rendering with %s', helm or f"Helm's engine of {ENGINE}, for no helm is installed")
    share_index(handle)
    python = add_tool(handle, JUDGE, *(() if helm else (ENGINE,)))
    target = prepare_folder(options.root / options.reports) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    command = [str(python), str(Path(__file__).with_name('_render.py')), str(target), *map(str, found), *more]
    words = [word for word in handle.posargs if word not in (PUSH, SNAPSHOT)]
    if handle.run(*command, *words, external=True) is None:
        return None
    counts = json.loads((target / 'counts.json').read_text(encoding='utf-8'))
    reports = tuple(f'{options.reports}/{FOLDER}/{name}' for name in sorted(counts))
    return Details(
        reports=reports, note=f'charts: {len(found)}, renders: {len(counts)}, objects: {sum(counts.values())}'
    )


SESSION = Session(
    'helm',
    'The Helm charts: linted, rendered with each values file, held against the schemas of Kubernetes, in `dist/`.',
    _run,
    place='one',
    default=False,
    parallel=False,
)
