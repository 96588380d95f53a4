"""The settings of a rendered service, imported here: they need pydantic and PyYAML, not the whole service."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from pydantic import Field, SecretStr

Render = Callable[..., Path]


class Colour(Enum):
    """A choice."""

    RED = 'red'
    BLUE = 'blue'


def settings_module(rendered: Render, package: str, **answers: object) -> ModuleType:
    """`plumbing.settings` of a service whose package has a name of its own, so that several fit in one process."""
    root = rendered(package_name=package, **answers)
    with mock.patch.object(sys, 'path', [str(root / 'src'), *sys.path]):
        return importlib.import_module(f'{package}.plumbing.settings')


def team_settings(module: ModuleType) -> Any:
    """A team's class with a field of every kind, on the service's own base."""
    group: Any = module.Group

    class Place(group):  # type: ignore[misc]
        """Something in a list."""

        host: str
        port: int = 80

    class Training(group):  # type: ignore[misc]
        """What a team adds."""

        text: str = 'none'
        number: int = 1
        share: float = Field(default=0.5, ge=0, le=1)
        flag: bool = False
        maybe: int | None = 7
        day: date | None = None
        moment: datetime | None = None
        pause: timedelta | None = None
        colour: Colour = Colour.RED
        names: list[str] = ['default']
        numbers: tuple[int, ...] = ()
        unique: set[int] = set()
        labels: dict[str, str] = {}
        nested: dict[str, dict[str, int]] = {}
        places: list[Place] = []
        password: SecretStr | None = None
        folder: Path | None = None
        anything: Any = None

    class Settings(module.ServiceSettings):  # type: ignore[misc,name-defined]
        """The team's settings."""

        training: Training = Training()
        debug: bool = False

    return Settings
