"""What one run was asked for, and the user's own configuration file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trueup.errors import UserError

VERIFY_LEVELS = ('none', 'static', 'tests')
VERIFY_SECONDS = 900.0
STANDARD_VARIABLE = 'TRUEUP_STANDARD'


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of one run, as the command line gave them; empty values mean "not given"."""

    standard: str = ''
    service_root: str = '.'
    answers: Mapping[str, str] = field(default_factory=dict)
    defaults: bool = False
    plan_only: bool = False
    dev: bool = False
    switch: bool = False
    verify: str = 'tests'
    verify_with: tuple[str, ...] = ()
    verify_timeout: float = VERIFY_SECONDS
    verify_date: str = ''
    format_code: str = 'none'
    quiet: bool = False
    verbose: bool = False
    report_file: str = ''
    min_severity: str = 'note'
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    staged: bool = False
    trust: bool = False
    constraints: str = ''
    convert_tools: bool = False


@dataclass(frozen=True, slots=True)
class UserConfiguration:
    """`config.toml` of the user: the standard to use, others that may be, and those whose Jinja extensions may run."""

    standard: str = ''
    trusted: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


def cache_folder() -> Path:
    """Where mirrors, renders and environments are kept; `TRUEUP_CACHE` moves it."""
    if given := os.environ.get('TRUEUP_CACHE'):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path('trueup', appauthor=False)


def configuration_file() -> Path:
    """The user's configuration file; `TRUEUP_CONFIG` moves it."""
    if given := os.environ.get('TRUEUP_CONFIG'):
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path('trueup', appauthor=False) / 'config.toml'


def load_user_configuration() -> UserConfiguration:
    """The user's configuration, empty if there is none; raises UserError on a malformed file."""
    path = configuration_file()
    try:
        data = tomllib.loads(path.read_text(encoding='utf-8'))
    except FileNotFoundError:
        return UserConfiguration()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f'not valid TOML: {error}', where=str(path), hint='mend or remove the file') from error
    unknown = sorted(set(data) - {'standard', 'trusted', 'extensions'})
    if unknown:
        hint = 'known keys: standard, trusted, extensions'
        raise UserError(f'unknown key {unknown[0]!r}', where=str(path), hint=hint)
    if not isinstance(data.get('standard', ''), str):
        raise UserError('standard must be a string', where=str(path), hint='mend the file')
    return UserConfiguration(
        data.get('standard', ''), _addresses(data, 'trusted', path), _addresses(data, 'extensions', path)
    )


def _addresses(data: Mapping[str, object], name: str, path: Path) -> tuple[str, ...]:
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise UserError(f'{name} must be a list of strings', where=str(path), hint='mend the file')
    return tuple(found)
