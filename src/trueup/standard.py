"""Where the standard comes from: its address in every spelling, its local mirror, its tags, and whether it is trusted."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from trueup.errors import ExitCode, Missing, Refusal, UserError
from trueup.git import GitError, run_git, text_of
from trueup.settings import STANDARD_VARIABLE, Settings, UserConfiguration, cache_folder

SHORTHANDS = {'gh:': 'https://github.com/', 'gl:': 'https://gitlab.com/'}
SEEN = 'refs/trueup/seen/'
"""Where a mirror keeps each release tag as it was first fetched: a release must not change afterwards."""
_SCP_LIKE = re.compile(r'^[\w.-]+@[\w.-]+:(?!//).+')


@dataclass(frozen=True, slots=True)
class Address:
    """A standard as a service records it: a URL that ends in `.git` or an absolute path, and perhaps a tag."""

    url: str
    tag: str = ''
    extensions: bool = False
    """Whether the user lets the template's Jinja extensions run: they are code of its own."""


def parse_address(spelling: str) -> Address:
    """The address behind any accepted spelling, `URL[@TAG]`; raises UserError for a relative path or an empty text.

    Accepted: https with or without .git, ssh, scp-like, `gh:`, `gl:`, `git+...`, `file://` and absolute paths.
    """
    url, tag = _split_tag(spelling.strip())
    for prefix, host in SHORTHANDS.items():
        if url.startswith(prefix):
            url = host + url.removeprefix(prefix)
    url = url.removeprefix('git+')
    if url.startswith('file://'):
        url = urlsplit(url).path
    if url.startswith('/') or re.match(r'^[A-Za-z]:[\\/]', url):
        return Address(url.rstrip('/') or '/', tag)
    if '://' not in url and not _SCP_LIKE.match(url):
        raise UserError(
            f'{spelling!r} is not an address of a standard',
            hint='give a URL, gh:owner/name or an absolute path; a relative path would break every later update',
        )
    parts = urlsplit(url)
    if parts.password or (parts.username and parts.scheme in ('http', 'https')):
        raise Refusal(
            'the address of the standard holds credentials', hint='use a Git credential helper; they would be committed'
        )
    url = url.rstrip('/')
    return Address(url if url.endswith('.git') else f'{url}.git', tag)


