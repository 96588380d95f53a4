"""The image of the service, built by whatever program builds images here, looked at, and pushed where that is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import nox

from trueup.errors import UserError
from trueup.sessions._delivery import PUSH, tag_of
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder
from trueup.sessions._version import SNAPSHOT

FILE, REPORT = 'Dockerfile', 'image.json'
NETRC = 'netrc'
BASE = re.compile(r'(?m)^ARG[ \t]+BASE_IMAGE=(\S+)')
DIGEST = re.compile(r'sha256:[0-9a-f]{64}')
ROOT = ('', '0', 'root')


class Builder(NamedTuple):
    """A program, what it is asked first (a client without its daemon builds nothing), and how it builds."""

    program: str
    ready: tuple[str, ...]
    build: tuple[str, ...]


BUILDERS = (
    Builder('docker', ('docker', 'info'), ('docker', 'build')),
    Builder('podman', ('podman', 'info'), ('podman', 'build', '--format', 'docker')),
    Builder('buildah', ('buildah', 'info'), ('buildah', 'bud', '--format', 'docker', '--layers')),
)
"""In the order in which they are tried."""


def works(command: Sequence[str]) -> bool:
    """Whether a program is there and answers."""
    if shutil.which(command[0]) is None:
        return False
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def builder(answers: Callable[[Sequence[str]], bool] = works) -> Builder | None:
    """The first program that can build."""
    return next((each for each in BUILDERS if answers(each.ready)), None)


def name_of(options: Options) -> str:
    """The name of the image without a tag: where it is pushed to, else the name of the service."""
    if options.image:
        return options.image
    project = options.pyproject.get('project') or options.pyproject.get('tool', {}).get('poetry', {})
    name = str(project.get('name') or options.root.resolve().name).lower()
    return re.sub(r'[^a-z0-9._-]+', '-', name).strip('-._') or 'service'


def arguments(text: str, known: dict[str, str], *, netrc: Path) -> list[str]:
    """What the Dockerfile asks for and is known: build arguments, and the credentials of a package index."""
    found: list[str] = []
    for name, value in known.items():
        if value and re.search(rf'(?m)^ARG\b.*\b{name}\b', text):
            found += ['--build-arg', f'{name}={value}']
    if f'id={NETRC}' in text and netrc.is_file():
        # A secret mount: the file is there while a step runs, and in no layer.
        found += ['--secret', f'id={NETRC},src={netrc}']
    return found


def problems(document: object) -> list[str]:
    """What is wrong with a built image, as far as its configuration tells."""
    found = document[0] if isinstance(document, list) and document else document
    config = found.get('Config') if isinstance(found, dict) else None
    if isinstance(found, dict) and isinstance(found.get('Docker'), dict):  # as buildah nests it
        config = found['Docker'].get('config')
    user = str(config.get('User') or '').partition(':')[0] if isinstance(config, dict) else ''
    return [f'the image runs as root ({f"USER {user}" if user else "without USER"})'] if user in ROOT else []


def _run(handle: nox.Session, options: Options) -> Details | None:
    path = options.root / FILE
    if not path.is_file():
        handle.log('no Dockerfile: nothing to build')
        return Details(note='no Dockerfile', skipped=True)
    found = builder()
    if found is None:
        handle.error('no program here builds images: docker with its daemon, podman or buildah')
    try:
        tag = tag_of(options, handle.posargs)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')
    text, name = path.read_text(encoding='utf-8', errors='replace'), f'{name_of(options)}:{tag}'
    revision = _output(['git', '-C', str(options.root), 'rev-parse', 'HEAD'])
    netrc = Path(os.environ.get('NETRC') or Path.home() / '.netrc')
    words = [word for word in handle.posargs if word not in (PUSH, SNAPSHOT)]
    more = arguments(text, {'VERSION': tag, 'REVISION': revision}, netrc=netrc)
    if handle.run(*found.build, '--tag', name, *more, *words, '.', external=True) is None:
        return None
    looked = _output([found.program, 'inspect', '--type', 'image', name])
    if wrong := problems(json.loads(looked or 'null')):
        handle.error('; '.join(wrong))
    _say_base(handle, found.program, text)
    digest = _push(handle, found.program, name) if PUSH in handle.posargs else ''
    report = {'image': name_of(options), 'tag': tag, 'digest': digest, 'revision': revision}
    target = prepare_folder(options.root / options.reports) / REPORT
    target.write_text(f'{json.dumps(report, indent=2)}\n', encoding='utf-8')
    note = f'{name}, by {found.program}{f", pushed as {digest}" if digest else ""}'
    return Details(reports=(f'{options.reports}/{REPORT}',), note=note)


def _push(handle: nox.Session, program: str, name: str) -> str:
    """The digest under which the registry has the image now."""
    if program == 'docker':
        handle.run(program, 'push', name, external=True)
        listed = _output([program, 'image', 'inspect', '--format', '{{json .RepoDigests}}', name])
    else:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, 'digest')
            handle.run(program, 'push', '--digestfile', str(path), name, external=True)
            listed = path.read_text(encoding='utf-8')
    digest = DIGEST.search(listed)
    if digest is None:
        handle.error(f'{program} does not tell the digest of {name}')
    return digest[0]


def _say_base(handle: nox.Session, program: str, text: str) -> None:
    """What to write for the same base image tomorrow."""
    base = BASE.search(text)
    if base is None or '@sha256:' in base[1]:
        return
    digest = DIGEST.search(_output([program, 'image', 'inspect', '--format', '{{json .RepoDigests}}', base[1]]))
    known = f': base_image={base[1]}@{digest[0]}' if digest else ''
    handle.warn(f'the base image {base[1]} is not pinned by its digest{known}')


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() if done.returncode == 0 else ''


SESSION = Session(
    'image', 'The image of the service, by docker, podman or buildah.', _run, default=False, parallel=False
)
