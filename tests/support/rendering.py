"""Renders a standard with the real Copier, which keeps its cache and Git's settings to itself."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from plumbum import local

from tests.support.standard import FIXED


@contextmanager
def quiet_git(scratch: Path, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """An environment in which Git and Copier know nothing of this machine; `more` is set besides."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')}
    own = {'XDG_CACHE_HOME': str(scratch / 'cache'), 'GIT_TERMINAL_PROMPT': '0'}
    # Copier runs Git through plumbum, which took its own copy of the environment when it was imported.
    with mock.patch.dict(os.environ, kept | FIXED | own | dict(more or {}), clear=True), local.env():
        local.env.clear()
        local.env.update(os.environ)
        yield


def instead_of(address: str, repository: Path) -> dict[str, str]:
    """Variables that make Git read a local repository whenever it is asked for an address."""
    return {
        'GIT_CONFIG_COUNT': '1',
        'GIT_CONFIG_KEY_0': f'url.{repository.as_uri()}.insteadOf',
        'GIT_CONFIG_VALUE_0': address,
    }


def render(source: str | Path, dest: Path, tag: str = 'v0.1.0', **answers: object) -> Path:
    """The service that the standard gives for the answers; raises what Copier raises. Needs `quiet_git` around it."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        from copier import run_copy  # late: it reads the environment when imported

        run_copy(str(source), dest, data=dict(answers), vcs_ref=tag, defaults=True, overwrite=True, quiet=True)
    return dest


def update(service: Path, tag: str = 'v0.2.0') -> None:
    """Stock `copier update` of a committed service. Needs `quiet_git` around it."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        from copier import run_update

        run_update(service, vcs_ref=tag, defaults=True, overwrite=True, quiet=True)


def files(root: Path) -> dict[str, str]:
    """All text files below a folder by relative path, without Git's."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob('*'))
        if path.is_file() and '.git' not in path.relative_to(root).parts
    }
