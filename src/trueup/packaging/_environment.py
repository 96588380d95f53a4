"""What files that describe one environment (Pipfile, conda) have in common."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from trueup.model import Evidence
from trueup.packaging._model import Field
from trueup.packaging._toml import quote
from trueup.repo import Repo

LEFT = 'pyproject.toml is what is installed from now on'
OLDEST = 'the Python of the environment, as the oldest one'
RUNNERS = re.compile(
    r'((.*/)?((.*\.)?(dockerfile|containerfile)([.-][\w.-]+)?|makefile|jenkinsfile[^/]*|procfile|justfile|tox\.ini'
    r'|[^/]+\.(sh|bat|ps1)|(docker-)?compose[^/]*\.ya?ml|cloudbuild[^/]*\.ya?ml|mlproject)'
    r'|\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.travis\.yml|\.circleci/config\.yml'
    r'|azure-pipelines[^/]*\.ya?ml|bitbucket-pipelines\.yml|appveyor\.yml|(\.?binder|heroku)[^/]*)\Z',
    re.I,
)
"""Files that run commands or are read by what does; documents are none."""


def users(repo: Repo, words: Iterable[str]) -> tuple[str, ...]:
    """Files that run or name one of the words: what they name must stay where it is."""
    pattern = re.compile('|'.join(rf'(?<![\w.-]){re.escape(word)}(?![\w-])' for word in words))
    found = []
    for path in repo.paths:
        if RUNNERS.match(path) and posixpath.basename(path) not in words:
            lines = (repo.text(path) or '').splitlines()
            if any(pattern.search(line) for line in lines if not line.lstrip().startswith('#')):
                found.append(path)
    return tuple(found)


def environment_python(version: str, before: str, where: Evidence) -> Field | None:
    """`requires-python` from the Python of one environment: an exact one is the oldest that is known to work."""
    text = version.strip().replace(' ', '')
    exact = re.fullmatch(r'={0,3}(?P<minor>\d+\.\d+)(\.[\w*]+)?(=\w+)?', text)
    try:
        specifier = f'>={exact["minor"]}' if exact else str(SpecifierSet(text.replace('.*', '')))
    except InvalidSpecifier:
        return None
    if not specifier:
        return None
    specifier = specifier if exact else text
    reason = OLDEST if exact else 'the range of the environment'
    return Field(('requires-python',), quote(specifier), before, where, reason=reason)
