"""Writes the bill of materials of what a service runs with, as CycloneDX."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import nox
import tomlkit

from trueup.sessions._environment import add_tool, prepare
from trueup.sessions._options import Options
from trueup.sessions._session import Details
from trueup.sessions._summary import prepare_folder

REPORT = 'sbom.json'


def write_bill(handle: nox.Session, options: Options) -> Details | None:
    """Install what the service runs with, and list it; None under `nox --install-only`."""
    report = prepare_folder(options.root / options.reports) / REPORT
    report.unlink(missing_ok=True)
    prepare(handle, options, development=False)
    python = add_tool(handle, 'cyclonedx-bom')
    with tempfile.TemporaryDirectory() as scratch:
        # Of the installed packages, not of a lock file: cyclonedx-py reads none that follows PEP 621.
        command = [str(python), '-m', 'cyclonedx_py', 'environment', '--of', 'JSON', '--output-reproducible']
        command += ['-o', f'{options.reports}/{REPORT}', *_root(options, Path(scratch))]
        if handle.run(*command, handle.virtualenv.location, external=True) is None:
            return None
    count = len(json.loads(report.read_text(encoding='utf-8')).get('components', []))
    if not count:
        handle.warn('no package is installed: the bill is empty')
    return Details(reports=(report.relative_to(options.root).as_posix(),), note=f'components: {count}')


def _root(options: Options, scratch: Path) -> list[str]:
    """The service as the main component; the tool is given no more of pyproject.toml than it can read."""
    project = options.pyproject.get('project')
    if not isinstance(project, dict) or 'name' not in project:
        return []
    short = {name: project[name] for name in ('name', 'version', 'description', 'dependencies') if name in project}
    path = scratch / 'pyproject.toml'
    path.write_text(tomlkit.dumps({'project': short}), encoding='utf-8')
    return ['--pyproject', str(path)]
