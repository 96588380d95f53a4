"""Renders a plain template as Copier would, byte for byte, without its imports, clones and Git calls.

It reads a version from the mirror and knows the plain part of Copier's format: no extensions, links, includes. Whatever
lies outside of it, and every error, is `Unsupported`: then Copier itself renders, and says what is wrong.
Semantics: Copier's documentation (https://copier.readthedocs.io/en/stable/configuring/), held against it by a test.
"""

from __future__ import annotations

import json
import os
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import yaml
from packaging.version import Version

from trueup.git import blobs, mode_of, tree_entries
from trueup.model import File, Mode

Loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
KNOWN = frozenset({
    'answers_file', 'envops', 'exclude', 'message_after_copy', 'message_after_update', 'message_before_copy',
    'message_before_update', 'migrations', 'min_copier_version', 'secret_questions', 'skip_if_exists', 'skip_tasks',
    'subdirectory', 'tasks', 'templates_suffix',
})  # fmt: skip
"""Settings that this module understands, or that have no part in a render without tasks."""
JOINED = ('_exclude', '_jinja_extensions', '_secret_questions', '_skip_if_exists')
FIELDS = frozenset({
    'ask', 'choices', 'default', 'help', 'multiline', 'multiselect', 'placeholder', 'qmark', 'secret', 'type',
    'validator', 'when',
})  # fmt: skip
BEYOND = re.compile(
    r'_copier_conf(?!\.(?:answers_file|sep)\b)|_external_data|_copier_(?:python|phase|operation)'
    r'|\{%[-+]?\s*yield\b|\bmake_secret\b|\bnow\s*\(|\bUNSET\b|\bpathjoin\b'
)
"""Names of Copier whose value depends on the machine or the moment, and what needs its own extensions."""
LOADING = re.compile(r'\{%[-+]?\s*(?:include|import|from|extends)\b')
CONVERTING = re.compile(r'eol=crlf|\bfilter=|\bident\b|working-tree-encoding')
"""Attributes by which a checkout differs from what Git holds."""
EXCLUDED = ('copier.yaml', 'copier.yml', '~*', '*.py[co]', '__pycache__', '.git', '.DS_Store', '.svn')
ANSWERS_FILE = '.copier-answers.yml'
"""Where answers are kept, whatever the template's `_answers_file` says: stock Copier looks there too."""
FOLDER = 'tree'
"""The name of the folder that Copier renders into, for `_folder_name`."""
WORDS = {True: ('y', 'yes', 't', 'true', 'on'), False: ('n', 'no', 'f', 'false', 'off', '~', 'null', 'none', '')}


class Unsupported(Exception):
    """The template, or these answers, need Copier itself."""


class Rendition(NamedTuple):
    """One version of a standard to render, into a folder of some name."""

    mirror: Path
    url: str
    tag: str
    commit: str
    folder: str = FOLDER


@dataclass(slots=True)
class _Answers:
    """What is known while the questions are gone through."""

    init: Mapping[str, Any]
    recorded: Mapping[str, str]
    user: dict[str, Any] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def combined(self) -> dict[str, Any]:
        return dict(ChainMap(self.user, dict(self.init), dict(self.recorded)))


@dataclass(frozen=True, slots=True)
class _Template:
    """The files of a version and its configuration."""

    version: Rendition
    entries: Mapping[str, tuple[str, str]]
    settings: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    secret: frozenset[str]

    @property
    def suffix(self) -> str:
        return str(self.settings.get('templates_suffix') or '.jinja')


def render_directly(version: Rendition, data: Mapping[str, object]) -> dict[str, File]:
    """The tree that Copier would write; raises Unsupported where only Copier itself knows."""
    try:
        return _render(version, data)
    except Unsupported:
        raise
    except Exception as error:  # pylint: disable=broad-exception-caught  # Copier meets it too, and can say where
        raise Unsupported(str(error)) from error


