"""CPU seconds of `trueup check` against `copier check-update`, on the same service, in turn, in one run.

    python benchmarks/check.py [ROUNDS]

Needs an environment in which trueup is installed. Children are counted too; the network plays no part, since the standard
is a local repository.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.standard import build_standard  # noqa: E402  # the checkout is no package

VERSION = 'v0.1.0'
PROGRAMS = {
    'trueup check': ('-m', 'trueup', 'check', '--quiet'),
    'copier check-update': ('-m', 'copier', 'check-update', '--quiet'),
}
WHO = {'GIT_AUTHOR_NAME': 'bench', 'GIT_AUTHOR_EMAIL': 'bench@example.com'}
WHO |= {name.replace('AUTHOR', 'COMMITTER'): value for name, value in WHO.items()}


def make_service(place: Path, environment: Mapping[str, str]) -> Path:
    """A service rendered from a standard with one version, committed."""
    standard = build_standard(place / 'standard', versions=['0.1.0'])
    service = place / 'service'
    # Without a lock the service must not be Poetry's, or `check` would rightly miss it.
    options = ['--defaults', '--quiet', '--vcs-ref', VERSION, '--data', 'packaging=keep']
    command = [sys.executable, '-m', 'copier', 'copy', *options]
    run([*command, str(standard), str(service)], place, environment)
    run(['git', 'init', '-q', '-b', 'main'], service, environment)
    run(['git', 'add', '-A'], service, environment)
    run(['git', 'commit', '-q', '-m', 'feat: the service'], service, environment)
    return service


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Exit code of a command that says nothing unless it breaks (2 and above)."""
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f'{" ".join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}')
    return done.returncode


def cpu_seconds(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, int]:
    """User and system time of a command with all its children, and its exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = run(command, folder, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, code


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line per program, cold and warm, and the ratio."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    rounds = int(given[0]) if given else 9
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')} | WHO
        environment |= {'TRUEUP_CACHE': str(place / 'cache'), 'XDG_CACHE_HOME': str(place / 'cache')}
        environment['TRUEUP_STANDARD'] = str(place / 'standard')
        service = make_service(place, environment)
        measured: dict[str, list[tuple[float, int]]] = {name: [] for name in PROGRAMS}
        for _ in range(rounds + 1):
            for name, words in PROGRAMS.items():
                measured[name].append(cpu_seconds([sys.executable, *words], service, environment))
    print(f'{"":22}{"cold":>8}{"median":>8}{"least":>8}  CPU s, exit code')
    medians = []
    for name, pairs in measured.items():
        times = [seconds for seconds, _ in pairs]
        medians.append(statistics.median(times[1:]))
        codes = sorted({code for _, code in pairs})
        print(f'{name:22}{times[0]:8.2f}{medians[-1]:8.2f}{min(times[1:]):8.2f}  exit {codes}')
    print(f'ratio of the medians, {rounds} rounds: {medians[0] / medians[1]:.2f}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
