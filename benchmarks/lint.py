"""`trueup lint` and its hooks against the stock tools, side by side on the repositories that are given.

    python benchmarks/lint.py REPOSITORY... [--rounds N] [--program FOLDER] [--ruff PATH] [--pre-commit PATH]
    python benchmarks/lint.py REPOSITORY... --mutations N

Run it with the Python of an environment of its own, into which pip installed trueup as a user's would be: an editable
installation starts slower. Runs are paired and interleaved: a machine that is busy is busy for both. The cases in which
all linters look at everything have one round only in a repository of more than 50,000 lines. The stock tools are those of the repository's
`.venv` if it has one with pylint in it, else those beside this Python, and get the same files as trueup gives to each.
Nothing is written into a repository: the work is done in copies.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from _measure import HEAD, Cost, average, row, run
from _mutations import hold

from trueup.lint.baseline import WHOLE_SET
from trueup.lint.files import python_files
from trueup.lint.model import Job
from trueup.lint.plan import plan_tasks
from trueup.lint.tools import CHECKERS

LARGE = 50_000
"""Lines beyond which a run over everything takes minutes."""
CHECKS = {'black': ('--check', '-q'), 'isort': ('--check-only', '-q'), 'flake8': (), 'pylint': ()}
Side = Callable[[], Cost]


class Place(NamedTuple):
    """A copy of a repository with all that is needed to run both sides in it."""

    root: Path
    scratch: Path
    python: str
    programs: Path
    files: dict[str, tuple[str, ...]]
    packages: tuple[str, ...] | None

    def lines(self) -> int:
        """Size of what pylint looks at."""
        return sum((self.root / name).read_bytes().count(b'\n') for name in self.files['pylint'])

    def rounds(self, wanted: int) -> int:
        """How often a case that runs everything is to be run."""
        return 1 if self.lines() > LARGE else wanted

    def stock(self, tool: str, files: Sequence[str], cache: str = 'warm') -> Cost:
        """One stock tool."""
        environment = {
            'BLACK_CACHE_DIR': str(self.scratch / f'black-{cache}'),
            'PYLINTHOME': str(self.scratch / 'pylint'),
        }
        return run([self.python, '-m', tool, *CHECKS[tool], '--', *files], self.root, environment)

    def stock_all(self, cache: str = 'warm') -> Cost:
        """The four stock tools in sequence."""
        costs = [self.stock(tool, names, cache) for tool, names in self.files.items()]
        return sum(costs, Cost())

    def ours(self, *words: str, cache: str = 'warm') -> Cost:
        """The installed trueup."""
        return run([str(self.programs / 'trueup'), *words], self.root, self.variables(cache))

    def pylint(self, *options: str) -> Cost:
        """pylint as trueup starts it, with options of its own."""
        command = CHECKERS['pylint'].command(Job(self.root, self.files['pylint'], self.packages))
        order = json.loads(command.stdin)
        order['arguments'] = [
            *order['arguments'][: -len(self.files['pylint']) - 1],
            *options,
            '--',
            *self.files['pylint'],
        ]
        place = self.scratch / 'order.json'
        place.write_text(json.dumps(order), encoding='utf-8')
        return run(command.arguments, self.root, dict(command.environment), given=str(place))

    def variables(self, cache: str) -> dict[str, str]:
        """Caches of our own."""
        return {
            'TRUEUP_CACHE': str(self.scratch / f'trueup-{cache}'),
            'BLACK_CACHE_DIR': str(self.scratch / f'ours-{cache}'),
        }


def main() -> int:
    """Print the table of each repository, or hold the cache against the stock tools."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('repositories', nargs='+', type=Path)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--cases', default='commit,light,same,ruff,cold,one,noop', help='also: steps')
    parser.add_argument('--program', type=Path, default=Path(sys.executable).parent, help='folder with trueup in it')
    parser.add_argument('--ruff', default=shutil.which('ruff') or '')
    parser.add_argument('--pre-commit', default=shutil.which('pre-commit') or '')
    parser.add_argument('--mutations', type=int, default=0)
    parser.add_argument('--seed', type=int, default=1)
    given = parser.parse_args()
    wrong = 0
    for repository in given.repositories:
        with tempfile.TemporaryDirectory() as folder:
            place = prepare(repository.resolve(), Path(folder), given.program)
            print(f'\n{describe(repository, place)}\n', flush=True)
            if given.mutations:
                wrong += hold(place.root, place.scratch, place.python, count=given.mutations, seed=given.seed)
            else:
                measure(place, given)
    return 1 if wrong else 0


