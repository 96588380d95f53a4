"""Where a linter's configuration stands: the files that may hold it, in the order in which the tools take them."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from trueup.errors import UserError

Value = object
"""What a TOML table or an INI section may hold."""


class Source(NamedTuple):
    """One file with options for one tool."""

    path: Path
    options: Mapping[str, Value]

    def words(self, *names: str) -> tuple[str, ...]:
        """Items of the first option that is there under one of its names; INI text is split at commas and lines."""
        for name in names:
            if name in self.options:
                return split_words(self.options[name])
        return ()

    def text(self, *names: str) -> str | None:
        """Text of the first option that is there under one of its names."""
        return next((str(self.options[name]) for name in names if name in self.options), None)


def split_words(value: Value) -> tuple[str, ...]:
    """A list as it is, a text split at commas and line ends."""
    items = value if isinstance(value, list) else str(value).replace('\n', ',').split(',')
    return tuple(str(item).strip() for item in items if str(item).strip())


def ancestors(folder: Path) -> tuple[Path, ...]:
    """The folder and those above it up to the root of its Git work tree; only itself outside of one."""
    found: list[Path] = []
    for place in (folder, *folder.parents):
        found.append(place)
        if (place / '.git').exists():
            return tuple(found)
    return (folder,)


def read_toml(path: Path) -> Mapping[str, Value]:
    """A TOML file; {} if there is none. Raises UserError where it can't be read."""
    try:
        text = path.read_bytes().decode('utf-8-sig')
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise UserError('not UTF-8', where=str(path), hint='save the file as UTF-8') from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f'not valid TOML: {error}', where=str(path), hint='mend the file and try again') from error


def tool_table(path: Path, tool: str) -> Mapping[str, Value] | None:
    """Table `[tool.NAME]` of a TOML file, None if there is none."""
    tools = read_toml(path).get('tool')
    table = tools.get(tool) if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None


def read_ini(path: Path, *, comments: tuple[str, ...] | None = None) -> Mapping[str, Mapping[str, str]]:
    """Sections of an INI file; {} where it is absent or can't be read, as the tools themselves see it."""
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=comments)
    try:
        parser.read_string(path.read_bytes().decode('utf-8-sig'))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}


def shadowed(tool: str, folder: Path, sources: Iterator[Source]) -> tuple[str, ...]:
    """A note for each file of a folder whose options a tool never sees, because another one comes first."""
    found = [source.path for source in sources if source.path.parent == folder]
    return tuple(f'{tool}: {path.name} is shadowed by {found[0].name}' for path in found[1:])
