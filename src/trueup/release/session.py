"""One release, made in a clone: the repository gets it when all of it is proved, or stays as it is."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.version import Version

from trueup.errors import Refusal, UserError
from trueup.git import branch, dirty_paths, run_git, text_of, toplevel
from trueup.lineage import Lineage, dump_lineage, parse_lineage
from trueup.release.changelog import FILE as CHANGELOG
from trueup.release.changelog import FOLDER, fragments, with_section
from trueup.release.gate import breaches
from trueup.release.record import extended
from trueup.release.version import PROJECT, next_version, set_version, wanted_version
from trueup.standard import Address, Standard

LINEAGE = 'lineage.json'
STAND_IN = 'https://standard.invalid/standard.git'
"""The address under which lineage is rendered: it must not be a folder of this machine."""
NO_HOOKS = ('-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false')
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Released:
    """What was made: the tag, its commit, the branch that has it, and the version before."""

    tag: str
    commit: str
    branch: str
    previous: str


def release(root: Path, asked: str, say: Callable[[str], None], *, today: date | None = None) -> Released:
    """Version, changelog, lineage, tag and the next development version, on the current branch. Pushes nothing.

    Raises UserError or Refusal, with the repository untouched, where anything speaks against it.
    """
    name = _require_ready(root)
    standard = Standard(Address(STAND_IN), root)
    version = wanted_version(asked, (root / PROJECT).read_text(encoding='utf-8'))
    previous = _require_newer(standard, root, version)
    with _clone(root, name) as clone:
        tag = f'v{version}'
        say(f'preparing {tag}')
        _prepare(clone, version, today or date.today())
        _record(clone, tag, say)
        if previous:
            _require_updates(clone, previous, tag, say)
        _require_one_tag(clone)
        _commit_version(clone, next_version(version), f'chore: start {next_version(version)}')
        return _hand_over(root, clone, name, tag, previous)


def _require_ready(root: Path) -> str:
    """The branch; raises Refusal for a detached HEAD or anything uncommitted."""
    if toplevel(root).resolve() != root.resolve():
        raise UserError('not the root of the repository', where=str(root), hint=f'run it in {toplevel(root)}')
    dirty = dirty_paths(root)
    if dirty:
        raise Refusal(f'{len(dirty)} file(s) are not committed', where=dirty[0], hint='commit or remove them first')
    name = branch(root)
    if name is None:
        raise Refusal('HEAD is detached', where=str(root), hint='switch to the branch to release from')
    return name


def _require_newer(standard: Standard, root: Path, version: str) -> str:
    """The last release, '' before the first; raises Refusal for a version that is not greater, or with nothing new."""
    tags = standard.tags()
    _require_one_tag(root)
    if not tags:
        return ''
    last = tags[-1]
    if Version(version) <= Version(last):
        raise Refusal(f'{version} is not greater than {last}', hint=f'the newest tag is {last}: name a greater version')
    if standard.commit(last) == text_of(root, 'rev-parse', 'HEAD'):
        raise Refusal(f'HEAD is {last} already', hint='two tags on one commit would make Copier record either')
    return last


def _require_one_tag(root: Path) -> None:
    """Raises Refusal where one commit has two release tags: `git describe`, and so Copier, would name either."""
    listed = text_of(root, 'for-each-ref', '--format=%(refname:short) %(objectname) %(*objectname)', 'refs/tags/')
    seen: dict[str, str] = {}
    for line in listed.splitlines():
        name, *commits = line.split()
        if not re.match(r'v?\d', name):
            continue
        first = seen.setdefault(commits[-1], name)
        if first != name:
            hint = f'delete one of them: git tag -d {name}'
            raise Refusal(f'{first} and {name} are tags of one commit', where=commits[-1][:12], hint=hint)


@contextmanager
def _clone(root: Path, name: str) -> Iterator[Path]:
    """A clone on the same branch, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix='trueup-release-') as folder:
        clone = Path(folder).resolve() / 'standard'
        run_git(root, 'clone', '--quiet', '--branch', name, str(root), str(clone))
        person, _, rest = text_of(root, 'var', 'GIT_COMMITTER_IDENT').partition(' <')
        run_git(clone, 'config', 'user.name', person)
        run_git(clone, 'config', 'user.email', rest.partition('>')[0])
        yield clone


