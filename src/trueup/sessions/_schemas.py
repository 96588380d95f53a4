"""Two JSON schemas of the same place, as a client of the older one meets the newer one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
INFINITE = float('inf')
UNIONS = ('anyOf', 'oneOf')
KINDS = ('null', 'boolean', 'integer', 'number', 'string', 'array', 'object')
LOWER = {'minimum': -INFINITE, 'exclusiveMinimum': -INFINITE, 'minLength': 0, 'minItems': 0, 'minProperties': 0}
UPPER = ('maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties')
DEEPEST = 20
EXACT = ('pattern', 'format', 'multipleOf', 'uniqueItems')


@dataclass(slots=True)
class Schemas:
    """Compares schemas of two documents on one side of the conversation; what refers to itself is entered once."""

    old_document: Json
    new_document: Json
    side: str
    seen: set[tuple[str, str]] = field(default_factory=set)

    def compare(self, where: str, old: Any, new: Any) -> Iterator[str]:
        """What breaks at this place and below it."""
        pair = json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True)
        if '$ref' in pair[0] or '$ref' in pair[1]:
            if pair in self.seen:
                return
            self.seen.add(pair)
        was, now = list(_variants(self.old_document, old)), list(_variants(self.new_document, new))
        accepted, given = (was, now) if self.side == 'request' else (now, was)
        # Each variant on the narrow side must find one that takes it on the wide side.
        for variant in accepted:
            found = [
                list(self._pair(where, variant, other)) for other in given if _fits(_kinds(variant), _kinds(other))
            ]
            if not found:
                yield f'{where} is {_named(now)}, was {_named(was)}'
            elif all(found):
                yield from min(found, key=len)

    def _pair(self, where: str, narrow: Json, wide: Json) -> Iterator[str]:
        """Two variants that may be the same one; `narrow` must lie within `wide`."""
        old, new = (narrow, wide) if self.side == 'request' else (wide, narrow)
        yield from self._values(where, narrow, wide)
        yield from self._bounds(where, narrow, wide)
        if 'items' in old and 'items' in new:
            yield from self.compare(f'{where}[]', old['items'], new['items'])
        yield from self._properties(where, old, new)

    def _values(self, where: str, narrow: Json, wide: Json) -> Iterator[str]:
        """Values that are sent and no longer taken, or given and never announced."""
        taken = _enum(wide)
        if taken is None:
            return
        sent = _enum(narrow)
        if sent is None:
            yield (
                f'{where} is only one of {", ".join(sorted(taken))}'
                if self.side == 'request'
                else (f'{where} may be anything, was one of {", ".join(sorted(taken))}')
            )
            return
        word = 'no longer takes' if self.side == 'request' else 'may now be'
        yield from (f'{where} {word} {value}' for value in sorted(sent - taken))

    def _bounds(self, where: str, narrow: Json, wide: Json) -> Iterator[str]:
        if self.side == 'response':
            return  # a client that reads is not held to bounds
        for word, lowest in LOWER.items():
            if word in wide and wide[word] > narrow.get(word, lowest):
                yield _changed(where, word, narrow, wide)
        for word in UPPER:
            if word in wide and wide[word] < narrow.get(word, INFINITE):
                yield _changed(where, word, narrow, wide)
        for word in EXACT:
            if wide.get(word) and wide[word] != narrow.get(word):
                yield _changed(where, word, narrow, wide)

    def _properties(self, where: str, old: Json, new: Json) -> Iterator[str]:
        before, after = old.get('properties', {}), new.get('properties', {})
        required_before, required_after = set(old.get('required', ())), set(new.get('required', ()))
        for name, each in before.items():
            if name in after:
                yield from self.compare(f'{where}.{name}', each, after[name])
            elif self.side == 'response' or new.get('additionalProperties') is False:
                yield f'{where}.{name} is gone'
        if self.side == 'request':
            yield from (f'{where}.{name} is required' for name in sorted(required_after - required_before))
            if new.get('additionalProperties') is False and old.get('additionalProperties', True) is not False:
                yield f'{where} takes no other properties'
        else:
            lost = (required_before - required_after) & set(after)
            yield from (f'{where}.{name} may be missing' for name in sorted(lost))


def resolved(document: Json, value: Any) -> Json:
    """The value, or what it refers to within the document."""
    for _ in range(DEEPEST):
        if not isinstance(value, Mapping) or '$ref' not in value:
            break
        found: Any = document
        for part in str(value['$ref']).removeprefix('#/').split('/'):
            found = found.get(part.replace('~1', '/').replace('~0', '~'), {}) if isinstance(found, Mapping) else {}
        value = found
    return value if isinstance(value, Mapping) else {}


def _variants(document: Json, schema: Any, depth: int = 0) -> Iterator[Json]:
    """The alternatives of a schema, references followed; `allOf` is taken as one schema."""
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        yield {}
        return
    if '$ref' in schema:
        yield from _variants(document, resolved(document, schema), depth + 1)
        return
    for word in UNIONS:
        if word in schema:
            for each in schema[word]:
                yield from _variants(document, each, depth + 1)
            return
    parts = [next(_variants(document, each, depth + 1)) for each in schema.get('allOf', ())]
    yield _joined([*parts, schema]) if parts else schema


def _joined(parts: list[Json]) -> Json:
    result: dict[str, Any] = {}
    for part in parts:
        properties = {**result.get('properties', {}), **part.get('properties', {})}
        required = [*result.get('required', ()), *part.get('required', ())]
        result |= {key: value for key, value in part.items() if key != 'allOf'}
        result |= {'properties': properties} if properties else {}
        result |= {'required': required} if required else {}
    return result


def _kinds(schema: Json) -> frozenset[str]:
    kind = schema.get('type')
    if kind is None:
        return frozenset(KINDS)
    return frozenset([kind] if isinstance(kind, str) else kind)


def _fits(narrow: frozenset[str], wide: frozenset[str]) -> bool:
    """Whether every value of the first types is one of the second; whole numbers are numbers."""
    return all(kind in wide or (kind == 'integer' and 'number' in wide) for kind in narrow)


def _named(variants: list[Json]) -> str:
    kinds = {kind for each in variants for kind in _kinds(each)}
    return 'anything' if kinds == set(KINDS) else ' or '.join(sorted(kinds)) or 'nothing'


def _enum(schema: Json) -> set[str] | None:
    values = [schema['const']] if 'const' in schema else schema.get('enum')
    return None if values is None else {json.dumps(value) for value in values}


def _changed(where: str, word: str, old: Json, new: Json) -> str:
    before = f', was {old[word]}' if word in old else ', was not limited'
    return f'{where}: {word} is {new[word]}{before}'
