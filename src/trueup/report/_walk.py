"""One way through any frozen value of the model, to change every text in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

T = TypeVar('T')


def map_text(value: T, change: Callable[[str], str]) -> T:
    """A copy with `change` done to every string, also keys of mappings; enumerations, numbers and bytes stay."""
    found: Any = value
    mapped: Any = value
    if isinstance(found, str) and not isinstance(found, Enum):
        mapped = change(found)
    elif isinstance(found, tuple):
        mapped = tuple(map_text(each, change) for each in found)
    elif isinstance(found, Mapping):
        mapped = {map_text(key, change): map_text(each, change) for key, each in found.items()}
    elif is_dataclass(found) and not isinstance(found, type):
        mapped = replace(found, **{each.name: map_text(getattr(found, each.name), change) for each in fields(found)})
    result: T = mapped
    return result
