"""What the fact readers look at: the parsed documents and sources of one service, each parsed once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Protocol, TypeVar

from trueup.facts._code import Module, parse_module
from trueup.facts._documents import Ini, Toml, decode, parse_ini, parse_toml
from trueup.model import Evidence, Fact, Mode
from trueup.repo import LARGE, Repo

IGNORED_FOLDERS = frozenset(
    '.git .tox .nox .venv venv virtualenv node_modules __pycache__ site-packages .eggs build dist '
    '.ipynb_checkpoints'.split()
)
TEST_FOLDERS = frozenset({'test', 'tests', 'testing', 'unit_tests', 'integration_tests', 'e2e'})
SIDE_FOLDERS = frozenset(
    'docs doc demo demos examples example samples scripts script tools bin notebooks notebook notebook_drafts research '
    'benchmarks migrations alembic usage ci .ci .github deploy deployment docker helm ansible terraform data '
    'config'.split()
)
SOURCE_BYTES = 4_000_000
LONG_LINE = 2000
DOCKERFILE = r'([^/]+/)*([^/]+\.)?(dockerfile|containerfile)([.-][\w.-]+)?'
NO_DOCKERFILE = ('.dockerignore', '.bak', '.md', '.py', '.orig')
PIPELINES = {
    'appveyor': r'\.?appveyor\.yml',
    'azure': r'azure-pipelines[\w.-]*\.ya?ml',
    'bitbucket': r'bitbucket-pipelines\.yml',
    'buildkite': r'\.buildkite/.*\.(?:ya?ml|sh)',
    'circleci': r'\.circleci/config\.yml|circle\.yml',
    'cloudbuild': r'(?:[^/]+/)?cloudbuild[\w.-]*\.(?:ya?ml|json)',
    'codebuild': r'buildspec[\w.-]*\.ya?ml',
    'drone': r'\.drone\.ya?ml',
    'github': r'\.github/workflows/[^/]+\.ya?ml',
    'gitlab': r'\.gitlab-ci\.ya?ml',
    'jenkins': r'(?:[^/]+/){0,2}(?:jenkinsfile[^/]*|[^/]+\.jenkinsfile)',
    'travis': r'\.travis\.yml',
    'woodpecker': r'\.woodpecker(?:\.ya?ml|/.*)',
}
"""Paths of the files that each system of continuous integration reads."""

_Document = TypeVar('_Document', Toml, Ini)


class View:
    """A read-only, caching view of one service, and of the repository around it when it is a folder of one."""

    def __init__(self, repo: Repo, *, outer: Repo | None = None, service_root: str = '.', folder: str = '') -> None:
        self.repo = repo
        self.folder = folder
        self.service_root = service_root.strip('/') or '.'
        self._outer = outer if self.service_root != '.' else None
        self._texts: dict[str, str | None] = {}
        self._tomls: dict[str, Toml | None] = {}
        self._inis: dict[str, Ini | None] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of the service without those of environments, builds and caches."""
        return tuple(path for path in self.repo.paths if not IGNORED_FOLDERS & set(path.split('/')[:-1]))

    @cached_property
    def outer_paths(self) -> tuple[str, ...]:
        """Paths of the surrounding repository outside the service, written relative to the service (`../x`)."""
        if self._outer is None:
            return ()
        prefix = f'{self.service_root}/'
        outside = (path for path in self._outer.paths if not path.startswith(prefix))
        kept = (path for path in outside if not IGNORED_FOLDERS & set(path.split('/')[:-1]))
        return tuple(posixpath.relpath(path, self.service_root) for path in kept)

    def __contains__(self, path: object) -> bool:
        return path in self.repo

    def text(self, path: str) -> str | None:
        """Text of a file in whatever encoding; None if absent, a link, binary or too large."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        """Lines of a text file, none if there is no text."""
        return (self.text(path) or '').splitlines()

    def search(self, path: str, pattern: str, flags: int = 0) -> Iterator[tuple[int, re.Match[str]]]:
        """First match of a pattern in each line of a file."""
        compiled = re.compile(pattern, flags)
        for number, line in enumerate(self.lines(path), 1):
            if len(line) <= LONG_LINE and (found := compiled.search(line)):
                yield number, found

    def named(self, pattern: str, *, outer: bool = False) -> tuple[str, ...]:
        """Paths that match a pattern as a whole, nearest to the root first."""
        compiled = re.compile(pattern, re.IGNORECASE)
        candidates = self.paths + (self.outer_paths if outer else ())
        return tuple(sorted((path for path in candidates if compiled.fullmatch(path)), key=nearness))

    def toml(self, path: str) -> Toml | None:
        """A TOML file, None if absent."""
        return _once(self._tomls, path, self.text(path), parse_toml)

    def ini(self, path: str) -> Ini | None:
        """An INI file, None if absent."""
        return _once(self._inis, path, self.text(path), parse_ini)

    @cached_property
    def pyproject(self) -> Toml:
        """pyproject.toml, an empty document if absent."""
        return self.toml('pyproject.toml') or Toml('pyproject.toml', '')

    @cached_property
    def setup_cfg(self) -> Ini:
        """setup.cfg, an empty document if absent."""
        return self.ini('setup.cfg') or Ini('setup.cfg', '')

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The Python files, nearest to the root first, until SOURCE_BYTES are read."""
        found: list[Module] = []
        size = 0
        for path in self.python_paths:
            text = self.text(path)
            size += len(text or '')
            if size > SOURCE_BYTES:
                break
            if text is not None:
                found.append(parse_module(path, text))
        return tuple(found)

    @cached_property
    def python_paths(self) -> tuple[str, ...]:
        """Paths of all Python files, nearest to the root first."""
        return tuple(sorted((path for path in self.paths if path.endswith('.py')), key=nearness))

    @cached_property
    def sources(self) -> tuple[Module, ...]:
        """The Python files that are the service itself: no tests, docs, examples or setup.py."""
        return tuple(module for module in self.modules if not is_test(module.path) and not is_side(module.path))

    @cached_property
    def dockerfiles(self) -> tuple[str, ...]:
        """Instructions for images, nearest to the root first."""
        return tuple(path for path in self.named(DOCKERFILE) if not path.lower().endswith(NO_DOCKERFILE))

    @cached_property
    def pipelines(self) -> tuple[str, ...]:
        """Files of continuous integration, also those of the surrounding repository."""
        return self.named(rf'(\.\./)*({"|".join(PIPELINES.values())})', outer=True)

    def _read(self, path: str) -> str | None:
        repo, name = self.repo, path
        if self._outer is not None and path.startswith('../'):
            repo, name = self._outer, posixpath.normpath(posixpath.join(self.service_root, path))
        found = repo.file(name)
        if found is None or found.mode is Mode.LINK or len(found.data) > LARGE:
            return None
        decoded = decode(found.data)
        return decoded[0] if decoded else None


