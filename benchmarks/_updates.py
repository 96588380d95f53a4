"""Past template updates of real projects: which commits made them, and both renders of the template for each."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

ANSWERS = '.copier-answers.yml'
SKIPPED = re.compile(r'(^|/)(\.copier-answers\.yml|[\w.-]+\.lock|CHANGELOG\.md)$')
"""What Copier writes by itself, what is locked anew, and what templates create once (`_skip_if_exists`)."""

ABSENT = ': not found'
"""What stands in a render whose template calls a program that is not installed here."""


class Update(NamedTuple):
    """One commit of a project that moved it to another version of its template."""

    project: str
    repo: Path
    commit: str
    old: Mapping[str, object]
    new: Mapping[str, object]

    @property
    def name(self) -> str:
        """How tables call it."""
        return f'{self.project} {self.old["_commit"]} -> {self.new["_commit"]}'


class Case(NamedTuple):
    """One file that template and project both changed, and what the maintainers made of it."""

    update: str
    path: str
    base: str
    ours: str
    theirs: str
    wanted: str


class Templates(NamedTuple):
    """Clones of templates by their address, and where renders are kept."""

    clones: Mapping[str, Path]
    renders: Path

    def clone(self, source: str) -> Path | None:
        """The clone of a template, however the answers spell its address."""
        return self.clones.get(address(source))

    def render(self, answers: Mapping[str, object], data: Mapping[str, object]) -> Mapping[str, str] | None:
        """The text files that a version gives for answers; None if it has no clone or does not render."""
        clone = self.clone(str(answers['_src_path']))
        if clone is None:
            return None
        words = yaml.safe_dump([str(clone), answers['_commit'], dict(data)], sort_keys=True)
        place = self.renders / f'{_digest(words)}'
        if not place.is_dir() and not _render(clone, str(answers['_commit']), data, place):
            return None
        return read_folder(place)


def address(source: str) -> str:
    """The address of a template without protocol, abbreviation and ending, in lower case."""
    source = source.lower().removesuffix('.git').removesuffix('/')
    return re.sub(r'^(gh:|https://github\.com/|git@github\.com:|git\+)', '', source)


def git(repo: Path, *words: str) -> str:
    """What Git prints; raises CalledProcessError."""
    done = subprocess.run(['git', '-C', str(repo), *words], check=True, capture_output=True)
    return done.stdout.decode('utf-8', 'replace')


def updates(repo: Path) -> Iterator[Update]:
    """The template updates in the history of a project, oldest first."""
    found = git(repo, 'log', '--reverse', '--no-merges', '--format=%H', '-G^_commit', '--', ANSWERS).split()
    for commit in found:
        old, new = (_answers(repo, place) for place in (f'{commit}~1', commit))
        if old and new and old['_commit'] != new['_commit']:
            yield Update(repo.name, repo, commit, old, new)


def cases(update: Update, templates: Templates) -> tuple[list[Case], int] | None:
    """The files that both sides changed, and how many of these the maintainers deleted; None if it does not render."""
    asked = [{key: value for key, value in one.items() if key[0] != '_'} for one in (update.old, update.new)]
    base = templates.render(update.old, asked[0])
    theirs = templates.render(update.new, asked[1])
    if base is None or theirs is None:
        return None
    if any(_raw(text, asked[1]) for tree in (base, theirs) for text in tree.values()):
        return None
    found: list[Case] = []
    dropped = 0
    for path in sorted(base.keys() & theirs.keys()):
        if base[path] == theirs[path] or SKIPPED.search(path) or ABSENT in base[path] + theirs[path]:
            continue
        ours, wanted = _text(update.repo, f'{update.commit}~1', path), _text(update.repo, update.commit, path)
        if ours is None or ours in (base[path], theirs[path]) or '\n' not in ours:  # a link has but one line
            continue
        if wanted is None:
            dropped += 1
            continue
        found.append(Case(update.name, path, base[path], ours, theirs[path], wanted))
    return found, dropped


def read_folder(place: Path) -> dict[str, str]:
    """The text files of a folder by path."""
    found = {}
    for file in sorted(place.rglob('*')):
        if file.is_symlink() or not file.is_file() or '.git' in file.relative_to(place).parts[:1]:
            continue
        try:
            found[file.relative_to(place).as_posix()] = file.read_bytes().decode('utf-8')
        except UnicodeDecodeError:
            continue
    return found


@contextmanager
def at_parent(update: Update) -> Iterator[Path]:
    """A clone of the project as it was before the update, for tools that work in place."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / 'project'
        subprocess.run(['git', 'clone', '-q', '-n', str(update.repo), str(place)], check=True, capture_output=True)
        git(place, 'checkout', '-q', f'{update.commit}~1')
        git(place, 'config', 'user.name', 'bench')
        git(place, 'config', 'user.email', 'bench@example.com')
        yield place


def _raw(text: str, asked: Mapping[str, object]) -> bool:
    """Whether a question stands in a render unanswered: Copier up to 5 wrote `[[ name ]]`, today's leaves that alone."""
    return any(f'[[ {name} ]]' in text for name in asked)


def _answers(repo: Path, commit: str) -> dict[str, object] | None:
    text = _text(repo, commit, ANSWERS)
    data = yaml.safe_load(text) if text else None
    return data if isinstance(data, dict) and {'_commit', '_src_path'} <= data.keys() else None


def _text(repo: Path, commit: str, path: str) -> str | None:
    try:
        return git(repo, 'show', f'{commit}:{path}')
    except subprocess.CalledProcessError:
        return None


def _digest(words: str) -> str:
    done = subprocess.run(['git', 'hash-object', '--stdin'], input=words.encode(), check=True, capture_output=True)
    return done.stdout.decode().strip()


def _render(clone: Path, version: str, data: Mapping[str, object], place: Path) -> bool:
    """Render a version; False if it is gone or needs what is not there."""
    from copier import run_copy  # late: 600 modules, and not needed where renders are kept

    names: Sequence[str] = [name for name in (version, f'v{version}', version.rpartition('-g')[2]) if name]
    scratch = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        for name in names:
            try:
                git(clone, 'rev-parse', '-q', '--verify', f'{name}^{{commit}}')
            except subprocess.CalledProcessError:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                run_copy(
                    f'git+file://{clone}',
                    scratch / 'tree',
                    data=dict(data),
                    vcs_ref=name,
                    defaults=True,
                    overwrite=True,
                    quiet=True,
                    unsafe=True,
                    skip_tasks=True,
                )
            (scratch / 'tree').rename(place)
            return True
    except Exception as error:  # pylint: disable=broad-exception-caught  # Jinja and copier raise dozens of kinds
        print(f'{clone.name} {version} does not render: {" ".join(str(error).split())[:120]}')
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return False
