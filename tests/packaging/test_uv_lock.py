"""Whether uv.lock belongs to pyproject.toml, from the two texts alone."""

from __future__ import annotations

import pytest

from trueup.packaging.uv_lock import differences

PROJECT = '''[project]
name = "Quotes.API"
requires-python = ">=3.9,<3.13"
dependencies = ["fastapi[standard]>=0.110", "numpy<2 ; python_version < '3.12'"]

[project.optional-dependencies]
dev = ["mypy"]

[dependency-groups]
test = ["pytest>=8"]
all = [{ include-group = "test" }]
'''
LOCK = '''version = 1
requires-python = ">=3.9, <3.13"

[[package]]
name = "quotes-api"
version = "0.1.0"
source = { virtual = "." }

[package.metadata]
requires-dist = [
    { name = "fastapi", extras = ["standard"], specifier = ">=0.110" },
    { name = "mypy", marker = "extra == 'dev'" },
    { name = "numpy", marker = "python_full_version < '3.12'", specifier = "<2" },
]

[package.metadata.requires-dev]
test = [{ name = "pytest", specifier = ">=8" }]
'''


@pytest.mark.parametrize(
    ('old', 'new', 'expected'),
    [
        ('', '', ()),
        ('numpy<2', 'numpy<3', ('numpy<3 is not what the lock was made for',)),
        ('"fastapi[standard]>=0.110", ', '', ('fastapi>=0.110 is in the lock only',)),
        ('[standard]', '', ('fastapi>=0.110 is not what the lock was made for',)),
        ('["pytest>=8"]', '["pytest>=8", "httpx"]', ('group test: httpx is not what the lock was made for',)),
        ('<3.13', '<3.14', ('requires-python is >=3.9,<3.14, the lock is for >=3.9, <3.13',)),
    ],
)
def test_differences(old: str, new: str, expected: tuple[str, ...]) -> None:
    """Each kind of change is named once; markers and order say nothing."""
    assert differences(LOCK, PROJECT.replace(old, new) if old else PROJECT) == expected


def test_a_lock_of_another_project() -> None:
    """A lock that was copied from elsewhere is no lock of this project."""
    assert differences(LOCK.replace('virtual = "."', 'virtual = "x"').replace('quotes-api', 'b'), PROJECT) == (
        'the lock does not know the project',
    )
