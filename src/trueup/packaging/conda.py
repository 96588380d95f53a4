"""Reads conda's environment files: the pip part is carried, each conda package is told.

Source: conda's documentation, "Creating an environment file manually" and "Package match specifications".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import yaml

from trueup.model import Conflict, Evidence
from trueup.packaging._environment import LEFT, environment_python, users
from trueup.packaging._lines import Line, Lines
from trueup.packaging._mask import mask
from trueup.packaging._model import Reading, Source, normalise
from trueup.packaging._requirements import LineReader
from trueup.packaging._roles import GROUPS, Role
from trueup.repo import Repo

FILE = re.compile(r'(?:(?P<before>[\w-]+)[-_.])?(?:conda|environment|conda[-_]env)(?:[-_.](?P<after>[\w-]+))?\.ya?ml\Z')
MATCH = re.compile(r'(?:[\w./:-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)(?:\[.*\])?\s*(?P<version>[^\[]*)')
TOOLS = {'pip', 'setuptools', 'wheel'}
"""What every environment has; none is a requirement of a service."""


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """The environment files at the root, None without one."""
    found: list[tuple[str, yaml.MappingNode]] = []
    notes: list[str] = []
    for path in repo.paths:
        if FILE.match(path):
            try:
                node = yaml.compose(repo.text(path) or '', Loader=yaml.SafeLoader)
            except yaml.YAMLError as error:
                line = getattr(getattr(error, 'problem_mark', None), 'line', 0) + 1
                notes.append(f'{path}:{line}: not read: not valid YAML; its packages are not carried')
                continue
            if isinstance(node, yaml.MappingNode) and isinstance(_get(node, 'dependencies'), yaml.SequenceNode):
                found.append((path, node))
    if not found:
        return Reading('conda', notes=tuple(notes)) if notes else None
    reader = _Reader(repo, earlier)
    for path, node in found:
        reader.file(path, node)
    return reader.reading(notes)


class _Reader:
    def __init__(self, repo: Repo, earlier: tuple[Reading, ...]) -> None:
        self.repo = repo
        self.earlier = earlier
        self.named = {item.key: item for reading in earlier for item in reading.dependencies}
        self.installs = any(not item.group and not item.extra for item in self.named.values())
        self.lines = LineReader(repo, {})
        self.absorbed: list[str] = []

    def reading(self, notes: list[str]) -> Reading:
        """What was found in all files."""
        reading = self.lines.reading(notes, ())
        known = {source.path for earlier in self.earlier for source in earlier.sources}
        sources = tuple(source for source in reading.sources if source.path not in known)
        absorbed = tuple(path for path in self.absorbed if path not in self.lines.kept)
        included = tuple(path for path in reading.absorbed if not FILE.match(path) and path not in known)
        return Reading(
            'conda',
            tuple(self.lines.found.fields),
            reading.dependencies,
            reading.constraints,
            reading.indexes,
            sources,
            absorbed + included,
            decisions=reading.decisions,
            conflicts=reading.conflicts,
            notes=reading.notes,
        )

    def file(self, path: str, node: yaml.MappingNode) -> None:
        """One environment file: the pip part as requirement lines, all else told."""
        role = _role(path)
        conda: list[tuple[int, str]] = []
        for item in _items(_get(node, 'dependencies')):
            if isinstance(item, yaml.ScalarNode):
                conda.append((item.start_mark.line + 1, str(item.value).strip()))
            elif isinstance(item, yaml.MappingNode):
                self._pip(path, item, role)
        self.lines.sources.setdefault(path, Source(path, role.kind, 'the pip part of a conda environment'))
        left = [(line, text) for line, text in conda if not self._known(Evidence(path, line), text, role)]
        for line, text in left:
            self._told(Evidence(path, line), text)
        self._rest(path, node, left, role)

    def _pip(self, path: str, node: yaml.MappingNode, role: Role) -> None:
        for key, value in node.value:
            items = [item for item in _items(value) if isinstance(item, yaml.ScalarNode)]
            if key.value == 'pip':
                lines = tuple(Line(item.start_mark.line + 1, str(item.value).strip()) for item in items)
                self.lines.lines(path, Lines(lines, (), False, 'utf-8'), role)

    def _known(self, where: Evidence, text: str, role: Role) -> bool:
        """Whether a conda package needs nothing more: Python itself, a tool, or one that another file names."""
        found = MATCH.match(text)
        name = normalise(found['name']) if found else ''
        if name == 'python' and found is not None:
            field = environment_python(found['version'], text, where) if role.kind == 'main' else None
            self.lines.found.fields += [field] if field else []
            if field is None and found['version'].strip():
                self.lines.found.notes.append(f'{where}: not carried: {text}: the Python of this environment alone')
            return True
        if name in TOOLS:
            self.lines.found.drop(where, text, 'a tool of every environment')
            return True
        if name in self.named:
            self.lines.found.drop(where, text, f'{self.named[name].evidence} names it for pip')
            return False
        return False

    def _told(self, where: Evidence, text: str) -> None:
        likely = index_spelling(text)
        if not any(item.source == str(where) for item in self.lines.found.decisions):
            asked = f'; if the code needs it, the index may have it as {likely}' if likely else ''
            self.lines.found.notes.append(f'{where}: not carried: {text}: a package of conda{asked}')

    def _rest(self, path: str, node: yaml.MappingNode, left: list[tuple[int, str]], role: Role) -> None:
        """Channels and variables; whether the file may go; and a decision where nothing else says what to install."""
        for key, value in node.value:
            if key.value not in {'dependencies', 'name', 'prefix'}:
                words = ', '.join(_scalars(value))
                where = Evidence(path, key.start_mark.line + 1)
                self.lines.found.notes.append(f'{where}: not carried: {mask(f"{key.value} {words}")}: of conda alone')
            elif key.value != 'dependencies':
                self.lines.found.drop(
                    Evidence(path, key.start_mark.line + 1), str(value.value), f'{key.value} of the environment'
                )
        runs = users(self.repo, (posixpath.basename(path),))
        if not left and not runs:
            self.absorbed.append(path)
            return
        reasons = [f'{len(left)} packages come from conda'] if left else []
        reasons += [f'{", ".join(runs)} names it'] if runs else []
        self.lines.found.notes.append(f'{path}: stays, because {" and ".join(reasons)}; {LEFT}')
        unknown = [text for _, text in left if normalise(_name(text)) not in self.named]
        if unknown and role.kind == 'main' and not self.installs:
            reason = f'{path}: no file says what pip installs for these conda packages: name those that the code needs'
            key = ('project', 'dependencies')
            self.lines.found.conflicts.append(Conflict(path, key, None, ', '.join(unknown), None, reason))


def index_spelling(text: str) -> str:
    """A conda match specification as PEP 508, empty if it is none (`numpy=1.19=py38_0` is `numpy==1.19.*`)."""
    found = MATCH.match(text)
    if found is None:
        return ''
    name, version = found['name'], found['version'].strip()
    exact = re.fullmatch(r'(?P<op>={1,2}|\s*)(?P<version>\d[\w.!+]*)(?P<any>\.?\*)?([=\s].*)?', version)
    if exact and exact['op'] == '==':
        return f'{name}=={exact["version"]}'
    if exact:
        full = exact['version'].count('.') >= 2 and not exact['any']
        return f'{name}=={exact["version"]}' if full else f'{name}=={exact["version"].rstrip(".")}.*'
    return f'{name}{version.replace(" ", "")}' if re.match(r'[<>=!~]', version) and '|' not in version else name


def _name(text: str) -> str:
    found = MATCH.match(text)
    return found['name'] if found else text


def _role(path: str) -> Role:
    match = FILE.match(path)
    word = normalise((match['before'] or match['after'] or '') if match else '')
    group = next((GROUPS[part] for part in [word, *word.split('-')] if part in GROUPS), '')
    return Role('dev', group=group) if group else Role('main')


def _get(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _scalars(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode):
        yield str(node.value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
