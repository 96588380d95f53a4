"""The benchmark's oracle finds every kind of difference, or a column of zeros would mean nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'benchmarks'))

from _oracle import Reading, after, before, compare  # noqa: E402  # the folder is no package

OLD: Mapping[str, str] = {
    'requirements.txt': 'numpy==1.24.2\nhttpx==0.28.1\nuvicorn[standard]>=0.20\ntorch; python_version < "3.11"\n',
    'setup.py': (
        'from setuptools import setup\nsetup(name="svc", version="1", python_requires=">=3.8", '
        'install_requires=["requests>=2"], extras_require={"gpu": ["cupy"]}, '
        'entry_points={"console_scripts": ["serve = svc.run:main"]})\n'
    ),
}
NEW = '''
[project]
name = "svc"
version = "1"
requires-python = ">=3.8"
dependencies = ["httpx==0.28.1", "numpy==1.24.2", "uvicorn[standard]>=0.20", "torch ; python_version < '3.11'", "requests>=2"]
[project.optional-dependencies]
gpu = ["cupy"]
[project.scripts]
serve = "svc.run:main"
[build-system]
build-backend = "poetry.core.masonry.api"
'''


@pytest.fixture(name='old', scope='module')
def fixture_old(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """What pip and setuptools read in the old files."""
    folder = tmp_path_factory.mktemp('old')
    for name, text in OLD.items():
        (folder / name).write_text(text, encoding='utf-8')
    return before(folder)


def verdict(
    old: Reading, folder: Path, new: str, report: Mapping[str, object]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What differs unsaid, and what differs and is told."""
    (folder / 'pyproject.toml').write_text(new, encoding='utf-8')
    found = after(folder)
    assert found is not None
    said = compare(old, found, report)
    assert said.total == 9
    return said.wrong, said.told


def test_the_same_is_equal(old: Reading, tmp_path: Path) -> None:
    """The old files are read by pip and setuptools, the new one by poetry-core."""
    assert verdict(old, tmp_path, NEW, {}) == ((), ())


@pytest.mark.parametrize(
    ('was', 'now', 'expected'),
    [
        ('"numpy==1.24.2", ', '', 'requirement numpy'),
        ('numpy==1.24.2', 'numpy==1.24.3', 'requirement numpy'),
        ('uvicorn[standard]', 'uvicorn', 'requirement uvicorn[standard]'),
        (" ; python_version < '3.11'", '', 'requirement torch'),
        ('"requests>=2"', '"requests>=2", "flask"', 'added flask'),
        ('>=3.8', '>=3.9', 'python'),
        ('gpu = ["cupy"]', 'gpu = []', 'extra gpu'),
        ('svc.run:main', 'svc.run:other', 'script serve'),
    ],
)
def test_each_difference_is_found(old: Reading, tmp_path: Path, was: str, now: str, expected: str) -> None:
    """Gone, another version, other extras, another marker, one too many, another Python, another target."""
    wrong, told = verdict(old, tmp_path, NEW.replace(was, now), {})
    assert any(item.startswith(expected) for item in wrong) and told == ()


def test_what_the_report_says_is_told(old: Reading, tmp_path: Path) -> None:
    """A dropped requirement by its key, and what the standard brought by its value."""
    report = {
        'decisions': [
            {'path': 'pyproject.toml', 'key': ['project', 'dependencies', '[name=numpy]'], 'action': 'remove',
             'before': 'numpy==1.24.2', 'after': None, 'owner': 'team'},
            {'path': 'pyproject.toml', 'key': ['dependency-groups', 'test'], 'action': 'add',
             'before': None, 'after': '["pytest-cov"]', 'owner': 'default'},
        ]
    }  # fmt: skip
    new = NEW.replace('"numpy==1.24.2", ', '') + '[dependency-groups]\ntest = ["pytest-cov"]\n'
    wrong, told = verdict(old, tmp_path, new, report)
    assert wrong == () and [item.split('[')[0] for item in told] == ['requirement numpy', 'added pytest-cov']
