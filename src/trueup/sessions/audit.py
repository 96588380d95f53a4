"""Known vulnerabilities of what the service runs with. Green means that every package was asked about."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nox

from trueup.sessions._environment import Package, add_tool, installed, prepare
from trueup.sessions._options import Options, normalized
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

REPORT = 'audit.json'
SEEDS = frozenset(('pip', 'wheel'))
"""What an environment holds from its birth, and no service runs with."""
FOUND = 1
"""Exit code of pip-audit for vulnerabilities, and for a package that it could not ask about."""


class Verdict(NamedTuple):
    """What came of the audit: lines for a person, and the packages that nobody vouches for."""

    vulnerable: tuple[str, ...]
    unasked: tuple[str, ...]


def to_ask(packages: Mapping[str, Package], skip: tuple[str, ...]) -> dict[str, str]:
    """Version by name of what to ask about: not the service's own folders, not what the team says nobody knows."""
    return {
        name: package.version
        for name, package in sorted(packages.items())
        if not package.local and name not in SEEDS and name not in skip
    }


def judge(report: str, asked: Mapping[str, str]) -> Verdict:
    """The verdict of pip-audit's report; a package that it does not speak of was not asked about."""
    known = {normalized(each['name']): each for each in _answers(report) if 'skip_reason' not in each}
    lines = (line for name, answer in sorted(known.items()) for line in _lines(name, answer))
    return Verdict(tuple(lines), tuple(name for name in asked if name not in known))


def _answers(report: str) -> list[dict[str, Any]]:
    try:
        return list(json.loads(report)['dependencies'])
    except (ValueError, LookupError, TypeError):
        return []


def _lines(name: str, answer: Mapping[str, Any]) -> list[str]:
    return [
        f'{name} {answer.get("version", "")}: {found["id"]}, '
        + (f'mended in {", ".join(found["fix_versions"])}' if found.get('fix_versions') else 'not mended yet')
        for found in answer.get('vulns', [])
    ]


def _run(handle: nox.Session, options: Options) -> Details | None:
    report = prepare_folder(options.root / options.reports) / REPORT
    report.unlink(missing_ok=True)
    prepare(handle, options, development=False)
    packages = installed(handle)
    if packages is None:
        return None
    asked = to_ask(packages, options.audit_skip)
    if not asked:
        return Details(note='no package besides the service itself', skipped=True)
    if not _ask(handle, options, asked):
        return None
    verdict = judge(report.read_text(encoding='utf-8') if report.is_file() else '', asked)
    if verdict.unasked:
        handle.error(
            f'no advisory could be asked about {len(verdict.unasked)} of {len(asked)} packages '
            f'({", ".join(verdict.unasked[:5])}): nothing is known of them; is the advisory service reachable? '
            'Packages of your own index belong into [tool.trueup.sessions] audit_skip'
        )
    if verdict.vulnerable:
        handle.error('\n'.join([f'known vulnerabilities: {len(verdict.vulnerable)}', *verdict.vulnerable]))
    handle.log('no known vulnerability in any of %d packages', len(asked))
    return _read(handle, options)


def _ask(handle: nox.Session, options: Options, asked: Mapping[str, str]) -> bool:
    python = add_tool(handle, 'pip-audit')
    with tempfile.TemporaryDirectory() as scratch:
        pins = Path(scratch, 'installed.txt')
        pins.write_text(''.join(f'{name}=={version}\n' for name, version in asked.items()), encoding='utf-8')
        command = [str(python), '-m', 'pip_audit', '--strict', '--no-deps', '--disable-pip', '-r', str(pins)]
        command += ['-f', 'json', '-o', f'{options.reports}/{REPORT}', '--progress-spinner', 'off']
        more = [*options.audit_args, *handle.posargs]
        return handle.run(*command, *more, external=True, success_codes=(0, FOUND)) is not None


def _read(_handle: nox.Session, options: Options) -> Details:
    path = options.root / options.reports / REPORT
    if not path.is_file():
        return Details(note='nothing is known')
    answers = _answers(path.read_text(encoding='utf-8'))
    count = sum(len(answer.get('vulns', [])) for answer in answers)
    note = f'packages: {len(answers)}, known vulnerabilities: {count}'
    return Details(reports=(path.relative_to(options.root).as_posix(),), note=note)


SESSION = Session(
    'audit',
    'Known vulnerabilities of what the service runs with, by pip-audit.',
    _run,
    place='one',
    default=False,
    read=_read,
)
