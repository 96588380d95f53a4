"""`trueup merge`: three files by key, as a person or as a merge driver of Git calls it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import click

from trueup.errors import ExitCode, UserError
from trueup.merge.markers import marked
from trueup.merge.three_way import merge
from trueup.model import Conflict, Decision, Level, Merged
from trueup.text.encoding import Decoded, decode, encode
from trueup.text.keys import format_key

FATAL = 129
"""Git takes a merge driver's exit code above 128 as a failure of the driver; all others but 0 as conflicts."""


class Request(NamedTuple):
    """What was asked for on the command line."""

    base: Path
    ours: Path
    theirs: Path
    name: str
    output: Path
    markers: bool
    careful: bool


@click.command('merge')
@click.argument('base', type=click.Path(path_type=Path))
@click.argument('ours', type=click.Path(path_type=Path))
@click.argument('theirs', type=click.Path(path_type=Path))
@click.option('--path', 'name', default='', metavar='NAME', help='Name that tells the format (default: that of OURS).')
@click.option('--output', type=click.Path(path_type=Path), help='Write here instead of over OURS.')
@click.option('--markers', is_flag=True, help="Show what is left open between Git's conflict markers.")
@click.option('--careful', is_flag=True, help='Merge only what is sure; leave the whole file open otherwise.')
@click.option('--explain', is_flag=True, help='Print each decision with its reason.')
def command(
    base: Path, ours: Path, theirs: Path, name: str, output: Path | None, markers: bool, careful: bool, explain: bool
) -> None:  # pylint: disable=too-many-arguments,too-many-positional-arguments
    """Merge OURS and THEIRS over BASE key by key (BASE `-`: none).

    Ends with 0 when all is merged, 3 when keys are left to a person (OURS stands in them), 2 on wrong usage. As a
    merge driver: git config merge.trueup.driver 'trueup merge %O %A %B --path %P'
    """
    request = Request(base, ours, theirs, name or ours.as_posix(), output or ours, markers, careful)
    try:
        merged = _run(request)
    except UserError:
        raise
    except Exception as error:  # pylint: disable=broad-exception-caught
        click.echo(f'trueup merge: internal error: {type(error).__name__}: {error}', err=True)
        sys.exit(FATAL)
    if explain:
        for decision in merged.decisions:
            click.echo(_decision(decision))
    for decision in merged.decisions:
        if decision.level is Level.REVIEW:
            click.echo(f'look at  {_name(decision.path, decision.key)}: {decision.reason}', err=True)
    for conflict in merged.conflicts:
        click.echo(_conflict(conflict), err=True)
    if merged.conflicts:
        sys.exit(ExitCode.OPEN)


def _run(request: Request) -> Merged:
    """Merge and write."""
    ours, theirs = _read(request.ours), _read(request.theirs)
    base = _read(request.base) if str(request.base) != '-' else None
    path = request.name
    if ours is None or theirs is None:
        if request.output != request.ours:
            _write(request.output, request.ours.read_bytes(), request.ours)
        name = 'OURS' if ours is None else 'THEIRS'
        return Merged('', (), (Conflict(path, (), None, None, None, f'{name} is no text: OURS stands as it is'),))
    merged = merge(base.text if base is not None else None, ours.text, theirs.text, path=path, careful=request.careful)
    text = marked(merged, theirs.text, path=path) if request.markers and merged.conflicts else merged.text
    _write(request.output, encode(text, ours), request.ours)
    return merged


def _read(path: Path) -> Decoded | None:
    """A text file; None if it is not text."""
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise UserError(
            f'can not be read: {error.strerror}', where=str(path), hint='name three existing files'
        ) from error


def _write(path: Path, data: bytes, like: Path) -> None:
    """Write all or nothing, with the mode of another file; a symbolic link stays one."""
    target = Path(os.path.realpath(path))
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix='.trueup-', delete=False) as stream:
            stream.write(data)
        try:
            os.chmod(stream.name, (target if target.exists() else like).stat().st_mode & 0o7777)
            os.replace(stream.name, target)
        except OSError:
            os.unlink(stream.name)
            raise
    except OSError as error:
        raise UserError(
            f'can not be written: {error.strerror}', where=str(path), hint='check the folder and its rights'
        ) from error


def _decision(decision: Decision) -> str:
    level = '' if decision.level == 'applied' else f' [{decision.level}]'
    return f'{decision.action:6} {_name(decision.path, decision.key)}: {decision.reason} ({decision.heuristic}){level}'


def _conflict(conflict: Conflict) -> str:
    return f'conflict {_name(conflict.path, conflict.key)}: {conflict.reason}'


def _name(path: str, key: tuple[str, ...]) -> str:
    return f'{path}::{format_key(key)}' if key else path
