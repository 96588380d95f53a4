"""A small standard with three versions, and a service made from it: for tests that need no template of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.standard import commit_all, tag_head
from trueup.model import File
from trueup.standard import Address, open_standard
from trueup.template import render

PROJECT = '[project]\nname = "scorer"\nversion = "1.0"\n\n[tool.black]\nline-length = {{ length }}\ntarget = "py39"\n'
POLICIES = """schema = 1
[[policy]]
keys = ["pyproject.toml::tool.black.line-length"]
owner = "required"
"""
FIRST: Mapping[str, str] = {
    'copier.yml': '_subdirectory: template\nlength: {type: int, default: 100}\nname: {type: str, default: scorer}\n',
    'policies.toml': POLICIES,
    'template/{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml }}',
    'template/pyproject.toml.jinja': PROJECT,
    'template/notes.txt': 'one\ntwo\nthree\n',
    'template/old.txt': 'old\nfile\n',
    'template/gone.txt': 'gone\nfile\n',
    'template/logo.bin': 'a\0b',
}
SECOND: Mapping[str, str | None] = {
    'template/pyproject.toml.jinja': PROJECT.replace('py39', 'py311'),
    'template/notes.txt': 'one\n2\nthree\n',
    'template/new.txt': 'new\n',
}
THIRD: Mapping[str, str | None] = {
    'template/pyproject.toml.jinja': PROJECT.replace('py39', 'py311') + 'workers = {{ workers }}\n',
    'copier.yml': FIRST['copier.yml'] + 'workers: {type: int, default: 2}\n',
    'template/old.txt': None,
    'template/gone.txt': None,
    'template/logo.bin': 'a\0c',
}


def small_standard(root: Path, *, versions: int = 3) -> Path:
    """A repository with the tags v1.0.0, v2.0.0 and v3.0.0, or the first of them."""
    root.mkdir()
    for number, files in enumerate((FIRST, SECOND, THIRD)[:versions], start=1):
        release(root, f'v{number}.0.0', files)
    return root


def release(root: Path, tag: str, files: Mapping[str, str | None]) -> None:
    """One more version with some files changed; None takes a file away."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode())
    commit_all(root, f'feat: {tag}')
    tag_head(root, tag)


def small_service(root: Path, standard: Path, tag: str = 'v1.0.0', answers: Mapping[str, object] | None = None) -> Path:
    """A repository with what a version of the standard gives, as `trueup new` would write it."""
    write(root, render(open_standard(Address(str(standard))), tag, answers or {}))
    commit_all(root)
    return root


def write(root: Path, tree: Mapping[str, File]) -> None:
    """Write the files of a tree."""
    for name, file in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
