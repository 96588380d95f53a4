"""The rim of this room: runs `poetry lock` and tells in one line why it failed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import Missing
from trueup.leash import leashed
from trueup.packaging._mask import mask

MIRROR = 'POETRY_PYPI_MIRROR_URL'
# Set by an activated environment or by Poetry itself; they would bend the lock to another project.
LEAKING = ('VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'POETRY_ACTIVE', 'PYTHONPATH', 'PYTHONHOME')
DEPENDS = re.compile(r'depends on (?:both )?(?P<name>[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?)(?: \((?P<version>[^)]*)\))?')
NEEDS_PYTHON = re.compile(r'- (?P<name>[\w.-]+) requires Python (?P<python>[<>=!~][^;]*?),? so it will not be')
FAR_GIT = re.compile(r"host='(?P<host>[\w.-]+)'.{0,300}git-upload-pack|unable to access 'https?://(?P<other>[\w.-]+)")
NETWORK = re.compile(r'ConnectionError|Max retries|attempts to connect|timed out|Name or service|JSONDecodeError', re.I)


@dataclass(frozen=True, slots=True)
class LockResult:
    """Whether poetry.lock was written; if not, why in one line, which packages stand in the way, what to do."""

    ok: bool
    reason: str = ''
    packages: tuple[str, ...] = ()
    hint: str = ''
    output: str = ''
    python: str = ''
    """The range of Pythons that the packages in the way need, if that is what is in the way."""


def public_index(answers: Mapping[str, object]) -> str:
    """The index to ask for public packages: the company's, unless it holds the company's own packages only."""
    return '' if answers.get('package_index_mode') == 'internal' else str(answers.get('package_index_url') or '')


def lock(folder: Path, *, index_url: str | None, timeout: float) -> LockResult:
    """Run `poetry lock` in a folder; `index_url` replaces the public index for this run only.

    Locked versions stay where they can. Raises Missing without Poetry on PATH.
    """
    program = shutil.which('poetry')
    if program is None:
        raise Missing(
            'Poetry was not found', hint='install it, for instance with `pipx install poetry`, and have it on PATH'
        )
    with tempfile.TemporaryDirectory(prefix=f'trueup-lock-{os.getpid()}-') as scratch:
        command = [program, 'lock', '--no-interaction', '--no-ansi']
        done = _run(command, folder, _environment(scratch, index_url), timeout)
    if done is None:
        return LockResult(False, f'poetry lock did not end within {timeout:.0f} s', hint='run `poetry lock` by hand')
    code, output = done
    return LockResult(True, output=mask(output)) if code == 0 else explain(mask(output))


def _environment(scratch: str, index_url: str | None) -> dict[str, str]:
    """The caller's environment without what bends the lock; environments that Poetry makes go away with `scratch`."""
    kept = {name: value for name, value in os.environ.items() if name not in LEAKING}
    kept |= {'POETRY_VIRTUALENVS_PATH': scratch, 'POETRY_VIRTUALENVS_IN_PROJECT': 'false', 'NO_COLOR': '1'}
    kept |= {'PYTHON_KEYRING_BACKEND': 'keyring.backends.null.Keyring'}
    return kept | ({MIRROR: index_url} if index_url else {})


def explain(output: str) -> LockResult:
    """What Poetry's words of failure come down to."""
    text = ' '.join(output.split())
    pythons = list(NEEDS_PYTHON.finditer(text))
    if pythons:
        packages = tuple(dict.fromkeys(match['name'] for match in pythons))
        needs = f'{pythons[0]["name"]} needs Python {pythons[0]["python"]}'
        hint = f'set requires-python within {pythons[0]["python"]}, or lift {", ".join(packages)}'
        reason = f'the service allows Pythons that its packages do not: {needs}'
        return LockResult(False, reason, packages, hint, output, pythons[0]['python'])
    missing = re.search(r'depends on (?P<name>[\w.-]+) \((?P<version>[^)]*)\) which doesn\'t match any versions', text)
    if missing:
        reason = f'no index has {missing["name"]} {missing["version"]}'
        return LockResult(False, reason, (missing['name'],), 'name the index that has it, or another version', output)
    if 'version solving failed' in text:
        packages = _named(text)
        reason = (
            f'no versions satisfy all of {", ".join(packages)}' if packages else 'no versions satisfy all requirements'
        )
        return LockResult(False, reason, packages, 'loosen one of them in pyproject.toml and run `poetry lock`', output)
    python = re.search(r'not (?:supported|allowed) by the project \((?P<python>[^)]*)\)', text)
    if python and 'Writing lock file' not in text and not NETWORK.search(text):
        reason = f'Poetry can make no environment for Python {python["python"]}'
        return LockResult(False, reason, (), 'widen requires-python, or install such a Python and lock by hand', output)
    far = FAR_GIT.search(text)
    if far:
        hint = f'lock where {far["host"] or far["other"]} can be reached: `poetry lock`'
        return LockResult(
            False, f'{far["host"] or far["other"]}, where a Git requirement is, can\'t be reached', (), hint, output
        )
    if NETWORK.search(text):
        hint = f'name your index in {MIRROR} (plugin poetry-plugin-pypi-mirror) or as a [[tool.poetry.source]]'
        return LockResult(False, 'the package index can\'t be read', (), hint, output)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return LockResult(
        False, lines[-1] if lines else 'poetry lock failed', (), 'run `poetry lock -vvv` to see more', output
    )


def _named(text: str) -> tuple[str, ...]:
    """Packages of the final explanation, the service's own requirements first."""
    explanation = text[text.find('Because') :] if 'Because' in text else text
    found = [match['name'] for match in DEPENDS.finditer(explanation)]
    return tuple(dict.fromkeys(name.removesuffix('.') for name in found))


def _run(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> tuple[int, str] | None:
    """Exit code and all output; None if the time ran out, with every child ended."""
    with (
        leashed(command) as leash,
        subprocess.Popen(
            leash.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL if leash.stdin is None else leash.stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            return None
        except BaseException:
            _end(process)
            raise
    return process.returncode, output.decode(errors='replace')


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == 'posix':
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
