"""A release: version, changelog, wheel and bill of materials made first, then one commit and its tag. Pushes nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nox
from packaging.version import InvalidVersion, Version

from trueup.errors import Refusal, UserError
from trueup.git import answers, branch, dirty_paths, run_git, text_of
from trueup.sessions._bill import write_bill
from trueup.sessions._changes import FILE, HEAD, Cliff, with_section
from trueup.sessions._options import Options, read_options
from trueup.sessions._session import Details, Session
from trueup.sessions._version import (
    PARTS,
    PROJECT,
    Line,
    bumped,
    line_of,
    read_version,
    subject_of,
    with_locked_version,
    with_version,
)
from trueup.sessions._wheel import FOLDER, build, is_package

LOCK = 'uv.lock'
NOTHING = 'nothing to release: no commit since {} changes what a user sees (feat, fix, build, perf, refactor, revert)'


def _run(handle: nox.Session, options: Options) -> Details | None:
    try:
        return _release(handle, options)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')


def _release(handle: nox.Session, options: Options) -> Details | None:
    line = line_of(options)
    name = require_ready(options)
    asked = wanted(handle.posargs)
    with tempfile.TemporaryDirectory() as scratch:
        cliff = Cliff(handle, line, Path(scratch))
        version = _next(cliff, line, read_version(options), asked)
        if version is None:
            note = NOTHING.format(line.tag(line.newest() or ''))
            handle.log(note)
            return Details(note=note, skipped=True)
        tag = line.tag(version)
        section = cliff.section(tag)
        handle.log('preparing %s', tag)
        with _Changed(options.root, _texts(options, version, section)) as changed:
            made = _make(handle, read_options(options.root), Path(scratch, 'made'))
            if made is None:
                return None
            _commit(options.root, changed.paths, tag, section)
            changed.keep()
        for path in made:
            (options.root / FOLDER).mkdir(exist_ok=True)
            shutil.move(path, options.root / FOLDER / path.name)
    _say(handle, options.root, tag, name)
    bill = f'{options.reports}/sbom.json'
    return Details(reports=(*(f'{FOLDER}/{path.name}' for path in made), bill), note=tag)


def wanted(words: Sequence[str]) -> str:
    """A part of the version, a whole version, or '' for what the commits say; raises UserError for anything else."""
    word = words[0].removeprefix('v') if words else ''
    hint = f'nox -s release [-- {"|".join(PARTS)}|1.2.3]'
    if len(words) > 1:
        raise UserError(f'{len(words)} arguments', where='release', hint=hint)
    if word in ('', *PARTS):
        return word
    try:
        if len(Version(word).release) == 3 and str(Version(word)) == Version(word).base_version == word:
            return word
    except InvalidVersion:
        pass
    raise UserError(f'{word!r} is neither a part nor a version', where='release', hint=hint)


def require_ready(options: Options) -> str:
    """The branch; raises Refusal where a release would hold something else than what the team has agreed on."""
    root = options.root
    dirty = dirty_paths(root)
    if dirty:
        raise Refusal(f'{len(dirty)} file(s) are not committed', where=dirty[0], hint='commit or remove them first')
    name, allowed = branch(root), options.release_branch or _default_branch(root)
    if name is None or name != allowed:
        found = f'HEAD is on {name}' if name else 'HEAD is detached'
        raise Refusal(f'{found}, releases are made from {allowed}', where=str(root), hint=f'git switch {allowed}')
    if answers(root, 'rev-parse', '--verify', '--quiet', '@{upstream}'):
        behind = text_of(root, 'rev-list', '--count', 'HEAD..@{upstream}')
        if behind != '0':
            raise Refusal(f'{name} is {behind} commit(s) behind its upstream', where=str(root), hint='git pull')
    if text_of(root, 'rev-parse', '--is-shallow-repository') == 'true':
        raise Refusal('the clone is shallow', where=str(root), hint='git fetch --unshallow --tags')
    return name


def _default_branch(root: Path) -> str:
    head = 'refs/remotes/origin/HEAD'
    if answers(root, 'rev-parse', '--verify', '--quiet', head):
        return text_of(root, 'symbolic-ref', '--short', head).removeprefix('origin/')
    heads = text_of(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/').split()
    return next((name for name in ('main', 'master') if name in heads), 'main')


def _next(cliff: Cliff, line: Line, current: Version, asked: str) -> Version | None:
    """The version to release; the one that stands in pyproject.toml if it never was. None for nothing to release."""
    newest, final = line.newest(), Version(current.base_version)
    if asked and asked not in PARTS:
        if Version(asked) < final or (newest and Version(asked) <= newest):
            known = line.tag(newest) if newest and newest >= final else final
            raise Refusal(f'{asked} is not greater than {known}', where=PROJECT, hint='name a greater version')
        return Version(asked)
    if newest and line.is_at(newest):
        return None
    if asked:
        return bumped(max(final, newest or final), asked)
    if newest is None or final > newest:
        return final
    tag = cliff.next_tag()
    return version if tag and (version := Version(tag.removeprefix(line.prefix))) > newest else None


def _texts(options: Options, version: Version, section: str) -> Mapping[str, bytes]:
    """The files of the release with their new contents; unchanged ones are left out."""
    project = (options.root / PROJECT).read_bytes()
    texts = {PROJECT: with_version(project.decode('utf-8'), version)}
    changelog = options.root / FILE
    old = changelog.read_bytes().decode('utf-8') if changelog.is_file() else HEAD
    texts[FILE] = with_section(old, str(version), section, datetime.now(UTC).date())
    lock = options.root / LOCK
    if lock.is_file():
        name = str(options.pyproject['project']['name'])
        texts[LOCK] = with_locked_version(lock.read_bytes().decode('utf-8'), name, version)
    return {name: text.encode('utf-8') for name, text in texts.items()}


class _Changed:
    """Files with new contents, which get their old ones back unless `keep` was called."""

    def __init__(self, root: Path, contents: Mapping[str, bytes]) -> None:
        self._root = root
        self._old = {name: path.read_bytes() if (path := root / name).is_file() else None for name in contents}
        self._new = {name: data for name, data in contents.items() if data != self._old[name]}
        self._kept = False

    @property
    def paths(self) -> list[str]:
        """What differs."""
        return list(self._new)

    def keep(self) -> None:
        """The new contents stay."""
        self._kept = True

    def __enter__(self) -> _Changed:
        for name, data in self._new.items():
            (self._root / name).write_bytes(data)
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept:
            return
        answers(self._root, 'reset', '--quiet', '--', *self._new)
        for name in self._new:
            old = self._old[name]
            if old is None:
                (self._root / name).unlink(missing_ok=True)
            else:
                (self._root / name).write_bytes(old)


def _make(handle: nox.Session, options: Options, target: Path) -> list[Path] | None:
    """Bill and wheel of what is about to be committed."""
    target.mkdir()
    if write_bill(handle, replace(options, absent=())) is None:
        return None
    return build(handle, '.', target) if is_package(options) else []


def _commit(root: Path, paths: Sequence[str], tag: str, section: str) -> None:
    """One commit through the team's hooks, and its annotated tag; without the tag no commit either."""
    if paths:
        run_git(root, 'add', '--', *paths)
        run_git(root, 'commit', '--quiet', '--message', subject_of(tag))
    try:
        run_git(root, 'tag', '--annotate', '--cleanup=verbatim', '--message', f'{tag}\n\n{section}\n', tag)
    except UserError:
        if paths:
            run_git(root, 'reset', '--quiet', '--soft', 'HEAD~1')
        raise


def _say(handle: nox.Session, root: Path, tag: str, name: str) -> None:
    commit = text_of(root, 'rev-parse', '--short', 'HEAD')
    handle.log('%s is commit %s; nothing was pushed', tag, commit)
    handle.log('look  git show %s', tag)
    handle.log('push  git push --atomic origin %s %s', name, tag)
    handle.log('undo  git tag -d %s && git reset --hard HEAD~1   # only before it is pushed', tag)


SESSION = Session(
    'release',
    'Version, changelog, commit, tag, wheel and bill of materials, by conventional commits; pushes nothing.',
    _run,
    place='one',
    default=False,
    parallel=False,
)
