"""requirements.txt from poetry.lock, held against files written by hand."""

from __future__ import annotations

import pytest

from trueup.errors import UserError
from trueup.packaging.export import HEADER, export_requirements, in_step, is_exported

PYPROJECT = '''[project]
name = "svc"
version = "1"
dependencies = ["uvicorn[standard]>=0.20", "core"]

[tool.poetry.dependencies]
core = {path = "libs/core", develop = true}
'''

LOCK = '''[[package]]
name = "Zebra"
version = "1.0"
optional = false
groups = ["main", "dev"]
markers = {main = "sys_platform == \\"win32\\"", dev = "python_version < \\"3.12\\""}
files = [{file = "z.whl", hash = "sha256:bb"}, {file = "z.tar.gz", hash = "sha256:aa"}]

[[package]]
name = "pytest"
version = "7.0"
optional = false
groups = ["dev"]
files = []

[[package]]
name = "uvicorn"
version = "0.30"
optional = false
groups = ["main"]
files = []
[package.dependencies]
httptools = {version = ">=0.5", optional = true, markers = "extra == \\"standard\\""}
client = {version = "*", extras = ["ws"]}

[[package]]
name = "client"
version = "2.0"
optional = false
groups = ["main"]
markers = "python_version >= \\"3.9\\" and (sys_platform == \\"linux\\" or extra == \\"gpu\\")"
files = []

[[package]]
name = "cupy"
version = "12.0"
optional = true
groups = ["main"]
markers = "extra == \\"gpu\\" and sys_platform == \\"linux\\""
files = []

[[package]]
name = "core"
version = "0.1"
optional = false
groups = ["main"]
files = []
develop = true
[package.source]
type = "directory"
url = "libs/core"

[[package]]
name = "wheelie"
version = "0.1"
optional = false
groups = ["main"]
files = []
[package.source]
type = "file"
url = "wheels/wheelie-0.1-py3-none-any.whl"

[[package]]
name = "gitted"
version = "0.2"
optional = false
groups = ["main"]
files = []
develop = false
[package.source]
type = "git"
url = "git@git.example:o/gitted.git"
reference = "main"
resolved_reference = "abc123"
subdirectory = "lib"

[[package]]
name = "addressed"
version = "0.3"
optional = false
groups = ["main"]
files = []
[package.source]
type = "url"
url = "https://f.example/addressed-0.3.tar.gz"

[[package]]
name = "private"
version = "4.0"
optional = false
groups = ["main"]
files = []
[package.source]
type = "legacy"
url = "https://nexus.example/simple"
reference = "nexus"

[extras]
gpu = ["cupy"]

[metadata]
lock-version = "2.1"
python-versions = ">=3.10"
content-hash = "x"
'''

EXPECTED = f'''{HEADER}
--trusted-host nexus.example
--extra-index-url https://nexus.example/simple

-e ./libs/core
./wheels/wheelie-0.1-py3-none-any.whl
addressed @ https://f.example/addressed-0.3.tar.gz
client[ws]==2.0 ; python_version >= "3.9" and sys_platform == "linux"
gitted @ git+ssh://git@git.example/o/gitted.git@abc123#subdirectory=lib
private==4.0
uvicorn[standard]==0.30
Zebra==1.0 ; sys_platform == "win32"
'''


def test_whole_file() -> None:
    """Own group only, markers of that group, extras, every kind of place, kept options, sorted."""
    assert export_requirements(LOCK, PYPROJECT, keep='--trusted-host nexus.example\nold==1\n') == EXPECTED


def test_index_that_the_old_file_names_is_not_repeated() -> None:
    """A kept option stays as written."""
    keep = '-i https://nexus.example/simple\n'
    assert export_requirements(LOCK, PYPROJECT, keep=keep).count('nexus.example') == 1


def test_hashes_and_line_ends_follow_the_old_file() -> None:
    """A file with hashes keeps hashes, one with CRLF keeps CRLF."""
    text = export_requirements(LOCK, PYPROJECT, keep='a==1 --hash=sha256:x\r\n')
    assert 'Zebra==1.0 ; sys_platform == "win32" \\\r\n    --hash=sha256:aa \\\r\n    --hash=sha256:bb\r\n' in text
    assert text.count('\r\n') == text.count('\n')


def test_in_step() -> None:
    """An exported file is in step until the lock or the file changes."""
    assert in_step(LOCK, PYPROJECT, EXPECTED)
    assert not in_step(LOCK.replace('"0.30"', '"0.31"'), PYPROJECT, EXPECTED)
    assert not in_step(LOCK, PYPROJECT, EXPECTED.replace('private==4.0\n', ''))


def test_is_exported() -> None:
    """Only a file that says so was exported."""
    assert is_exported(EXPECTED)
    assert is_exported('\ufeff' + EXPECTED.replace('\n', '\r\n'))
    assert not is_exported('numpy==1.0\n')


def test_lock_of_poetry_1_is_refused() -> None:
    """Without groups the lock does not tell what the service itself needs."""
    with pytest.raises(UserError) as caught:
        export_requirements('[[package]]\nname = "a"\nversion = "1"\noptional = false\n', PYPROJECT, keep='')
    assert caught.value.where == 'poetry.lock'
