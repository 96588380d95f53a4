"""Environment markers with no extra asked for: what is left of them."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r'\s*(?:(?P<bracket>[()])|(?P<word>and|or)\b|(?P<clause>(?:"[^"]*"|\'[^\']*\'|[\w.]+)\s*'
    r'(?:not\s+in|in|[=<>!~]+)\s*(?:"[^"]*"|\'[^\']*\'|[\w.]+)))'
)
EXTRA = re.compile(r'\bextra\s*(==|!=)|(==|!=)\s*extra\b')

Node = bool | str | tuple[str, tuple['Node', ...]]


def without_extras(marker: str) -> str | None:
    """The marker where every `extra == "..."` is false; empty if it always holds, None if it never does."""
    if not EXTRA.search(marker):
        return marker
    tokens = [match.group().strip() for match in TOKEN.finditer(marker)]
    node, _ = _either(tokens, 0)
    if isinstance(node, bool):
        return '' if node else None
    return _text(node)


def _either(tokens: list[str], position: int) -> tuple[Node, int]:
    parts: list[Node] = []
    node, position = _both(tokens, position)
    parts.append(node)
    while position < len(tokens) and tokens[position] == 'or':
        node, position = _both(tokens, position + 1)
        parts.append(node)
    return _simplified('or', parts), position


def _both(tokens: list[str], position: int) -> tuple[Node, int]:
    parts: list[Node] = []
    node, position = _one(tokens, position)
    parts.append(node)
    while position < len(tokens) and tokens[position] == 'and':
        node, position = _one(tokens, position + 1)
        parts.append(node)
    return _simplified('and', parts), position


def _one(tokens: list[str], position: int) -> tuple[Node, int]:
    token = tokens[position]
    if token == '(':
        node, position = _either(tokens, position + 1)
        return node, position + 1
    if EXTRA.search(token):
        return '!=' in token, position + 1
    return token, position + 1


def _simplified(word: str, parts: list[Node]) -> Node:
    decisive = word == 'or'
    if any(part is decisive for part in parts):
        return decisive
    left = tuple(dict.fromkeys(part for part in parts if not isinstance(part, bool)))
    if not left:
        return not decisive
    return left[0] if len(left) == 1 else (word, left)


def _text(node: Node) -> str:
    if isinstance(node, tuple):
        word, parts = node
        return f' {word} '.join(
            f'({_text(part)})' if isinstance(part, tuple) and part[0] != word else _text(part) for part in parts
        )
    return str(node)
