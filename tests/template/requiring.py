"""What every render must be, whatever was answered."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from tests.support.rendering import files


def require_parses(root: Path) -> None:
    """Each file is what its name claims; nothing of Jinja is left; text files end with one newline."""
    for path, text in files(root).items():
        if path.endswith('.toml'):
            tomllib.loads(text)
        elif path.endswith(('.yml', '.yaml')) and not path.startswith('chart/templates/'):  # read by Helm's own engine
            assert yaml.safe_load(text)
        elif path.endswith('.py'):
            ast.parse(text, path)
        elif path.endswith('.json'):
            json.loads(text)
        assert '{%' not in text, path
        if not re.search(r'(^|/)(monitoring|chart)/', path):  # Prometheus, Grafana and Helm write {{ name }} too
            assert '{{' not in text.replace('${{', '').replace('{{ braces }}', ''), path
        assert text == text.rstrip() + '\n', path
        assert '\n\n\n' not in text or path.endswith('.py'), path
        assert all(line == line.rstrip() for line in text.splitlines()), path


def require_formatted(root: Path) -> None:
    """black, isort and flake8 with the configuration of the service have nothing to say."""
    python = [path for path in files(root) if path.endswith('.py')]
    for tool in (['black', '--check', '--diff', '--quiet'], ['isort', '--check', '--diff'], ['flake8']):
        done = subprocess.run(
            [sys.executable, '-m', *tool, *python], cwd=root, check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), tool
