"""A second standard, unlike ours: uv and ruff, no hooks, no noxfile, other questions, other owners.

python -m tests.support.second DEST [--without-policies]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.standard import commit_all, tag_head

COPIER = '''_subdirectory: template
_answers_file: .copier-answers.yml
_skip_if_exists:
  - CHANGELOG.md

project_name:
  type: str
  help: Name of the project
  default: "{{ _folder_name }}"

import_name:
  type: str
  help: Name under which Python imports it
  default: "{{ project_name | replace('-', '_') }}"

python_min:
  type: str
  help: Oldest Python
  default: "3.11"

with_docker:
  type: bool
  help: Is an image built
  default: false
'''
POLICIES = '''schema = 1
retired = [".flake8", "pyproject.toml::tool.black", "pyproject.toml::tool.isort"]

[[policy]]
keys = ["pyproject.toml", "Makefile", ".gitignore", "Dockerfile", ".copier-answers.yml"]
owner = "default"

[[policy]]
keys = ["pyproject.toml::project"]
owner = "team"
reason = "what the project is and needs"

[[policy]]
keys = ["pyproject.toml::tool.ruff"]
owner = "required"
closed = true
reason = "one formatter, one linter"

[[policy]]
keys = ["pyproject.toml::tool.coverage.report.fail_under", "pyproject.toml::tool.uv.required-version"]
owner = "floor"

[[policy]]
keys = ["Makefile::lint"]
owner = "required"
reason = "the pipeline calls it"

[[policy]]
keys = ["src/**", "tests/**", "README.md", "CHANGELOG.md"]
owner = "seed"
'''
PYPROJECT = '''[project]
name = "{{ project_name }}"
version = "0.0.0"
requires-python = ">={{ python_min }}"
dependencies = []

[dependency-groups]
dev = ["pytest>=8", "ruff>=0.12"]

[tool.uv]
required-version = ">=0.8"

[tool.ruff]
line-length = 100
target-version = "py{{ python_min | replace('.', '') }}"

[tool.ruff.lint]
select = ["E", "F", "I"]

[tool.coverage.report]
fail_under = 80
'''
FILES: Mapping[str, str] = {
    'copier.yml': COPIER,
    'policies.toml': POLICIES,
    'README.md': 'The template of the other team.\n',
    'template/{{ _copier_conf.answers_file }}.jinja': '# Written by Copier.\n{{ _copier_answers | to_nice_yaml }}',
    'template/pyproject.toml.jinja': PYPROJECT,
    'template/.gitignore': '.venv/\n__pycache__/\n',
    'template/Makefile.jinja': 'lint:\n\tuv run ruff check\n\ntest:\n\tuv run pytest\n',
    'template/README.md.jinja': '# {{ project_name }}\n',
    'template/CHANGELOG.md': '# Changes\n',
    'template/src/{{ import_name }}/__init__.py.jinja': '"""{{ project_name }}."""\n',
    'template/{% if with_docker %}Dockerfile{% endif %}.jinja': 'FROM python:{{ python_min }}-slim\nRUN pip install uv\n',
}
SECOND_VERSION: Mapping[str, tuple[str, str]] = {
    'template/pyproject.toml.jinja': ('line-length = 100\n', 'line-length = 120\n'),
    'template/Makefile.jinja': ('uv run ruff check\n', 'uv run ruff check --fix\n'),
    'template/.gitignore': ('.venv/\n', '.venv/\n.ruff_cache/\n'),
    'template/CHANGELOG.md': ('# Changes\n', '# Changelog\n'),
}


def build_second(dest: Path, *, policies: bool = True, more: Mapping[str, str] | None = None) -> Path:
    """Write the second standard with the tags 1.0.0 and 1.1.0 to `dest`; `more` replaces or adds files."""
    for path, text in {**FILES, **(more or {})}.items():
        if path == 'policies.toml' and not policies:
            continue
        target = dest / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding='utf-8')
    commit_all(dest, 'feat: the standard')
    tag_head(dest, '1.0.0')
    for path, (old, new) in SECOND_VERSION.items():
        target = dest / path
        text = target.read_text(encoding='utf-8')
        assert text.count(old) == 1, path
        target.write_text(text.replace(old, new), encoding='utf-8')
    commit_all(dest, 'feat: longer lines')
    tag_head(dest, '1.1.0')
    return dest


def main(argv: Sequence[str] | None = None) -> int:
    """Build into the folder given first."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    folders = [one for one in arguments if not one.startswith('-')]
    if len(folders) != 1 or set(arguments) - {*folders, '--without-policies'}:
        sys.stderr.write('usage: python -m tests.support.second DEST [--without-policies]\n')
        return 2
    built = build_second(Path(folders[0]), policies='--without-policies' not in arguments)
    sys.stdout.write(f'{built}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
