"""Reads the declarative metadata of setup.cfg; sections of other tools are left alone."""

from __future__ import annotations

import configparser
import re

from trueup.errors import UserError
from trueup.model import Evidence
from trueup.packaging._model import Field, Reading, Requested, Source
from trueup.packaging._setuptools import Mapper
from trueup.packaging._static import module_constant
from trueup.packaging._toml import literal
from trueup.repo import Repo

FILE = 'setup.cfg'
OURS = re.compile(r'metadata\Z|options(\.|\Z)')
BUILD_ONLY = {'bdist_wheel', 'egg_info', 'sdist', 'build_ext', 'install', 'aliases', 'easy_install'}
RENAMED = {'home-page': 'url', 'home_page': 'url', 'summary': 'description', 'author-email': 'author_email'}
LISTS = {'classifiers', 'keywords'}


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """[metadata] and [options*], None if the file has neither."""
    del earlier
    text = repo.text(FILE)
    if text is None:
        return None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        place = f'{FILE}:{getattr(error, "lineno", 0) or 0}'
        raise UserError('not a valid INI file', where=place, hint='mend the file by hand first') from error
    sections = [name for name in parser.sections() if OURS.match(name)]
    if not sections:
        return None
    reader = _Reader(repo, text)
    for section in sections:
        for key, value in parser.items(section):
            reader.key(section, key, value)
    return reader.reading(sections, parser.sections())


class _Reader:
    def __init__(self, repo: Repo, text: str) -> None:
        self.repo = repo
        self.lines = text.splitlines()
        self.mapper = Mapper(repo)

    def key(self, section: str, key: str, value: str) -> None:
        """One option."""
        where = Evidence(FILE, self._line(section, key))
        before = f'{key} = {value}'
        name = RENAMED.get(key, key.replace('-', '_'))
        if section == 'options.extras_require':
            self._requirements(value, where, extra=key)
        elif section == 'options.entry_points':
            self.mapper.take('entry_points', {key: value.splitlines()}, before, where)
        elif section not in {'metadata', 'options'}:
            self.mapper.take('package_data', value, f'[{section}] {before}', where)
        elif name in {'install_requires', 'tests_require'}:
            self._requirements(value, where, group='test' if name == 'tests_require' else '')
        elif value.strip().startswith(('file:', 'attr:')):
            self._directive(name, value, before, where)
        elif name == 'project_urls':
            self.mapper.take(name, dict(_pairs(value)), before, where)
        else:
            self.mapper.take(name, value.strip(), before, where)

    def reading(self, ours: list[str], everything: list[str]) -> Reading:
        """What was found; the file is redundant if no other tool keeps a section in it."""
        self.mapper.done()
        found = self.mapper.found
        others = set(everything) - set(ours) - BUILD_ONLY
        absorbed = tuple(f'{FILE}::{name}' for name in ours) if others else (FILE,)
        carried = f'{len(found.fields)} metadata keys, {len(found.dependencies)} dependencies'
        return Reading(
            'setup.cfg',
            tuple(found.fields),
            tuple(found.dependencies),
            sources=(Source(FILE, 'metadata', carried),),
            absorbed=() if self.mapper.left else absorbed,
            requested=tuple(found.requested),
            decisions=tuple(found.decisions),
            conflicts=tuple(found.conflicts),
            notes=tuple(found.notes),
        )

    def _requirements(self, value: str, where: Evidence, *, group: str = '', extra: str = '') -> None:
        if value.strip().startswith('file:'):
            for path in re.split(r'[,\s]+', value.strip().removeprefix('file:').strip()):
                self.mapper.found.requested.append(Requested(path, group, extra))
        elif extra:
            self.mapper.extras(extra, value, where)
        else:
            self.mapper.requirements(value if '\n' in value else value.replace(';\n', '\n'), where, group=group)

    def _directive(self, name: str, value: str, before: str, where: Evidence) -> None:
        kind, _, target = value.strip().partition(':')
        target = target.strip()
        if name == 'long_description' and kind == 'file':
            path = re.split(r'[,\s]+', target)[0]
            self.mapper.found.fields.append(
                Field(('readme',), literal(path), before, where, reason='the file that is read')
            )
        elif name == 'version' and self._version(kind, target):
            self.mapper.take('version', self._version(kind, target), before, where)
        else:
            self.mapper.dynamic(name, value.strip(), where)

    def _version(self, kind: str, target: str) -> str | None:
        if kind == 'file':
            text = (self.repo.text(target) or '').strip()
            return text if re.fullmatch(r'v?\d[\w.+!-]*', text) else None
        module, _, attribute = target.rpartition('.')
        base = module.replace('.', '/')
        paths = (f'{base}/__init__.py', f'{base}.py', f'src/{base}/__init__.py', f'src/{base}.py')
        return next(filter(None, (module_constant(self.repo, path, attribute) for path in paths)), None)

    def _line(self, section: str, key: str) -> int:
        inside = False
        for number, line in enumerate(self.lines, 1):
            if line.startswith('['):
                inside = line.strip().startswith(f'[{section}]')
            elif inside and re.match(rf'{re.escape(key)}\s*[=:]', line, re.I):
                return number
        return 0


def _pairs(value: str) -> list[tuple[str, str]]:
    lines = (line.partition('=') for line in value.splitlines() if '=' in line)
    return [(name.strip(), url.strip()) for name, _, url in lines]
