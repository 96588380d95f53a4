"""The command line of a service: `python -m <package> serve`; an argument wins over every other source of a setting."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI

from .server import serve
from .settings import ServiceSettings, settings_or_exit

LEVELS = ('debug', 'info', 'warning', 'error')
CONFIGURATION = 2
"""Exit code of a process that can't start as it is configured."""


def run(
    argv: Sequence[str] | None,
    *,
    service: str,
    version: str,
    settings: type[ServiceSettings],
    create_app: Callable[[Any], FastAPI],
) -> int:
    """Do what the arguments say; without a command: serve. The exit code of the process."""
    chosen = settings_or_exit(settings, overrides(parser(service, version).parse_args(argv)))
    if chosen.auth.mode == 'api_key' and chosen.auth.api_key is None:
        sys.stderr.write('error: auth.mode is api_key, but there is no key: set the secret APP_AUTH__API_KEY\n')
        return CONFIGURATION
    return serve(create_app(chosen))


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