def _split_tag(spelling: str) -> tuple[str, str]:
    head, at, tail = spelling.rpartition('@')
    if at and head and '/' not in tail and ':' not in tail and ('/' in head or ':' in head):
        return head, tail
    return spelling, ''


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard at hand: what services record of it, and the local repository it is read from."""

    address: Address
    mirror: Path

    def tags(self) -> tuple[str, ...]:
        """Release tags by PEP 440, oldest first."""
        names = text_of(self.mirror, 'tag', '--list').splitlines()
        return tuple(sorted((name for name in names if _version(name) is not None), key=_sort_key))

    def commit(self, tag: str) -> str | None:
        """The commit of a tag, None if there is no such tag."""
        try:
            return text_of(self.mirror, 'rev-parse', '--verify', '--quiet', f'refs/tags/{tag}^{{commit}}')
        except GitError:
            return None

    def first_commit(self, tag: str) -> str | None:
        """The commit that this machine first saw under a tag, also when the tag has moved or is gone since."""
        try:
            return text_of(self.mirror, 'rev-parse', '--verify', '--quiet', f'{SEEN}{tag}^{{commit}}')
        except GitError:
            return self.commit(tag)

    def file(self, tag: str, path: str) -> str | None:
        """Text of a file of the standard at a tag, None if it has none."""
        try:
            return run_git(self.mirror, 'show', f'refs/tags/{tag}:{path}').decode('utf-8')
        except GitError:
            return None


def _version(tag: str) -> Version | None:
    try:
        return Version(tag)
    except InvalidVersion:
        return None


def _sort_key(tag: str) -> Version:
    return _version(tag) or Version('0')


def version_of(tag: str) -> str:
    """`v0.2.0` -> `0.2.0`, for branch names and messages; raises UserError when the tag is no version."""
    found = _version(tag)
    if found is None:
        raise UserError(f'{tag!r} is not a version', hint='a standard is released as PEP 440 tags such as v1.2.0')
    return str(found)


def is_older(tag: str, other: str) -> bool:
    """Whether `tag` names an older release than `other`."""
    return _sort_key(tag) < _sort_key(other)


def choose_tag(standard: Standard, wanted: str) -> str:
    """The tag asked for, or the newest release; raises UserError when there is none."""
    if wanted:
        for candidate in (wanted, f'v{wanted}', wanted.removeprefix('v')):
            if standard.commit(candidate):
                return candidate
        known = ', '.join(standard.tags()[-5:]) or 'none'
        raise UserError(f'the standard has no tag {wanted!r}', where=standard.address.url, hint=f'newest tags: {known}')
    releases = [tag for tag in standard.tags() if not _sort_key(tag).is_prerelease] or list(standard.tags())
    if not releases:
        raise UserError(
            'the standard has no release tag',
            where=standard.address.url,
            hint='tag it (v0.1.0), or give --dev to try an untagged one',
        )
    return releases[-1]


def open_standard(address: Address, *, need: str = '', dev: bool = False) -> Standard:
    """A mirror of the standard that has the tag `need`; fetched only when it lacks it (or `need` is empty).

    Raises Missing when the address can't be reached and no mirror serves.
    """
    wheel = shipped_standard(address, need)
    if wheel is not None:
        return wheel
    mirror = cache_folder() / 'mirrors' / f'{_digest(address.url)}.git'
    standard = Standard(address, mirror)
    have = (mirror / 'HEAD').exists()
    near = Path(address.url).is_dir()
    if have and need and standard.commit(need) and not near:
        return standard
    try:
        _refresh(address.url, mirror, have)
    except GitError as error:
        if have and (not need or standard.commit(need)):
            return standard
        if near:
            _require_root(Path(address.url))
        raise Missing(
            'the standard could not be reached',
            where=address.url,
            hint=f'check the address and your access to it ({error.message})',
        ) from error
    return dev_standard(standard) if dev and not standard.tags() else standard


def _require_root(folder: Path) -> None:
    """Raises UserError for a folder inside of a repository: Copier takes whole ones."""
    try:
        top = text_of(folder, 'rev-parse', '--show-toplevel')
    except GitError:
        return
    if Path(top).resolve() != folder.resolve():
        raise UserError(
            'a folder inside of a repository is no standard',
            where=str(folder),
            hint=f'give {top}; its copier.yml names the folder of the template with _subdirectory',
        )


def require_unmoved(standard: Standard, tag: str) -> None:
    """Raises Refusal when a tag names another commit than the one that this machine first saw under it."""
    first, now = standard.first_commit(tag), standard.commit(tag)
    if now is not None and first != now:
        raise Refusal(
            f'the tag {tag} of the standard has moved: it was {str(first)[:12]} and is {now[:12]} now',
            where=standard.address.url,
            hint=f'ask its owners for a new version; to accept it: git -C {standard.mirror} update-ref -d {SEEN}{tag}',
        )


def _remember_tags(mirror: Path) -> None:
    """Note the commit of each tag that was not there before."""
    listed = text_of(mirror, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags/', SEEN).splitlines()
    known = {name.removeprefix(SEEN) for _, _, name in (line.partition(' ') for line in listed)}
    new = [line.split(' ', 1) for line in listed if ' refs/tags/' in line]
    wanted = [(name.removeprefix('refs/tags/'), commit) for commit, name in new]
    lines = [f'create {SEEN}{tag} {commit}\n' for tag, commit in wanted if tag not in known]
    if lines:
        with suppress(GitError):  # another run may have noted the same meanwhile
            run_git(mirror, 'update-ref', '--stdin', stdin=''.join(lines).encode())


def _refresh(url: str, mirror: Path, have: bool) -> None:
    _fetch(url, mirror, have)
    _remember_tags(mirror)


def _fetch(url: str, mirror: Path, have: bool) -> None:
    if have:
        run_git(
            mirror,
            'fetch',
            '--quiet',
            '--prune',
            '--force',
            url,
            '+refs/heads/*:refs/heads/*',
            '+refs/tags/*:refs/tags/*',
        )
        return
    mirror.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix='mirror-', dir=mirror.parent))
    try:
        run_git(scratch, 'clone', '--quiet', '--mirror', url, 'new.git')
        _move(scratch / 'new.git', mirror)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(source: Path, destination: Path) -> None:
    try:
        os.rename(source, destination)
    except OSError:
        if not destination.exists():  # another run may have made the same mirror meanwhile
            raise


def dev_standard(standard: Standard) -> Standard:
    """The same standard with its newest commit tagged as a development release in the mirror only."""
    head = text_of(standard.mirror, 'rev-parse', 'HEAD')
    run_git(standard.mirror, 'tag', '--force', f'v0.0.0.dev{int(head[:7], 16)}', head)
    return standard


def shipped_folder() -> Path | None:
    """The template and policies inside an installed trueup; None when it runs from a checkout."""
    folder = Path(__file__).parent / '_standard'
    return folder if (folder / 'copier.yml').is_file() else None


def shipped_standard(address: Address, tag: str) -> Standard | None:
    """The wheel's own standard as a repository with one tag, if it is exactly the version asked for.

    pre-commit.ci has no network at run time; the wheel answers there. A wheel counts only as the release it names.
    """
    folder = shipped_folder()
    if folder is None or not tag or version_of(tag) != metadata.version('trueup'):
        return None
    if address.url != installed_from():
        return None
    mirror = cache_folder() / 'shipped' / f'{_digest(address.url, tag, _folder_digest(folder))}.git'
    if not (mirror / 'HEAD').exists():
        _tagged_repository(folder, tag, mirror)
    return Standard(address, mirror)


def _tagged_repository(folder: Path, tag: str, mirror: Path) -> None:
    mirror.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix='shipped-', dir=mirror.parent))
    try:
        shutil.copytree(folder, scratch / 'tree', ignore=shutil.ignore_patterns('__pycache__'))
        who = ('-c', 'user.name=trueup', '-c', 'user.email=trueup@localhost', '-c', 'commit.gpgsign=false')
        run_git(scratch / 'tree', 'init', '--quiet')
        run_git(scratch / 'tree', 'add', '--all', '--force')
        run_git(scratch / 'tree', *who, 'commit', '--quiet', '--no-verify', '-m', f'standard {tag}')
        run_git(scratch / 'tree', *who, 'tag', tag)
        run_git(scratch, 'clone', '--quiet', '--mirror', str(scratch / 'tree'), 'new.git')
        _move(scratch / 'new.git', mirror)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def installed_from() -> str:
    """The address that this trueup was installed from, '' when it came from an index.

    PEP 610 direct_url.json tells it; for a clone on this machine (pre-commit keeps one) its `origin` does.
    """
    try:
        text = metadata.distribution('trueup').read_text('direct_url.json')
    except metadata.PackageNotFoundError:
        return ''
    url = json.loads(text).get('url', '') if text else ''
    if not url:
        return ''
    address = parse_address(url)
    if Path(address.url).is_dir():
        try:
            # As it was written: `git remote get-url` would apply the user's insteadOf.
            return parse_address(text_of(Path(address.url), 'config', '--get', 'remote.origin.url')).url
        except UserError:
            return address.url
    return address.url


def wanted_address(settings: Settings, user: UserConfiguration, recorded: str) -> Address:
    """The standard to use: option, environment, user configuration, what the service records, where trueup came from."""
    for spelling in (settings.standard, os.environ.get(STANDARD_VARIABLE, ''), user.standard, recorded):
        if spelling:
            return consented(parse_address(spelling), settings, user)
    if origin := installed_from():
        return consented(Address(origin), settings, user)
    raise UserError('no standard is known', hint='give --standard URL[@TAG] or set TRUEUP_STANDARD')


def consented(address: Address, settings: Settings, user: UserConfiguration) -> Address:
    """The address, marked if `--trust` or the user's configuration lets its Jinja extensions run."""
    return replace(
        address, extensions=settings.trust or address.url in {parse_address(one).url for one in user.extensions}
    )


def require_trust(recorded: str, trusted: Iterable[str], *, where: str) -> Address:
    """The address that a service records, if the user or the installation named it too; raises Refusal otherwise."""
    address = parse_address(recorded)
    known = {parse_address(item).url for item in trusted if item}
    if address.url not in known:
        raise Refusal(
            f'the answers name a standard that nobody here trusts: {address.url}',
            where=where,
            hint=f'if it is right, say so: --standard {address.url}',
        )
    return Address(address.url)


def require_tagged(tag: str, *, where: str) -> str:
    """The recorded version as a tag; raises UserError for a bare commit or a commit after a tag."""
    if _version(tag) is None:
        raise UserError(
            f'the recorded version {tag!r} is not a release tag',
            where=where,
            hint='adopt or update to a tagged release (--dev tries an untagged one)',
            exit_code=ExitCode.USAGE,
        )
    return tag


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob('*')):
        if path.is_file() and '__pycache__' not in path.parts:
            digest.update(f'{path.relative_to(folder)}\0'.encode() + path.read_bytes())
    return digest.hexdigest()


def _digest(*parts: str | Sequence[str]) -> str:
    return hashlib.sha256('\0'.join(str(part) for part in parts).encode()).hexdigest()[:20]
