"""What a service depended on before and after, read by others: poetry-core, pip, setuptools, and not by the engine.

Before: poetry-core reads `[tool.poetry]` and `[project]`, pip its requirements files, setuptools (in a copy, without
network) setup.py and setup.cfg; of a Pipfile and of conda's pip part each line is a requirement. After: poetry-core reads
the new pyproject.toml. Requirements, extras, scripts and the range of Pythons must be the same. A requirement counts as
told, not as wrong, when the report says of its name that it was dropped, changed or waits for a person.
"""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from poetry.core.constraints.version import Version
from poetry.core.factory import Factory
from poetry.core.packages.dependency import Dependency
from poetry.core.packages.project_package import ProjectPackage

from tests.packaging.oracle import PYTHONS, pythons, requirement
from tests.packaging.readers import pip_texts

FILES = re.compile(r'(requirements/[^/]+|[\w.-]*requirements[\w.-]*)\.(txt|in)', re.IGNORECASE)
CONDA = ('environment.yml', 'environment.yaml', 'conda.yml', 'conda.yaml')
EGG = re.compile(r'(?P<url>\S+?)#(?:\S*&)?egg=(?P<name>[\w.-]+)(?:\[(?P<extras>[^]]*)\])?\S*')
BUILD = """
import os, sys, setuptools.discovery
setuptools.discovery.ConfigDiscovery.__call__ = lambda self, *given, **named: None  # metadata needs no packages
sys.path.insert(0, '')
sys.argv = ['setup.py', '-q', 'egg_info', '--egg-base', sys.argv[1]]
text = open('setup.py').read() if os.path.exists('setup.py') else 'import setuptools; setuptools.setup()'
exec(compile(text, 'setup.py', 'exec'), {'__name__': '__main__', '__file__': 'setup.py'})
"""
SECONDS = 120
TOLD = ('remove', 'change', 'keep')


@dataclass(slots=True)
class Reading:
    """What installing depends on; `python` is None where nothing states a range."""

    requirements: dict[str, Dependency] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    extras: dict[str, set[str]] = field(default_factory=dict)
    nameless: set[str] = field(default_factory=set)
    """Addresses that say no name: another reader must find one out."""
    python: list[str] | None = None

    def add(self, texts: Iterable[str]) -> None:
        """PEP 508 requirements, and pip's way to write an address."""
        for text in texts:
            found = _dependency(text)
            if found:
                self.requirements[requirement(found)] = found
            else:
                self.nameless.add(text.strip().removeprefix('git+'))


class Verdict(NamedTuple):
    """How many statements were compared, which differ unsaid, and which differ and are told."""

    total: int
    wrong: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def before(folder: Path, named: Iterable[str] = ()) -> Reading:
    """Everything that the packaging files of a service say; `named` are requirements files in other places."""
    found = Reading()
    if (folder / 'pyproject.toml').is_file():
        _poetry(folder, found)
    if (folder / 'setup.py').is_file() or _has_metadata(folder / 'setup.cfg'):
        _setuptools(folder, found)
    for path in sorted({*_requirement_files(folder), *named}):
        found.add(pip_texts(folder, path)[0] if (folder / path).is_file() else ())
    if (folder / 'Pipfile').is_file():
        found.add(_pipfile(folder / 'Pipfile', found))
    for name in CONDA:
        if (folder / name).is_file():
            found.add(_conda(folder / name))
    return found


def after(folder: Path) -> Reading | None:
    """What Poetry understands of the new file; None when it is no project of Poetry's."""
    found = Reading()
    data = tomllib.loads((folder / 'pyproject.toml').read_text(encoding='utf-8-sig'))
    poetic = 'poetry' in str(data.get('build-system', {}).get('build-backend', '')) or 'poetry' in data.get('tool', {})
    if 'project' not in data or not poetic:
        return None
    _poetry(folder, found)
    return found


def compare(old: Reading, new: Reading, report: Mapping[str, Any]) -> Verdict:
    """Hold one against the other, both ways; what the standard brings (pytest-cov) is told as the standard's."""
    said, brought = _said(report), _brought(report, new)
    missing = {text: item.name for text, item in old.requirements.items() if not _stands(text, item, new)}
    fresh = {text: item for text, item in new.requirements.items() if text not in old.requirements}
    added = {text: item.name for text, item in fresh.items() if str(item.source_url) not in old.nameless}
    wrong = [f'requirement {text}' for text, name in missing.items() if name not in said]
    wrong += [f'added {text}' for text, name in added.items() if name not in brought]
    told = [f'requirement {text}' for text, name in missing.items() if name in said]
    told += [f'added {text}' for text, name in added.items() if name in brought]
    total = len(old.requirements) + len(old.scripts) + len(old.extras) + (old.python is not None)
    wrong += [f'script {name}' for name, target in old.scripts.items() if new.scripts.get(name) != target]
    wrong += [f'extra {name}' for name, items in old.extras.items() if not items <= new.extras.get(name, set())]
    if old.python is not None and old.python != new.python:
        (told if 'requires-python' in said else wrong).append('python')
    return Verdict(total, tuple(wrong), tuple(told))


def _stands(text: str, item: Dependency, new: Reading) -> bool:
    """Whether the requirement, or another input's narrower one of the same package, is in the new file."""
    if text in new.requirements:
        return True
    same = [other for other in new.requirements.values() if other.name == item.name and not other.source_type]
    marked = [other for other in same if other.marker.without_extras() == item.marker.without_extras()]
    return any(item.constraint.allows_all(other.constraint) and other.features >= item.features for other in marked)


