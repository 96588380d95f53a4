"""The template's questions answered from facts: every value passes the template's own validators, whatever was read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from trueup.facts._requirements import normalise
from trueup.model import Evidence, Fact

NAME = re.compile(r'[a-z]([a-z0-9-]{0,48}[a-z0-9])?')
MODULE = re.compile(r'[a-z_][a-z0-9_]{0,49}')
FOLDER = re.compile(r'[.]|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*')
VERSION = re.compile(r'[0-9]+([.][0-9]+){1,2}')
MINOR = re.compile(r'3\.[0-9]{1,2}')
MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
CONTROL = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff]')
INDEX = re.compile(r'https?://[^\s"?#@]+')
KEPT_PACKAGERS = frozenset({'hatch', 'pdm', 'flit', 'maturin'})
LONGEST_DESCRIPTION = 200
DEFAULT_DESCRIPTION = 'A machine learning service'
DEFAULT_AUTHOR = 'The service team'
DEFAULT_PYTHON = '3.11'
DEFAULT_PORT = 8000
GUESS = 0.2
LINTER = 0.5
"""How sure it must be that a team checks its code with ruff."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to one of the template's questions, with where it comes from; confidence as in a fact."""

    name: str
    value: str | int | bool
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 1.0


def infer_answers(facts: Sequence[Fact], *, service_name_hint: str) -> tuple[Answer, ...]:
    """An answer for each question that facts can decide; `service_name_hint` is the folder's or repository's name."""
    known: dict[str, Fact] = {}
    for fact in facts:
        known.setdefault(fact.name, fact)
    service = _service_name(known, service_name_hint)
    author = known.get('authors', Fact('authors', ()))
    return (
        service,
        _package_name(known, str(service.value)),
        _folder('package_path', known),
        _from(known, 'is_package', known.get('is_package', Fact('is_package', False, confidence=GUESS)).value is True),
        _description(known),
        _author_name(author),
        _author_email(author),
        _python_min(known),
        _port(known),
        _packaging(known),
        *_lint_tools(known),
        _folder('service_root', known),
        *_package_index(facts),
    )


def service_name(text: str) -> str:
    """Any text as a service's name: lower-case letters, digits and dashes, starting with a letter; may be empty."""
    plain = unicodedata.normalize('NFKD', text).encode('ascii', 'ignore').decode()
    dashed = re.sub(r'[^a-z0-9]+', '-', normalise(plain))
    return re.sub(r'^[^a-z]+', '', dashed)[:50].strip('-')


def _service_name(known: Mapping[str, Fact], hint: str) -> Answer:
    fact = known.get('name')
    stated = service_name(str(fact.value) if fact.evidence else _split(str(fact.value))) if fact else ''
    if fact and stated and fact.confidence >= 0.6:
        return Answer('service_name', stated, fact.evidence, fact.confidence if fact.evidence else 0.5)
    hinted = service_name(_split(hint))
    if hinted:
        return Answer('service_name', hinted, (), 0.5)
    return Answer('service_name', stated or 'ml-service', fact.evidence if fact and stated else (), GUESS)


def _split(folder: str) -> str:
    """A folder's name may be in CamelCase, which a distribution's never is."""
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '-', folder)


def _package_name(known: Mapping[str, Fact], service: str) -> Answer:
    fact = known.get('package_name')
    if fact and isinstance(fact.value, str):
        if MODULE.fullmatch(fact.value):
            return Answer('package_name', fact.value, fact.evidence, fact.confidence)
        lowered = service_name(fact.value).replace('-', '_')
        if lowered:
            return Answer('package_name', lowered, fact.evidence, GUESS)
    derived = service.replace('-', '_')
    return Answer('package_name', f'{derived[:40]}_service' if iskeyword(derived) else derived, (), 0.5)


def _folder(name: str, known: Mapping[str, Fact]) -> Answer:
    fact = known.get(name)
    if fact and isinstance(fact.value, str) and FOLDER.fullmatch(fact.value):
        return Answer(name, fact.value, fact.evidence, fact.confidence)
    return Answer(name, '.', fact.evidence if fact else (), GUESS)