def prepare(repository: Path, scratch: Path, programs: Path) -> Place:
    """A copy with a commit of its own, and the files each tool is to see."""
    root = scratch / repository.name
    environment = repository / '.venv'
    ignore = shutil.ignore_patterns('.venv', '__pycache__', '*.pyc')
    shutil.copytree(repository, root, symlinks=True, ignore=ignore)
    if environment.exists():
        (root / '.venv').symlink_to(environment)
        (root / '.git' / 'info').mkdir(exist_ok=True)
        with (root / '.git' / 'info' / 'exclude').open('a', encoding='utf-8') as stream:
            stream.write('.venv\n')
    own = environment / 'bin' / 'python'
    usable = (
        own.exists() and subprocess.run([own, '-c', 'import pylint, black, isort, flake8'], check=False).returncode == 0
    )
    tasks = plan_tasks(root, python_files(root), tools=tuple(CHECKS))
    files = {tool: tuple(_names(root, tasks, tool)) for tool in CHECKS}
    packages = next((task.job.packages for task in tasks), None)
    return Place(root, scratch, str(own) if usable else sys.executable, programs, files, packages)


def _names(root: Path, tasks: Sequence[object], tool: str) -> Iterator[str]:
    for task in tasks:
        if task.tool == tool:  # type: ignore[attr-defined]
            folder = task.job.folder.relative_to(root)  # type: ignore[attr-defined]
            yield from ((folder / name).as_posix() for name in task.job.files)  # type: ignore[attr-defined]


def describe(repository: Path, place: Place) -> str:
    """Name and size."""
    return f'### {repository.name}: {len(place.files["pylint"])} files, {place.lines():,} lines'


def measure(place: Place, given: argparse.Namespace) -> None:
    """All cases that were asked for."""
    print(HEAD, flush=True)
    for case in given.cases.split(','):
        for line in CASES[case](place, given):
            print(line, flush=True)


