"""An update by `trueup update`, by stock `copier update`, and by Copier followed by `trueup resolve`, side by side.

    python benchmarks/update.py [ROUNDS [SERVICES]]

First seventeen edits of a team (`_edits.py`), each in a service of its own: is the result clean, does it parse, and does it
hold both the edit and what the new version says? Then CPU seconds, children included, of one update of a service of ours,
and of many services with the same answers in one process. No lock is made and no test is run; the mirror is warm.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / 'benchmarks')]

from _edits import EDITS, FIRST, Edit, second, wanted_lines  # noqa: E402  # the checkout is no package
from _judge import READERS, kind_of, meaning_of  # noqa: E402

from tests.support.small import release  # noqa: E402
from tests.support.standard import build_standard, commit_all  # noqa: E402
from trueup.lifecycle.run import Run  # noqa: E402
from trueup.lifecycle.update import update  # noqa: E402
from trueup.model import Changed  # noqa: E402
from trueup.settings import Settings  # noqa: E402

OLD, NEW = 'v0.1.0', 'v0.2.0'
WAYS = ('copier', 'copier + resolve', 'trueup')


class Verdict(NamedTuple):
    """What became of one edit in one way."""

    clean: bool
    parsed: bool
    kept: bool
    updated: bool
    code: int

    @property
    def good(self) -> bool:
        """All that a team wants."""
        return self.clean and self.parsed and self.kept and self.updated

    def __str__(self) -> str:
        if self.good:
            return 'clean'
        faults = (
            ('conflict', self.clean),
            ('does not parse', self.parsed),
            ('edit lost', self.kept),
            ('not updated', self.updated),
        )
        return ', '.join(name for name, fine in faults if not fine) + f' (exit {self.code})'


def call(*command: str, folder: Path) -> int:
    """Exit code of a program, in an environment that is nobody's."""
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def python(*words: str) -> tuple[str, ...]:
    """A module of this environment as a command."""
    return (sys.executable, '-m', *words)


def stock(folder: Path, tag: str) -> int:
    """Stock `copier update`."""
    return call(*python('copier', 'update', '--defaults', '--quiet', '--vcs-ref', tag), folder=folder)


def copy(standard: Path, folder: Path, tag: str, *data: str) -> None:
    """A new service by stock Copier, committed."""
    options = [word for item in data for word in ('--data', item)]
    words = ('copier', 'copy', '--defaults', '--quiet', '--vcs-ref', tag, *options, str(standard), str(folder))
    if call(*python(*words), folder=standard):
        raise SystemExit(f'copier copy failed: {" ".join(words)}')
    commit_all(folder)


def carry(way: str, folder: Path, standard: Path, tag: str) -> int:
    """One update in one way; its exit code."""
    if way == 'trueup':
        words = (
            'trueup',
            'update',
            '--to',
            tag,
            '--standard',
            str(standard),
            '--verify',
            'none',
            '--switch',
            '--quiet',
        )
        return call(*python(*words), folder=folder)
    code = stock(folder, tag)
    if way != 'copier':
        code = call(*python('trueup', 'resolve', '--standard', str(standard), '--quiet'), folder=folder)
    return code


def judge(folder: Path, edit: Edit, code: int) -> Verdict:
    """Whether the file, and all others, are as a team wants them."""
    unmerged = subprocess.run(['git', 'ls-files', '-u'], cwd=folder, capture_output=True, check=True).stdout
    texts = {path: path.read_text(encoding='utf-8') for path in files(folder)}
    marked = any(line.startswith(('<<<<<<< ', '>>>>>>> ')) for text in texts.values() for line in text.splitlines())
    rejected = any(path.name.endswith('.rej') for path in texts)
    names = {path.relative_to(folder).as_posix(): text for path, text in texts.items()}
    parsed = all(meaning_of(text, name) is not None for name, text in names.items() if kind_of(name) in READERS)
    text = names[edit.path]
    lines = [line.strip() for line in text.splitlines()]
    updated = all(line in lines or line.rstrip(',') in text for line in wanted_lines(edit.path))
    return Verdict(
        not unmerged and not marked and not rejected, parsed, all(part in text for part in edit.left), updated, code
    )


def files(folder: Path) -> Iterator[Path]:
    """The service's files."""
    return (
        path for path in sorted(folder.rglob('*')) if path.is_file() and '.git' not in path.relative_to(folder).parts
    )


