"""Files other than pyproject.toml that configure flake8, isort and pylint, in the order in which each tool looks.

Sources: flake8 `options/config.py`, isort `settings.py` (CONFIG_SOURCES), pylint `config/find_default_config_files.py`;
Flake8-pyproject lets its table win over every INI file.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from trueup.merge.retired import remove_key
from trueup.migrations._tool_options import PYPROJECT, Setting, option_name
from trueup.model import Evidence
from trueup.repo import Repo
from trueup.text.encoding import to_unix
from trueup.text.ini import parse_ini
from trueup.text.tree import Malformed

Sections = Callable[[str], bool]
PLUGINS = re.compile(r'flake8[-_]pyproject|pyproject[-_]flake8|pflake8', re.IGNORECASE)
ANSWERS = '.copier-answers.yml'


@dataclass(frozen=True, slots=True)
class Place:
    """One file and the sections in it that are the tool's; `whole` files hold nothing else."""

    tool: str
    path: str
    mine: Sections
    whole: bool = False

    def sections(self, text: str) -> list[str]:
        """Names of the tool's sections, none where the text is no INI file."""
        return [name for name in _options(text, self.path) if self.mine(name)]


def _one_of(*names: str) -> Sections:
    return lambda name: name in names


def _any(_name: str) -> bool:
    return True


def _pylint(name: str) -> bool:
    return name == 'pylint' or name.startswith('pylint.')


ORDER: Mapping[str, tuple[Place | None, ...]] = {
    'flake8': (
        None,
        Place('flake8', 'setup.cfg', _one_of('flake8', 'flake8:local-plugins')),
        Place('flake8', 'tox.ini', _one_of('flake8', 'flake8:local-plugins')),
        Place('flake8', '.flake8', _any, whole=True),
    ),
    'isort': (
        Place('isort', '.isort.cfg', _any, whole=True),
        None,
        Place('isort', 'setup.cfg', _one_of('isort', 'tool:isort')),
        Place('isort', 'tox.ini', _one_of('isort', 'tool:isort')),
    ),
    'pylint': (
        Place('pylint', 'pylintrc', _any, whole=True),
        Place('pylint', 'pylintrc.toml', _any, whole=True),
        Place('pylint', '.pylintrc', _any, whole=True),
        Place('pylint', '.pylintrc.toml', _any, whole=True),
        None,
        Place('pylint', 'setup.cfg', _pylint),
        Place('pylint', 'tox.ini', _pylint),
    ),
}
"""The places of each tool as it looks for them; None is pyproject.toml."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one tool read, what it never came to, and the options of the service in the place that it read."""

    applied: Place
    unread: tuple[Place, ...]
    settings: tuple[Setting, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """All old places of the tool."""
        return (self.applied, *self.unread)


def found(repo: Repo) -> Iterator[Found]:
    """For each tool whose options come from an old place: that place and what it says of the service."""
    for tool, order in ORDER.items():
        table = _has_table(repo, tool)
        places = [place for place in order if place and place.sections(_text(repo, place))]
        first = order.index(places[0]) < order.index(None) if places else False
        wins = first or (tool == 'flake8' and not _reads_pyproject(repo))
        if not places or (table and not wins):
            continue
        settings = tuple(_settings(repo, places[0], wins=wins))
        if settings:
            yield Found(places[0], tuple(places[1:]), settings)


def header(repo: Repo, place: Place) -> Evidence:
    """The line where the tool's first section begins."""
    text = _text(repo, place)
    name = place.sections(text)[0]
    match = re.search(rf'(?m)^\[{re.escape(name)}\]', text)
    return Evidence(place.path, text.count('\n', 0, match.start()) + 1 if match else 0)


def without(text: str, place: Place) -> str | None:
    """The text without the tool's sections, '' where nothing else was in it; None where that can't be done."""
    if place.whole:
        return ''
    for name in place.sections(to_unix(text)):
        smaller = remove_key(text, place.path, (name,))
        if smaller is None:
            return None
        text = smaller
    return text if text.strip() else ''


def _text(repo: Repo, place: Place) -> str:
    return to_unix(repo.text(place.path) or '')


def _has_table(repo: Repo, tool: str) -> bool:
    try:
        tools = tomllib.loads(repo.text(PYPROJECT) or '').get('tool', {})
    except tomllib.TOMLDecodeError:
        return True
    return isinstance(tools, dict) and tool in tools


def _reads_pyproject(repo: Repo) -> bool:
    """Whether flake8 reads pyproject.toml here: a plug-in does it, which the standard brings too."""
    if ANSWERS in repo:
        return True
    names = (
        path for path in repo.paths if '/' not in path and path.endswith(('.toml', '.txt', '.cfg', '.ini', '.yaml'))
    )
    return any(PLUGINS.search(repo.text(path) or '') for path in names)


def _settings(repo: Repo, place: Place, *, wins: bool) -> Iterator[Setting]:
    for section, options in _options(_text(repo, place), place.path).items():
        for option, (value, remarks) in options.items() if place.mine(section) else ():
            name = option_name(place.tool, option)
            setting = Setting(place.tool, name, value, f'{place.path} [{section}]', remarks, wins)
            if name and setting.literal:
                yield setting


def _options(text: str, path: str) -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """Options by section, each with the remarks above it; nothing where the text is not of its format."""
    if path.endswith('.toml'):
        return _of_toml(text)
    try:
        document = parse_ini(text)
    except Malformed:
        return _lenient(text)
    return {
        section.key: {
            option.key: (document.source(option), tuple(_remarks(text[option.start : option.body])))
            for option in section.children
        }
        for section in document.root.children
    }


def _remarks(lead: str) -> Iterator[str]:
    for line in lead.split('\n'):
        if line.strip():
            yield line.strip()


def _of_toml(text: str) -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """A pylintrc in TOML: the tables below `[tool.pylint]`, lists as INI files write them."""
    try:
        tables = tomllib.loads(text).get('tool', {}).get('pylint', {})
    except (tomllib.TOMLDecodeError, AttributeError):
        return {}
    return {
        f'tool.pylint.{name}': {key: (_as_text(value), ()) for key, value in table.items()}
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict)
    }


def _as_text(value: object) -> str:
    return ','.join(map(str, value)) if isinstance(value, list) else str(value)


def _lenient(text: str) -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """As the tools read a file that says something twice."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except (configparser.Error, AttributeError):
        return {}
    return {name: {key: (value or '', ()) for key, value in parser.items(name)} for name in parser.sections()}