def _render(version: Rendition, data: Mapping[str, object]) -> dict[str, File]:
    if os.name == 'nt':
        raise Unsupported('a checkout on Windows may convert line endings')
    template = _read(version)
    environment = _environment(json.dumps(template.settings.get('envops') or {}, sort_keys=True))
    answers = _Answers(dict(data), {'_src_path': version.url, '_commit': version.tag})
    _answer(template, answers, environment)
    text = partial(_text, environment, _context(template, answers, environment))
    folder = text(str(template.settings.get('subdirectory', ''))).strip('/')
    root = '' if folder in ('', '.') else f'{folder}/'
    sources = {path: entry for path, entry in template.entries.items() if path.startswith(root)}
    if not sources or '..' in PurePosixPath(root).parts or any(mode == Mode.LINK for mode, _ in sources.values()):
        raise Unsupported('no folder of plain files')
    contents = blobs(version.mirror, sorted({blob for _, blob in sources.values()}))
    patterns = template.settings.get('exclude', EXCLUDED if not root else ())
    excluded = _matcher(line for one in patterns for line in re.split(r'\r\n|\r|\n', text(str(one))))
    found: dict[str, File] = {}
    for path, (mode, blob) in sources.items():
        name = _name(path[len(root) :], (template, root, ANSWERS_FILE), text)
        if name is None or excluded(name):
            continue
        if name in found or name.startswith('/') or '..' in name.split('/'):
            raise Unsupported(f'{name} stands twice, or outside')
        body = contents[blob]
        if path.endswith(template.suffix):
            body = text(_plain(body)).encode()
        found[name] = File(body, mode_of(mode))
    return found


def _read(version: Rendition) -> _Template:
    """Configuration and listing of a version."""
    entries = tree_entries(version.mirror, version.commit)
    names = [path for path in entries if re.fullmatch(r'copier\.ya?ml', path, re.IGNORECASE)]
    attributes = [path for path in entries if path.rpartition('/')[2] == '.gitattributes']
    if len(names) != 1:
        raise Unsupported('not one copier.yml')
    first = blobs(version.mirror, [entries[path][1] for path in (*names, *attributes)])
    text = _plain(first[entries[names[0]][1]])
    included = re.findall(r'(?m)!include\s+["\']?([^\s"\']+)', text)
    if any(path not in entries for path in included):
        raise Unsupported('an include that is a pattern')
    parts = blobs(version.mirror, sorted({entries[path][1] for path in included}))
    documents = _documents(text, {path: _plain(parts[entries[path][1]]) for path in included})
    data: dict[str, Any] = {}
    for document in documents:
        data |= document
    for name in JOINED:
        joined = [item for document in documents for item in document.get(name, ())]
        data |= {name: joined} if any(name in document for document in documents) else {}
    settings = {key[1:]: value for key, value in data.items() if key.startswith('_')}
    raw = {key: value if isinstance(value, dict) else {'default': value} for key, value in data.items()}
    questions = {key: value for key, value in raw.items() if not key.startswith('_')}
    _require_known(settings, questions)
    near = [path for path in attributes if _reaches(path, str(settings.get('subdirectory', '')))]
    if any(CONVERTING.search(_plain(first[entries[path][1]], check=False)) for path in near):
        raise Unsupported('a checkout converts files')
    secret = {name for name, details in questions.items() if details.get('secret')}
    return _Template(
        version, entries, settings, questions, frozenset(secret | set(settings.get('secret_questions', ())))
    )


def _reaches(attributes: str, folder: str) -> bool:
    """Whether a .gitattributes speaks of files of the template, which stand in `folder`."""
    place, root = f'{attributes.rpartition("/")[0]}/', f'{folder.strip("/")}/'
    return place == '/' or root in ('/', './') or '{' in root or place.startswith(root) or root.startswith(place)


