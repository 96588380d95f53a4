"""The conversion itself: every source read, brought together, and written as PEP 621 + Poetry 2. Pure."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterable
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from trueup.model import Action, Decision, KeyPath, Owner
from trueup.packaging import SOURCES
from trueup.packaging._address import clean, credential_note
from trueup.packaging._adopt import hand_over, obstacle
from trueup.packaging._gate import lost, unaccounted
from trueup.packaging._lines import read_text
from trueup.packaging._mask import mask
from trueup.packaging._model import PYPROJECT, Answers, Conversion, Dependency, Field, Index, Reading, Source, normalise
from trueup.packaging._reconcile import Reconciled, reconcile
from trueup.packaging._rewrite import rewrite
from trueup.packaging._toml import blocks, literal, parse, quote
from trueup.packaging._write import ORDER, Content, new_file
from trueup.packaging.pep621 import managers
from trueup.repo import Repo

__all__ = ['Conversion', 'Source', 'convert']

VERSION = '0.1.0'
WHERE = 'adopt the folder that is the service (--service-root DIR), or write its dependencies into pyproject.toml'
"""What to do about a repository whose packaging all lies in folders."""


def convert(repo: Repo, *, answers: Answers) -> Conversion:
    """Old packaging of a service as one pyproject.toml; `pyproject` is None where nothing is to be converted."""
    readings = _readings(repo)
    held = reconcile(readings, _locked(repo))
    origins = {reading.origin for reading in readings if reading.sources}
    if 'pep621' in origins:
        return _conversion(_handed_over(repo, readings, held, answers), readings, held)
    if not origins:
        held.notes.append('no packaging files found: nothing to convert')
        held.notes += [f'{conflict.reason} ({conflict.ours}): {WHERE}' for conflict in held.conflicts]
        held.conflicts.clear()
        return _conversion(None, readings, held)
    before = repo.text(PYPROJECT) or ''
    text = before.replace('\r\n', '\n')
    if 'poetry' in origins:
        new = _rewritten(text, held, answers)
    else:
        new = _written(repo, text, held, answers)
    parse(new, PYPROJECT)
    conversion = _conversion(_with_endings(new, before), readings, held)
    missing = lost(mask(text), new, conversion)
    if missing:
        held.notes.append(f'{PYPROJECT}: these words of the old file stand nowhere now: {" ".join(missing)}')
    held.notes += _unaccounted(repo, conversion)
    return _conversion(conversion.pyproject, readings, held)


def _unaccounted(repo: Repo, conversion: Conversion) -> list[str]:
    """Lines that would vanish with a file that goes and that nobody told; locks and compiled files give way to a lock."""
    roles = {source.path: source.role for source in conversion.sources}
    found: list[str] = []
    for path in conversion.absorbed:
        lines = None if path.endswith(('.py', '.cfg')) or '::' in path else read_text(repo, path)
        if lines is not None and roles.get(path) != 'exported':
            found += unaccounted(path, lines, conversion.pyproject or '', conversion)
    return found


def _readings(repo: Repo) -> tuple[Reading, ...]:
    found: tuple[Reading, ...] = ()
    for read in SOURCES:
        reading = read(repo, found)
        if reading is not None:
            found = (*found, reading)
    return found


def _locked(repo: Repo) -> frozenset[str]:
    """Names that an existing poetry.lock holds; an unreadable lock holds none."""
    try:
        data = tomllib.loads(repo.text('poetry.lock') or '')
    except tomllib.TOMLDecodeError:
        return frozenset()
    return frozenset(normalise(str(package.get('name', ''))) for package in data.get('package', []))


def _conversion(text: str | None, readings: Iterable[Reading], held: Reconciled) -> Conversion:
    sources = tuple(source for reading in readings for source in reading.sources)
    left = {conflict.path for conflict in held.conflicts}
    absorbed = tuple(path for reading in readings for path in reading.absorbed if path.split('::')[0] not in left)
    return Conversion(
        text,
        tuple(held.decisions),
        sources,
        absorbed if text is not None else (),
        tuple(held.conflicts),
        tuple(dict.fromkeys(held.notes)),
    )


def _handed_over(repo: Repo, readings: Iterable[Reading], held: Reconciled, answers: Answers) -> str | None:
    """A file with `[project]`: left as it is, unless Poetry is asked for and nothing but setuptools knows it."""
    text = repo.text(PYPROJECT) or ''
    reason = obstacle(text, managers(repo)) if answers.get('packaging') == 'poetry' else 'it has [project] already'
    if reason:
        held.notes.append(f'{PYPROJECT}: left as it is: {reason}')
        return None
    declared = {
        item.evidence.path for reading in readings for item in reading.dependencies if reading.origin == 'pep621'
    }
    company = _company(answers, held)
    added = tuple(item for item in held.dependencies if item.evidence.path not in declared)
    project = parse(text, PYPROJECT)['project']
    name = str(project['name']) if isinstance(project, dict) else ''
    indexes = (*held.indexes, *company)
    content = Content((), added, indexes, tuple(_layout(name, answers)))
    new, decisions = hand_over(text.replace('\r\n', '\n'), content)
    _account(held, content)
    held.decisions += decisions
    return _with_endings(new, text)


def _rewritten(text: str, held: Reconciled, answers: Answers) -> str:
    """An old Poetry file, edited where it stands."""
    poetry = _tool_poetry(text)
    fields = list(held.fields)
    known = {field.key[0] for field in fields}
    if 'name' not in known:
        fields.insert(
            0, _answer(('name',), quote(_text(answers, 'service_name') or 'service'), 'PEP 621 asks for a name')
        )
    if 'version' not in known and 'version' not in poetry:
        fields.insert(1, _answer(('version',), quote(VERSION), 'PEP 621 asks for a version'))
    dynamic = [key for key in ('version', 'readme') if key in poetry and key not in known]
    if dynamic:
        fields.append(_answer(('dynamic',), literal(dynamic), '[tool.poetry] says it'))
    entries: list[tuple[str, str]] = []
    if answers.get('is_package') is False and not {'package-mode', 'packages'} & poetry.keys():
        entries.append(('package-mode', 'false'))
    groups = [name for name, table in _groups(poetry) if 'dependencies' in table]
    groups += ['dev'] if 'dev-dependencies' in poetry and 'dev' not in groups else []
    sources = poetry.get('source')
    known_urls = (
        {str(item.get('url')) for item in sources if isinstance(item, dict)} if isinstance(sources, list) else set()
    )
    company = _company(answers, held)
    indexes = [index for index in [*held.indexes, *company] if index.url not in known_urls]
    content = Content(tuple(fields), tuple(held.dependencies), tuple(indexes), tuple(entries), tuple(groups))
    new, decisions, notes = rewrite(text, content)
    _account(held, content)
    held.decisions += decisions
    held.notes += notes
    if 'classifiers' in known:
        held.notes.append(f'{PYPROJECT}: Poetry adds no classifiers by itself once [project] lists some')
    return new


def _written(repo: Repo, text: str, held: Reconciled, answers: Answers) -> str:
    """A new file; what an old one said of tools follows."""
    fields = _completed(repo, held.fields, answers)
    name = next(field.literal for field in fields if field.key == ('name',)).strip('"\'')
    _drop_itself(held, name)
    fields = sorted(fields, key=lambda field: ORDER.index(field.key[0]) if field.key[0] in ORDER else len(ORDER))
    entries = _layout(name, answers)
    company = _company(answers, held)
    indexes = (*held.indexes, *company)
    content = Content(tuple(fields), tuple(held.dependencies), indexes, tuple(entries))
    _account(held, content)
    kept = []
    for block in blocks(text):
        if block.path == ('build-system',):
            held.decisions.append(
                Decision(
                    PYPROJECT,
                    block.path,
                    Action.CHANGE,
                    block.text.strip(),
                    'poetry-core',
                    Owner.TEAM,
                    'Poetry builds the service now',
                    PYPROJECT,
                )
            )
        else:
            kept.append(block.text)
    return new_file(content, ''.join(kept))


def _drop_itself(held: Reconciled, name: str) -> None:
    """`pip freeze` in a service that is installed lists the service too."""
    for item in [item for item in held.dependencies if item.key == normalise(name)]:
        held.dependencies.remove(item)
        held.decisions.append(
            Decision(
                PYPROJECT,
                item.key_path,
                Action.REMOVE,
                item.before,
                None,
                Owner.TEAM,
                'the service itself',
                str(item.evidence),
            )
        )


def _completed(repo: Repo, fields: Iterable[Field], answers: Answers) -> list[Field]:
    """Metadata that no input states, from the answers."""
    found = list(fields)
    known = {field.key[0] for field in found}
    author = {key: _text(answers, f'author_{key}') for key in ('name', 'email') if _text(answers, f'author_{key}')}
    python = _text(answers, 'python_min')
    readme = next((path for path in ('README.md', 'README.rst', 'README.txt', 'README') if path in repo), '')
    offers = [
        ('name', quote(_text(answers, 'service_name') or 'service')),
        ('version', quote(VERSION)),
        ('description', quote(_text(answers, 'description'))),
        ('readme', quote(readme) if readme else ''),
        ('authors', literal([author]) if author else ''),
        ('requires-python', _at_least(python)),
    ]
    found += [
        _answer((key,), text, 'no file states it: from the answers')
        for key, text in offers
        if text and key not in known
    ]
    return found


def _at_least(python: str) -> str:
    try:
        return quote(str(SpecifierSet(f'>={python}'))) if python else ''
    except InvalidSpecifier:
        return ''


def _layout(name: str, answers: Answers) -> list[tuple[str, str]]:
    """How `[tool.poetry]` tells what the package is."""
    if not answers.get('is_package'):
        return [('package-mode', 'false')]
    path = posixpath.normpath(
        _text(answers, 'package_path') or _text(answers, 'package_name') or name.replace('-', '_')
    )
    folder, include = posixpath.split(path)
    if include == normalise(name).replace('-', '_') and folder in {'', 'src'}:
        return []
    table = {'include': include} | ({'from': folder} if folder else {})
    return [('packages', literal([table]))]


def _company(answers: Answers, held: Reconciled) -> list[Index]:
    """The index that the answers name, unless a file did."""
    url = _text(answers, 'package_index_url')
    if not url:
        return []
    cleaned = clean(url)
    index = Index('company', cleaned.url, 'primary', reason='from the answers')
    if cleaned.secret:
        held.notes.append(credential_note('package_index_url', index.name))
    same = next((known for known in held.indexes if known.url == cleaned.url), None)
    if same is None:
        return [index]
    # The standard calls it `company`; one index under two names would be asked twice.
    held.indexes[held.indexes.index(same)] = replace(same, name=index.name, priority=index.priority)
    old, new = (credential_note('', name) for name in (same.name, index.name))
    held.notes = [note.replace(old, new) for note in held.notes]
    for place, item in enumerate(held.dependencies):
        renamed = tuple(
            (key, quote(index.name) if (key, text) == ('source', quote(same.name)) else text)
            for key, text in item.enrichment
        )
        held.dependencies[place] = replace(item, enrichment=renamed)
    return []


def _account(held: Reconciled, content: Content) -> None:
    """One decision for each key that was written."""
    for field in content.fields:
        action = Action.MOVE if field.evidence.path == PYPROJECT else Action.ADD
        held.decisions.append(
            Decision(
                PYPROJECT,
                ('project', *field.key),
                action,
                field.before or None,
                field.literal,
                Owner.TEAM,
                field.reason,
                str(field.evidence) if field.evidence.path else 'answers',
            )
        )
    held.decisions += [_told(dependency) for dependency in content.dependencies]
    for index in content.indexes:
        held.decisions.append(
            Decision(
                PYPROJECT,
                ('tool', 'poetry', 'source', f'[name={index.name}]'),
                Action.ADD,
                None,
                index.url,
                Owner.TEAM,
                index.reason,
                str(index.evidence) if index.evidence.path else 'answers',
            )
        )
    for key, text in content.poetry:
        held.decisions.append(
            Decision(
                PYPROJECT,
                ('tool', 'poetry', key),
                Action.ADD,
                None,
                text,
                Owner.TEAM,
                'how the service is laid out',
                'answers',
            )
        )


def _told(dependency: Dependency) -> Decision:
    action = Action.MOVE if dependency.evidence.path == PYPROJECT else Action.ADD
    extra = ', '.join(f'{key} = {text}' for key, text in dependency.enrichment)
    after = dependency.requirement + (f' with {{{extra}}} for Poetry' if extra else '')
    return Decision(
        PYPROJECT,
        dependency.key_path,
        action,
        dependency.before,
        after,
        Owner.TEAM,
        dependency.reason,
        str(dependency.evidence),
    )


def _answer(key: KeyPath, text: str, reason: str) -> Field:
    return Field(key, text, reason=reason)


def _text(answers: Answers, key: str) -> str:
    value = answers.get(key)
    return str(value).strip() if value is not None else ''


def _tool_poetry(text: str) -> dict[str, object]:
    tool = parse(text, PYPROJECT).get('tool')
    poetry = tool.get('poetry') if isinstance(tool, dict) else None
    return poetry if isinstance(poetry, dict) else {}


def _groups(poetry: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    groups = poetry.get('group')
    return (
        [(name, table) for name, table in groups.items() if isinstance(table, dict)] if isinstance(groups, dict) else []
    )


def _with_endings(new: str, before: str) -> str:
    """CRLF where the whole old file had it."""
    crlf = before.count('\r\n')
    return new.replace('\n', '\r\n') if crlf and crlf == before.count('\n') else new
