"""CPU seconds of `trueup check`: one service against `copier check-update`, and a hundred services in one process.

    python benchmarks/check.py [ROUNDS [SERVICES]]

Needs an environment in which trueup is installed. Children are counted too; the network plays no part, since the standard
is a local repository. The services are packaged with Poetry and have a lock file of the usual size.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from trueup.packaging.content_hash import content_hash

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
LOCKED = 60


def make_service(place: Path, name: str, environment: Mapping[str, str]) -> Path:
    """A service rendered from the standard's one version, locked and committed."""
    service = place / name
    options = ['--defaults', '--quiet', '--vcs-ref', VERSION, '--data', f'service_name={name}']
    command = [sys.executable, '-m', 'copier', 'copy', *options]
    run([*command, str(place / 'standard'), str(service)], place, environment)
    project = tomllib.loads((service / 'pyproject.toml').read_text(encoding='utf-8'))
    (service / 'poetry.lock').write_text(lock_for(project, name), encoding='utf-8')
    run(['git', 'init', '-q', '-b', 'main'], service, environment)
    run(['git', 'add', '-A'], service, environment)
    run(['git', 'commit', '-q', '-m', 'feat: the service'], service, environment)
    return service


def lock_for(project: Mapping[str, object], name: str) -> str:
    """A lock file as long as a real one, made for the project; no two services have the same bytes."""
    parts = [f'# lock of {name}\n']
    for number in range(LOCKED):
        digests = (hashlib.sha256(f'{number} {each}'.encode()).hexdigest() for each in range(20))
        files = ''.join(f'    {{file = "p{number}-1.0-{d[:8]}.whl", hash = "sha256:{d}"}},\n' for d in digests)
        parts.append(
            f'[[package]]\nname = "p{number}"\nversion = "1.0"\ndescription = "a package"\noptional = false\n'
            f'python-versions = ">=3.9"\ngroups = ["main"]\nfiles = [\n{files}]\n\n'
        )
    return ''.join(parts) + f'[metadata]\nlock-version = "2.1"\ncontent-hash = "{content_hash(project)}"\n'


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


def one_service(service: Path, rounds: int, environment: Mapping[str, str]) -> None:
    """A line per program, cold and warm, and the ratio."""
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


def many_services(name: str, services: Sequence[Path], environment: Mapping[str, str]) -> None:
    """What one service costs when all are checked by one command, the first time and the second."""
    command = [sys.executable, '-m', 'trueup', 'check', *map(str, services)]
    cold, warm = (cpu_seconds(command, services[0].parent, environment) for _ in range(2))
    count = len(services)
    print(f'{f"{count} {name}":36}{cold[0] / count:8.3f}{warm[0] / count:8.3f}  exit {sorted({cold[1], warm[1]})}')


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables."""
    given = [int(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    rounds, count = (*given, *(9, 100)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')} | WHO
        environment |= {'TRUEUP_CACHE': str(place / 'cache'), 'XDG_CACHE_HOME': str(place / 'cache')}
        environment['TRUEUP_STANDARD'] = str(place / 'standard')
        # Without bytecode every start compiles the whole package: nobody runs it so.
        environment.pop('PYTHONDONTWRITEBYTECODE', None)
        build_standard(place / 'standard', versions=['0.1.0'])
        service = make_service(place, 'service', environment)
        one_service(service, rounds, environment)
        same = [Path(shutil.copytree(service, place / 'same' / f's{number}')) for number in range(count)]
        other = [make_service(place, f'other-{number}', environment) for number in range(count)]
        print(f'\n{"services in one process":36}{"cold":>8}{"warm":>8}  CPU s each, exit code')
        many_services('of the same answers', same, environment)
        many_services('of differing answers', other, environment)
    return 0


if __name__ == '__main__':
    sys.exit(main())