class Reader(Protocol):
    """The contract of a fact module's `read`."""

    def __call__(self, view: View) -> Iterable[Fact]: ...


def nearness(path: str) -> tuple[int, str]:
    """Sort key: fewer folders first, then by name."""
    return path.count('/'), path


def is_test(path: str) -> bool:
    """Whether a path belongs to the tests."""
    *folders, name = path.split('/')
    if any(folder in TEST_FOLDERS or folder.startswith('test_') or folder.endswith('_tests') for folder in folders):
        return True
    return name == 'conftest.py' or name == 'tests.py' or bool(re.fullmatch(r'test_.*\.py|.*_tests?\.py', name))


def is_side(path: str) -> bool:
    """Whether a path lies beside the service: docs, examples, scripts, packaging."""
    first, _, rest = path.partition('/')
    return first.lower() in SIDE_FOLDERS if rest else first in ('setup.py', 'noxfile.py', 'tasks.py', 'fabfile.py')


def at(path: str, line: int = 0) -> Evidence:
    """Evidence in one place."""
    return Evidence(path, line)


def settle(name: str, claims: Iterable[Fact], *, same: Callable[[str], str] = str) -> Iterator[Fact]:
    """The best of several claims about one thing, and a `disagreement` for each stated one that says otherwise."""
    ranked = sorted(claims, key=lambda claim: -claim.confidence)
    if not ranked:
        return
    best = ranked[0]
    agreeing = [claim for claim in ranked if same(str(claim.value)) == same(str(best.value))]
    places = tuple(dict.fromkeys(place for claim in agreeing for place in claim.evidence))
    yield Fact(name, best.value, places, best.confidence, best.note)
    told = {same(str(best.value))}
    for claim in ranked:
        if claim.confidence < 0.7 or same(str(claim.value)) in told:
            continue
        told.add(same(str(claim.value)))
        sentence = f'{name}: {best.evidence[0].path} says {best.value}, {claim.evidence[0].path} says {claim.value}'
        yield Fact('disagreement', sentence, best.evidence[:1] + claim.evidence[:1])


def _once(
    kept: dict[str, _Document | None], path: str, text: str | None, parse: Callable[[str, str], _Document]
) -> _Document | None:
    if path not in kept:
        kept[path] = None if text is None else parse(path, text)
    return kept[path]
