"""Numbers as JSON means them: 5.0 is a whole number; neither true nor "5" is one."""

from __future__ import annotations

from pydantic import BeforeValidator


def _is_number(value: object) -> object:
    if isinstance(value, (bool, str, bytes)):
        raise ValueError('a number is expected')
    return value


NUMBER = BeforeValidator(_is_number)
"""Stands last in an annotation: `Annotated[int, Field(ge=0), NUMBER]`."""
