"""Configuration files: default.yml with <environment>.yml on top, nested or with dotted keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic_settings import BaseSettings

from .keys import Path, dotted, parts_of
from .layers import Layer, current_reading, read_text
from .problems import HiddenOrigin, SettingsError, unknown
from .values import Values, merge

Lines = dict[Path, int]


class SecretFiles(Layer):
    """A folder with one file a setting, as Docker and Kubernetes mount secrets; the name is the key in any spelling."""

    def __init__(self, settings_cls: type[BaseSettings], files: Files) -> None:
        super().__init__(settings_cls)
        self.files = files

    def collect(self, values: Values) -> None:
        """The files of the folder that `secrets_dir` names, without those that Kubernetes hides in it."""
        folder = self.files.below(self.current_state).get('secrets_dir')
        if not folder:
            return
        try:
            paths = sorted(
                path for path in FilePath(folder).iterdir() if not path.name.startswith('.') and path.is_file()
            )
        except (OSError, TypeError) as error:
            reason = getattr(error, 'strerror', 'no path')
            raise SettingsError(f'{folder} can not be read ({reason}); is secrets_dir right?') from error
        prefix = str(self.config.get('env_prefix', ''))
        for path in paths:
            name = path.name[len(prefix) :] if path.name.upper().startswith(prefix) else path.name
            key = dotted(parts_of(name.replace('__', '.').lower()))
            if not values.add_text(key, read_text(path).rstrip('\r\n'), HiddenOrigin(path)):
                values.problems.append(unknown(values.model, str(path), key))


class Files(Layer):
    """The layers in the folder that stronger sources name."""

    endings: tuple[str, ...] = ('.yml', '.yaml')

    def __call__(self) -> dict[str, Any]:
        current_reading().layers.append(self)
        return self.load(self.current_state)

    def below(self, strong: Mapping[str, Any]) -> dict[str, Any]:
        """The files' values under those of stronger sources, for a source between the two."""
        return merge(self.load(strong), strong)

    def load(self, strong: Mapping[str, Any]) -> dict[str, Any]:
        """Both layers as one; `strong` names folder and environment."""
        folder = FilePath(strong.get('config_dir') or 'config')
        default = self._path(folder, 'default')
        if default is None:
            raise SettingsError(f'{folder / "default.yml"} can not be read; is config_dir (APP_CONFIG_DIR) right?')
        self.values = self.read(default)
        tree = self.values.finished()
        environment = str(strong.get('environment') or tree.get('environment', 'local'))
        if layer := self._path(folder, environment):
            above = self.read(layer)
            tree = merge(tree, above.finished())
            self.values.where.update(above.where)
            self.values.problems += above.problems
        else:
            self._doubt(folder, environment)
        return tree

    def read(self, path: FilePath) -> Values:
        """The values of one file."""
        values = Values(self.settings_cls)
        tree, lines, twice = read_yaml(path)
        values.problems += [f'{path}:{line}: {dotted(key)} stands twice' for key, line in twice]
        values.add_tree(tree, partial(file_origin, path, lines))
        return values

    def _path(self, folder: FilePath, name: str) -> FilePath | None:
        paths = (folder / f'{name}{ending}' for ending in self.endings)
        return next((path for path in paths if path.is_file()), None)

    def _doubt(self, folder: FilePath, environment: str) -> None:
        """An environment without a file of its own is fine, unless it is nearly called like another's."""
        known = {path.stem for path in folder.iterdir() if path.suffix in self.endings} - {'default'}
        if meant := difflib.get_close_matches(environment, known, n=1, cutoff=0.75):
            self.values.problems.append(
                f'{folder}: no file for environment {environment!r}; did you mean {meant[0]!r}?'
            )


def file_origin(path: FilePath, lines: Lines, key: Path) -> str:
    """File and line of a key."""
    return f'{path}:{lines[key]}' if key in lines else str(path)


def read_yaml(path: FilePath) -> tuple[dict[str, Any], Lines, list[tuple[Path, int]]]:
    """The mapping in a YAML file, the line of each key, and keys that stand twice; raises SettingsError naming it."""
    try:
        loader = yaml.SafeLoader(read_text(path))
        node = loader.get_single_node()
        lines: Lines = {}
        twice: list[tuple[Path, int]] = []
        for key, line in _keys(node, ()):
            if key in lines:
                twice.append((key, line))
            lines[key] = line
        tree = {} if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise SettingsError(f'{path}{f":{mark.line + 1}" if mark else ""}: no valid YAML: {error.problem}') from error
    except RecursionError:
        raise SettingsError(f'{path}: an alias stands within its own anchor, or too much in each other') from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f'{path}: no valid YAML: {str(error).splitlines()[0]}') from error
    if tree is not None and not isinstance(tree, Mapping):
        raise SettingsError(f'{path} holds no mapping')
    return dict(tree or {}), lines, twice


def _keys(node: yaml.Node | None, above: Path) -> Iterator[tuple[Path, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*above, str(key.value))
            yield path, key.start_mark.line + 1
            yield from _keys(value, path)