def pairs(ours: Side, peer: Side, rounds: int) -> tuple[Cost, Cost]:
    """Both sides in turn, the other one first each time."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for number in range(rounds):
        for side in (0, 1) if number % 2 else (1, 0):
            found[side].append((ours, peer)[side]())
    return average(found[0]), average(found[1])


def commit(place: Place, given: argparse.Namespace, tools: Sequence[str] = tuple(CHECKS)) -> Iterator[str]:
    """One changed file through `pre-commit run`: stock hooks against one of ours that does the same."""
    if not given.pre_commit:
        return
    program = [str(place.programs / 'trueup-hook'), 'trueup-lint', '--fix', *(f'--only={tool}' for tool in tools)]
    stock = [(tool, [place.python, '-m', tool]) for tool in tools]
    one, other = _hooks(place, 'ours', [('trueup-lint', program)]), _hooks(place, 'stock', stock)
    ours: list[Cost] = []
    peer: list[Cost] = []
    for number, name in enumerate(sample(place, given.rounds * 2, given.seed)):
        for side in (0, 1) if number % 2 else (1, 0):
            with changed(place, name, number):
                words = [given.pre_commit, 'run', '-c', str((one, other)[side]), '--files', name]
                (ours, peer)[side].append(run(words, place.root, place.variables('hooks')))
    title = 'commit, one file changed' if 'pylint' in tools else 'the same without pylint'
    yield row(title, average(ours), average(peer))


def light(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """The same without pylint."""
    yield from commit(place, given, ('black', 'isort', 'flake8'))


def same(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """Nothing changed since the last run."""
    _settle(place)
    rounds = place.rounds(max(1, given.rounds // 2))
    peer = average([place.stock_all() for _ in range(rounds)])
    ours = average([place.ours('lint') for _ in range(given.rounds * 5)])
    yield row('nothing changed, the four tools warm', ours, peer)


def ruff(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """Nothing changed, against a warm ruff on a tree that passes."""
    if not given.ruff:
        return
    quiet = {'RUFF_CACHE_DIR': str(place.scratch / 'ruff')}
    for words in (['check', '-q', '--add-noqa'], ['format', '-q'], ['check', '-q', '--add-noqa']):
        run([given.ruff, *words, '.'], place.root, quiet)
    subprocess.run(['git', 'add', '-A'], cwd=place.root, check=True)
    _settle(place)

    def peer() -> Cost:
        words = (['check', '-q', '.'], ['format', '-q', '--check', '.'])
        return sum((run([given.ruff, *word], place.root, quiet) for word in words), Cost())

    peer()
    yield row(
        'nothing changed, ruff check + ruff format --check warm',
        *pairs(lambda: place.ours('lint'), peer, given.rounds * 5),
    )
    subprocess.run(['git', 'checkout', '-q', '-f', 'HEAD', '--', '.'], cwd=place.root, check=True)


def cold(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """Everything, without any cache."""
    count = iter(range(1_000_000))

    def ours() -> Cost:
        return place.ours('lint', cache=f'cold-{next(count)}')

    rounds = place.rounds(given.rounds)
    yield row('whole repository, cold', *pairs(ours, lambda: place.stock_all(f'cold-{next(count)}'), rounds))


def one(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """One file changed; the whole repository is to be right."""
    _settle(place)
    ours: list[Cost] = []
    peer: list[Cost] = []
    for number, name in enumerate(sample(place, place.rounds(given.rounds), given.seed)):
        with changed(place, name, number):
            for side in (0, 1) if number % 2 else (1, 0):
                (ours, peer)[side].append(place.stock_all() if side else place.ours('lint'))
    worst = max(mine.cpu / theirs.cpu for mine, theirs in zip(ours, peer, strict=True))
    yield row(f'one file changed, all files right (worst {worst:.2f})', average(ours), average(peer))


def steps(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """pylint in one run, against duplicates and cycles as a step of their own beside all else."""
    names = ','.join(WHOLE_SET)
    whole: list[Cost] = []
    most: list[Cost] = []
    few: list[Cost] = []
    for _ in range(place.rounds(given.rounds)):
        whole.append(place.pylint())
        most.append(place.pylint(f'--disable={names}'))
        few.append(place.pylint('--disable=all', f'--enable={names}'))
    yield row(f'pylint without {names}, against all in one run', average(most), average(whole))
    yield row(f'only {names}, against all in one run', average(few), average(whole))


def noop(place: Place, given: argparse.Namespace) -> Iterator[str]:
    """A hook with nothing to do, and the help, against pre-commit with four hooks that do nothing."""
    if not given.pre_commit:
        return
    config = _hooks(place, 'noop', [(f'true-{number}', ['true']) for number in range(4)])
    words = [given.pre_commit, 'run', '-c', str(config), '--all-files']

    def peer() -> Cost:
        return run(words, place.root)

    def hook() -> Cost:
        return run(
            [str(place.programs / 'trueup-hook'), 'trueup-lint', '.gitignore'], place.root, place.variables('warm')
        )

    (place.root / '.gitignore').touch()
    _settle(place)
    peer()
    yield row('no-op hook', *pairs(hook, peer, given.rounds * 3))
    place.ours('--help')
    yield row('`trueup --help`', *pairs(lambda: place.ours('--help'), peer, given.rounds * 3))


CASES: dict[str, Callable[[Place, argparse.Namespace], Iterator[str]]] = {
    'commit': commit,
    'light': light,
    'same': same,
    'ruff': ruff,
    'cold': cold,
    'one': one,
    'noop': noop,
    'steps': steps,
}


def sample(place: Place, count: int, seed: int) -> list[str]:
    """Files to change: every length of file gets its turn, chosen by the seed."""
    names = [name for name in place.files['pylint'] if (place.root / name).stat().st_size > 200]
    return random.Random(seed).sample(names, min(count, len(names)))


class changed:  # pylint: disable=invalid-name  # reads as a word
    """A file with one more line while the block runs."""

    def __init__(self, place: Place, name: str, number: int) -> None:
        self._path = place.root / name
        self._number = number
        self._before = b''

    def __enter__(self) -> None:
        self._before = self._path.read_bytes()
        self._path.write_bytes(self._before + f'\n\nADDED_{os.urandom(4).hex()} = {self._number}\n'.encode())

    def __exit__(self, *_: object) -> None:
        self._path.write_bytes(self._before)


def _settle(place: Place) -> None:
    """Both caches warm, and every file at rest."""
    place.ours('lint')
    place.stock('black', place.files['black'])
    subprocess.run(['sleep', '3'], check=True)
    place.ours('lint')


def _hooks(place: Place, name: str, hooks: Sequence[tuple[str, Sequence[str]]]) -> Path:
    entries = [
        {
            'id': each,
            'name': each,
            'language': 'system',
            'entry': ' '.join(words),
            'require_serial': True,
            'types': ['file'],
        }
        for each, words in hooks
    ]
    path = place.scratch / f'{name}-{len(hooks)}.yaml'
    path.write_text(json.dumps({'repos': [{'repo': 'local', 'hooks': entries}]}), encoding='utf-8')
    return path


if __name__ == '__main__':
    sys.exit(main())
