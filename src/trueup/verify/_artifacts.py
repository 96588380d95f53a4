"""Charts and Dockerfiles, looked at by helm and hadolint where these are installed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from trueup.repo import Repo
from trueup.verify._installers import find_program
from trueup.verify._model import Artifact
from trueup.verify._process import run

SECONDS = 60.0
AT_MOST = 12
DOCKERFILE = re.compile(r'(?:^|[./_-])(?:Dockerfile|Containerfile)(?:$|[._-])', re.I)
WEIGHTY = ('error', 'warning')
Kind = Literal['chart', 'Dockerfile']
TOOLS: Mapping[Kind, str] = {'chart': 'helm', 'Dockerfile': 'hadolint'}


def artifacts(folder: Path, repo: Repo, environment: Mapping[str, str]) -> tuple[Artifact, ...]:
    """Every chart and Dockerfile of the service; nothing of the service is run for it."""
    found: list[tuple[Kind, str]] = [
        ('chart', path.removesuffix('Chart.yaml').rstrip('/') or '.') for path in _charts(repo)
    ]
    found += [('Dockerfile', path) for path in repo.paths if DOCKERFILE.search(PurePosixPath(path).name)]
    return tuple(_look(kind, path, (folder, repo, environment)) for kind, path in found[:AT_MOST])


def _charts(repo: Repo) -> Iterator[str]:
    """Charts that are no dependency inside of another one."""
    yield from (path for path in repo.paths if PurePosixPath(path).name == 'Chart.yaml' and '/charts/' not in path[1:])


def _look(kind: Kind, path: str, where: tuple[Path, Repo, Mapping[str, str]]) -> Artifact:
    folder, repo, environment = where
    program = find_program(TOOLS[kind])
    digest = _digest(repo, path)
    if program is None:
        return Artifact(kind, path, digest, missing=TOOLS[kind])
    look = _helm if kind == 'chart' else _hadolint
    return Artifact(kind, path, digest, tuple(dict.fromkeys(look(program, path, folder, environment))))


def _helm(program: str, path: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    for command in ([program, 'lint', path], [program, 'template', 'release', path]):
        done = run(command, cwd=folder, environment=environment, seconds=SECONDS)
        if done.code is None:
            yield f'helm {command[1]} took longer than {SECONDS:.0f} s'
        elif not done.well:
            told = [line.strip() for line in done.output.splitlines() if re.match(r'\s*(?:\[ERROR\]|Error:)', line)]
            yield from (told or [done.last_line])[:5]


def _hadolint(program: str, path: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    done = run([program, '--format', 'json', path], cwd=folder, environment=environment, seconds=SECONDS)
    try:
        findings = json.loads(done.output)
        yield from (f'{each["code"]}: {each["message"]}' for each in findings if each['level'] in WEIGHTY)
    except (ValueError, LookupError, TypeError):
        yield done.last_line


def _digest(repo: Repo, path: str) -> str:
    names = [path] if path in repo else [name for name in repo.paths if path == '.' or name.startswith(f'{path}/')]
    parts = [(name, file.data) for name in sorted(names) if (file := repo.file(name)) is not None]
    return hashlib.sha256(repr(parts).encode()).hexdigest()
