"""What verification sees of a service at one moment: frozen, picklable, comparable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Level = Literal['none', 'static', 'tests']
LEVELS: tuple[Level, ...] = ('none', 'static', 'tests')


def silent(line: str) -> None:
    """Says nothing."""
    del line


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """Where environments are kept, how much a service may use, and who hears what goes on."""

    cache: Path
    progress: Callable[[str], None] = silent
    python: str = ''
    """A version specifier that the interpreter should fulfil too, if one does (the other snapshot's `==3.11.*`)."""
    seconds: float = 900
    """For all tests together, and before that for all attempts to install together."""
    memory: int = 8 << 30
    """Bytes of data for each process of the service; 0 is no limit."""
    untracked: bool = False
    """Whether files that Git doesn't track yet (and doesn't ignore) belong to the service."""
    allow: tuple[str, ...] = ()
    """Names of further environment variables that tests may see."""
    date: str = ''
    """Day (`2021-05-08`) on which the index is looked at for what no lock names."""
    brought: tuple[tuple[Path, str], ...] = ()
    """Files and folders outside of Git that tests need, and where they lie in the service."""


@dataclass(frozen=True, slots=True)
class Install:
    """Whether the dependencies went into an environment, and which came."""

    source: str
    """The definition installed from: `poetry.lock`, `requirements.txt`, or nothing if none was declared."""
    problem: str = ''
    python: str = ''
    packages: Mapping[str, str] = field(default_factory=dict)
    note: str = ''
    interpreter: str = field(default='', compare=False)
    """The environment's Python, as long as the cache keeps it."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended, and the last line of its error."""

    __test__ = False

    outcome: Literal['passed', 'failed', 'error', 'skipped']
    message: str = ''
    trace: tuple[str, ...] = field(default=(), compare=False)
    """Files that the error came through, the innermost first."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """All tests by id, or the one-line reason why they did not run."""

    __test__ = False

    results: Mapping[str, TestResult] = field(default_factory=dict)
    problem: str = ''
    seconds: float = 0.0

    def count(self, outcome: str) -> int:
        """How many tests ended so."""
        return sum(each.outcome == outcome for each in self.results.values())


@dataclass(frozen=True, slots=True)
class OpenApi:
    """What an application promises its callers: lines by operation or schema."""

    app: str = ''
    contract: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str = ''


@dataclass(frozen=True, slots=True)
class Artifact:
    """A chart or a Dockerfile: what it is made of, and what the tool that knows it says."""

    kind: Literal['chart', 'Dockerfile']
    path: str
    digest: str
    problems: tuple[str, ...] = ()
    missing: str = ''
    """The tool that would have to be here."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A service at one moment."""

    level: Level = 'none'
    files: Mapping[str, str] = field(default_factory=dict)
    """Path of each file with a syntax -> '' or why it can't be read."""
    code: Mapping[str, str] = field(default_factory=dict)
    """Path of each Python file -> digest of its meaning; formatting doesn't alter it."""
    declared: frozenset[str] = frozenset()
    """Names of the distributions needed at run time."""
    mentioned: frozenset[str] = frozenset()
    """Names of all distributions in any definition: groups, extras, locks."""
    paths: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)
    """File with settings of the tests -> digest of these."""
    artifacts: tuple[Artifact, ...] = ()
    install: Install | None = None
    imports: Mapping[str, str] = field(default_factory=dict)
    """Module that tests or entry points come to -> '' or why it can't be imported."""
    reached: int = 0
    """How many such modules there are: more than `imports` has when there was no time for all."""
    tests: TestRun | None = None
    openapi: OpenApi | None = None