def edits(place: Path) -> bool:
    """The table of the seventeen edits; whether trueup's result is good for all of them."""
    standard = place / 'template'
    standard.mkdir()
    release(standard, 'v1.0.0', FIRST)
    release(standard, 'v2.0.0', second())
    copy(standard, place / 'plain', 'v1.0.0')
    good = dict.fromkeys(WAYS, 0)
    print(f'{"edit":32}' + ''.join(f'{way:38}' for way in WAYS))
    for number, edit in enumerate(EDITS):
        verdicts = []
        for way in WAYS:
            folder = place / f'{number}-{way.replace(" ", "")}' / 'scorer'
            shutil.copytree(place / 'plain', folder)
            path = folder / edit.path
            text = path.read_text(encoding='utf-8')
            if text.count(edit.before) != 1:
                raise SystemExit(f'{edit.name}: {edit.before!r} stands there {text.count(edit.before)} times')
            path.write_text(text.replace(edit.before, edit.after), encoding='utf-8')
            commit_all(folder, 'feat: ours')
            verdict = judge(folder, edit, carry(way, folder, standard, 'v2.0.0'))
            good[way] += verdict.good
            verdicts.append(verdict)
        print(f'{edit.name:32}' + ''.join(f'{str(verdict):38}' for verdict in verdicts), flush=True)
    print(f'{"clean, parsed, nothing lost":32}' + ''.join(f'{f"{good[way]}/{len(EDITS)}":38}' for way in WAYS))
    return good['trueup'] == good['copier + resolve'] == len(EDITS)


def spent(who: int) -> float:
    """CPU seconds so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measure(work: Callable[[], object], *, inside: bool = False) -> float:
    """CPU seconds of some work, with its children."""
    before = spent(resource.RUSAGE_CHILDREN) + (spent(resource.RUSAGE_SELF) if inside else 0)
    work()
    return spent(resource.RUSAGE_CHILDREN) + (spent(resource.RUSAGE_SELF) if inside else 0) - before


def speed(place: Path, rounds: int, services: int) -> None:
    """CPU of one update, and of many in one process."""
    standard = build_standard(place / 'standard')
    copy(standard, place / 'plain-service', OLD, 'packaging=keep', 'service_name=scorer')
    plain = place / 'plain-service'
    for name, text in (
        ('pyproject.toml', '\n[tool.mypy]\nstrict = true\n'),
        ('Makefile', '\ndeploy: ## Ours\n\t./deploy.sh\n'),
    ):
        path = plain / name
        path.write_text(path.read_text(encoding='utf-8') + text, encoding='utf-8')
    commit_all(plain, 'feat: ours')
    figures: dict[str, list[float]] = {'copier': [], 'trueup': []}
    for number in range(rounds + 1):
        for way, known in figures.items():
            folder = place / f'speed-{number}-{way}' / 'scorer'
            shutil.copytree(plain, folder)
            shutil.rmtree(place / 'cache' / 'renders', ignore_errors=True)
            taken = measure(lambda: carry(way, folder, standard, NEW))  # noqa: B023  # called at once
            known += [taken] if number else []  # the first round fills the mirrors
    medians = {way: statistics.median(known) for way, known in figures.items()}
    print(f'\n{"one update, no render shared":38}{"median":>8}{"least":>8}  CPU s')
    for way, known in figures.items():
        print(f'{way:38}{medians[way]:8.3f}{min(known):8.3f}')
    print(f'{"ratio":38}{medians["trueup"] / medians["copier"]:8.3f}')
    many(place, plain, standard, services, medians['copier'])


def many(place: Path, plain: Path, standard: Path, services: int, copier: float) -> None:
    """The same update of services with the same answers, in this process."""
    shutil.rmtree(place / 'cache' / 'renders', ignore_errors=True)
    run = Run(Settings(verify='none', standard=str(standard)))
    taken = []
    for number in range(services):
        folder = place / 'many' / f'scorer-{number}'
        shutil.copytree(plain, folder)
        outcome: list[object] = []
        taken.append(measure(lambda: outcome.append(update(folder, run, NEW)), inside=True))  # noqa: B023
        if not isinstance(outcome[0], Changed):
            raise SystemExit(f'update ended with {outcome[0]}')
    rest = statistics.median(taken[1:])
    print(f'\n{f"{services} services of the same answers":38}{"first":>8}{"others":>8}  CPU s each')
    print(f'{"trueup, in one process":38}{taken[0]:8.3f}{rest:8.3f}')
    print(f'{"ratio to one copier update":38}{taken[0] / copier:8.3f}{rest / copier:8.3f}')


def variables(place: Path) -> Mapping[str, str]:
    """An environment that is nobody's: no configuration, caches of our own, a name for commits."""
    who = {
        f'GIT_{role}_{kind}': value
        for role in ('AUTHOR', 'COMMITTER')
        for kind, value in (('NAME', 'bench'), ('EMAIL', 'bench@example.com'))
    }
    return who | {
        'GIT_CONFIG_GLOBAL': os.devnull, 'GIT_CONFIG_SYSTEM': os.devnull, 'TRUEUP_CACHE': str(place / 'cache'),
        'TRUEUP_CONFIG': str(place / 'none.toml'), 'XDG_CACHE_HOME': str(place / 'copier-cache'),
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """0 when every edit comes through by trueup and by Copier with `trueup resolve`."""
    given = [int(word) for word in (sys.argv[1:] if argv is None else argv)]
    rounds, services = (*given, *(5, 10)[len(given) :])
    with tempfile.TemporaryDirectory(prefix='bench-') as name:
        place = Path(name).resolve()
        os.environ.update(variables(place))
        passed = edits(place)
        speed(place, rounds, services)
    return 0 if passed else 1


if __name__ == '__main__':
    sys.exit(main())
