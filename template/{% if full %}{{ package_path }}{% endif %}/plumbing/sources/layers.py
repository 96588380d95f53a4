"""Sources of settings for pydantic-settings that remember where each value was given.

A class of settings lists them, strongest first; a team may add one of its own in `settings_customise_sources`.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from pathlib import Path as FilePath
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from .keys import near
from .problems import SettingsError
from .values import Values

DEVELOPMENT = frozenset({'local', 'dev', 'development', 'test'})
"""Environments in which a .env file is read: elsewhere one that was left behind must not count."""
LINKS = re.compile(r'(^|_)SERVICE_(HOST|PORT)(_|$)|(^|_)PORT_\d+_(TCP|UDP|SCTP)(_|$)')
"""Kubernetes gives every pod such variables; those of a Service called `app` look like ours."""


@dataclasses.dataclass
class Reading:
    """One construction of settings: what was given, and the sources that took part."""

    given: Mapping[str, Any]
    given_by: str = 'arguments'
    again: bool = False
    layers: list[Layer] = dataclasses.field(default_factory=list)


_reading: ContextVar[Reading] = ContextVar('reading')


@contextmanager
def reading(new: Reading) -> Iterator[Reading]:
    """While a class of settings is constructed."""
    token = _reading.set(new)
    try:
        yield new
    finally:
        _reading.reset(token)


def current_reading() -> Reading:
    """The construction under way."""
    return _reading.get()


class Layer(PydanticBaseSettingsSource):
    """A source; subclasses fill in `collect`."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.values = Values(settings_cls)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: a source is read as a whole."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        current_reading().layers.append(self)
        self.values = Values(self.settings_cls)
        self.collect(self.values)
        return self.values.finished()

    def collect(self, values: Values) -> None:
        """Put everything that this source holds into `values`."""

    def chosen(self, name: str, default: str | None = None) -> str | None:
        """A setting at the top as stronger sources gave it."""
        value = self.current_state.get(name)
        return default if value is None else str(value)


class Given(Layer):
    """Arguments of the constructor, and options of the command line, with nested or dotted keys."""

    def collect(self, values: Values) -> None:
        """What was given to the constructor."""
        now = current_reading()
        values.add_tree(now.given, lambda _: now.given_by)


class Environment(Layer):
    """Variables: APP_SERVER__PORT is server.port."""

    def collect(self, values: Values) -> None:
        """The variables of the process."""
        collect_variables(values, os.environ, str(self.config.get('env_prefix', '')), '')


class DotEnv(Layer):
    """The same variables in a file called .env, for a developer's machine only."""

    def collect(self, values: Values) -> None:
        """The variables of the file, if it counts here."""
        path = FilePath('.env')
        if self.chosen('environment', 'local') in DEVELOPMENT and path.is_file():
            found = {key: value or '' for key, value in dotenv_values(stream=StringIO(read_text(path))).items()}
            collect_variables(values, found, str(self.config.get('env_prefix', '')), f'{path}: ')


def collect_variables(values: Values, variables: Mapping[str, str], prefix: str, start: str) -> None:
    """Those with the prefix, shorter names first, so that the origin of a whole group comes before its parts."""
    for name in sorted(variables, key=lambda name: (len(name), name)):
        if not name.upper().startswith(prefix):
            continue
        key = name[len(prefix) :].lower().replace('__', '.')
        if not values.add_text(key, variables[name], start + name):
            problem = _unknown_variable(values.model, name, key, variables[name])
            values.problems += [start + problem] if problem else []


def _unknown_variable(model: type[BaseModel], name: str, key: str, value: str) -> str | None:
    """A misspelt name is an error; another program's variable that only begins like ours is not."""
    if LINKS.search(name.upper()) or value.startswith(('tcp://', 'udp://', 'sctp://')):
        return None
    nearest = near(model, key)
    prefix = name[: len(name) - len(key.replace('.', '__'))]
    meant = nearest and f'{prefix}{nearest.upper().replace(".", "__")}'
    return f'{name} is no setting{f"; did you mean {meant}?" if meant else ""}' if nearest or '.' in key else None


def read_text(path: FilePath) -> str:
    """The text of a file; raises SettingsError naming it."""
    try:
        return path.read_text(encoding='utf-8')
    except OSError as error:
        raise SettingsError(f'{path} can not be read ({error.strerror})') from error
    except UnicodeDecodeError as error:
        raise SettingsError(f'{path} is not UTF-8') from error
