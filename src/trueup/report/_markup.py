"""HTML that can't be broken by what it shows: every text is escaped unless it is markup made here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

VOID = {'meta', 'input', 'br', 'hr', 'link'}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, /, *children: str | Iterable[str], **attributes: str | bool) -> Markup:
    """One element; `_` in attribute names is `-` (at the end dropped), True an attribute without value, False none."""
    shown = ''.join(_attribute(key, value) for key, value in attributes.items())
    if tag in VOID:
        return Markup(f'<{tag}{shown}>')
    return Markup(f'<{tag}{shown}>{join(*children)}</{tag}>')


def join(*children: str | Iterable[str]) -> Markup:
    """Children one after the other."""
    return Markup(''.join(_child(child) for child in children))


def breakable(text: str) -> Markup:
    """Text that a narrow page may break after the separators of keys and paths, not in the middle of a word."""
    return Markup(re.sub(r'([./\]=]|::)(?=\w|\[)', r'\1<wbr>', escape(text)))


def _child(child: str | Iterable[str]) -> str:
    if isinstance(child, Markup):
        return child
    return escape(child) if isinstance(child, str) else ''.join(_child(each) for each in child)


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip('_').replace('_', '-')
    if isinstance(value, bool):
        return f' {name}' if value else ''
    return f' {name}="{escape(value)}"'
