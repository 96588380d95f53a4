"""Files that nobody of the team writes: a program generated them, or they were copied in from another project.

They are neither checked nor laid out: the next run of the generator would undo it, and the finding is not the team's.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

FOLDERS = frozenset({'vendor', 'vendored', '_vendor', 'third_party', 'node_modules', 'site-packages'})
NAMES = re.compile(r'.+_pb2(?:_grpc)?\.pyi?')
"""What protoc writes; its older versions say so in a string that is no remark."""
HEAD = 1024
UNTOUCHED = re.compile(rb'@generated\b|\b(?:do not|don.t) (?:edit|modify|change)\b', re.I)
"""A generated file that people go on editing, such as a Django migration, says that it was generated and no more."""


def is_foreign(root: Path, name: str) -> bool:
    """Whether a file is generated or vendored, by its folder, its name, or the remarks at its head."""
    path = PurePosixPath(name)
    if FOLDERS.intersection(path.parts[:-1]) or NAMES.fullmatch(path.name):
        return True
    try:
        with (root / name).open('rb') as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return _says_so(head)


def _says_so(head: bytes) -> bool:
    """Whether the remarks say that a program wrote the file and that nobody should edit it."""
    remarks = b'\n'.join(line for line in head.splitlines() if line.startswith(b'#'))
    if b'@generated' in remarks:
        return True
    return b'generated' in remarks.lower() and bool(UNTOUCHED.search(remarks))
