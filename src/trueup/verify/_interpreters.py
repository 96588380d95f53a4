"""Which Python interpreters are really here (each is run, since shims answer `which` and fail), and which to take."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

PROBE = (
    'import sys; print("%d.%d.%d" % sys.version_info[:3]); print(sys.prefix == getattr(sys, "base_prefix", sys.prefix))'
)
# Most wheels exist for these, newest old pins included; outside, the nearer to the middle the better.
RELEASED = {
    '3.6': '2016-12', '3.7': '2018-06', '3.8': '2019-10', '3.9': '2020-10', '3.10': '2021-10', '3.11': '2022-10',
    '3.12': '2023-10', '3.13': '2024-10', '3.14': '2025-10',
}  # fmt: skip
PREFERRED = ('3.11', '3.12', '3.10', '3.13', '3.9', '3.14', '3.8', '3.7', '3.6')


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that runs."""

    path: Path
    version: str

    @property
    def minor(self) -> str:
        """`3.11`."""
        return '.'.join(self.version.split('.')[:2])


def choose(
    requires: str, stated: Sequence[str], wanted: str, *, found: Iterable[Interpreter], date: str = ''
) -> tuple[Interpreter, ...]:
    """Interpreters in the order to try: those allowed, first the stated ones (`3.9`), then the usual ones (of the day)."""
    order = {minor: place for place, minor in reversed(list(enumerate((*stated, *_usual(date)))))}
    allowed = (each for each in found if _fulfils(each.version, requires))
    first: dict[str, Interpreter] = {}
    for each in sorted(allowed, key=lambda each: (not _fulfils(each.version, wanted), order.get(each.minor, 99))):
        first.setdefault(each.minor, each)
    return tuple(first.values())


def _usual(date: str) -> tuple[str, ...]:
    """Of a day in the past the newest Python for which most packages had wheels by then, first."""
    ripe = [minor for minor, month in RELEASED.items() if date and f'{int(month[:4]) + 1}{month[4:]}' <= date[:7]]
    return (*reversed(ripe), *PREFERRED)


@cache
def interpreters() -> tuple[Interpreter, ...]:
    """Every Python 3 that runs, one per path; the one that runs trueup last but for its own version."""
    seen: dict[Path, Interpreter] = {}
    for path in _candidates():
        real = path.resolve()
        if real not in seen and (probed := _probe(path)):
            seen[real] = probed
    return tuple(seen.values())


def _candidates() -> list[Path]:
    found = [Path(getattr(sys, '_base_executable', sys.executable))]
    for folder in _folders():
        found += [
            path for path in sorted(folder.glob('python3*')) if re.fullmatch(r'python3(\.\d+)?(\.exe)?', path.name)
        ]
    return found


def _folders() -> list[Path]:
    home = Path.home()
    pyenv = Path(os.environ.get('PYENV_ROOT') or home / '.pyenv')
    uv = Path(os.environ.get('UV_PYTHON_INSTALL_DIR') or home / '.local' / 'share' / 'uv' / 'python')
    folders = [Path(name) for name in os.environ.get('PATH', '').split(os.pathsep) if name]
    folders += sorted(pyenv.glob('versions/*/bin')) + sorted(uv.glob('*/bin'))
    return [folder for folder in folders if folder.is_dir() and folder.name != 'shims']


def _probe(path: Path) -> Interpreter | None:
    try:
        done = subprocess.run([path, '-I', '-c', PROBE], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.split()
    # Environments are no base for other environments.
    return Interpreter(path, lines[0]) if done.returncode == 0 and lines[1:] == ['True'] else None


def _fulfils(version: str, specifier: str) -> bool:
    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except InvalidSpecifier:
        return True
