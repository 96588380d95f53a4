"""Uploads what `build` made of this very commit to the index of the company, by twine."""

from __future__ import annotations

import netrc
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import nox
from packaging.version import Version

from trueup.errors import Refusal, UserError
from trueup.sessions._environment import add_tool, share_index
from trueup.sessions._options import Options, normalized
from trueup.sessions._session import Details, Session
from trueup.sessions._version import SNAPSHOT, line_of, read_version, snapshot
from trueup.sessions._wheel import FOLDER, TOOLS, is_package

ADDRESS = 'TWINE_REPOSITORY_URL'
USER, PASSWORD = 'TWINE_USERNAME', 'TWINE_PASSWORD'
KNOWN = (
    (USER, PASSWORD),
    ('POETRY_HTTP_BASIC_COMPANY_USERNAME', 'POETRY_HTTP_BASIC_COMPANY_PASSWORD'),
    ('UV_PUBLISH_USERNAME', 'UV_PUBLISH_PASSWORD'),
)
"""Variables by which twine, Poetry and uv are told who uploads."""


def _run(handle: nox.Session, options: Options) -> Details | None:
    if not is_package(options):
        handle.log('the service is not a package: nothing to publish')
        return Details(note='not a package', skipped=True)
    try:
        url = address(options)
        files = ready(options, between=SNAPSHOT in handle.posargs)
        who = credentials(url, os.environ)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')
    handle.log('publishing to %s: %s', url, ', '.join(path.name for path in files))
    share_index(handle)
    python = str(add_tool(handle, *TOOLS))
    handle.env.update(who)
    # The password comes from the environment: as an argument every process list would show it.
    command = [python, '-m', 'twine', 'upload', '--non-interactive', '--disable-progress-bar', '--repository-url', url]
    words = [word for word in handle.posargs if word != SNAPSHOT]
    if handle.run(*command, *words, *map(str, files), external=True) is None:
        return None
    return Details(reports=tuple(f'{FOLDER}/{path.name}' for path in files), note=f'published to {url}')


def address(options: Options) -> str:
    """Where to; raises UserError for nowhere, and for an address that would show a password in the log."""
    url = os.environ.get(ADDRESS) or options.publish_url
    if not url:
        raise UserError(
            'no index to publish to', where='publish', hint=f'[tool.trueup.sessions] publish_url, or {ADDRESS}'
        )
    if '@' in url:
        raise UserError('credentials in the address', where=ADDRESS, hint=f'set {USER} and {PASSWORD} instead')
    return url


def credentials(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """For twine: who uploads, from the variables of any of the three tools, else from the netrc file; {} for nobody.

    pip, uv and Poetry read the netrc file by themselves, twine does not.
    """
    for user, password in KNOWN:
        if password in environment:
            return {USER: environment.get(user, '__token__'), PASSWORD: environment[password]}
    path = Path(environment.get('NETRC') or Path.home() / '.netrc')
    try:
        found = netrc.netrc(path).authenticators(urlsplit(url).hostname or '')
    except FileNotFoundError:
        return {}
    except (OSError, netrc.NetrcParseError) as error:
        raise UserError('not a netrc file that can be read', where=str(path), hint='see `man netrc`') from error
    return {USER: found[0], PASSWORD: found[2] or ''} if found else {}


def ready(options: Options, *, between: bool) -> list[Path]:
    """The files of this commit in `dist/`, of a snapshot if it lies `between` releases; raises Refusal."""
    line, version = line_of(options), read_version(options)
    if not between and not line.is_at(version):
        hint = 'nox -s build publish -- --snapshot publishes a commit between releases'
        raise Refusal(f'HEAD does not bear the tag {line.tag(version)}', where='publish', hint=hint)
    wanted = snapshot(options, line) if between else version
    found = [path for path in sorted((options.root / FOLDER).glob('*')) if _is(path, options, wanted)]
    if not found:
        hint = f'nox -s build publish{f" -- {SNAPSHOT}" if between else ""}'
        raise Refusal(f'{FOLDER}/ holds no {wanted}', where='publish', hint=hint)
    return found


def _is(path: Path, options: Options, version: Version) -> bool:
    """Whether a file is the wheel or the source distribution of the service in that version.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    project = options.pyproject.get('project')
    name = normalized(str(project['name'])).replace('-', '_') if isinstance(project, dict) else ''
    found = re.fullmatch(r'(?P<name>[^-]+)-(?P<version>[^-]+)(-.*[.]whl|[.]tar[.]gz)', path.name)
    return found is not None and found['name'].lower() == name and Version(found['version']) == version


SESSION = Session(
    'publish',
    'Upload what `build` made to the index of the company, by twine; `-- --snapshot` between releases.',
    _run,
    place='one',
    default=False,
    parallel=False,
)
