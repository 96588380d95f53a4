"""What in an OpenAPI document breaks clients that were written for an older one. Pure: two documents in, lines out.

A request may demand less and accept more, an answer may promise more and surprise with less; never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trueup.sessions._schemas import Schemas, resolved

METHODS = ('get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace')
Json = Mapping[str, Any]
Side = Literal['request', 'response']


def breaking(old: Json, new: Json) -> tuple[str, ...]:
    """One line for each change that breaks a client; empty if there is none."""
    return tuple(dict.fromkeys(_Comparison(old, new).run()))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two documents, the older one first."""

    old: Json
    new: Json

    def run(self) -> Iterator[str]:
        """All findings, path by path."""
        for path, item in _mapping(self.old, 'paths').items():
            now = _mapping(_mapping(self.new, 'paths'), path)
            for method in METHODS:
                if method not in item:
                    continue
                where = f'{method.upper()} {path}'
                if method not in now:
                    yield f'{where}: is gone'
                    continue
                yield from (f'{where}: {line}' for line in self._operation(item, now, method))

    def _operation(self, old_item: Json, new_item: Json, method: str) -> Iterator[str]:
        old, new = old_item[method], new_item[method]
        yield from self._parameters(_parameters(self.old, old_item, old), _parameters(self.new, new_item, new))
        yield from self._body(resolved(self.old, old.get('requestBody')), resolved(self.new, new.get('requestBody')))
        yield from self._responses(_mapping(old, 'responses'), _mapping(new, 'responses'))
        if _demands(self.new, new) and not _demands(self.old, old):
            yield 'demands credentials'

    def _parameters(self, old: dict[str, Json], new: dict[str, Json]) -> Iterator[str]:
        for name, each in old.items():
            if name not in new:
                yield f'{name} is gone'
                continue
            if new[name].get('required') and not each.get('required'):
                yield f'{name} is required'
            yield from self._schemas(name, each.get('schema', {}), new[name].get('schema', {}), 'request')
        yield from (f'{name} is new and required' for name in new if name not in old and new[name].get('required'))

    def _body(self, old: Json, new: Json) -> Iterator[str]:
        if new.get('required') and not old.get('required'):
            yield 'the body is required'
        for media, content in _mapping(old, 'content').items():
            now = _mapping(new, 'content').get(media)
            if now is None:
                yield f'no longer takes {media}'
            else:
                yield from self._schemas('request', content.get('schema', {}), now.get('schema', {}), 'request')

    def _responses(self, old: Json, new: Json) -> Iterator[str]:
        for code, response in old.items():
            if code not in new:
                # Errors may change; a success that never comes again is what clients wait for.
                if code.startswith('2'):
                    yield f'never answers {code}'
                continue
            contents = _mapping(resolved(self.new, new[code]), 'content')
            for media, content in _mapping(resolved(self.old, response), 'content').items():
                if media not in contents:
                    yield f'{code} is no longer {media}'
                    continue
                now = contents[media].get('schema', {})
                yield from self._schemas(f'response {code}', content.get('schema', {}), now, 'response')

    def _schemas(self, where: str, old: Json, new: Json, side: Side) -> Iterator[str]:
        return Schemas(self.old, self.new, side).compare(where, old, new)


def _parameters(document: Json, item: Json, operation: Json) -> dict[str, Json]:
    """By kind and name; the operation's own win over the path's."""
    listed = [resolved(document, each) for each in (*item.get('parameters', ()), *operation.get('parameters', ()))]
    return {f'{each.get("in")} parameter {each.get("name")}': each for each in listed}


def _demands(document: Json, operation: Json) -> bool:
    """Whether nobody gets in without credentials; an empty requirement among others means: not needed."""
    wanted = operation.get('security', document.get('security', []))
    return bool(wanted) and all(wanted)


def _mapping(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}