def _description(known: Mapping[str, Fact]) -> Answer:
    fact = known.get('description')
    text = ' '.join(CONTROL.sub(' ', str(fact.value)).split()) if fact else ''
    if not fact or not text:
        return Answer('description', DEFAULT_DESCRIPTION, (), GUESS)
    if len(text) > LONGEST_DESCRIPTION:
        text = f'{text[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0]}…'
    return Answer('description', text, fact.evidence, fact.confidence)


def _author_name(fact: Fact) -> Answer:
    for person in fact.value if isinstance(fact.value, tuple) else ():
        cleaned = re.sub(r'[<>,@"]', ' ', CONTROL.sub(' ', MAIL.sub(' ', re.sub(r'<[^>]*>', ' ', person))))
        name = ' '.join(cleaned.split())[:100].strip()
        if name:
            return Answer('author_name', name, fact.evidence, fact.confidence)
    return Answer('author_name', DEFAULT_AUTHOR, (), GUESS)


def _author_email(fact: Fact) -> Answer:
    """The first author's address, never another's beside the first one's name."""
    people = fact.value if isinstance(fact.value, tuple) else ()
    found = MAIL.search(people[0]) if people else None
    return Answer(
        'author_email', found[0] if found else '', fact.evidence if found else (), fact.confidence if found else GUESS
    )


def _python_min(known: Mapping[str, Fact]) -> Answer:
    fact = known.get('python_min')
    if fact and MINOR.fullmatch(str(fact.value)):
        return Answer('python_min', str(fact.value), fact.evidence, fact.confidence)
    return Answer('python_min', DEFAULT_PYTHON, (), GUESS)


def _port(known: Mapping[str, Fact]) -> Answer:
    """A port below 1024 needs root, which the standard's image doesn't have: the default instead."""
    fact = known.get('port')
    if fact and isinstance(fact.value, int) and 1024 <= fact.value <= 65535:
        return Answer('port', fact.value, fact.evidence, fact.confidence)
    return Answer('port', DEFAULT_PORT, fact.evidence if fact else (), GUESS)


def _packaging(known: Mapping[str, Fact]) -> Answer:
    """Packagers of the same rank as Poetry are the team's choice and stay; everything else is converted."""
    fact = known.get('packaging', Fact('packaging', 'none', confidence=GUESS))
    kept = isinstance(fact.value, str) and fact.value in KEPT_PACKAGERS
    value = 'uv' if fact.value == 'uv' else 'keep' if kept else 'poetry'
    return Answer('packaging', value, fact.evidence, fact.confidence)


def _lint_tools(known: Mapping[str, Fact]) -> Iterator[Answer]:
    """A team's ruff stays: its version, its own hooks, and the tool that formats are asked for only there."""
    fact = known.get('linter')
    if fact is None or fact.confidence < LINTER:
        yield Answer('lint_tools', 'standard')
        return
    yield Answer('lint_tools', 'ruff', fact.evidence, fact.confidence)
    version = known.get('ruff_version')
    if version and VERSION.fullmatch(str(version.value)):
        yield Answer('ruff_version', str(version.value), version.evidence)
    if 'ruff_hooks' in known:
        yield Answer('ruff_hooks', False, known['ruff_hooks'].evidence)
    formatter = known.get('formatter')
    if formatter and formatter.value == 'black':
        yield Answer('ruff_format', False, formatter.evidence)


def _package_index(facts: Sequence[Fact]) -> tuple[Answer, ...]:
    """The company's index, only where there is exactly one that serves ordinary packages."""
    found = [fact for fact in facts if fact.name == 'private_index' and fact.note in ('primary', 'default')]
    address = str(found[0].value).replace('***@', '') if len(found) == 1 else ''
    if not INDEX.fullmatch(address):
        return ()
    return (Answer('package_index_url', address, found[0].evidence, found[0].confidence),)


def _from(known: Mapping[str, Fact], name: str, value: bool) -> Answer:
    fact = known.get(name)
    return Answer(name, value, fact.evidence, fact.confidence) if fact else Answer(name, value, (), GUESS)
