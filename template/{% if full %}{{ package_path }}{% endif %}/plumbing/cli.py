"""The command line of a service: `python -m <package> serve`; an argument wins over every other source of a setting."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pydantic_settings
from fastapi import FastAPI
from pydantic import ValidationError

from .server import serve
from .settings import ServiceSettings, SettingsError

LEVELS = ('debug', 'info', 'warning', 'error')
CONFIGURATION = 2
"""Exit code of a process that can't start as it is configured."""


def run(
    argv: Sequence[str] | None,
    *,
    service: str,
    version: str,
    settings: Callable[..., ServiceSettings],
    create_app: Callable[[Any], FastAPI],
) -> int:
    """Do what the arguments say; without a command: serve. The exit code of the process."""
    arguments = parser(service, version).parse_args(argv)
    try:
        chosen = settings(**overrides(arguments))
        if chosen.auth.mode == 'api_key' and chosen.auth.api_key is None:
            raise SettingsError('auth.api_key is not set: give APP_AUTH__API_KEY')
        app = create_app(chosen)
    except (ValidationError, SettingsError, pydantic_settings.SettingsError) as error:
        lines = '\n'.join(f'  {line}' for line in explain(error))
        sys.stderr.write(f'error: {service} can not start, its configuration is wrong:\n{lines}\n')
        return CONFIGURATION
    return serve(app)


def parser(service: str, version: str) -> argparse.ArgumentParser:
    """The arguments of the command line."""
    top = argparse.ArgumentParser(prog=service, description=f'The service {service}.')
    top.add_argument('--version', action='version', version=f'{service} {version}')
    top.set_defaults(host=None, port=None, log_level=None)
    command = top.add_subparsers(metavar='COMMAND').add_parser('serve', help='answer requests (the default)')
    command.add_argument('--host', help='address to listen on')
    command.add_argument('--port', type=int, help='port to listen on')
    command.add_argument('--log-level', choices=LEVELS, help='what is logged')
    command.add_argument('--version', action='version', version=f'{service} {version}')
    return top


def overrides(arguments: argparse.Namespace) -> dict[str, dict[str, object]]:
    """What the arguments set, as the settings take it."""
    level = arguments.log_level and arguments.log_level.upper()
    given = {'server': {'host': arguments.host, 'port': arguments.port}, 'logging': {'level': level}}
    chosen = {group: {key: value for key, value in each.items() if value is not None} for group, each in given.items()}
    return {group: each for group, each in chosen.items() if each}


def explain(error: Exception) -> Iterator[str]:
    """One line for each mistake; a value is not repeated, for it may be a secret."""
    if not isinstance(error, ValidationError):
        yield ' '.join(str(error).split())
        return
    for item in error.errors(include_url=False, include_input=False):
        where = '.'.join(map(str, item['loc'])) or 'settings'
        known = {'extra_forbidden': 'there is no such setting', 'missing': 'is not set'}
        yield f'{where}: {known.get(item["type"], item["msg"])}'
