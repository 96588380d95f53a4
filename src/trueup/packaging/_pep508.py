"""One line of a requirements file, or one entry of install_requires, as a Dependency."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from trueup.model import Evidence
from trueup.packaging._address import clean, git_url
from trueup.packaging._local import project_name
from trueup.packaging._mask import mask
from trueup.packaging._model import Dependency
from trueup.packaging._toml import literal
from trueup.repo import Repo

ARCHIVES = ('.whl', '.tar.gz', '.zip', '.tar.bz2', '.tgz')
OPTIONS = re.compile(r'\s+(?=--[a-z])')


class Inexpressible(ValueError):
    """The line can't stand in pyproject.toml; the message says why."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A requirement, what was taken off it, and whether it is the service itself."""

    dependency: Dependency
    hashes: int = 0
    dropped: tuple[str, ...] = ()
    secret: bool = False
    guessed: bool = False
    itself: bool = False


def parse_line(repo: Repo, text: str, evidence: Evidence, *, editable: bool = False) -> Parsed:
    """Lift one requirement; raises Inexpressible."""
    body, *options = OPTIONS.split(text.strip())
    hashes = sum(option.startswith('--hash') for option in options)
    dropped = tuple(option for option in options if not option.startswith('--hash'))
    before = mask(f'-e {text}' if editable else text)
    parsed = _direct(repo, body, editable) if editable or _is_direct(repo, body) else _named(repo, body)
    dependency = replace(parsed.dependency, before=before, evidence=evidence)
    return replace(parsed, dependency=dependency, hashes=hashes, dropped=dropped)


def _is_direct(repo: Repo, body: str) -> bool:
    target = re.split(r'\s*;|\[', body)[0].strip()
    if re.match(r'[a-z+]+://|[a-z]+\+|\.{0,2}/|\.{1,2}(\[|\Z|\s|/)|file:', body) or target.endswith(ARCHIVES):
        return '@ ' not in body
    return '/' in target and '@' not in target and bool(repo.below(target))


def _named(repo: Repo, body: str) -> Parsed:
    try:
        requirement = Requirement(body.rstrip(','))
    except InvalidRequirement as error:
        raise Inexpressible(f'not a PEP 508 requirement ({str(error).splitlines()[0]})') from error
    if requirement.url:
        return _with_url(repo, requirement)
    if requirement.name.lower() == 'python':
        raise Inexpressible('python is no package; see requires-python')
    specifier = re.sub(r'\s+', '', _specifier_text(body, requirement))
    return Parsed(
        Dependency(
            requirement.name,
            specifier,
            tuple(sorted(requirement.extras)),
            str(requirement.marker or ''),
        )
    )


def _specifier_text(body: str, requirement: Requirement) -> str:
    """The clauses in the order in which the team wrote them."""
    written = re.sub(r'^[^\[(=<>!~;\s]+\s*(\[[^\]]*\])?', '', body.split(';')[0]).strip(' ()')
    return written if len(written.split(',')) == len(requirement.specifier) else str(requirement.specifier)


def _with_url(repo: Repo, requirement: Requirement) -> Parsed:
    url = requirement.url or ''
    marker = str(requirement.marker or '')
    extras = tuple(sorted(requirement.extras))
    if urlsplit(url).scheme == 'file':
        parsed = _local(repo, _file_path(url), editable=False)
        return replace(
            parsed, dependency=replace(parsed.dependency, name=requirement.name, extras=extras, marker=marker)
        )
    _refuse_vcs(url)
    _refuse_wheel(url)
    cleaned = clean(url)
    return Parsed(Dependency(requirement.name, '', extras, marker, cleaned.url), secret=cleaned.secret)


def _direct(repo: Repo, body: str, editable: bool) -> Parsed:
    body, _, marker = body.partition(' ;')
    if re.match(r'[a-z][a-z+]*(://|\+)|file:', body) and not body.startswith('file:'):
        found = _remote(body.strip(), editable)
    else:
        target = _file_path(body) if body.startswith('file:') else body.strip()
        found = _local(repo, target.split('#')[0], editable)
    return replace(found, dependency=replace(found.dependency, marker=marker.strip()))


