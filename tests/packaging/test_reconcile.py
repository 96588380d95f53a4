"""Inputs that repeat, complete or contradict each other."""

from __future__ import annotations

import tomllib

from tests.packaging.support import converted, text_of
from trueup.model import Action

HEAD = '[tool.poetry]\nname = "svc"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.9"\n'


def dependencies(text: str) -> list[str]:
    """The service's own requirements."""
    found = tomllib.loads(text)['project']['dependencies']
    assert isinstance(found, list)
    return found


def test_exclusive_pins_wait_for_a_person() -> None:
    """pyproject.toml stands, and the contradiction is open."""
    conversion = converted({'pyproject.toml': HEAD + 'numpy = "1.24.2"\n', 'requirements.txt': 'numpy==1.23.3\n'})
    assert dependencies(text_of(conversion)) == ['numpy==1.24.2']
    conflict = conversion.open[0]
    assert (conflict.ours, conflict.theirs) == ('numpy==1.24.2', 'numpy==1.23.3')
    assert conflict.key == ('project', 'dependencies', '[name=numpy]')
    assert (
        conflict.reason
        == 'pyproject.toml:8 and requirements.txt:1 exclude each other; numpy==1.24.2 stands until decided'
    )


def test_compatible_pin_is_said() -> None:
    """A pin inside the range changes nothing and opens nothing, but it is told."""
    conversion = converted({'pyproject.toml': HEAD + 'numpy = "^1.20"\n', 'requirements.txt': 'numpy==1.23.3\n'})
    assert dependencies(text_of(conversion)) == ['numpy>=1.20,<2.0']
    assert not conversion.open
    told = [decision for decision in conversion.decisions if decision.source == 'requirements.txt:1']
    assert [(decision.action, decision.before, decision.after) for decision in told] == [
        (Action.KEEP, 'numpy==1.23.3', 'numpy>=1.20,<2.0')
    ]


def test_unnamed_package_is_added() -> None:
    """What is installed today but unknown to pyproject.toml is added, with its source."""
    conversion = converted({'pyproject.toml': HEAD + 'numpy = "^1.20"\n', 'requirements.txt': 'gunicorn==20.1\n'})
    assert dependencies(text_of(conversion)) == ['numpy>=1.20,<2.0', 'gunicorn==20.1']


def test_locked_package_is_not_added() -> None:
    """A requirements file that lists what the lock brings adds nothing."""
    lock = '[[package]]\nname = "MarkupSafe"\nversion = "2.0"\n'
    files: dict[str, str | bytes] = {
        'pyproject.toml': HEAD + 'jinja2 = "^3"\n',
        'poetry.lock': lock,
        'requirements.txt': 'jinja2==3.1\nmarkupsafe==2.0\n',
    }
    assert dependencies(text_of(converted(files))) == ['jinja2>=3,<4']


def test_frozen_environment_is_not_added() -> None:
    """Pure pins of everything, more than pyproject.toml names, are a frozen environment."""
    frozen = ''.join(f'p{number}==1.{number}\n' for number in range(12)) + 'numpy==1.21\n'
    conversion = converted({'pyproject.toml': HEAD + 'numpy = "^1.20"\n', 'requirements.txt': frozen})
    assert dependencies(text_of(conversion)) == ['numpy>=1.20,<2.0']
    kept = [decision for decision in conversion.decisions if decision.after is None]
    assert len(kept) >= 12


def test_range_of_setup_py_and_pin_of_requirements() -> None:
    """The exact pin that runs today wins inside the declared range."""
    conversion = converted(
        {
            'setup.py': 'from setuptools import setup\nsetup(name="svc", version="2", install_requires=["numpy>=1.20", "flask"])\n',
            'requirements.txt': 'numpy==1.23.3\nflask==2.0\nredis\n',
        }
    )
    assert dependencies(text_of(conversion)) == ['numpy==1.23.3', 'flask==2.0', 'redis']
    assert not conversion.open


def test_pin_outside_the_range_of_setup_py() -> None:
    """What runs today stands, the contradiction is open."""
    conversion = converted(
        {
            'setup.py': 'from setuptools import setup\nsetup(name="svc", install_requires=["numpy>=2"])\n',
            'requirements.txt': 'numpy==1.23.3\n',
        }
    )
    assert dependencies(text_of(conversion)) == ['numpy==1.23.3']
    assert [(conflict.ours, conflict.theirs) for conflict in conversion.open] == [('numpy==1.23.3', 'numpy>=2')]


UV = '[project]\nname = "svc"\nversion = "1"\ndependencies = ["numpy"]\n[tool.uv]\ndev-dependencies = ["pytest"]\n'
PLAIN = '''# ours
[build-system]
requires = ["setuptools>=61", "wheel"]
build-backend = "setuptools.build_meta"

[project]
name = "svc"
version = "1"
dependencies = [
    "numpy>=1.20",  # why
]

[tool.black]
line-length = 99
'''


def test_other_packager_is_left_alone() -> None:
    """A file of uv stays as it is, whatever the answers say."""
    conversion = converted({'pyproject.toml': UV})
    assert conversion.pyproject is None
    assert conversion.notes == ('pyproject.toml: left as it is: uv manages it',)


def test_project_stays_unless_poetry_is_asked_for() -> None:
    """[project] of setuptools is touched only on request."""
    assert converted({'pyproject.toml': PLAIN}, packaging='pip').pyproject is None


def test_setuptools_project_is_handed_over() -> None:
    """The builder changes, requirements files come in, all else stays byte for byte."""
    conversion = converted(
        {'pyproject.toml': PLAIN, 'requirements.txt': 'redis==4.0\n', 'requirements-dev.txt': 'pytest\n'}
    )
    assert (
        text_of(conversion)
        == PLAIN.replace(
            'requires = ["setuptools>=61", "wheel"]\nbuild-backend = "setuptools.build_meta"',
            'requires = ["poetry-core>=2.0"]\nbuild-backend = "poetry.core.masonry.api"',
        ).replace('  # why\n]', '  # why\n    "redis==4.0",\n]')
        + '\n[dependency-groups]\ndev = [\n    "pytest",\n]\n\n[tool.poetry]\npackage-mode = false\n'
    )
    assert set(conversion.absorbed) == {'requirements.txt', 'requirements-dev.txt'}


def test_dynamic_metadata_of_setuptools_stays() -> None:
    """What setuptools computes can't be handed over."""
    text = PLAIN.replace('version = "1"', 'dynamic = ["version"]')
    assert converted({'pyproject.toml': text}).notes == (
        'pyproject.toml: left as it is: version is computed by setuptools (dynamic)',
    )
