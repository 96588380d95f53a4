"""CI files in the how-tos are valid: people copy them as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from trueup.lint.replay import cache_place

HOW_TO = Path(__file__).resolve().parents[1] / 'docs/how-to'


def block(page: str, language: str, first: str) -> str:
    """The block of a page that begins with that line."""
    blocks = re.findall(rf'(?ms)^```{language}\n(.*?)^```$', (HOW_TO / page).read_text(encoding='utf-8'))
    return next(text for text in blocks if text.startswith(first))


@pytest.mark.parametrize(
    ('page', 'first', 'command'),
    [
        ('github.md', '# .github/', ('check_jsonschema', '--builtin-schema', 'vendor.github-workflows')),
        (
            'gitlab.md',
            '# .gitlab-ci',
            ('check_jsonschema', '--data-transform', 'gitlab-ci', '--builtin-schema', 'vendor.gitlab-ci'),
        ),
        ('pre-commit-ci.md', '# .pre-commit', ('pre_commit', 'validate-config')),
    ],
)
def test_file_is_valid(page: str, first: str, command: tuple[str, ...], tmp_path: Path) -> None:
    """The vendors' schemas, which check-jsonschema brings along, and pre-commit's own check."""
    pytest.importorskip(command[0])
    path = tmp_path / 'file.yml'
    path.write_text(block(page, 'yaml', first), encoding='utf-8')
    done = subprocess.run(
        [sys.executable, '-m', *command, str(path)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize('page', ['github.md', 'gitlab.md', 'jenkins.md'])
def test_cache_is_the_one_that_lint_uses(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the folder that the pages name are those of the code."""
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'trueup'))
    assert Path(cache_place()) == tmp_path / 'trueup' / 'lint'
    text = (HOW_TO / page).read_text(encoding='utf-8')
    assert 'TRUEUP_CACHE' in text and 'trueup/lint' in text