def _remote(url: str, editable: bool) -> Parsed:
    _refuse_vcs(url)
    _refuse_wheel(url)
    if '$' in url.split('@')[-1]:
        raise Inexpressible('its address holds an environment variable, which Poetry does not fill in')
    cleaned = clean(url)
    address, _, fragment = cleaned.url.partition('#')
    options = parse_qs(fragment)
    egg = unquote(options.get('egg', [''])[0])
    name, extras = _egg(egg)
    guessed = not name
    name = name or _name_from(address)
    folder = options.get('subdirectory', [''])[0]
    if address.startswith('git+'):
        base, at, reference = address.rpartition('@')
        has_reference = at and '/' in base.split('://')[-1]
        base, reference = (base, reference) if has_reference else (address, '')
        scp = base.removeprefix('git+').removeprefix('ssh://') if re.search(r'@[^/]+:(?!\d)', base) else ''
        address = git_url(scp or base, reference=reference, folder=folder)
    elif folder:
        address += f'#subdirectory={folder}'
    enrichment = (('develop', 'true'),) if editable else ()
    dependency = Dependency(name, '', extras, '', address, enrichment=enrichment)
    return Parsed(dependency, secret=cleaned.secret, guessed=guessed and not address.endswith('.whl'))


def _local(repo: Repo, target: str, editable: bool) -> Parsed:
    path, _, extra_text = target.partition('[')
    extras = tuple(part.strip() for part in extra_text.rstrip(']').split(',') if part.strip())
    folder = posixpath.normpath(path)
    if folder == '.':
        return Parsed(Dependency('.', '', extras), itself=True)
    if folder.startswith('/'):
        raise Inexpressible('a path of one machine')
    if folder.endswith(ARCHIVES):
        name = _name_from(folder)
        known = folder in repo
    else:
        name = project_name(repo, folder)
        known = bool(repo.below(folder)) or folder.startswith('..')
    if not known or not name:
        raise Inexpressible('a local path where no named project is tracked')
    enrichment = [('path', literal(folder))] + ([('develop', 'true')] if editable else [])
    return Parsed(Dependency(name, '', extras, enrichment=tuple(enrichment)))


def _file_path(url: str) -> str:
    return unquote(re.sub(r'^file:(//)?', '', url))


def wheel_problem(url: str) -> str:
    """Why the file of an address is no wheel that Poetry takes, empty if there is nothing wrong."""
    last = posixpath.basename(urlsplit(url).path)
    if not last.endswith('.whl'):
        return ''
    try:
        parse_wheel_filename(unquote(last))
    except InvalidWheelFilename:
        return f'{last} is not the name of a wheel (NAME-VERSION-PYTHON-ABI-PLATFORM.whl)'
    return ''


def _refuse_wheel(url: str) -> None:
    problem = wheel_problem(url)
    if problem:
        raise Inexpressible(problem)


def _refuse_vcs(url: str) -> None:
    found = re.match(r'(hg|svn|bzr)\+', url)
    if found:
        raise Inexpressible(f'Poetry knows Git, not {found[1]}')


def _egg(egg: str) -> tuple[str, tuple[str, ...]]:
    name, _, extras = egg.partition('[')
    return re.split(r'[=<>~!]', name)[0], tuple(part.strip() for part in extras.rstrip(']').split(',') if part.strip())


def _name_from(address: str) -> str:
    """The name that a wheel's file name states, or that the last part of an address suggests."""
    last = posixpath.basename(address.split('@')[0] if address.endswith(('.git',)) else urlsplit(address).path)
    last = last.split('@')[0]
    try:
        return str(parse_wheel_filename(unquote(last))[0])
    except InvalidWheelFilename:
        stem = re.sub(r'(\.git|\.whl|\.tar\.gz|\.tar\.bz2|\.zip|\.tgz)\Z', '', last)
        return re.sub(r'-v?\d[\w.]*\Z', '', stem)
