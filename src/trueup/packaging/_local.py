"""Names of projects in other folders of the repository, read without running anything."""

from __future__ import annotations

import ast
import configparser
import tomllib

from trueup.repo import Repo


def project_name(repo: Repo, folder: str) -> str:
    """The name that the project in a folder gives itself, empty if it has none."""
    prefix = '' if folder in {'', '.'} else f'{folder.rstrip("/")}/'
    for read, file in ((_from_pyproject, 'pyproject.toml'), (_from_cfg, 'setup.cfg'), (_from_setup, 'setup.py')):
        text = repo.text(prefix + file)
        name = read(text) if text else ''
        if name:
            return name
    return ''


def _from_pyproject(text: str) -> str:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ''
    project = data.get('project', {}).get('name') or data.get('tool', {}).get('poetry', {}).get('name')
    return project if isinstance(project, str) else ''


def _from_cfg(text: str) -> str:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return ''
    return parser.get('metadata', 'name', fallback='')


def _from_setup(text: str) -> str:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ''
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == 'name' and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return ''
