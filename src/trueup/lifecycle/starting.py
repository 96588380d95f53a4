"""The versions from which the first lock of an adopted service starts, and who knows them.

In this order: a lock or compiled file, `--constraints FILE`, the service's own environment, the day of the last commit
on its dependencies, today's index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trueup.errors import UserError
from trueup.git import GitError, text_of
from trueup.lifecycle.adoption import Adoption
from trueup.lifecycle.run import Run
from trueup.lifecycle.workspace import Workspace
from trueup.packaging._toml import parse
from trueup.packaging.dated import Moment, versions_of
from trueup.packaging.lock import public_index
from trueup.packaging.pins import Pins, Witness, installed, of_file, of_requirements, together
from trueup.repo import read_file
from trueup.text.encoding import decode
from trueup.verify._installers import find_program

ENVIRONMENTS = ('.venv', 'venv', 'env')


@dataclass(frozen=True, slots=True)
class Start:
    """Pins as requirements, and in one line each where they come from."""

    pins: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_constraints(name: str) -> Pins:
    """The file of `--constraints`; raises UserError if it is not there or pins nothing."""
    file = read_file(Path(name))
    found = decode(file.data) if file else None
    if found is None:
        raise UserError('the constraints file can not be read', where=name, hint='write it with `pip freeze > FILE`')
    pins = of_requirements(found.text)
    if not pins:
        raise UserError('no line is NAME==VERSION', where=name, hint='write it with `pip freeze > FILE`')
    return pins


def starting_versions(space: Workspace, adoption: Adoption, run: Run) -> Start:
    """Who knows which versions run today; nothing of the service is run."""
    if (space.service / 'poetry.lock').is_file():
        return Start(notes=('the versions of poetry.lock stay where they can',))
    undecided = {part for item in adoption.packaging.conflicts for part in item.key}
    witnesses = _files(space, adoption)
    whole = any(source.role == 'exported' for source in adoption.sources)
    if run.settings.constraints:
        name = run.settings.constraints
        witnesses.append(Witness(f'--constraints {Path(name).name}', read_constraints(name)))
        whole = True
    for name in ENVIRONMENTS:
        if pins := installed(adoption.home / name):
            witnesses.append(Witness(f'what is installed in {name}', pins))
            whole = True
    notes: list[str] = []
    if not whole:
        pins, _ = together(witnesses)
        dated, note = _of_the_day(space, adoption, pins)
        witnesses += [dated] if dated else []
        notes += [note] if note else []
    pins, told = together(
        Witness(each.told, {name: lines for name, lines in each.pins.items() if f'[name={name}]' not in undecided})
        for each in witnesses
    )
    if told:
        rest = 'what none of them names is taken from the index of today'
        versions = 'one version' if len(pins) == 1 else f'{len(pins)} versions'
        notes.append(f'the lock starts from {versions}: {", ".join(told)}; {rest}')
    else:
        notes.append('no file, environment or date says which versions run: the lock is of today')
    return Start(tuple(line for name in sorted(pins) for line in pins[name]), tuple(notes))


def _files(space: Workspace, adoption: Adoption) -> list[Witness]:
    """Locks and compiled files first, then the pins that people wrote."""
    found: list[tuple[bool, Witness]] = []
    for source in adoption.sources:
        file = read_file(space.service / source.path)
        text = decode(file.data) if file else None
        pins = of_file(source.path, text.text) if text else {}
        if pins:
            found.append((source.role != 'exported', Witness(source.path, pins)))
    return [witness for _, witness in sorted(found, key=lambda item: item[0])]


def _of_the_day(space: Workspace, adoption: Adoption, pins: Pins) -> tuple[Witness | None, str]:
    """What the index had when somebody last worked on the dependencies, for requirements that nothing pins."""
    pyproject = space.service / 'pyproject.toml'
    if not _asks(pyproject):
        return None, ''
    uv = find_program('uv')
    paths = [source.path for source in adoption.sources]
    day = _last_day(space.service, paths)
    if uv is None or not day:
        return None, 'uv is not here: no version of the past is looked for' if day else ''
    index_url = public_index(adoption.answers)
    oldest = str(adoption.answers.get('python_min') or '')
    dated = versions_of(pyproject, Moment(day, oldest), uv=uv, index_url=index_url, pins=pins)
    if not dated.pins:
        return None, f'the versions of {day[:10]}, when the dependencies were last changed, do not fit: {dated.reason}'
    return Witness(f'the index of {day[:10]}, when the dependencies were last changed', dated.pins), ''


def _asks(pyproject: Path) -> bool:
    """Whether `[project]` asks for anything at all."""
    file = read_file(pyproject)
    text = decode(file.data) if file else None
    project = parse(text.text, 'pyproject.toml').get('project') if text else None
    asked = project.get('dependencies') if isinstance(project, dict) else None
    return bool(asked)


def _last_day(folder: Path, paths: list[str]) -> str:
    """When a commit last touched one of the files, empty if none did."""
    try:
        return text_of(folder, 'log', '-1', '--format=%cI', '--', *paths) if paths else ''
    except GitError:
        return ''
