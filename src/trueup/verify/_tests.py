"""Runs a service's own tests and reads how each of them ended."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from trueup.repo import Repo
from trueup.verify._model import TestResult, TestRun
from trueup.verify._process import Done, run

# Options and settings in a service's own configuration, and names in its tests, that need a plugin.
BY_CONFIGURATION = {
    r'--cov\b|--no-cov': 'pytest-cov',
    r'asyncio_mode|--asyncio-mode': 'pytest-asyncio',
    r'--html[= ]|--self-contained-html': 'pytest-html',
    r'--timeout[= ]|^\s*timeout\s*=': 'pytest-timeout',
    r'--numprocesses|addopts.*\s-n[= ]?(?:auto|\d)': 'pytest-xdist',
    r'DJANGO_SETTINGS_MODULE': 'pytest-django',
}
BY_TESTS = {
    r'pytest\.mark\.asyncio|pytest_asyncio': 'pytest-asyncio',
    r'pytest\.mark\.timeout': 'pytest-timeout',
    r'\bmocker\b': 'pytest-mock',
    r'\brequests_mock\b': 'requests-mock',
}
CONFIGURATION = ('pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg')
TABLE = re.compile(r'^\[(?:tool\.pytest|tool:pytest|pytest)\b[^\n]*\n(?:(?!\[).*\n?)*', re.M)
FRAME = re.compile(r'^(?:E?\s+)?(?:File ")?([^\s":][^":\n]*\.py)(?:", line |:)\d+', re.M)
FRAMES = 12
USAGE_ERROR, NO_TESTS = 4, 5
AGAIN = 50
PROBLEMS = {
    2: 'the test run was interrupted',
    3: 'pytest had an internal error',
    USAGE_ERROR: 'pytest did not accept its options',
    NO_TESTS: 'no tests were found',
}


@dataclass(frozen=True, slots=True)
class Bench:
    """Where tests run and with what."""

    service: Path
    python: Path
    environment: dict[str, str]
    seconds: float
    memory: int
    scratch: Path


def runner_of(repo: Repo) -> tuple[str, ...]:
    """pytest and the plugins that the service's configuration and tests name; installed only where they are missing."""
    configuration = '\n'.join(repo.text(path) or '' for path in CONFIGURATION)
    tests = '\n'.join(repo.text(path) or '' for path in repo.paths if path.endswith('.py') and is_test(path))
    found = {name for pattern, name in BY_CONFIGURATION.items() if re.search(pattern, configuration, re.M)}
    found |= {name for pattern, name in BY_TESTS.items() if re.search(pattern, tests)}
    code = (repo.text(path) or '' for path in repo.paths if path.endswith('.py'))
    if any('pkg_resources' in text for text in code):
        # Came with every environment until Python 3.12, so nobody declared it.
        found.add('setuptools<81')
    return ('pytest', *sorted(found))


