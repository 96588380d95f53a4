"""Rendering the standard: with standard.py the only importer of copier. A render is a tree, kept by its content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from traceback import walk_tb

import yaml
from platformdirs import user_config_path

from trueup.direct import ANSWERS_FILE, FOLDER, Rendition, Unsupported, render_directly
from trueup.errors import ExitCode, Missing, Refusal, UserError
from trueup.git import run_git, text_of
from trueup.model import File, Mode, Tree
from trueup.repo import read_file
from trueup.settings import cache_folder
from trueup.standard import Standard

CLONE = 'copier._vcs.clone'
"""What the names of the folders begin with into which Copier clones a template."""
FOLDER_KEY = '_folder'
"""Among the answers: the name of the service's folder, for the few templates to which it matters."""
Answers = Mapping[str, object]


def parse_answers(text: str, *, where: str = ANSWERS_FILE) -> dict[str, object]:
    """The answers of a service; raises UserError if the file is malformed or lacks what Copier needs."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, 'problem_mark', None), 'line', -1) + 1
        raise UserError(
            f'not valid YAML: {getattr(error, "problem", "malformed")}',
            where=f'{where}:{line}' if line else where,
            hint='restore it from Git; Copier writes this file',
        ) from error
    if not isinstance(data, dict):
        raise UserError('the answers are not a mapping', where=where, hint='restore it from Git')
    for key in ('_src_path', '_commit'):
        if not isinstance(data.get(key), str):
            raise UserError(f'the answers have no {key}', where=where, hint='restore it from Git; Copier writes it')
    return {str(key): value for key, value in data.items()}


def questions_of(answers: Answers) -> dict[str, object]:
    """The replies alone, without Copier's own keys."""
    return {key: value for key, value in answers.items() if not key.startswith('_')}


def render(standard: Standard, tag: str, answers: Answers, *, commit: str = '') -> dict[str, File]:
    """The tree that the standard gives for a version and answers, from the cache if it was rendered before.

    `commit` renders another commit as that version: what a tag named before it was moved or deleted. Raises UserError
    naming the version, and the file and line of the template, when it does not render.
    """
    named = standard.commit(tag)
    if named is None and not commit:
        hint = 'was the tag deleted? `trueup update` goes on from the nearest version'
        raise UserError(f'the standard has no tag {tag!r}', where=standard.address.url, hint=hint)
    commit = commit or str(named)
    data = questions_of(answers)
    named_for = str(answers.get(FOLDER_KEY) or '')
    parts = [2, standard.address.url, tag, commit, sorted(data.items()), *([named_for] if named_for else [])]
    key = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
    kept = cache_folder() / 'renders' / key[:2] / key
    if kept.is_dir():
        return read_tree(kept)
    try:
        _require_one_tag(standard, tag, commit, named)
        _require_plain(named_for)
        tree = render_directly(Rendition(standard.mirror, standard.address.url, tag, commit), data)
    except Unsupported:
        with nullcontext(standard) if commit == named else _pinned(standard, tag, commit) as source:
            _keep(kept, lambda folder: _render_into(source, tag, data, folder), named_for or FOLDER)
        return read_tree(kept)
    _keep(kept, lambda folder: _write_tree(tree, folder))
    return tree


def _require_plain(named_for: str) -> None:
    """Only Copier itself renders for a folder of a certain name."""
    if named_for:
        raise Unsupported('the name of the folder matters')


def _require_one_tag(standard: Standard, tag: str, commit: str, named: str | None) -> None:
    """Copier records what `git describe` says, which of two tags on one commit may be the other."""
    if commit == named and text_of(standard.mirror, 'tag', '--points-at', commit) != tag:
        raise Unsupported('two tags on one commit')


@contextmanager
def _pinned(standard: Standard, tag: str, commit: str) -> Iterator[Standard]:
    """The standard with one tag only, which names `commit`."""
    with tempfile.TemporaryDirectory(prefix='trueup-') as name:
        mirror = Path(name) / 'standard.git'
        run_git(
            standard.mirror, 'clone', '--quiet', '--bare', '--shared', '--no-tags', str(standard.mirror), str(mirror)
        )
        run_git(mirror, 'update-ref', f'refs/tags/{tag}', commit)
        yield Standard(standard.address, mirror)


def render_new(standard: Standard, tag: str, answers: Answers, destination: Path, *, ask: bool) -> None:
    """Copy the template to a new folder, asking the questions that `answers` leaves open if `ask`."""
    data = questions_of(answers)
    try:
        _require_nothing_asked(ask)
        commit = str(standard.commit(tag))
        _require_one_tag(standard, tag, commit, commit)
        named = Rendition(standard.mirror, standard.address.url, tag, commit, destination.resolve().name)
        _write_tree(render_directly(named, data), destination)
    except Unsupported:
        with _copier_environment(standard):
            _run_copy(standard, tag, data, destination, ask)


def _require_nothing_asked(ask: bool) -> None:
    """Only Copier asks, and only it knows the defaults that a person keeps for all templates."""
    if ask or 'COPIER_SETTINGS_PATH' in os.environ or user_config_path('copier', appauthor=False).is_dir():
        raise Unsupported('Copier knows more')


