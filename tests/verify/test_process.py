"""Programs of a service get limits, and nothing of them stays."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from trueup.verify._allowed import for_installs, for_tests
from trueup.verify._installers import reason
from trueup.verify._interpreters import Interpreter, choose, interpreters
from trueup.verify._process import Done, run

CHILD = 'import os, subprocess, sys, time; child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"]); print(child.pid, flush=True); '


def alive(pid: int) -> bool:
    """Whether the process still runs (a zombie does not)."""
    try:
        return 'Z' not in Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rsplit(')', 1)[1].split()[0]
    except OSError:
        return False


def python(code: str, *, seconds: float = 60, memory: int = 0, cwd: Path = Path('.')) -> Done:
    """Run Python code."""
    return run([sys.executable, '-c', code], cwd=cwd, environment=dict(os.environ), seconds=seconds, memory=memory)


@pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='reads /proc')
@pytest.mark.parametrize(('end', 'code'), [('time.sleep(300)', None), ('', 0), ('os._exit(3)', 3)])
def test_grandchildren_end_with_it(end: str, code: int | None) -> None:
    """At the time limit and at a normal end the whole group is gone."""
    done = python(CHILD + end, seconds=3 if code is None else 60)
    assert done.code == code and done.seconds < 30
    deadline = time.monotonic() + 5
    while alive(int(done.output.split()[0])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(int(done.output.split()[0]))


@pytest.mark.skipif(sys.platform != 'linux', reason='the limit is kept by Linux')
def test_memory_limit() -> None:
    """A leak ends in a MemoryError of the service, not in a dead machine; address space alone is no matter."""
    assert 'MemoryError' in python('x = bytearray(1 << 30)', memory=256 << 20).output
    assert python('import mmap; mmap.mmap(-1, 1 << 30, prot=mmap.PROT_READ)', memory=256 << 20).well


def test_says_the_end_and_takes_no_input() -> None:
    """Programs that ask find nobody; of long outputs the end is kept."""
    done = python('import sys; print("x" * 500000); print(repr(sys.stdin.read())); print("last")')
    assert done.well and done.last_line == 'last' and "''" in done.output and len(done.output) <= 200_000
    assert run(['no-such-program'], cwd=Path('.'), environment={}, seconds=1).code == 127


def test_environment_of_tests_and_installs(tmp_path: Path) -> None:
    """Installs see indexes and proxies, tests see neither; both have another home."""
    known = {
        'PATH': '/bin', 'HOME': '/home/me', 'PIP_INDEX_URL': 'https://a:b@h/', 'PIP_TARGET': '/x', 'UV_INDEX_PRIVATE_PASSWORD': 'p',
        'POETRY_HTTP_BASIC_X_PASSWORD': 'p', 'HTTPS_PROXY': 'p', 'AWS_SECRET_ACCESS_KEY': 's', 'PYTHONPATH': '/x', 'VIRTUAL_ENV': '/x',
        'REQUESTS_CA_BUNDLE': '/ca', 'DATABASE_URL': 'd', 'GIT_DIR': '/x',
    }  # fmt: skip
    tests, installs = for_tests(tmp_path, known=known), for_installs(tmp_path, allow=('DATABASE_URL',), known=known)
    assert {name for name, value in known.items() if tests.get(name) == value} == {'PATH', 'REQUESTS_CA_BUNDLE'}
    assert {name for name, value in known.items() if installs.get(name) == value} == {
        'PATH', 'REQUESTS_CA_BUNDLE', 'PIP_INDEX_URL', 'UV_INDEX_PRIVATE_PASSWORD', 'POETRY_HTTP_BASIC_X_PASSWORD', 'HTTPS_PROXY', 'DATABASE_URL',
    }  # fmt: skip
    assert tests['HOME'] == installs['HOME'] == str(tmp_path) and Path(tests['TMPDIR']).is_dir()
    assert installs['PIP_CACHE_DIR'] == str(Path('/home/me/.cache/pip'))


@pytest.mark.parametrize(
    ('requires', 'stated', 'wanted', 'order'),
    [
        ('', (), '', ['3.11', '3.12', '3.13', '3.8']),
        ('>=3.12', (), '', ['3.12', '3.13']),
        ('', ('3.8',), '', ['3.8', '3.11', '3.12', '3.13']),
        ('>=3.9', ('3.8',), '', ['3.11', '3.12', '3.13']),
        ('', (), '==3.13.*', ['3.13', '3.11', '3.12', '3.8']),
        ('>=4', (), '', []),
        ('nonsense', (), '', ['3.11', '3.12', '3.13', '3.8']),
    ],
)
def test_choice_of_an_interpreter(requires: str, stated: tuple[str, ...], wanted: str, order: list[str]) -> None:
    """Only allowed ones; the wanted, then the stated, then the usual ones; one for each minor version."""
    found = [
        Interpreter(Path(f'/{version}'), version) for version in ('3.8.18', '3.13.0', '3.12.1', '3.11.7', '3.11.2')
    ]
    chosen = choose(requires, stated, wanted, found=found)
    assert [each.minor for each in chosen] == order
    assert all(each.version != '3.11.2' for each in chosen)


def test_interpreters_really_run() -> None:
    """At least one is here, and none of them is a shim or an environment."""
    found = interpreters()
    assert found and all('shims' not in each.path.parts for each in found)
    done = run(
        [found[0].path, '-c', 'import sys; print(sys.prefix == sys.base_prefix)'],
        cwd=Path('.'),
        environment={},
        seconds=20,
    )
    assert done.output.strip() == 'True'


@pytest.mark.parametrize(
    ('output', 'told'),
    [
        (
            'error: No solution found when resolving dependencies\n  cause: Because there is no version of a==9 and you require a==9,\n  fail.\n',
            'Because there is no version of a==9 and you require a==9, fail.',
        ),
        (
            '  × No solution found:\n  ╰─▶ Because a was not found in the package registry,\n      we can conclude that you lose.\n',
            'Because a was not found in the package registry, we can conclude that you lose.',
        ),
        (
            'ValueError: /tmp/trueup-verify-ab1/build/x has no y\nERROR: Failed building wheel for x\nERROR: Could not build wheels for x\n',
            'ValueError: x has no y',
        ),
        ('WARNING: old\nERROR: Could not build wheels for x\n', 'Could not build wheels for x'),
        (
            '| Unable to find installation candidates for six (1.0)\n|\n| Try again\n',
            'Unable to find installation candidates for six (1.0)',
        ),
        ('', 'exit code 1'),
    ],
)
def test_reason_of_a_failed_install(output: str, told: str) -> None:
    """One line that a person can act on, without our own temporary folders."""
    assert reason(Done(1, output, 1.0)) == told
    assert reason(Done(None, output, 61.2)) == 'took longer than --verify-timeout allows'