def settings_of(repo: Repo) -> dict[str, str]:
    """File -> digest of what it says about tests; only the tests' own tables of files that say more."""
    found: dict[str, str] = {}
    for path in (*CONFIGURATION, *(path for path in repo.paths if path.endswith('conftest.py'))):
        text = repo.text(path)
        if text is not None and path not in ('pytest.ini', '.pytest.ini') and not path.endswith('.py'):
            text = '\n'.join(match[0].strip() for match in TABLE.finditer(text))
        if text:
            found[path] = hashlib.sha256(text.encode()).hexdigest()
    return found


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests."""
    parts = path.split('/')
    return any(part in ('test', 'tests') for part in parts[:-1]) or bool(
        re.match(r'test_|conftest\.py|.*_test\.py', parts[-1])
    )


def run_tests(bench: Bench) -> TestRun:
    """All tests once, those that failed once more: what passes at the second time is flaky, not broken."""
    first = _pytest(bench, ())
    failed = [name for name, each in first.results.items() if each.outcome in ('failed', 'error') and '.py::' in name]
    if not failed or first.problem or len(failed) > AGAIN or not first.count('passed'):
        return first
    left = bench.seconds - first.seconds
    again = _pytest(replace(bench, seconds=left), failed) if left > 5 else TestRun()
    better = {name: each for name, each in again.results.items() if each.outcome == 'passed' and name in failed}
    return replace(first, results={**first.results, **better}, seconds=first.seconds + again.seconds)


def read_junit(text: str) -> dict[str, TestResult]:
    """Results by test id (`tests/test_x.py::TestA::test_b`); of two entries for a test the worse one counts."""
    results: dict[str, TestResult] = {}
    rank = ('passed', 'skipped', 'failed', 'error')
    for case in ElementTree.fromstring(text).iter('testcase'):
        name, result = _test_id(case), _result(case)
        known = results.get(name)
        if known is None or rank.index(result.outcome) > rank.index(known.outcome):
            results[name] = result
    return results


def _pytest(bench: Bench, names: Sequence[str]) -> TestRun:
    report = bench.scratch / 'junit.xml'
    report.unlink(missing_ok=True)
    options = [
        f'--rootdir={bench.service}', f'--junitxml={report}', '-o', 'junit_family=xunit1', '--maxfail=0',
        '--continue-on-collection-errors', '-p', 'no:cacheprovider',
    ]  # fmt: skip
    done = _run(bench, [*options, *names])
    if done.code == USAGE_ERROR and not report.exists():
        # Their own options may ask for the cache (`--ff`).
        done = _run(bench, [*options[:-2], *names])
    return _read(bench, done, report)


def _run(bench: Bench, options: Sequence[str]) -> Done:
    return run(
        [bench.python, '-m', 'pytest', *options],
        cwd=bench.service,
        environment=bench.environment,
        seconds=bench.seconds,
        memory=bench.memory,
    )


def _read(bench: Bench, done: Done, report: Path) -> TestRun:
    if done.code is None:
        return TestRun(problem=f'the tests took longer than {bench.seconds:.0f} s', seconds=done.seconds)
    try:
        results = read_junit(report.read_text(encoding='utf-8'))
    except (OSError, ElementTree.ParseError, UnicodeDecodeError):
        results = {}
    if results:
        return TestRun(results, seconds=done.seconds)
    problem = PROBLEMS.get(done.code, 'pytest did not start')
    detail = '' if done.code == NO_TESTS else f': {_cause(done)}'
    return TestRun(problem=f'{problem}{detail}', seconds=done.seconds)


def _cause(done: Done) -> str:
    told = [line.strip() for line in done.output.splitlines() if re.match(r'\s*(?:ERROR|E  |\w*Error\b)', line)]
    return (told[-1] if told else done.last_line)[:300]


def _test_id(case: ElementTree.Element) -> str:
    file, owner = case.get('file') or '', case.get('classname') or ''
    # The address of an object in a parameter is another one in each run.
    name = re.sub(r'0x[0-9a-f]{6,}', '0x', case.get('name') or '')
    if not file:
        return '::'.join(part for part in (owner, name) if part)
    module = re.sub(r'\.py$', '', file).replace('/', '.').replace('\\', '.')
    classes = owner.removeprefix(module).strip('.').split('.') if owner.startswith(module) else []
    return '::'.join([file.replace('\\', '/'), *(each for each in classes if each), name])


def _result(case: ElementTree.Element) -> TestResult:
    for tag, outcome in (('error', 'error'), ('failure', 'failed'), ('skipped', 'skipped')):
        found = case.find(tag)
        if found is not None:
            trace = tuple(dict.fromkeys(reversed(FRAME.findall(found.text or ''))))[:FRAMES]
            return TestResult(outcome, _message(found), trace)  # type: ignore[arg-type]
    return TestResult('passed')


def _message(found: ElementTree.Element) -> str:
    """The error's last line: the `E   ` lines of a traceback, else the message."""
    told = [line[1:].strip() for line in (found.text or '').splitlines() if line.startswith('E ')]
    named = [
        line for line in told if re.match(r'\w+(?:\.\w+)*(?:Error|Exception|Warning|Failed|Exit)\b|assert\b', line)
    ]
    lines = named[-1:] or told[:1] or (found.get('message') or found.text or '').strip().splitlines()[:1]
    return lines[0][:300] if lines else ''
