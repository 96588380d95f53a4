"""Independent readers of old packaging: pip's own for requirements files."""

from __future__ import annotations

from pathlib import Path

from pip._internal.req.req_file import parse_requirements
from poetry.core.packages.dependency import Dependency

from tests.packaging.oracle import requirement


def pip_texts(folder: Path, path: str) -> tuple[list[str], list[str]]:
    """Requirements and constraints of a file on disk, as pip hands them on."""
    found: tuple[list[str], list[str]] = ([], [])
    # A local file needs no session; pip asks for one only when an address is to be fetched.
    for item in parse_requirements(str(folder / path), session=None):  # type: ignore[arg-type]
        found[item.constraint].append(item.requirement)
    return found


def pip_reads(folder: Path, path: str) -> tuple[list[str], list[str]]:
    """Requirements and constraints of a file on disk, as pip understands it, in the oracle's spelling."""
    required, bound = pip_texts(folder, path)
    return [spelled(text) for text in required], [spelled(text) for text in bound]


def spelled(text: str) -> str:
    """A PEP 508 requirement as poetry-core compares it."""
    return requirement(Dependency.create_from_pep_508(text))
