"""What Spring makes of YAML and properties files: documents, activation by profile, flat keys.

Sources: Spring Boot's reference on external configuration
(https://docs.spring.io/spring-boot/reference/features/external-config.html) and YamlProcessor of the Spring Framework.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

ON_PROFILE = 'spring.config.activate.on-profile'
Properties = dict[str, object]


class PlainDates(yaml.SafeLoader):
    """Spring leaves dates as the text they are."""


PlainDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents(path: str, text: str) -> list[Properties]:
    """The documents of a file in its order, each with flat keys."""
    if path.endswith('.properties'):
        return [dict(_properties(part)) for part in re.split(r'(?m)^[#!]---\s*\n', text)]
    return [dict(_flat('', part)) for part in yaml.load_all(text, PlainDates) if part is not None]  # noqa: S506  # safe


def _flat(above: str, value: object) -> Iterator[tuple[str, object]]:
    """As YamlProcessor writes them: a.b, a[0]; an empty list, mapping or null is an empty text."""
    if isinstance(value, dict) and (value or not above):
        for key, inner in value.items():
            name = key if isinstance(key, str) else f'[{key}]'
            yield from _flat(f'{above}{"" if not above or name.startswith("[") else "."}{name}', inner)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _flat(f'{above}[{index}]', inner)
    else:
        yield above, '' if value is None or value in ({}, []) else value


def _properties(text: str) -> Iterator[tuple[str, str]]:
    """java.util.Properties: `=`, `:` or a blank between key and value, comments, lines that go on."""
    joined = re.sub(r'\\\r?\n[ \t]*', '', text)
    for line in map(str.strip, joined.splitlines()):
        if line and line[0] not in '#!':
            found = re.match(r'((?:\\.|[^\s=:\\])+)\s*[=:]?\s*(.*)', line)
            assert found, line
            yield _unescaped(found[1]), _unescaped(found[2])


def _unescaped(text: str) -> str:
    known = {'n': '\n', 't': '\t', 'r': '\r'}
    text = re.sub(r'\\u([0-9a-fA-F]{4})', lambda found: chr(int(found[1], 16)), text)
    return re.sub(r'\\(.)', lambda found: known.get(found[1], found[1]), text)


def is_active(document: Properties, profiles: Sequence[str]) -> bool:
    """Whether the document counts for these profiles: `prod`, `!prod`, `a & b`, `a | b`, brackets, a list of them."""
    wanted = [value for key, value in document.items() if key == ON_PROFILE or key.startswith(f'{ON_PROFILE}[')]
    return not wanted or any(_holds(each, profiles) for value in wanted for each in str(value).split(','))


def _holds(expression: str, profiles: Sequence[str]) -> bool:
    tokens = re.findall(r'[()!&|]|[^\s()!&|]+', expression)

    def either() -> bool:
        value = both()
        while tokens and tokens[0] == '|':
            tokens.pop(0)
            value = both() or value
        return value

    def both() -> bool:
        value = one()
        while tokens and tokens[0] == '&':
            tokens.pop(0)
            value = one() and value
        return value

    def one() -> bool:
        token = tokens.pop(0)
        if token == '!':
            return not one()
        if token == '(':
            value = either()
            tokens.pop(0)
            return value
        return token in profiles

    return either()
