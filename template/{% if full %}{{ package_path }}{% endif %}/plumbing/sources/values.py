"""What one source gives: values under their canonical paths, where each was given, and what made no sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from .keys import Path, decode, dotted, essence, find, group_of, is_list, is_mapping, parts_of
from .problems import unknown

Origin = Callable[[Path], str]


@dataclass
class Values:
    """Collects keys in any spelling, flat or nested, for one class of settings."""

    model: type[BaseModel]
    tree: dict[str, Any] = field(default_factory=dict)
    where: dict[Path, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add_text(self, key: str, text: str, origin: str) -> bool:
        """Take a text under a flat key; whether there is such a setting."""
        found = find(self.model, parts_of(key))
        if found is None:
            return False
        try:
            value = decode(found.kind, text)
        except ValueError as error:
            self.problems.append(f'{origin}: {dotted(found.path)}: {error}')
            return True
        if isinstance(value, dict) and group_of(essence(found.kind)):
            self.add_tree(value, lambda _: origin, found.path)
        else:
            self.put(found.path, value, origin)
        return True

    def add_tree(self, tree: Mapping[Any, Any], origin: Origin, above: Path = (), given: Path = ()) -> None:
        """Take nested mappings, whose keys may be dotted too; `given` is the place in the source, for `origin`."""
        for name, value in tree.items():
            key, place = str(name), (*given, str(name))
            found = find(self.model, (*above, key)) or find(self.model, (*above, *parts_of(key)))
            if found is None:
                self.problems.append(unknown(self.model, origin(place), dotted((*above, key))))
            elif not group_of(essence(found.kind)) or isinstance(value, BaseModel):
                self.put(found.path, value, origin(place))
            elif isinstance(value, Mapping):
                self.add_tree(value, origin, found.path, place)
            elif value is not None:  # a group whose lines are all comments is None
                self.put(found.path, value, origin(place))

    def put(self, path: Path, value: Any, origin: str) -> None:
        """Take a value; one key given twice in the same source is a mistake, whichever spelling."""
        inner = self.tree
        for length, part in enumerate(path[:-1], start=1):
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                self._twice(path, origin, self.where.get(path[:length], ''))
                return
        if path[-1] in inner:
            self._twice(path, origin, self.where.get(path, ''))
            return
        inner[path[-1]] = value
        self.where[path] = origin

    def _twice(self, path: Path, origin: str, before: str) -> None:
        self.problems.append(f'{origin}: {dotted(path)} stands twice{before and f", also at {before}"}')

    def finished(self) -> dict[str, Any]:
        """The values, with what was given by index as lists."""
        listed = self._listed(self.model, self.tree, ())
        assert isinstance(listed, dict)
        return listed

    def _listed(self, kind: Any, value: Any, path: Path) -> Any:
        inner = essence(kind)
        if not isinstance(value, dict):
            return value
        if group := group_of(inner):
            kinds = {name: item.annotation for name, item in group.model_fields.items()}
            return {name: self._listed(kinds.get(name), item, (*path, name)) for name, item in value.items()}
        if is_list(inner) and value and all(key.isdigit() for key in value):
            found = find(self.model, (*path, '0'))
            items = [value[key] for key in sorted(value, key=int)]
            if sorted(map(int, value)) != list(range(len(value))):
                self.problems.append(
                    f'{self._below(path)}: {dotted(path)} has gaps: {", ".join(sorted(value, key=int))}'
                )
            return [self._listed(found and found.kind, item, (*path, '0')) for item in items]
        if is_mapping(inner):
            return {key: self._listed(self._kind((*path, key)), item, (*path, key)) for key, item in value.items()}
        return value

    def _kind(self, path: Path) -> Any:
        found = find(self.model, path)
        return found and found.kind

    def _below(self, path: Path) -> str:
        return next((origin for key, origin in self.where.items() if key[: len(path)] == path), 'configuration')


def merge(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both mappings as one, `above` winning, nested mappings key by key, lists as a whole."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def at(tree: Mapping[str, Any], path: Path) -> Any:
    """The value at a path, or None."""
    value: Any = tree
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
