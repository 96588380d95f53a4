"""The settings of a rendered service, imported here: they need pydantic and PyYAML, not the whole service."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from pydantic import Field, SecretStr

Render = Callable[..., Path]
Files = dict[str, str]


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


@pytest.fixture(name='folder')
def fixture_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an empty configuration, and no variable that would bend it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith('APP_')]:
        monkeypatch.delenv(name)
    write({'config/default.yml': 'name: churn\n'})
    return tmp_path


def write(files: Files) -> None:
    """Files below the working directory."""
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def mistakes(settings: Any, **given: Any) -> list[str]:
    """The lines of the message; the settings must be wrong."""
    with pytest.raises(Exception) as caught:
        settings(**given)
    assert type(caught.value).__name__ == 'SettingsError', caught.value
    return str(caught.value).splitlines()