def _prepare(clone: Path, version: str, day: date) -> None:
    """One commit with version and changelog, without the fragments."""
    folder = clone / FOLDER
    files = {f'{FOLDER}{path.name}': path.read_text(encoding='utf-8') for path in sorted(folder.glob('*.md'))}
    found = fragments(files)
    changelog = clone / CHANGELOG
    old = changelog.read_text(encoding='utf-8') if changelog.is_file() else ''
    changelog.write_text(with_section(old, version, day, found), encoding='utf-8', newline='')
    for path in found:
        (clone / path).unlink()
    _commit_version(clone, version, f'chore: release {version}')


def _commit_version(clone: Path, version: str, message: str) -> None:
    project = clone / PROJECT
    text = project.read_bytes().decode('utf-8')
    project.write_bytes(set_version(text, version).encode('utf-8'))
    _commit(clone, '-m', message)


def _commit(clone: Path, *options: str) -> None:
    run_git(clone, 'add', '--all')
    run_git(clone, *NO_HOOKS, 'commit', '--quiet', '--no-verify', *options)


def _record(clone: Path, tag: str, say: Callable[[str], None]) -> None:
    """Tag for the time being, render all versions, and put their values into the same commit."""
    path = clone / LINEAGE
    known = parse_lineage(path.read_text(encoding='utf-8')) if path.is_file() else Lineage()
    run_git(clone, 'tag', '--no-sign', tag)
    standard = Standard(Address(STAND_IN), clone)
    say('recording the values of each version')
    path.write_text(dump_lineage(extended(known, standard, standard.tags())), encoding='utf-8', newline='')
    _commit(clone, '--amend', '--no-edit')
    run_git(clone, 'tag', '--no-sign', '--force', tag)


def _require_updates(clone: Path, previous: str, tag: str, say: Callable[[str], None]) -> None:
    """Raises Refusal that lists each update which would break."""
    standard = Standard(Address(str(clone)), clone)
    with tempfile.TemporaryDirectory(prefix='trueup-services-') as folder:
        found = list(breaches(standard, previous, tag, Path(folder).resolve(), say))
    if found:
        for breach in found[:SHOWN]:
            say(f'breaks {breach}')
        raise Refusal(
            f'{len(found)} thing(s) break when services are updated from {previous} to {tag}; the first: {found[0]}',
            hint='keep changes of the template apart from where teams write, or move keys in policies.toml',
        )


def _hand_over(root: Path, clone: Path, name: str, tag: str, previous: str) -> Released:
    """Branch and tag reach the repository together, then the work tree follows."""
    head = text_of(root, 'rev-parse', 'HEAD')
    tip, commit = text_of(clone, 'rev-parse', 'HEAD'), text_of(clone, 'rev-parse', f'refs/tags/{tag}')
    run_git(root, 'fetch', '--quiet', '--no-tags', str(clone), f'refs/heads/{name}')
    if text_of(root, 'rev-parse', 'HEAD') != head or dirty_paths(root):
        raise Refusal('the repository changed meanwhile', where=str(root), hint='release again')
    run_git(root, *NO_HOOKS, 'merge', '--quiet', '--ff-only', tip)
    run_git(root, 'update-ref', f'refs/tags/{tag}', commit, '')
    return Released(tag, commit, name, previous)


def summary(done: Released) -> Mapping[str, str]:
    """What a person does next."""
    return {
        'tag': f'{done.tag} at {done.commit[:12]}, after {done.previous or "nothing"}',
        'look': f'git show --stat {done.tag}',
        'push': f'git push --atomic origin {done.branch} {done.tag}   # nothing was pushed',
        'undo': f'git reset --hard {done.commit[:12]}~1 && git tag -d {done.tag}   # only before it is pushed',
    }
