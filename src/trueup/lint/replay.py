"""Say again what the last run said, if nothing that it looked at has changed since: the fast path of `trueup lint`.

A record holds the output of one command line and a stamp (times, size, number) of each file and folder the run
depended on. It is read before anything else is imported, so this module takes next to nothing.
A stamp younger than the record by less than `MARGIN` proves nothing: a file system's clock is coarse, and the file may
have changed once more within the same tick. Such a run is not recorded; the next one is.
"""

from __future__ import annotations

import gc
import os
import sys
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

FORMAT = 'trueup lint record 1'
MARGIN = 2_000_000_000
"""Nanoseconds that a file must have rested before its stamp is trusted; FAT counts in steps of two seconds."""
VARIABLES = frozenset(
    'PATH HOME USERPROFILE APPDATA VIRTUAL_ENV CONDA_PREFIX NO_COLOR COLUMNS LC_ALL LC_CTYPE LANG'.split()
)
PREFIXES = ('TRUEUP_', 'POETRY_', 'XDG_', 'PYTHON', 'GIT_')
"""Variables that choose the service's environment or change what is written."""
ABSENT = '-'


def cache_place() -> str:
    """Folder of everything that the lint room keeps between runs."""
    given = os.environ.get('TRUEUP_CACHE')
    if given:
        return os.path.join(os.path.abspath(given), 'lint')
    home = os.path.expanduser('~')
    if sys.platform == 'win32':
        base = os.environ.get('LOCALAPPDATA') or os.path.join(home, 'AppData', 'Local')
        return os.path.join(base, 'trueup', 'Cache', 'lint')
    if sys.platform == 'darwin':
        return os.path.join(home, 'Library', 'Caches', 'trueup', 'lint')
    chosen = os.environ.get('XDG_CACHE_HOME', '')
    return os.path.join(chosen if os.path.isabs(chosen) else os.path.join(home, '.cache'), 'trueup', 'lint')


def question(words: list[str]) -> bytes:
    """All that tells one command line from another: words, folder, interpreter, the variables that count."""
    variables = sorted(
        f'{name}={value}' for name, value in os.environ.items() if name in VARIABLES or name.startswith(PREFIXES)
    )
    parts = [FORMAT, sys.version, sys.executable, os.getcwd(), str(os.cpu_count()), *variables, *words]
    return '\0'.join(parts).encode('utf-8', 'surrogateescape')


def answer(words: list[str]) -> tuple[int, bytes, bytes] | None:
    """Exit code, standard output and standard error of the same command line before; None if it must be run."""
    asked = question(words)
    try:
        with open(_place(asked), 'rb') as stream:
            record = stream.read()
        head, code, paths, stamps, out, err, check = record.split(b'\1\n')
        if head != asked or int(check) != zlib.crc32(record[: record.rindex(b'\1\n')]):
            return None
        if stamps != stamp_all(paths.decode('utf-8', 'surrogateescape').split('\0')):
            return None
        return int(code), out, err
    except (OSError, ValueError):
        return None


def stamp_all(paths: list[str]) -> bytes:
    """Stamps of many paths, in their order."""
    stat = os.stat
    found = []
    for path in paths:
        try:
            seen = stat(path)
            found.append(f'{seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_size} {seen.st_ino}')
        except (OSError, ValueError):
            found.append(ABSENT)
    return '\0'.join(found).encode('ascii')


def has_rested(stamps: bytes, moment: int) -> bool:
    """Whether everything stamped was left alone for a while before a moment (nanoseconds)."""
    for stamp in stamps.split(b'\0'):
        if stamp != b'-':
            changed, moved, _size, _number = stamp.split(b' ')
            if int(changed) > moment - MARGIN or (sys.platform != 'win32' and int(moved) > moment - MARGIN):
                return False
    return True


class Offer:
    """What a run said and the paths that it depends on, until its exit code is known."""

    def __init__(self, paths: list[str], moment: int, out: bytes, err: bytes) -> None:
        self.paths = paths
        self.moment = moment
        self.out = out
        self.err = err


offers: list[Offer] = []
"""The one run of this process, if it may be said again."""


def is_alone() -> bool:
    """Whether this process is one command line and ends after it."""
    return alone


def begin(words: list[str]) -> None:
    """Called by a program's entry: this process is this command line. It ends here if the answer is known."""
    global alone  # pylint: disable=global-statement  # a fact about the process
    _say_again(words)
    alone = True
    # The larger linters have processes of their own: what is left is small, and ends soon.
    gc.disable()


def end(words: list[str], code: int) -> NoReturn:
    """Keep what was offered and end the process, without taking apart what the system frees anyway."""
    _settle(words, code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            continue
    os._exit(code)


alone = False


def _settle(words: list[str], code: int) -> None:
    """Keep what was offered, if all that it depends on had rested when the run began and is still the same."""
    for offer in offers:
        stamps = stamp_all(offer.paths)
        if has_rested(stamps, offer.moment):
            _remember(words, offer, stamps, code)
    offers.clear()


def _say_again(words: list[str]) -> None:
    """End this process with what the same command line said before, if that still holds."""
    said = answer(words)
    if said is None:
        return
    code, out, err = said
    for stream, data in ((sys.stderr, err), (sys.stdout, out)):
        if data:
            stream.buffer.write(data)
            stream.flush()
    os._exit(code)


def _remember(words: list[str], offer: Offer, stamps: bytes, code: int) -> None:
    asked = question(words)
    listed = '\0'.join(offer.paths).encode('utf-8', 'surrogateescape')
    parts = [asked, str(code).encode(), listed, stamps, offer.out, offer.err]
    if any(b'\1\n' in part for part in parts):
        return
    record = b'\1\n'.join(parts)
    place = _place(asked)
    fresh = f'{place}.{os.getpid()}.new'
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(fresh, 'wb') as stream:
            stream.write(record + b'\1\n' + str(zlib.crc32(record)).encode())
        os.replace(fresh, place)
    except OSError:
        return


def _place(asked: bytes) -> str:
    return os.path.join(cache_place(), 'runs', f'{zlib.crc32(asked):08x}{zlib.adler32(asked):08x}')
