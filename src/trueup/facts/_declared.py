"""Every dependency that any packaging file of a service declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.facts._documents import Toml
from trueup.facts._requirements import Dependency, mask, normalise, parse_requirement, requirement_lines
from trueup.facts._setup import setup_call
from trueup.facts._view import View

REQUIREMENT_FILES = r'([^/]+/)*(requirements?[\w.-]*|[\w.-]+[-_.]requirements?|requirements/[^/]+)\.(txt|in)'
DEV_WORDS = re.compile(r'dev|test|lint|ci|doc', re.IGNORECASE)
NO_NAME = ('-', '.', '/', '$', '.txt', '.in', '.whl')
BASE = frozenset({'pip', 'setuptools', 'wheel', 'poetry', 'pipenv', 'uv'})
CONDA_LINE = re.compile(r'^\s*-\s*["\']?(?P<text>[A-Za-z0-9][\w.\[\]-]*\s*[^:"\'#]*)["\']?\s*(?:#.*)?$')


def declared_dependencies(view: View) -> Iterator[Dependency]:
    """Dependencies in the order pyproject, setup.py, setup.cfg, Pipfile, conda, requirements files, images."""
    yield from _project(view.pyproject)
    yield from _poetry(view.pyproject)
    yield from _setup_py(view)
    yield from _setup_cfg(view)
    yield from _pipfile(view)
    yield from _conda(view)
    for path in requirement_files(view):
        group = 'dev' if DEV_WORDS.search(path.rsplit('/', 1)[-1]) else 'runtime'
        for line, name, specifier in requirement_lines(view.text(path) or ''):
            yield Dependency(name, specifier, path, line, group)
    yield from _image(view)


def requirement_files(view: View) -> tuple[str, ...]:
    """Paths of requirements files, nearest to the root first."""
    found = view.named(REQUIREMENT_FILES)
    return tuple(sorted(found, key=lambda path: (path.count('/'), bool(DEV_WORDS.search(path.rsplit('/', 1)[-1])))))


def _project(toml: Toml) -> Iterator[Dependency]:
    yield from _strings(toml, ('project', 'dependencies'), 'runtime')
    for name in toml.table('project', 'optional-dependencies'):
        yield from _strings(toml, ('project', 'optional-dependencies', name), name)
    for name in toml.table('dependency-groups'):
        yield from _strings(toml, ('dependency-groups', name), name)
    for name in toml.table('tool', 'pdm', 'dev-dependencies'):
        yield from _strings(toml, ('tool', 'pdm', 'dev-dependencies', name), name)
    yield from _strings(toml, ('tool', 'uv', 'dev-dependencies'), 'dev')
    for name in toml.table('tool', 'hatch', 'envs'):
        yield from _strings(toml, ('tool', 'hatch', 'envs', name, 'dependencies'), name)


def _strings(toml: Toml, keys: tuple[str, ...], group: str) -> Iterator[Dependency]:
    listed = toml.get(*keys)
    for item in listed if isinstance(listed, list) else ():
        parsed = parse_requirement(item) if isinstance(item, str) else None
        if parsed:
            yield Dependency(*parsed, toml.path, toml.line(*keys, needle=item), group)


def _poetry(toml: Toml) -> Iterator[Dependency]:
    yield from _table(toml, ('tool', 'poetry', 'dependencies'), 'runtime')
    yield from _table(toml, ('tool', 'poetry', 'dev-dependencies'), 'dev')
    for name in toml.table('tool', 'poetry', 'group'):
        yield from _table(toml, ('tool', 'poetry', 'group', name, 'dependencies'), name)


def _table(toml: Toml, keys: tuple[str, ...], group: str) -> Iterator[Dependency]:
    for name, value in toml.table(*keys).items():
        if name.lower() != 'python':
            yield Dependency(normalise(name), _constraint(value), toml.path, toml.line(*keys, name), group)


def _constraint(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ' || '.join(dict.fromkeys(_constraint(item) for item in value))
    if not isinstance(value, Mapping):
        return ''
    address = next((str(value[key]) for key in ('git', 'url', 'path', 'file') if value.get(key)), '')
    return f'@ {mask(address)}' if address else str(value.get('version', ''))


def _setup_py(view: View) -> Iterator[Dependency]:
    call = setup_call(view)
    for key, group in (('install_requires', 'runtime'), ('tests_require', 'dev')):
        for item in call.texts(key):
            if parsed := parse_requirement(item):
                yield Dependency(*parsed, call.path, _line(view, call.path, item, call.lines[key]), group)
    extras = call.known.get('extras_require')
    for group, items in extras.items() if isinstance(extras, dict) else ():
        for item in items if isinstance(items, list) else ():
            if parsed := parse_requirement(str(item)):
                yield Dependency(
                    *parsed, call.path, _line(view, call.path, item, call.lines['extras_require']), str(group)
                )


def _line(view: View, path: str, needle: str, start: int) -> int:
    lines = view.lines(path)
    return next((number for number in range(start, len(lines) + 1) if needle in lines[number - 1]), start)


def _setup_cfg(view: View) -> Iterator[Dependency]:
    sections = view.setup_cfg.sections
    wanted = [('options', 'install_requires', 'runtime'), ('options', 'tests_require', 'dev')]
    wanted += [('options.extras_require', name, name) for name in sections.get('options.extras_require', {})]
    for section, option, group in wanted:
        start = view.setup_cfg.line(section, option)
        for item in view.setup_cfg.get(section, option).splitlines():
            if parsed := parse_requirement(item):
                yield Dependency(*parsed, 'setup.cfg', _line(view, 'setup.cfg', item.strip(), start), group)


def _pipfile(view: View) -> Iterator[Dependency]:
    pipfile = view.toml('Pipfile')
    if pipfile:
        yield from _table(pipfile, ('packages',), 'runtime')
        yield from _table(pipfile, ('dev-packages',), 'dev')


def _conda(view: View) -> Iterator[Dependency]:
    for path in view.named(r'(conda|environment[\w-]*)\.ya?ml'):
        inside = False
        for number, line in enumerate(view.lines(path), 1):
            inside = line.startswith('dependencies:') if re.match(r'^\w', line) else inside
            found = CONDA_LINE.match(line) if inside else None
            if found and (parsed := _conda_item(found['text'])):
                yield Dependency(*parsed, path, number)


def _conda_item(text: str) -> tuple[str, str] | None:
    """`channel::name=1.2=build` as a requirement; Python and pip themselves are none."""
    pinned = re.sub(r'(?<![=<>!~])=(?!=)', '==', text.split('::')[-1].strip(), count=1)
    parsed = parse_requirement(re.sub(r'(==[^=]+)=.*', r'\1', pinned))
    return parsed if parsed and parsed[0] not in ('python', 'pip') else None


def _image(view: View) -> Iterator[Dependency]:
    """Packages that an image installs by name, beside any list."""
    for path in view.dockerfiles:
        for line, found in view.search(path, r'\bpip3?\s+(?:-\S+\s+)*install\s+(?P<rest>[^&|;\\#]+)'):
            words = [word.strip('"\'') for word in found['rest'].split()]
            named = [word for word in words if not word.startswith(NO_NAME) and not word.endswith(NO_NAME)]
            parsed = filter(None, map(parse_requirement, named))
            yield from (Dependency(*item, path, line, 'image') for item in parsed if item[0] not in BASE)