def _documents(text: str, parts: Mapping[str, str]) -> list[dict[str, Any]]:
    """All documents of the configuration in their order, included ones in their place."""

    class Including(Loader):  # type: ignore[misc,valid-type]  # the C loader where there is one
        """Knows `!include`."""

    def include(loader: Any, node: yaml.ScalarNode) -> list[Any]:
        return [part for part in yaml.load_all(parts[loader.construct_scalar(node)], type(loader)) if part]

    Including.add_constructor('!include', include)
    found: list[dict[str, Any]] = []
    for document in yaml.load_all(text, Including):  # noqa: S506  # a subclass of the safe one
        for one in document if isinstance(document, list) else [document]:
            if one and not isinstance(one, dict):
                raise Unsupported('nested includes')
            found += [one] if one else []
    return found


def _require_known(settings: Mapping[str, Any], questions: Mapping[str, Mapping[str, Any]]) -> None:
    suffix = settings.get('templates_suffix')
    odd = suffix is not None and not re.fullmatch(r'\.\w+', str(suffix))
    if odd or set(settings) - KNOWN or any(set(details) - FIELDS for details in questions.values()):
        raise Unsupported('a setting that only Copier knows')
    wanted = settings.get('min_copier_version')
    if wanted and Version(metadata.version('copier')) < Version(str(wanted)):
        raise Unsupported('needs a newer Copier')


def _plain(data: bytes, *, check: bool = True) -> str:
    text = data.decode('utf-8')
    if check and (BEYOND.search(text) or LOADING.search(text)):
        raise Unsupported('a template that only Copier can render')
    return text


class _Environment:
    """Jinja as Copier sets it up, and the templates compiled so far: most are the same in the next version."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        from jinja2 import StrictUndefined, Undefined  # late, with all of Jinja: 0.07 s
        from jinja2.sandbox import SandboxedEnvironment

        kinds = {'jinja2.Undefined': Undefined, 'jinja2.StrictUndefined': StrictUndefined}
        known = {'keep_trailing_newline': True, **options}
        if 'undefined' in known:
            known['undefined'] = kinds[known['undefined']]
        extensions = ['jinja2_ansible_filters.AnsibleCoreFiltersExtension']
        self.jinja = SandboxedEnvironment(extensions=extensions, **known)
        self.jinja.filters['to_json'] = partial(self.jinja.filters['to_json'], default=_no_json)
        self._plain = not options.keys() - {'keep_trailing_newline', 'trim_blocks', 'lstrip_blocks', 'undefined'}
        self._compiled: dict[str, Callable[..., str]] = {}

    def render(self, text: str, context: Mapping[str, Any]) -> str:
        """The text with everything filled in."""
        if self._plain and '{' not in text and '\r' not in text:
            return text
        if text not in self._compiled:
            self._compiled[text] = self.jinja.from_string(text).render
        return self._compiled[text](context)


def _no_json(value: object) -> object:
    raise Unsupported(f'{type(value).__name__} as JSON')


@lru_cache
def _environment(options: str) -> _Environment:
    return _Environment(json.loads(options))


def _text(environment: _Environment, context: Mapping[str, Any], text: str) -> str:
    return environment.render(text, context)


def _context(template: _Template, answers: _Answers, environment: _Environment) -> dict[str, Any]:
    combined = answers.combined()
    remembered: dict[str, Any] = {'_commit': template.version.tag, '_src_path': template.version.url}
    for key, value in combined.items():
        hidden = key.startswith('_') or key in answers.hidden or key in template.secret
        if key in template.questions and not hidden and _is_plain(value):
            remembered[key] = value
    context = combined | {'_copier_answers': remembered, '_folder_name': template.version.folder}
    return context | {'_copier_conf': {'answers_file': ANSWERS_FILE, 'sep': os.sep}}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (dict, list, str, int, float, bool))


def _answer(template: _Template, answers: _Answers, environment: _Environment) -> None:
    """Go through the questions in their order, as Copier does with --defaults."""
    for name, details in template.questions.items():
        context = _context(template, answers, environment)
        question = _Question(name, details, partial(_value, environment, context))
        shown = _boolean(question.render(details.get('when', True)))
        if not shown:
            answers.hidden.add(name)
        if name in answers.init:
            value = question.parse(answers.init[name])
            question.validate(value)
        elif 'default' not in details:
            if shown:
                raise Unsupported(f'{name} has no default')
            continue
        else:
            value = question.parse(question.render(details['default']))
            if shown and name not in template.secret:
                question.validate(value)
        answers.user[name] = value


def _value(
    environment: _Environment, context: Mapping[str, Any], value: Any, extra: Mapping[str, Any] | None = None
) -> Any:
    if isinstance(value, str):
        return environment.render(value, {**context, **(extra or {})})
    return [_value(environment, context, item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Question:
    """One question with the means to render what it says."""

    name: str
    details: Mapping[str, Any]
    render: Callable[..., Any]

    def parse(self, value: Any) -> Any:
        """The answer in the question's type; raises when it is none of the choices."""
        if not self.details.get('multiselect'):
            return self._one(value)
        if isinstance(value, str):
            raise Unsupported('a list as text')
        chosen = [self._one(item) for item in value]
        return [choice for choice in self._choices() if choice in chosen]

    def validate(self, value: Any) -> None:
        """Raises when the template's own check says something."""
        if self.render(self.details.get('validator', ''), {self.name: value}).strip():
            raise Unsupported(f'{self.name} is not valid')

    def _one(self, value: Any) -> Any:
        found, choices = self._cast(value), self._choices()
        if choices and found not in choices:
            raise Unsupported(f'{self.name} is no choice')
        return found

    def _choices(self) -> list[Any]:
        choices = self.details.get('choices') or []
        if isinstance(choices, str):
            raise Unsupported('choices as text')
        pairs = list(choices.items()) if isinstance(choices, dict) else choices
        values = [pair[1] if isinstance(pair, (tuple, list)) else pair for pair in pairs]
        if any(isinstance(value, dict) for value in values):
            raise Unsupported('choices with conditions')
        return [self._cast(self.render(value)) for value in values]

    def _cast(self, value: Any) -> Any:
        """As Copier casts: `yaml` and `json` leave what is no text."""
        kind = self.render(self.details.get('type') or '')
        if not kind:
            named = type(self.details.get('default')).__name__
            kind = named if named in CASTS else 'yaml'
        if value is None and kind not in ('json', 'yaml'):
            raise Unsupported(f'{self.name} is empty')
        if kind in ('json', 'yaml') and not isinstance(value, (str, bytes)):
            return value
        return CASTS[kind](value)