def _keep(kept: Path, write: Callable[[Path], None], name: str = FOLDER) -> None:
    """Write a render beside its place in the cache, then move it there as a whole."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix='render-', dir=kept.parent))
    try:
        write(scratch / name)
        try:
            os.rename(scratch / name, kept)
        except OSError:
            if not kept.is_dir():  # another run may have rendered the same meanwhile
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _render_into(standard: Standard, tag: str, data: Mapping[str, object], folder: Path) -> None:
    # What extensions of a template print is talk.
    with _copier_environment(standard), redirect_stdout(sys.stderr):
        _run_copy(standard, tag, data, folder, False)


def _write_tree(tree: Tree, folder: Path) -> None:
    for path, file in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
        if file.mode is Mode.EXECUTABLE:
            target.chmod(0o755)


def _run_copy(standard: Standard, tag: str, data: Mapping[str, object], destination: Path, ask: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        from copier.errors import ExtensionNotFoundError, UnsafeTemplateError

        from copier import run_copy  # late: 600 modules, 0.3 s

        try:
            run_copy(
                standard.address.url,
                destination,
                data=dict(data),
                vcs_ref=tag,
                defaults=not ask,
                overwrite=True,
                quiet=True,
                skip_tasks=True,
                unsafe=standard.address.extensions,
                answers_file=ANSWERS_FILE,
            )
        except KeyboardInterrupt:
            raise
        except UnsafeTemplateError as error:
            raise Refusal(
                f'the template of version {tag} has Jinja extensions: code that would run here',
                where=standard.address.url,
                hint='if you trust its owners: --trust, or name it under `extensions` in your configuration of trueup',
            ) from error
        except ExtensionNotFoundError as error:
            raise Missing(
                f'a Jinja extension of the template of version {tag} is not installed: {_said(error)}',
                where=standard.address.url,
                hint='install its package beside trueup: uvx --with PACKAGE ..., or pipx inject trueup PACKAGE',
            ) from error
        except Exception as error:  # pylint: disable=broad-exception-caught  # Jinja and copier raise dozens of kinds
            raise UserError(
                f'the template of version {tag} does not render: {_said(error)}',
                where=standard.address.url,
                hint='check the answers (--answer KEY=VALUE) or report it to the owners of the standard',
                exit_code=ExitCode.USAGE,
            ) from error


def stock_update(standard: Standard, folder: Path, tag: str, answers: Answers, *, style: str) -> None:
    """Run stock `copier update` on a service, conflicts shown as `style`; raises UserError when it fails.

    Never with `unsafe`: an update would run the template's migrations, and nobody asked for that here.
    """
    with _copier_environment(standard), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        from copier import run_update  # late: 600 modules, 0.3 s

        try:
            run_update(
                str(folder),
                data=questions_of(answers),
                vcs_ref=tag,
                defaults=True,
                overwrite=True,
                quiet=True,
                skip_tasks=True,
                conflict=style,  # type: ignore[arg-type]  # inline or rej
            )
        except Exception as error:  # pylint: disable=broad-exception-caught  # as for a copy
            raise UserError(f'copier update failed: {_said(error)}', where=standard.address.url) from error


def _said(error: BaseException) -> str:
    """What a template's author must know: the file and line of the template, then the message."""
    text = ' '.join(str(error).split()) or type(error).__name__
    place = _place(error)
    return f'{place}: {text}' if place and place not in text else text


def _place(error: BaseException | None) -> str:
    """`FILE:LINE` in the template where an error, or what caused it, came from; '' when it came from nowhere there."""
    while error is not None:
        mark = getattr(error, 'problem_mark', None)
        found = [(str(getattr(mark, 'name', '')), getattr(mark, 'line', -1) + 1)]
        found += [(str(getattr(error, 'filename', '') or ''), getattr(error, 'lineno', 0))]
        found += [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
        for name, line in reversed(found):
            _, inside, path = name.partition(CLONE)
            if inside:
                return f'{path.partition("/")[2]}:{line}'
        error = error.__cause__ or error.__context__
    return ''


@contextmanager
def _copier_environment(standard: Standard) -> Iterator[None]:
    """Git clones come from the mirror, and Copier's own cache is ours, while the recorded address stays the real one."""
    cache = cache_folder() / 'copier'
    cache.mkdir(parents=True, exist_ok=True)
    changes = {
        'GIT_CONFIG_COUNT': '3',
        'GIT_CONFIG_KEY_0': f'url.{standard.mirror}.insteadOf',
        'GIT_CONFIG_VALUE_0': standard.address.url,
        'GIT_CONFIG_KEY_1': 'core.hooksPath',
        'GIT_CONFIG_VALUE_1': os.devnull,
        'GIT_CONFIG_KEY_2': 'core.autocrlf',
        'GIT_CONFIG_VALUE_2': 'false',
        'GIT_TERMINAL_PROMPT': '0',
        'XDG_CACHE_HOME': str(cache),
    }
    before = {name: os.environ.get(name) for name in (*changes, 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE')}
    for name in ('GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'):
        os.environ.pop(name, None)
    os.environ.update(changes)
    from plumbum import local  # late, with copier, which runs Git through it; it copies the environment when imported

    try:
        with local.env(**changes):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def read_tree(folder: Path) -> dict[str, File]:
    """All files below a folder by relative path."""
    found: dict[str, File] = {}
    for path in sorted(folder.rglob('*')):
        if path.is_symlink() or path.is_file():
            file = read_file(path)
            if file is not None:
                found[path.relative_to(folder).as_posix()] = file
    return found


def recorded_answers(tree: Tree) -> dict[str, object]:
    """The answers inside a render; raises UserError where the template keeps none."""
    file = tree.get(ANSWERS_FILE)
    try:
        return parse_answers(file.data.decode('utf-8') if file is not None else '')
    except UserError as error:
        raise UserError(
            f'the template writes no {ANSWERS_FILE} that Copier could read: nothing could be checked or updated later',
            hint='its owners add {{ _copier_conf.answers_file }}.jinja with {{ _copier_answers|to_nice_yaml }}',
        ) from error
