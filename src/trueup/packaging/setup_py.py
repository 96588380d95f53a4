"""Reads setup.py from its syntax tree; it is never run."""

from __future__ import annotations

import ast
import re

from trueup.errors import UserError
from trueup.model import Evidence
from trueup.packaging._model import Field, Reading, Requested, Source
from trueup.packaging._setuptools import Mapper
from trueup.packaging._static import Dynamic, FileText, Scope, evaluate, module_constant, scope_of
from trueup.packaging._toml import literal
from trueup.repo import Repo

FILE = 'setup.py'
GROUPS = {'tests_require': 'test'}


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """The arguments of setup(), None without the file or the call."""
    del earlier
    text = repo.text(FILE)
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        place = f'{FILE}:{getattr(error, "lineno", 0) or 0}'
        raise UserError('not valid Python', where=place, hint='mend the file by hand first') from error
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)), None)
    if call is None:
        return Reading('setup.py', notes=(f'{FILE}: no call of setup(): left alone',))
    reader = _Reader(repo, scope_of(tree, repo))
    for keyword in call.keywords:
        reader.keyword(keyword)
    return reader.reading()


class _Reader:
    def __init__(self, repo: Repo, scope: Scope) -> None:
        self.mapper = Mapper(repo)
        self.scope = scope
        self.repo = repo

    def keyword(self, keyword: ast.keyword) -> None:
        """One argument of setup()."""
        where = Evidence(FILE, keyword.value.lineno)
        try:
            value = evaluate(keyword.value, self.scope)
        except Dynamic as error:
            self._dynamic(keyword, str(error), where)
            return
        if keyword.arg is None:
            self._spread(value, where)
        else:
            self._argument(keyword.arg, value, ast.unparse(keyword), where)

    def reading(self) -> Reading:
        """What was found."""
        self.mapper.done()
        found = self.mapper.found
        carried = f'{len(found.fields)} metadata keys, {len(found.dependencies)} dependencies'
        return Reading(
            'setup.py',
            tuple(found.fields),
            tuple(found.dependencies),
            sources=(Source(FILE, 'metadata', carried),),
            absorbed=() if self.mapper.left else (FILE,),
            requested=tuple(found.requested),
            decisions=tuple(found.decisions),
            conflicts=tuple(found.conflicts),
            notes=tuple(found.notes),
        )

    def _argument(self, name: str, value: object, before: str, where: Evidence) -> None:
        if name == 'install_requires':
            self._requirements(name, value, where)
        elif name in GROUPS:
            self._requirements(name, value, where, group=GROUPS[name])
        elif name == 'extras_require' and isinstance(value, dict):
            for extra, entries in value.items():
                self._requirements(name, entries, where, extra=str(extra))
        elif name == 'long_description' and isinstance(value, FileText):
            self._readme(value.path, before, where)
        elif name == 'version' and isinstance(value, FileText):
            self._version(value, before, where)
        elif isinstance(value, FileText):
            self.mapper.dynamic(name, before, where)
        else:
            self.mapper.take(name, value, before, where)

    def _requirements(self, name: str, value: object, where: Evidence, *, group: str = '', extra: str = '') -> None:
        if isinstance(value, FileText):
            self.mapper.found.requested.append(Requested(value.path, group, extra))
            self.mapper.found.notes.append(f'{where}: {name} is read from {value.path}')
        elif extra:
            self.mapper.extras(extra, value, where)
        elif isinstance(value, (list, str)):
            self.mapper.requirements(value, where, group=group)
        else:
            self.mapper.dynamic(name, str(value), where)

    def _readme(self, path: str, before: str, where: Evidence) -> None:
        self.mapper.found.fields.append(
            Field(('readme',), literal(path), before, where, reason='the file that was read')
        )

    def _version(self, value: FileText, before: str, where: Evidence) -> None:
        """A file that holds nothing but the version, or a module that states it."""
        text = (self.repo.text(value.path) or '').strip()
        constant = module_constant(self.repo, value.path, '__version__')
        if constant or re.fullmatch(r'v?\d[\w.+!-]*', text):
            self.mapper.take('version', constant or text, before, where)
        else:
            self.mapper.dynamic('version', before, where)

    def _dynamic(self, keyword: ast.keyword, source: str, where: Evidence) -> None:
        if keyword.arg == 'version':
            version = self._stated_version(keyword.value)
            if version:
                self.mapper.take('version', version, ast.unparse(keyword), where)
                return
        if keyword.arg in {'packages', 'package_dir', 'long_description', 'py_modules', 'package_data', 'data_files'}:
            self.mapper.take(keyword.arg, None, ast.unparse(keyword), where)
        else:
            self.mapper.dynamic(keyword.arg or 'arguments', source, where)

    def _stated_version(self, node: ast.expr) -> str | None:
        """`package.__version__`, or about['__version__'] after exec of one file."""
        text = ast.unparse(node)
        found = re.fullmatch(r'([\w.]+)\.(__version__|VERSION|version)', text)
        if found:
            base = found[1].replace('.', '/')
            for path in (f'{base}/__init__.py', f'{base}.py', f'src/{base}/__init__.py', f'src/{base}.py'):
                version = module_constant(self.repo, path, found[2])
                if version:
                    return version
        if '__version__' in text:
            stated = {
                version
                for path in self.repo.paths
                if path.endswith(('__init__.py', 'version.py', '__about__.py'))
                and path.count('/') <= 2
                and (version := module_constant(self.repo, path, '__version__'))
            }
            return stated.pop() if len(stated) == 1 else None
        return None

    def _spread(self, value: object, where: Evidence) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                self._argument(str(name), item, f'{name}={item!r}', where)
        else:
            self.mapper.dynamic('arguments', str(value), where)


def _is_setup(function: ast.expr) -> bool:
    return ast.unparse(function) in {'setup', 'setuptools.setup', 'distutils.core.setup', 'core.setup'}
