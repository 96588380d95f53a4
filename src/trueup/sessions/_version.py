"""The service's version: one place in pyproject.toml, one tag for each release, and a number for what lies between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from trueup.errors import UserError
from trueup.git import answers, text_of, toplevel
from trueup.sessions._options import Options, normalized
from trueup.text.toml import Toml

PROJECT = 'pyproject.toml'
PLACE = ('project', 'version')
SNAPSHOT = '--snapshot'
"""The argument of sessions that treat the commit as one between releases, under a version of its own."""
PARTS = ('major', 'minor', 'patch')


@dataclass(frozen=True, slots=True)
class Line:
    """The line of releases of one service: where it lies in its repository, and what its tags begin with."""

    root: Path
    folder: str
    prefix: str

    def tag(self, version: Version | str) -> str:
        """The tag of a release."""
        return f'{self.prefix}{version}'

    def newest(self) -> Version | None:
        """The greatest version that has a tag."""
        listed = text_of(self.root, 'tag', '--list', f'{self.prefix}*').split()
        found = [tag.removeprefix(self.prefix) for tag in listed if re.search(self.pattern, tag)]
        return max(map(Version, found), default=None)

    def is_recorded(self, version: Version) -> bool:
        """Whether the version was released, as far as can be seen: pipelines often clone without tags."""
        subject = subject_of(self.tag(version))
        found = text_of(self.root, 'log', '--fixed-strings', f'--grep={subject}', '--format=%s')
        return subject in found.splitlines() or self.is_released(version)

    def is_released(self, version: Version) -> bool:
        """Whether the version has a tag."""
        return answers(self.root, 'rev-parse', '--verify', '--quiet', f'refs/tags/{self.tag(version)}')

    def is_at(self, version: Version) -> bool:
        """Whether HEAD is the release of the version."""
        commit = f'refs/tags/{self.tag(version)}^{{commit}}'
        return self.is_released(version) and text_of(self.root, 'rev-parse', commit) == text_of(
            self.root, 'rev-parse', 'HEAD'
        )

    @property
    def pattern(self) -> str:
        """Regular expression of its tags, as git-cliff takes it."""
        return f'^{re.escape(self.prefix)}[0-9]+[.][0-9]+[.][0-9]+$'


def subject_of(tag: str) -> str:
    """First line of the message of a release's commit."""
    return f'chore(release): {tag}'


def read_version(options: Options) -> Version:
    """The version in pyproject.toml; raises UserError where it is not written there."""
    project = options.pyproject.get('project')
    stated = project.get('version') if isinstance(project, dict) else None
    try:
        return Version(str(stated))
    except InvalidVersion as error:
        raise UserError(
            'no version under [project]' if stated is None else f'version {stated!r} is not of PEP 440',
            where=PROJECT,
            hint='write version = "0.1.0" there: it is the only place where the version stands',
        ) from error


def with_version(text: str, version: Version | str) -> str:
    """pyproject.toml with another version; every other byte stays."""
    grammar = Toml()
    return grammar.set_text(grammar.parse(text), PLACE, f'"{version}"')


def with_locked_version(text: str, name: str, version: Version | str) -> str:
    """uv.lock with another version of the service itself; a lock that does not name it stays as it is."""
    entry = rf'(\[\[package\]\]\nname = "{re.escape(normalized(name))}"\nversion = )"[^"]*"(\nsource = {{ (?:editable|virtual) = )'
    return re.sub(entry, rf'\g<1>"{version}"\g<2>', text)


def line_of(options: Options) -> Line:
    """The line of releases: tags are `v1.2.3`, those of a service in a folder `name-v1.2.3`.

    A repository whose tags never had the `v` keeps to its habit.
    """
    top = toplevel(options.root)
    folder = options.root.resolve().relative_to(top.resolve()).as_posix()
    if folder != '.':
        project = options.pyproject.get('project')
        return Line(options.root, folder, f'{project["name"] if isinstance(project, dict) else folder}-v')
    tags = text_of(options.root, 'tag', '--list').split()
    bare = any(re.fullmatch(r'\d+\.\d+\.\d+', tag) for tag in tags)
    return Line(options.root, '', '' if bare and not any(re.fullmatch(r'v\d.*', tag) for tag in tags) else 'v')


def bumped(version: Version, part: str) -> Version:
    """The next version by its greatest changed part."""
    numbers = [*version.release, 0, 0][:3]
    place = PARTS.index(part)
    return Version('.'.join(str(number) for number in [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]))


def snapshot(options: Options, line: Line) -> Version:
    """The version of a commit between releases: the next one's, with the number of commits so far as `.devN`.

    It grows with each commit of the branch and is less than the release to come.
    """
    if text_of(line.root, 'rev-parse', '--is-shallow-repository') == 'true':
        raise UserError(
            'the clone is shallow', where=str(line.root), hint='fetch the whole history: commits are counted'
        )
    version = Version(read_version(options).base_version)
    base = bumped(version, 'patch') if line.is_recorded(version) else version
    return Version(f'{base}.dev{text_of(line.root, "rev-list", "--count", "HEAD")}')
