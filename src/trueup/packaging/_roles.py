"""Which requirements file plays which part, by its name and by who names it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from trueup.model import Conflict
from trueup.packaging._lines import read_lines
from trueup.packaging._model import PYPROJECT, Requested, normalise
from trueup.repo import Repo

FILE = re.compile(
    r'(?:(?P<before>[\w.-]*?)[-_.])?(?:requirements?|reqs?)(?:[-_.](?P<after>[\w.-]*?))?\.(?:txt|in|pip)\Z', re.I
)
FOLDER = re.compile(r'(?:requirements?|reqs?)\Z', re.I)
MAIN = {
    '',
    'base',
    'main',
    'prod',
    'production',
    'common',
    'requirements',
    'default',
    'core',
    'app',
    'runtime',
    'deploy',
    'service',
    'docker',
    'live',
    'server',
    'api',
    'pip',
}
GROUPS = {
    'dev': 'dev',
    'develop': 'dev',
    'development': 'dev',
    'local': 'dev',
    'devel': 'dev',
    'debug': 'dev',
    'test': 'test',
    'tests': 'test',
    'testing': 'test',
    'ci': 'test',
    'unit': 'test',
    'integration': 'test',
    'doc': 'docs',
    'docs': 'docs',
    'documentation': 'docs',
    'rtd': 'docs',
    'lint': 'lint',
    'linting': 'lint',
    'linters': 'lint',
    'quality': 'lint',
    'style': 'lint',
    'format': 'lint',
    'notebook': 'notebook',
    'notebooks': 'notebook',
    'jupyter': 'notebook',
    'build': 'build',
}
ASIDE = {'docs': 'docs', 'doc': 'docs', 'tests': 'test', 'test': 'test', 'notebooks': 'notebook', '.ci': 'test'}
FOREIGN = {'examples', 'example', 'vendor', 'third_party', 'node_modules', 'hack', 'fixtures', 'helm', 'charts'}
DOCKERFILE = 'Dockerfile'
SEVERAL = 'several requirements files, none at the root: say which one the service installs'
METADATA = {'pyproject.toml', 'setup.py', 'setup.cfg'}


@dataclass(frozen=True, slots=True)
class Role:
    """What a file is for."""

    kind: str
    group: str = ''
    extra: str = ''


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files with their roles; main ones first."""

    roles: dict[str, Role]
    notes: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def choose(repo: Repo, requested: tuple[Requested, ...]) -> Chosen:
    """Files at the root, in a requirements folder, named by another input; failing those, the only one elsewhere."""
    roles: dict[str, Role] = {item.path: _requested(item) for item in requested if item.path in repo}
    far: list[str] = []
    for path in repo.paths:
        if path in roles or role_word(path) is None:
            continue
        if _near(path):
            roles[path] = role_of(path)
        elif not FOREIGN & set(path.split('/')):
            far.append(path)
    roles = _without_compiled(repo, roles)
    notes: list[str] = []
    conflicts: list[Conflict] = []
    for path in list(far):
        aside = ASIDE.get(path.split('/')[0])
        if aside and path.count('/') == 1:
            roles[path] = Role('dev', group=aside)
            far.remove(path)
    if not any(role.kind == 'main' for role in roles.values()):
        mains = [path for path in far if role_of(path).kind == 'main' and not _own_project(repo, path)]
        installed = [path for path in mains if _image_names(repo, path)]
        if len(mains) == 1 or len(installed) == 1:
            taken = (installed if len(installed) == 1 else mains)[0]
            roles[taken] = Role('main')
            far.remove(taken)
            why = 'the only requirements file' if len(mains) == 1 else f'{DOCKERFILE} installs it'
            notes.append(f'{taken}: {why}: taken for the service')
        elif mains:
            conflicts.append(Conflict(PYPROJECT, ('project', 'dependencies'), None, ', '.join(mains), None, SEVERAL))
    notes += [f'{path}: not read: it belongs to another folder' for path in far]
    order = {'main': 0, 'extra': 1, 'dev': 2}
    ordered = dict(sorted(roles.items(), key=lambda item: (order.get(item[1].kind, 3), item[0].count('/'), item[0])))
    return Chosen(ordered, tuple(notes), tuple(conflicts))


def role_of(path: str) -> Role:
    """The part that a file's name gives it."""
    word = normalise(role_word(path) or '')
    if word in MAIN:
        return Role('main')
    for part in [word, *word.split('-')]:
        if part in GROUPS:
            return Role('dev', group=GROUPS[part])
    if word.startswith('constraint'):
        return Role('constraints')
    return Role('extra', extra=word)


def role_word(path: str) -> str | None:
    """What a requirements file's name says besides `requirements`, None if it is no such file."""
    folder, name = posixpath.split(path)
    match = FILE.match(name)
    if match:
        return match['before'] or match['after'] or ''
    stem, extension = posixpath.splitext(name)
    if extension in {'.txt', '.in', '.pip'} and FOLDER.match(posixpath.basename(folder)):
        return stem
    return None


def _near(path: str) -> bool:
    folder = posixpath.dirname(path)
    return not folder or ('/' not in folder and bool(FOLDER.match(folder)))


def _requested(item: Requested) -> Role:
    if item.group or item.extra:
        return Role('extra' if item.extra else 'dev', item.group, item.extra)
    return Role('main')


def _image_names(repo: Repo, path: str) -> bool:
    """Whether the image at the root, which is the service's, names a file by its whole path."""
    lines = (repo.text(DOCKERFILE) or '').splitlines()
    pattern = re.compile(rf'(?<![\w./-])(\./)?{re.escape(path)}(?![\w./-])')
    return any(pattern.search(line) for line in lines if not line.lstrip().startswith('#'))


def _own_project(repo: Repo, path: str) -> bool:
    folder = posixpath.dirname(path)
    return any(f'{folder}/{name}' in repo for name in ('setup.py', 'pyproject.toml', 'setup.cfg'))


def _without_compiled(repo: Repo, roles: dict[str, Role]) -> dict[str, Role]:
    """A file compiled from another is no declaration: the other one (or the project's metadata) is what the team writes."""
    compiled = {path for path in roles if path.endswith('.txt') and _is_compiled(repo, path)}
    kept = {path: role for path, role in roles.items() if path not in compiled and role.kind != 'constraints'}
    return kept | {path: Role('exported') for path in compiled}


def _is_compiled(repo: Repo, path: str) -> bool:
    """Whether what a file was compiled from is there; a `.in` of the same name says it without a header."""
    if f'{path[:-4]}.in' in repo:
        return True
    lines = read_lines(repo, path)
    folder = posixpath.dirname(path)
    named = lines.inputs if lines is not None else ()
    found = [name for name in named if name in repo or posixpath.join(folder, name) in repo]
    return bool(found) and all(role_word(name) is not None or posixpath.basename(name) in METADATA for name in found)
