"""Requirement files as one list of lines that can be installed from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

INCLUDE = re.compile(r'^(?:-r|--requirement)[ =]\s*(\S+)')
CONSTRAINT = re.compile(r'^(-c|--constraint)[ =]\s*(\S+)')
EDITABLE = re.compile(r'^(?:-e|--editable)[ =]?\s*')
ITSELF = re.compile(r'^\.?/?(?:\[[^\]]*\])?$')
LOCAL = re.compile(r'^(?:\.{1,2}/|file:\.)')
VARIABLE = re.compile(r'\$\{([A-Z_][A-Z0-9_]*)\}')


def flatten(path: Path, seen: frozenset[Path] = frozenset()) -> Iterator[str]:
    """Lines of a requirement file, includes followed, the service itself left out, local paths made absolute."""
    if path in seen or not path.is_file():
        return
    for line in _logical_lines(path.read_text(encoding='utf-8-sig', errors='replace')):
        if include := INCLUDE.match(line):
            yield from flatten(path.parent / include[1], seen | {path})
        elif constraint := CONSTRAINT.match(line):
            target = path.parent / constraint[2]
            yield f'-c {target}' if target.is_file() else line
        else:
            bare = EDITABLE.sub('', line)
            if bare and not ITSELF.match(bare):
                yield str((path.parent / bare).resolve()) if LOCAL.match(bare) else bare


def variables(lines: list[str]) -> tuple[str, ...]:
    """Names of environment variables that the lines expand, for instance in an index's address."""
    return tuple(dict.fromkeys(name for line in lines for name in VARIABLE.findall(line)))


def _logical_lines(text: str) -> Iterator[str]:
    for line in re.sub(r'\s*\\\r?\n\s*', ' ', text).splitlines():
        bare = re.sub(r'(?:^|\s)#.*$', '', line).strip()
        if bare:
            yield bare
