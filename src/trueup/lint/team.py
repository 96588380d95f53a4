"""Which tools check a service: the standard's four, or the team's ruff, as the answer `lint_tools` says."""

from __future__ import annotations

import re
from pathlib import Path

TOOLS = ('black', 'isort', 'flake8', 'pylint')
"""The standard's."""
FORMATTING = ('isort', 'black')
"""Those of them that write, in their order."""
ANSWERS = '.copier-answers.yml'
ANSWER = re.compile(r'^(lint_tools|ruff_format|ruff_version):\s*["\']?([^"\'\s#]+)', re.MULTILINE)


def tools_of(root: Path) -> tuple[str, ...]:
    """The tools that check the code of a service; a team on ruff has no second formatter."""
    if not is_ruff(root):
        return TOOLS
    return ('ruff', 'black') if _answers(root).get('ruff_format') == 'false' else ('ruff', 'ruff-format')


def formatters_of(root: Path) -> tuple[str, ...]:
    """The tools that write, in the order in which they run."""
    return tuple(tool for tool in (*FORMATTING, 'ruff-format') if tool in tools_of(root))


def is_ruff(root: Path) -> bool:
    """Whether the team kept ruff when it came under the standard."""
    return _answers(root).get('lint_tools') == 'ruff'


def ruff_version(root: Path) -> str:
    """The version that hooks and sessions run, '' where none is recorded."""
    return _answers(root).get('ruff_version', '')


def _answers(root: Path) -> dict[str, str]:
    """The few answers that matter here, without a YAML reader: every commit would pay for it."""
    try:
        text = (root / ANSWERS).read_bytes().decode('utf-8-sig')
    except (OSError, UnicodeDecodeError):
        return {}
    return dict(ANSWER.findall(text))
