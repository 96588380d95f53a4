"""Dockerfiles that a service owns: who the image runs as, what it is built on, what is baked into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation
from trueup.rules._owned import owned
from trueup.rules._secrets import has_credentials, is_secret
from trueup.text.docker import parse_docker
from trueup.text.encoding import to_unix
from trueup.text.tree import Malformed

FILE = re.compile(r'(?:.*/)?(?:Dockerfile(?:\.[\w.-]+)?|[\w.-]+\.Dockerfile|Containerfile)', re.IGNORECASE)
NOT_DOCKER = re.compile(r'\.(?:bak|dockerignore|j2|jinja2?|md|old|orig|tmpl|tpl)$')
VARIABLE = re.compile(r'\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))')
ASSIGNED = re.compile(r'([\w.-]+)=("(?:[^"\\]|\\.)*"|\'[^\']*\'|(?:\\.|[^\s\\])*)')
ROOT = ('root', '0')


class Instruction(NamedTuple):
    """An instruction with its line, and the stage that it is in (-1: before the first)."""

    name: str
    rest: str
    line: int
    stage: int


class Base(NamedTuple):
    """What a stage starts from, with what is known of variables put in."""

    image: str
    alias: str
    line: int


def runs_as_root(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """The last stage of each Dockerfile, or a stage that it starts from, names a USER that is not root."""
    for path, found in _dockerfiles(repo):
        bases = _bases(found)
        user, line = _user(found, bases)
        if user is None:
            message = 'no USER: the image runs as the user of its base image, which mostly is root'
            hint = 'add USER with a number, such as 10001:10001'
            yield owned('IMG001', (path, bases[-1].line), message, situation, hint)
        elif user.partition(':')[0].lower() in ROOT:
            hint = 'end with another USER, by number'
            yield owned('IMG001', (path, line), 'the image runs as root', situation, hint)


def moving_base(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """Each base image is named with a tag other than `latest`, or by its digest."""
    for path, found in _dockerfiles(repo):
        bases = _bases(found)
        for number, base in enumerate(bases):
            stages = {each.alias for each in bases[:number] if each.alias} | {'scratch'}
            name = base.image.rpartition('/')[2]
            if base.image.lower() in stages or '$' in base.image or '@' in base.image or not base.image:
                continue
            if ':' not in name or name.endswith(':latest'):
                message = f'the base image {base.image} is another one tomorrow'
                hint = 'name a version, best with its digest: NAME:TAG@sha256:...'
                yield owned('IMG002', (path, base.line), message, situation, hint)


def added_from_afar(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """ADD of an address says by --checksum what it must get."""
    for path, found in _dockerfiles(repo):
        for item in found:
            if item.name == 'ADD' and re.search(r'(?:^|\s)https?://', item.rest) and '--checksum=' not in item.rest:
                message = 'ADD takes whatever the address gives on the day of the build'
                hint = 'ADD --checksum=sha256:... URL, or a file in the repository'
                yield owned('IMG003', (path, item.line), message, situation, hint)


def baked_secrets(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """No ENV or ARG of a Dockerfile gives a secret its value, and no instruction holds an address with a password."""
    for path, found in _dockerfiles(repo):
        for item in found:
            named = [name for name, value in _assignments(item) if is_secret(name, value)]
            if named or has_credentials(item.rest):
                what = f'{item.name} {named[0]}' if named else f'{item.name} with an address that holds a password'
                message = f'{what} puts a secret into the image, where everybody who has the image reads it'
                hint = 'RUN --mount=type=secret while building, a variable of the environment while running'
                yield owned('IMG004', (path, item.line), message, situation, hint)


def _dockerfiles(repo: Repo) -> Iterator[tuple[str, tuple[Instruction, ...]]]:
    """Those that can be read: neither templates of another engine nor what the parser does not understand."""
    for path in repo.paths:
        if not FILE.fullmatch(path) or NOT_DOCKER.search(path) or '{{' in path:
            continue
        text = to_unix(repo.text(path) or '')
        if '{%' in text or not text.strip():
            continue
        try:
            yield path, tuple(_instructions(text))
        except Malformed:
            continue


def _instructions(text: str) -> Iterator[Instruction]:
    stage = -1
    for node in parse_docker(text).root.children:
        for each in node.children or (node,):
            name, _, rest = str(each.data).partition(' ')
            stage += name == 'FROM'
            yield Instruction(name, rest, text.count('\n', 0, each.body) + 1, stage)


def _bases(found: tuple[Instruction, ...]) -> list[Base]:
    defaults = {name: value.strip('"\'') for item in found if item.stage < 0 for name, value in _assignments(item)}

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return defaults.get(name) or match[2] or match[0]

    bases: list[Base] = []
    for item in found:
        if item.name == 'FROM':
            words = [word for word in item.rest.split() if not word.startswith('--')]
            alias = words[2].lower() if len(words) > 2 and words[1].lower() == 'as' else ''
            bases.append(Base(VARIABLE.sub(value, words[0]) if words else '', alias, item.line))
    return bases


def _user(found: tuple[Instruction, ...], bases: list[Base]) -> tuple[str | None, int]:
    """The user of the last stage, looked for in the stages that it starts from too."""
    stage = len(bases) - 1
    while stage >= 0:
        named = [item for item in found if item.stage == stage and item.name == 'USER']
        if named:
            return named[-1].rest.strip().strip('"\''), named[-1].line
        image = bases[stage].image.lower()
        stage = next((number for number in range(stage - 1, -1, -1) if bases[number].alias == image), -1)
    return None, 0


def _assignments(item: Instruction) -> list[tuple[str, str]]:
    """Names and values of an ENV or ARG; the old `ENV NAME value` too."""
    if item.name not in ('ENV', 'ARG'):
        return []
    name, _, value = item.rest.partition(' ')
    return [(name, value)] if item.name == 'ENV' and '=' not in name else ASSIGNED.findall(item.rest)


RULES = (
    Rule('IMG001', 'The image does not run as root', runs_as_root),
    Rule('IMG002', 'The base image has a version', moving_base),
    Rule('IMG003', 'What is added from afar is known', added_from_afar),
    Rule('IMG004', 'No secret is baked into the image', baked_secrets),
)
