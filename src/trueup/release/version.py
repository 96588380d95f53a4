"""The one place where the version stands: `[project] version` of pyproject.toml."""

from __future__ import annotations

import re
import tomllib

from packaging.version import InvalidVersion, Version

from trueup.errors import UserError

PROJECT = 'pyproject.toml'
LINE = re.compile(r'(?m)^(version\s*=\s*)["\'][^"\']*["\']')
FINAL = re.compile(r'\d+\.\d+\.\d+')


def read_version(pyproject: str) -> Version:
    """The version as it stands; raises UserError where there is none."""
    try:
        return Version(tomllib.loads(pyproject)['project']['version'])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, InvalidVersion) as error:
        raise UserError(
            f'no version under [project]: {error}', where=PROJECT, hint='write version = "0.1.0.dev0"'
        ) from error


def set_version(pyproject: str, version: str) -> str:
    """The text with another version; every other byte stays."""
    head, mark, tail = pyproject.partition('[project]\n')
    changed, count = LINE.subn(lambda found: f'{found[1]}"{version}"', tail, count=1)
    if not mark or not count or str(read_version(head + mark + changed)) != str(Version(version)):
        raise UserError(
            'the version could not be set', where=PROJECT, hint='write it as a line of its own in [project]'
        )
    return head + mark + changed


def wanted_version(asked: str, pyproject: str) -> str:
    """The version to release: the one asked for, else the development version without its `.dev0`."""
    text = asked.removeprefix('v') or read_version(pyproject).base_version
    if not FINAL.fullmatch(text):
        raise UserError(f'{asked!r} is no version to release', hint='write it as X.Y.Z')
    return text


def next_version(version: str) -> str:
    """The development version that follows a release."""
    major, minor, _ = version.split('.')
    return f'{major}.{int(minor) + 1}.0.dev0'
