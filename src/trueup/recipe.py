"""What a standard's copier.yml says: its questions, what Copier writes only once, and what of it is code.

Read here and not by Copier, because `check` needs it without Copier's 0.3 s of imports. The rules (several documents,
`!include` with patterns, lists that add up) are those of https://copier.readthedocs.io/en/stable/configuring/.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import yaml

from trueup.errors import UserError
from trueup.git import answers, blobs, tree_entries
from trueup.policy import matches
from trueup.settings import cache_folder
from trueup.standard import Standard

NAMES = ('copier.yml', 'copier.yaml')
ADDING = ('_exclude', '_jinja_extensions', '_secret_questions', '_skip_if_exists')
"""Settings of which several documents add up; of all others the last counts."""
DEFAULT_ANSWERS = '.copier-answers.yml'
FOLDER_NAME = '_folder_name'
FORMAT = 1
"""Of what is kept in the cache."""
_EXPRESSION = re.compile(r'\{\{.*?\}\}|\{%.*?%\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The parts of a copier.yml that the engine obeys."""

    questions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    answers_file: str = DEFAULT_ANSWERS
    once: tuple[str, ...] = ()
    """`_skip_if_exists` as file patterns of ours."""
    extensions: tuple[str, ...] = ()
    tasks: int = 0
    migrations: int = 0
    named_by_folder: bool = False
    """Whether files of the template, not only answers, depend on the name of the service's folder."""

    def folder_matters(self, given: Mapping[str, object]) -> bool:
        """Whether a render with these answers depends on the name of the folder it goes to."""
        unanswered = (question for name, question in self.questions.items() if name not in given)
        return self.named_by_folder or any(FOLDER_NAME in str(question) for question in unanswered)

    @property
    def stored(self) -> frozenset[str]:
        """Questions whose replies a service keeps; those with `when: false` are derived."""
        return frozenset(name for name, question in self.questions.items() if question.get('when') is not False)


def read_recipe(standard: Standard, tag: str) -> Recipe:
    """The recipe of a version; raises UserError naming the file when it can't be read."""
    return _recipe(standard, standard.commit(tag) or f'refs/tags/{tag}', tag)


def written_once(standard: Standard, tag: str) -> tuple[str, ...]:
    """Patterns of files that Copier never writes again (`_skip_if_exists`)."""
    return read_recipe(standard, tag).once


@functools.lru_cache(maxsize=32)
def _recipe(standard: Standard, commit: str, tag: str) -> Recipe:
    """Kept by commit: `check` asks for it each time, and YAML is slow to read."""
    kept = cache_folder() / 'recipes' / f'{commit}.{FORMAT}.json'
    with suppress(OSError, ValueError, TypeError):
        data: dict[str, Any] = json.loads(kept.read_text(encoding='utf-8'))
        parts: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}
        return Recipe(**parts)
    found = _read(standard, commit, tag)
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = kept.with_suffix(f'.{os.getpid()}')
    scratch.write_text(json.dumps(asdict(found), default=str), encoding='utf-8')
    os.replace(scratch, kept)
    return found


def _read(standard: Standard, commit: str, tag: str) -> Recipe:
    entries = tree_entries(standard.mirror, commit)
    top = next((name for name in NAMES if name in entries), '')
    if not top:
        hint = 'a standard is a Copier template: copier.yml stands at the root of its repository'
        raise UserError(f'version {tag} has no copier.yml', where=standard.address.url, hint=hint)
    wanted = [path for path in entries if path.endswith(('.yml', '.yaml'))]
    data = blobs(standard.mirror, sorted({entries[path][1] for path in wanted}))
    texts = {path: data[entries[path][1]] for path in wanted if entries[path][1] in data}
    merged = _merged(_documents(top, texts, tag))
    below = str(merged.get('_subdirectory') or '')
    return _made(merged, _names_folder(standard, commit, below))


def _made(merged: Mapping[str, object], named_by_folder: bool) -> Recipe:
    questions = {
        name: cast(Mapping[str, object], value) if isinstance(value, Mapping) else {'default': value}
        for name, value in merged.items()
        if not name.startswith('_')
    }
    return Recipe(
        questions,
        str(merged.get('_answers_file') or DEFAULT_ANSWERS),
        tuple(glob for pattern in _texts(merged, '_skip_if_exists') for glob in _globs(pattern)),
        _texts(merged, '_jinja_extensions'),
        len(_texts(merged, '_tasks')),
        len(_texts(merged, '_migrations')),
        named_by_folder,
    )


def _documents(path: str, texts: Mapping[str, bytes], tag: str) -> list[Mapping[str, object]]:
    """The documents of a file, those that it includes in their place."""

    class Loader(yaml.SafeLoader):  # pylint: disable=too-many-ancestors
        """One reading, which knows what can be included."""

    def include(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> list[Mapping[str, object]]:
        pattern = str(loader.construct_scalar(node))
        return [one for name in sorted(texts) if matches(pattern, name) for one in _documents(name, texts, tag)]

    Loader.add_constructor('!include', include)
    try:
        loaded = list(yaml.load_all(texts[path], Loader=Loader))  # noqa: S506  # a SafeLoader with one word more
    except yaml.YAMLError as error:
        line = getattr(getattr(error, 'problem_mark', None), 'line', -1) + 1
        raise UserError(
            f'not valid YAML: {getattr(error, "problem", "malformed")}',
            where=f'{path}:{line} of {tag}',
            hint='tell the owners of the standard',
        ) from error
    flat = [one for document in loaded for one in (document if isinstance(document, list) else [document])]
    return [one for one in flat if isinstance(one, Mapping)]


def _merged(documents: list[Mapping[str, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for document in documents:
        for name, value in document.items():
            if name in ADDING and isinstance(value, list):
                value = [*cast(list[object], merged.get(name, [])), *value]
            merged[str(name)] = value
    return merged


def _texts(merged: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = merged.get(name)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _globs(pattern: str) -> tuple[str, ...]:
    """A pattern in the manner of .gitignore as file patterns of ours; what an expression gives may be anything."""
    text = _EXPRESSION.sub('*', pattern.strip())
    if not text or text.startswith(('#', '!')):
        return ()
    anchored = '/' in text.rstrip('/')
    glob = text.strip('/')
    glob = glob if anchored or glob.startswith('**/') else f'**/{glob}'
    return (f'{glob}/**',) if text.endswith('/') else (glob, f'{glob}/**')


def _names_folder(standard: Standard, commit: str, below: str) -> bool:
    """Whether a file that is rendered mentions the folder's name."""
    plain = not _EXPRESSION.search(below)
    paths = (below,) if below and plain else ('.', *(f':(exclude){name}' for name in NAMES))
    return answers(standard.mirror, 'grep', '--quiet', '--fixed-strings', FOLDER_NAME, commit, '--', *paths)
