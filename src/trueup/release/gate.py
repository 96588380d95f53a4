"""Proof that services can follow: each variant of the last release, edited by a team, is updated to the new one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trueup.direct import ANSWERS_FILE, FOLDER
from trueup.errors import UserError
from trueup.git import run_git, text_of, tracked_paths
from trueup.lifecycle.check import check
from trueup.lifecycle.run import Run
from trueup.lifecycle.update import update
from trueup.merge import strategy_for
from trueup.model import Changed, Clean, Conflicted, Drifted
from trueup.recipe import read_recipe
from trueup.release.edits import edited
from trueup.release.matrix import Answers, variants
from trueup.repo import read_file
from trueup.settings import Settings
from trueup.standard import Standard
from trueup.template import parse_answers, read_tree, render, render_new
from trueup.text.encoding import BOM, decode, to_unix
from trueup.text.tree import Malformed

MARKER = re.compile(r'(?m)^(<{7} |>{7} )')
WHO = ('-c', 'user.name=trueup', '-c', 'user.email=trueup@localhost', '-c', 'commit.gpgsign=false')
Engine = Callable[[Path, str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which an update would go wrong."""

    variant: str
    engine: str
    what: str

    def __str__(self) -> str:
        return f'{self.variant}, {self.engine}: {self.what}'


def breaches(standard: Standard, old: str, to: str, folder: Path, say: Callable[[str], None]) -> Iterator[Breach]:
    """All that breaks between two versions, over each variant that both versions render."""
    known = read_recipe(standard, to).stored
    for number, (name, answers) in enumerate(variants(read_recipe(standard, old)).items()):
        if not set(answers) <= known:
            continue
        say(f'updating a service from {old} to {to}: {name}')
        try:
            service, proofs = _service(standard, old, answers, folder / str(number) / 'churn-scorer')
        except UserError as error:
            say(f'{old} takes no {name}: {error}')
            continue
        yield from (
            Breach(name, 'trueup', f'{path}: not as Copier renders it') for path in _unlike(standard, to, answers)
        )
        for engine, run in ENGINES.items():
            copy = folder / engine / service.name
            shutil.copytree(service, copy, symlinks=True)
            problems = [*run(copy, to), *_left(copy), *_lost(copy, proofs)]
            yield from (Breach(name, engine, problem) for problem in dict.fromkeys(problems))
            shutil.rmtree(copy)


def _service(
    standard: Standard, tag: str, answers: Answers, folder: Path
) -> tuple[Path, Mapping[str, tuple[str, ...]]]:
    """A new service with a team's edits, committed."""
    render_new(standard, tag, answers, folder, ask=False)
    run_git(folder, 'init', '--quiet', '--initial-branch=main')
    run_git(folder, 'add', '--all')
    proofs: dict[str, tuple[str, ...]] = {}
    for path in tracked_paths(folder):
        found = decode((folder / path).read_bytes())
        if found is not None:
            text, proofs[path] = edited(path, found.text)
            (folder / path).write_bytes(text.encode())
    run_git(folder, *WHO, 'commit', '--quiet', '--no-verify', '--all', '-m', 'feat: ours')
    return folder, {path: proof for path, proof in proofs.items() if proof}


def _unlike(standard: Standard, tag: str, answers: Answers) -> list[str]:
    """Files of the new version that are rendered otherwise by ourselves than by Copier (ADR 0007)."""
    try:
        found = render(standard, tag, answers)
    except UserError:
        return []  # no render at all: both updates say so
    with tempfile.TemporaryDirectory(prefix='trueup-') as name:
        render_new(standard, tag, answers, Path(name) / FOLDER, ask=False)
        wanted = read_tree(Path(name) / FOLDER)
    return sorted(path for path in {*found, *wanted} if found.get(path) != wanted.get(path))


def _by_trueup(service: Path, to: str) -> Iterator[str]:
    """`trueup update`, then `trueup check`."""
    answers = parse_answers((service / ANSWERS_FILE).read_text(encoding='utf-8'))
    settings = Settings(standard=str(answers['_src_path']), verify='none', switch=True)
    try:
        before = set(_findings(service, settings))
        outcome = update(service, Run(settings), to)
        if isinstance(outcome, Conflicted):
            yield from (f'{one.path}: waits for a person: {one.reason}' for one in outcome.report.plan.conflicts)
        elif not isinstance(outcome, (Changed, Clean)):
            yield f'ends as {type(outcome).__name__}'
        yield from (found for found in _findings(service, settings) if found not in before)
    except UserError as error:
        yield str(error)


def _findings(service: Path, settings: Settings) -> Iterator[str]:
    checked = check(service, Run(settings))
    if isinstance(checked, Drifted):
        yield from (f'{one.path}: check finds that {one.message}' for one in checked.report.findings)


def _by_copier(service: Path, to: str) -> Iterator[str]:
    """Stock `copier update`, as a team without trueup runs it."""
    command = [sys.executable, '-m', 'copier', 'update', '--defaults', '--quiet', '--vcs-ref', to]
    done = subprocess.run(command, cwd=service, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f'exit code {done.returncode}']
        yield f'copier update fails: {said[-1]}'
    for path in sorted(set(text_of(service, 'diff', '--name-only', '--diff-filter=U').splitlines())):
        yield f'{path}: conflicts'


ENGINES: Mapping[str, Engine] = {'trueup update': _by_trueup, 'copier update': _by_copier}


def _left(service: Path) -> Iterator[str]:
    """Files that no longer parse, or bear marks of a conflict."""
    names = run_git(service, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').decode().split('\0')
    for path in sorted({name for name in names if name}):
        file = read_file(service / path)
        found = decode(file.data) if file is not None else None
        if path.endswith('.rej'):
            yield f'{path}: a rejected patch'
        if found is None:
            continue
        if MARKER.search(found.text):
            yield f'{path}: conflicts'
        grammar = strategy_for(path).grammar
        try:
            if grammar is not None:
                grammar.check(to_unix(found.text).removeprefix(BOM))
        except Malformed as error:
            yield f'{path}: does not parse any more: {error}'


def _lost(service: Path, proofs: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Edits of the team that are gone."""
    for path, wanted in proofs.items():
        file = read_file(service / path)
        found = decode(file.data) if file is not None else None
        for proof in wanted:
            if found is None or proof not in found.text:
                yield f"{path}: the team's {proof!r} is lost"