def _said(report: Mapping[str, Any]) -> set[str]:
    """Names that the report says were not simply carried."""
    decisions = [item for item in report.get('decisions', ()) if item['action'] in TOLD]
    texts = [' '.join(item['key']) for item in decisions]
    texts += [str(item['before']) for item in decisions if item['action'] == 'remove']
    texts += [f'{item["key"]} {item["ours"]} {item["theirs"]}' for item in report.get('conflicts', ())]
    texts += [str(note) for note in report.get('notes', ()) if 'not carried' in str(note)]
    return _names(texts)


def _brought(report: Mapping[str, Any], new: Reading) -> set[str]:
    """Names that the report says the standard brought; of a file that is the standard's as a whole, all."""
    decisions = [item for item in report.get('decisions', ()) if item['owner'] != 'team']
    if any(item['path'].endswith('pyproject.toml') and not item['key'] and not item['before'] for item in decisions):
        return {item.name for item in new.requirements.values()}
    return _names(str(item['after']) for item in decisions)


def _names(texts: Iterable[str]) -> set[str]:
    return {_plain(word) for text in texts for word in re.findall(r'[A-Za-z0-9][\w.-]*', text)}


def _dependency(text: str) -> Dependency | None:
    found = EGG.fullmatch(text.strip())
    if found:
        extras = f'[{found["extras"]}]' if found['extras'] else ''
        text = f'{found["name"]}{extras} @ {found["url"]}'
    if text.startswith(('.', '/', 'file:', 'git+', 'http:', 'https:')) or '${' in text:
        return None  # a path or an address without a name: nothing that a name could be compared by
    return Dependency.create_from_pep_508(text)


def _poetry(folder: Path, found: Reading) -> None:
    data = tomllib.loads((folder / 'pyproject.toml').read_text(encoding='utf-8-sig'))
    if 'project' not in data and not {'dependencies', 'name'} & data.get('tool', {}).get('poetry', {}).keys():
        return
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(folder / 'pyproject.toml', scratch)
        try:
            package = Factory().create_poetry(Path(scratch)).package
        except RuntimeError as error:
            raise ValueError(str(error)) from error
    _of_package(package, found)
    stated = data.get('project', {}).get('requires-python') or data.get('tool', {}).get('poetry', {})
    if stated and (isinstance(stated, str) or 'python' in stated.get('dependencies', {})):
        found.python = pythons(package)


def _of_package(package: ProjectPackage, found: Reading) -> None:
    for name in package.dependency_group_names(include_optional=True):
        for item in package.dependency_group(name).dependencies_for_locking:
            found.requirements[requirement(item)] = item
    found.scripts.update(package.entry_points.get('console-scripts', {}))
    for name, items in package.extras.items():
        found.extras[str(name)] = {item.name for item in items}


def _requirement_files(folder: Path) -> Iterator[str]:
    for path in (*folder.glob('*'), *folder.glob('requirements/*')):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and FILES.fullmatch(name):
            yield name


def _has_metadata(path: Path) -> bool:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.read(path, encoding='utf-8')
    return parser.has_option('metadata', 'name')


def _setuptools(folder: Path, found: Reading) -> None:
    """Run the service's own build for its metadata, in a copy, without network and without the caller's variables."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / 'copy'
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns('.git'))
        (copy / 'pyproject.toml').unlink(missing_ok=True)
        alone = ['unshare', '-rn'] if shutil.which('unshare') else []
        env = {'PATH': os.environ['PATH'], 'HOME': scratch}
        command = [*alone, sys.executable, '-c', BUILD, scratch]
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, timeout=SECONDS, check=False)
        built = next(Path(scratch).glob('*.egg-info'), None)
        if done.returncode or built is None:
            raise ValueError(f'setuptools can not read {folder.name}: {done.stderr.decode()[-200:]}')
        requires, scripts = built / 'requires.txt', ConfigParser(strict=False)
        _of_requires(requires.read_text(encoding='utf-8') if requires.is_file() else '', found)
        scripts.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive
        scripts.read(built / 'entry_points.txt')
        head = email.message_from_string((built / 'PKG-INFO').read_text(encoding='utf-8'))
    if scripts.has_section('console_scripts'):
        found.scripts.update(scripts.items('console_scripts'))
    if stated := head.get('Requires-Python'):
        python = Dependency('python', stated)
        found.python = [text for text in PYTHONS if python.constraint.allows(Version.parse(text))]


def _of_requires(text: str, found: Reading) -> None:
    """setuptools' own list: `[extra:marker]` stands above the requirements that it holds for."""
    extra = marker = ''
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith('['):
            extra, _, marker = line.strip('[]').partition(':')
            found.extras.update({_plain(extra): set()} if extra else {})
        else:
            item = Dependency.create_from_pep_508(f'{line} ; {marker}' if marker else line)
            found.requirements[requirement(item)] = item
            if extra:
                found.extras[_plain(extra)].add(item.name)


def _plain(name: str) -> str:
    return re.sub(r'[-_.]+', '-', name).lower()


def _pipfile(path: Path, found: Reading) -> Iterator[str]:
    data = tomllib.loads(path.read_text(encoding='utf-8-sig'))
    for table in ('packages', 'dev-packages'):
        for name, value in data.get(table, {}).items():
            spec = value if isinstance(value, dict) else {'version': value}
            version = str(spec.get('version', '*')).strip()
            extras = f'[{",".join(spec["extras"])}]' if spec.get('extras') else ''
            marker = f'; {spec["markers"]}' if spec.get('markers') else ''
            if not {'git', 'path', 'file'} & spec.keys():
                yield f'{name}{extras}{"" if version == "*" else version}{marker}'


def _conda(path: Path) -> Iterator[str]:
    data = yaml.safe_load(path.read_text(encoding='utf-8'))
    for item in data.get('dependencies') or ():
        if isinstance(item, dict):
            yield from (str(text) for text in item.get('pip') or () if not str(text).startswith('-'))
