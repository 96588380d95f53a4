"""The table of settings in the documents, made from the template's own code.

    python -m tests.support.settings_table     # writes docs/reference/template.md
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from unittest import mock

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from tests.support.standard import ROOT

DOCUMENT = ROOT / 'docs' / 'reference' / 'template.md'
PLUMBING = ROOT / 'template' / '{% if full %}{{ package_path }}{% endif %}' / 'plumbing'
START, END = '<!-- settings -->\n', '<!-- /settings -->'


def table() -> str:
    """The table for the settings as the template has them now."""
    head = '| setting | variable | type | default |\n|---|---|---|---|\n'
    return head + ''.join(f'{row}\n' for row in rows(standard_settings(), (), frozenset()))


def standard_settings() -> Any:
    """The class that every service's settings are made of, imported from a copy of the template."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, 'path', [folder, *sys.path]):
        package = Path(folder) / 'settings_of_the_standard'
        shutil.copytree(PLUMBING / 'sources', package / 'sources')
        shutil.copy(PLUMBING / 'settings.py', package)
        (package / '__init__.py').touch()
        with mock.patch.object(sys, 'dont_write_bytecode', True):
            return import_module('settings_of_the_standard.settings').ServiceSettings


def rows(model: type[BaseModel], above: tuple[str, ...], live: frozenset[str]) -> Iterator[str]:
    """A row for each setting, groups opened."""
    for name, field in model.model_fields.items():
        path, kind = (*above, name), field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from rows(kind, path, getattr(kind, 'live', frozenset()))
        else:
            key = '.'.join(path)
            shown = f'**`{key}`**' if name in live else f'`{key}`'
            yield f'| {shown} | `APP_{"__".join(path).upper()}` | {in_words(kind)} | {default(field)} |'


def in_words(kind: Any) -> str:
    """The type as a person would call it."""
    if get_origin(kind) is Literal:
        return ', '.join(f'`{choice}`' for choice in get_args(kind))
    members = [each for each in get_args(kind) if each is not type(None)]
    if type(None) in get_args(kind):
        return ' or '.join(map(in_words, members))
    if get_origin(kind) in (tuple, list):
        return f'list of {in_words(members[0])}'
    known = {str: 'text', int: 'integer', float: 'number', bool: 'yes or no', Path: 'path', SecretStr: 'secret'}
    return known.get(kind, getattr(kind, '__name__', str(kind)))


def default(field: FieldInfo) -> str:
    """The default, or that there is none."""
    if field.is_required():
        return 'must be given'
    value = field.get_default(call_default_factory=True)
    if value is None or value in ('', ()):
        return 'none'
    return f'`{str(value).lower() if isinstance(value, bool) else value}`'


def with_table(text: str) -> str:
    """The document with the table of now."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f'{before}{START}{table()}{END}{after}'


def main() -> None:
    """Write the document."""
    text = DOCUMENT.read_text(encoding='utf-8')
    assert re.search(re.escape(START), text), f'{DOCUMENT} has no place for the table'
    DOCUMENT.write_text(with_table(text), encoding='utf-8')


if __name__ == '__main__':
    main()
