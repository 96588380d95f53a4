# /// script
# dependencies = ["nox>=2026.10", "packaging>=24", "uv>=0.9"]
# ///
"""trueup's own sessions; `tests` is the very session that services get from `trueup.sessions`."""

import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / 'src'))

from trueup.sessions import register  # noqa: E402

register(skip={'check', 'docs', 'format', 'lint', 'publish', 'release', 'typecheck'})

PYTHONS = ['3.11', '3.12', '3.13']


def install(session: nox.Session) -> None:
    """This checkout with its development tools."""
    groups = nox.project.dependency_groups(nox.project.load_toml('pyproject.toml'), 'dev')
    session.install('-e', '.', *groups)


@nox.session(default=False, python=PYTHONS)
def e2e(session: nox.Session) -> None:
    """The slow tests: real environments, real pre-commit, real Nox."""
    install(session)
    session.run('python', '-m', 'pytest', '-m', 'e2e or network', *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """The four linters, by trueup itself."""
    install(session)
    session.run('python', '-m', 'trueup', 'lint', *session.posargs)


@nox.session
def typecheck(session: nox.Session) -> None:
    """mypy, strict."""
    install(session)
    session.run('mypy', *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """The layers of the house."""
    install(session)
    session.run('lint-imports', *session.posargs)


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write the hook manifest and the generated parts of the reference."""
    install(session)
    session.run('python', '-m', 'trueup.hooks.manifest')
    session.run('python', '-m', 'trueup.sessions._reference')
    session.run('python', '-m', 'trueup.rules._reference')


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Version, changelog, lineage and tag, after proof that services can be updated: `nox -s release -- 0.2.0`."""
    install(session)
    session.run('python', '-m', 'trueup.release', *session.posargs)
