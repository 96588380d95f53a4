"""Looks at a service as it is: what parses, what installs, what imports, what its tests say."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from trueup.repo import Repo
from trueup.verify._allowed import for_installs, for_tests
from trueup.verify._artifacts import artifacts
from trueup.verify._copy import bring, copy_tree, view
from trueup.verify._definition import declared, read_definition
from trueup.verify._environment import Environment, Site, prepare
from trueup.verify._imports import Ground, import_all, source_roots
from trueup.verify._installers import Shop, bin_of, python_of
from trueup.verify._interpreters import Interpreter, choose, interpreters
from trueup.verify._model import Level, OpenApi, Snapshot, TestRun, VerifyOptions
from trueup.verify._openapi import App, find_apps, read_openapi
from trueup.verify._reach import reachable
from trueup.verify._requirements import flatten, variables
from trueup.verify._static import parse_all
from trueup.verify._tests import Bench, run_tests, runner_of, settings_of


def snapshot(folder: Path, *, level: Level, options: VerifyOptions) -> Snapshot:
    """The service in `folder` at this moment; writes nothing into it. Level `static` runs nothing of it."""
    if level == 'none':
        return Snapshot()
    repo = view(folder, untracked=options.untracked)
    files, code = parse_all(repo)
    runtime, mentioned = declared(repo)
    with tempfile.TemporaryDirectory(prefix=f'trueup-verify-{os.getpid()}-', ignore_cleanup_errors=True) as home:
        looked = artifacts(folder, repo, for_tests(Path(home)))
    found = Snapshot('static', files, code, runtime, mentioned, frozenset(repo.paths), settings_of(repo), looked)
    return found if level == 'static' else _with_tests(found, folder, repo, options)


def _with_tests(found: Snapshot, folder: Path, repo: Repo, options: VerifyOptions) -> Snapshot:
    with tempfile.TemporaryDirectory(prefix=f'trueup-verify-{os.getpid()}-', ignore_cleanup_errors=True) as name:
        work = Path(name).resolve()
        options.progress('verify: copying the service')
        service = copy_tree(folder, work / 'run', untracked=options.untracked)
        bring(options.brought, service)
        environment = prepare(_site(folder, repo, work, options), _candidates(repo, options))
        found = replace(found, level='tests', install=environment.install)
        if environment.folder is None:
            return found
        return _run_all(found, repo, _bench(service, environment, work, repo, options), options)


def _candidates(repo: Repo, options: VerifyOptions) -> tuple[Interpreter, ...]:
    definition = read_definition(repo)
    found = interpreters()
    return choose(definition.python, definition.stated, options.python, found=found, date=options.date)


def _site(folder: Path, repo: Repo, work: Path, options: VerifyOptions) -> Site:
    built = copy_tree(folder, work / 'build', untracked=options.untracked)
    definition = read_definition(repo)
    lines = [line for path in definition.files for line in flatten(built / path)]
    home = work / 'install-home'
    end = time.monotonic() + options.seconds
    # A lock says by itself which versions; it may be newer than the day.
    date = '' if definition.source.endswith('.lock') else options.date
    shop = Shop(home, for_installs(home, allow=variables(lines)), end, date)
    return Site(built, work, definition, repo, runner_of(repo), shop, options.cache, options.progress, options.date)


def _bench(service: Path, environment: Environment, work: Path, repo: Repo, options: VerifyOptions) -> Bench:
    assert environment.folder is not None
    variables_seen = for_tests(work / 'home', allow=options.allow)
    programs = [str(bin_of(environment.folder))]
    sources = [str(service / root) for root in source_roots(repo)]
    package = environment.package
    if package is not None:
        programs.append(str(package / 'bin'))
        compiled = any(path.suffix in ('.so', '.pyd') for path in package.rglob('*'))
        sources = [str(package), *sources] if compiled else [*sources, str(package)]
    variables_seen |= {
        'PATH': os.pathsep.join([*programs, variables_seen.get('PATH', os.defpath)]),
        'PYTHONPATH': os.pathsep.join(sources),
        'VIRTUAL_ENV': str(environment.folder),
    }
    scratch = work / 'results'
    scratch.mkdir()
    python = python_of(environment.folder)
    return Bench(service, python, variables_seen, options.seconds, options.memory, scratch)


def _run_all(found: Snapshot, repo: Repo, bench: Bench, options: VerifyOptions) -> Snapshot:
    apps = find_apps(repo)
    modules = reachable(repo)
    options.progress(f'verify: importing {len(modules)} {"module" if len(modules) == 1 else "modules"}')
    ground = Ground(bench.python, bench.service, bench.environment, bench.memory, options.seconds)
    imports = import_all(modules, ground)
    openapi = _openapi(apps, bench)
    options.progress(f'verify: running the tests (at most {options.seconds:.0f} s)')
    tests = run_tests(bench)
    options.progress(f'verify: {_told(tests)}')
    return replace(found, reached=len(modules), imports=imports, openapi=openapi, tests=tests)


def _openapi(apps: tuple[App, ...], bench: Bench) -> OpenApi | None:
    """The first application that answers; the first one's problem if none does."""
    first: OpenApi | None = None
    for app in apps[:3]:
        found = read_openapi(app, bench.python, cwd=bench.service, environment=bench.environment, scratch=bench.scratch)
        if not found.problem:
            return found
        first = first or found
    return first


def _told(tests: TestRun) -> str:
    if tests.problem:
        return tests.problem
    counts = [f'{tests.count(word)} {word}' for word in ('passed', 'failed', 'error', 'skipped') if tests.count(word)]
    return f'{", ".join(counts)} in {tests.seconds:.0f} s'
