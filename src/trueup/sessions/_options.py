"""`[tool.trueup.sessions]` of the service, with what the sessions need of the rest of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueup.errors import UserError

INSTALLERS = ('auto', 'poetry', 'uv', 'pip', 'none')
KNOWN = {
    'pythons': 'versions to test, such as `["3.11", "3.13"]`; one that is missing is skipped, but fails where `CI` is '
    'set. Without it: every Python that `requires-python` allows and that is on the machine',
    'pytest_args': 'arguments for pytest, such as `["-m", "not slow"]`',
    'install': 'how the service gets into the environment: `auto`, `poetry`, `uv`, `pip` or `none`',
    'reports': 'folder for the reports, `reports` by default',
    'publish_url': 'where `publish` uploads the wheel: the upload address of your index, without credentials',
    'image': 'the name under which `image` and `helm` push: registry, folders and name, such as '
    '`registry.example.com/team/service`',
    'release_branch': 'the branch that `release` is made from; without it the one that `origin/HEAD` names, else `main`',
    'openapi_accept': 'breaking changes of the API that every client can follow, each as the session `openapi` prints it',
    'audit_args': 'arguments for pip-audit, such as `["--ignore-vuln", "PYSEC-2024-1"]`',
    'audit_skip': 'packages that no advisory is asked about, such as those of your own index: `["company-lib"]`',
}
"""The options, and what the reference says of them."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the sessions run in one service.

    `pythons` empty means: those that `requires_python` allows and that are on this machine; `absent` are the
    others that are allowed.
    """

    root: Path
    pythons: tuple[str, ...] = ()
    requires_python: str = ''
    pytest_args: tuple[str, ...] = ()
    install: str = 'auto'
    reports: str = 'reports'
    publish_url: str = ''
    image: str = ''
    release_branch: str = ''
    openapi_accept: tuple[str, ...] = ()
    audit_args: tuple[str, ...] = ()
    audit_skip: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    pyproject: Mapping[str, Any] = field(default_factory=dict)


def read_options(root: Path) -> Options:
    """Options of the service at `root`; raises UserError naming what is wrong in pyproject.toml."""
    path = root / 'pyproject.toml'
    try:
        document = tomllib.loads(path.read_bytes().decode('utf-8-sig'))
    except FileNotFoundError:
        return Options(root)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f'not valid TOML: {error}', where=str(path), hint='mend the file, then run nox again'
        ) from error
    return _options(root, document)


def _options(root: Path, document: Mapping[str, Any]) -> Options:
    table = _table(_table(_table(document, 'tool'), 'trueup'), 'sessions')
    if unknown := sorted(set(table) - set(KNOWN)):
        raise _mistake(f'unknown key {unknown[0]!r}', f'known keys: {", ".join(KNOWN)}')
    install = table.get('install', 'auto')
    if install not in INSTALLERS:
        raise _mistake(f'install is {install!r}', f'one of: {", ".join(INSTALLERS)}')
    reports = table.get('reports', 'reports')
    if not isinstance(reports, str) or not reports or Path(reports).is_absolute() or '..' in Path(reports).parts:
        raise _mistake('reports must name a folder inside the service', 'for instance: reports = "reports"')
    pythons = _strings(table, 'pythons')
    if wrong := [python for python in pythons if not re.fullmatch(r'3\.\d+', python)]:
        raise _mistake(f'pythons names {wrong[0]!r}', 'write versions such as "3.12"')
    return Options(
        root=root,
        pythons=tuple(dict.fromkeys(pythons)),
        requires_python=requires_python(document),
        pytest_args=_strings(table, 'pytest_args'),
        install=install,
        reports=reports,
        publish_url=_address(table.get('publish_url', '')),
        image=_image(_string(table, 'image')),
        release_branch=_string(table, 'release_branch'),
        openapi_accept=_strings(table, 'openapi_accept'),
        audit_args=_strings(table, 'audit_args'),
        audit_skip=tuple(normalized(name) for name in _strings(table, 'audit_skip')),
        pyproject=document,
    )


def normalized(name: str) -> str:
    """The one spelling of a package's name: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r'[-_.]+', '-', name).lower()


def requires_python(document: Mapping[str, Any]) -> str:
    """The Pythons that a project allows as a PEP 440 set, also when written the way Poetry 1 did (`^3.9`)."""
    stated = _table(document, 'project').get('requires-python')
    if isinstance(stated, str):
        return stated
    old = _table(_table(_table(document, 'tool'), 'poetry'), 'dependencies').get('python')
    return _from_poetry(old) if isinstance(old, str) else ''


def _from_poetry(constraint: str) -> str:
    """Poetry's carets and tildes as PEP 440; an alternative (`||`) is given up, so that every Python is tried.

    https://python-poetry.org/docs/dependency-specification/
    """
    if '|' in constraint:
        return ''
    parts = [_part(part.strip()) for part in constraint.split(',')]
    return ','.join(part for part in parts if part)


def _part(part: str) -> str:
    found = re.fullmatch(r'(\^|~(?!=))\s*(\d+)(?:\.(\d+))?(.*)', part)
    if found is None:
        return '' if part == '*' else f'=={part}' if part[:1].isdigit() else part
    sign, major, minor, rest = found.groups()
    if sign == '^' or minor is None:
        return f'>={major}{f".{minor}" if minor else ""}{rest},<{int(major) + 1}'
    return f'>={major}.{minor}{rest},<{major}.{int(minor) + 1}'


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key, {})
    return found if isinstance(found, dict) else {}


def _strings(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise _mistake(f'{key} must be a list of strings', f'for instance: {key} = ["..."]')
    return tuple(found)


def _string(table: Mapping[str, Any], key: str) -> str:
    found = table.get(key, '')
    if not isinstance(found, str):
        raise _mistake(f'{key} must be a string', f'for instance: {key} = "..."')
    return found


def _address(url: object) -> str:
    if not isinstance(url, str) or not re.fullmatch(r'(https?://[^\s@"?#]+)?', url):
        raise _mistake('publish_url must be an http:// or https:// address without credentials', 'see TWINE_USERNAME')
    return url


def _image(name: str) -> str:
    if not re.fullmatch(r'([a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)+)?', name):
        raise _mistake(
            'image must be registry/folder/name, without a tag', 'image = "registry.example.com/team/service"'
        )
    return name


def _mistake(message: str, hint: str) -> UserError:
    return UserError(message, where='pyproject.toml: [tool.trueup.sessions]', hint=hint)