def _boolean(value: Any) -> bool:
    try:
        return bool(float(value))
    except (TypeError, ValueError):
        word = value.strip().lower() if isinstance(value, str) else None
        return next((found for found, words in WORDS.items() if word in words), bool(value))


def _string(value: Any) -> str:
    if isinstance(value, (str, float, int)):
        return str(value)
    raise Unsupported('no text')


CASTS: Mapping[str, Callable[[Any], Any]] = {
    'bool': _boolean, 'float': float, 'int': int, 'json': json.loads, 'path': str, 'str': _string, 'yaml': yaml.safe_load,
}  # fmt: skip


def _matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    lines = [pattern for pattern in patterns if pattern]
    if not lines:
        return lambda _: False
    from pathspec import PathSpec  # late: with Jinja, only for a render

    kind = 'gitignore' if int(metadata.version('pathspec').partition('.')[0]) >= 1 else 'gitwildmatch'
    return PathSpec.from_lines(kind, lines).match_file


def _name(path: str, place: tuple[_Template, str, str], text: Callable[[str], str]) -> str | None:
    """The path that a file of the template gets, None when its name says that it is left out."""
    template, root, target = place
    is_template = path.endswith(template.suffix)
    if f'{root}{path}{template.suffix}' in template.entries:
        return None
    if BEYOND.search(path.replace('_copier_conf.answers_file', '')):
        raise Unsupported('a name that only Copier can render')
    done: list[str] = []
    for part in (path.removesuffix(template.suffix) if is_template else path).split('/'):
        rendered = text(part)
        if rendered == target:
            return target
        if not rendered:
            return None
        done.append(rendered)
    name = str(PurePosixPath(*done))
    return name if is_template or f'{name}{template.suffix}' not in template.entries else None
