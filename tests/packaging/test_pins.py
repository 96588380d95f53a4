"""Versions from which a first lock starts, and which witness is believed first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trueup.packaging.pins import Witness, installed, of_file, of_pipfile_lock, of_requirements, together

FREEZE = '''six==1.16.0
PyYAML==6.0.1 \\
    --hash=sha256:aa
uvicorn[standard]==0.20.0  # via x
torch==1.9.0+cpu
colorama==0.4.6 ; sys_platform == "win32"
-e git+https://git.example/o/x.git@1#egg=mine
local @ file:///home/conda/work/local
flask>=2
pinned==1.*
-i https://nexus.example/simple
# six==2
'''


def test_lines_of_a_freeze() -> None:
    """Exact versions count, with their markers; what has no version of an index does not."""
    assert of_requirements(FREEZE) == {
        'six': ('six==1.16.0',),
        'pyyaml': ('PyYAML==6.0.1',),
        'uvicorn': ('uvicorn==0.20.0',),
        'torch': ('torch==1.9.0+cpu',),
        'colorama': ('colorama==0.4.6 ; sys_platform == "win32"',),
    }


def test_two_versions_of_one_package() -> None:
    """One for each marker is a fact; two for all is none."""
    both = 'a==1 ; python_version < "3.8"\na==2 ; python_version >= "3.8"\nb==1\nb==2\n'
    assert of_requirements(both) == {'a': ('a==1 ; python_version < "3.8"', 'a==2 ; python_version >= "3.8"')}


def test_lock_of_pipenv() -> None:
    """Versions of both sections, the service's first; broken JSON knows nothing."""
    default = {'six': {'version': '==1.16.0', 'markers': "python_version >= '3'"}, 'own': {'path': '.'}}
    text = json.dumps({'default': default, 'develop': {'six': {'version': '==1.0'}, 'pytest': {'version': '==7.0'}}})
    expected = {'six': ('six==1.16.0 ; python_version >= "3"',), 'pytest': ('pytest==7.0',)}
    assert of_pipfile_lock(text) == of_file('sub/Pipfile.lock', text) == expected
    assert of_pipfile_lock('{') == of_pipfile_lock('[]') == of_file('setup.py', 'a==1') == {}


def test_an_environment_is_read_by_names(tmp_path: Path) -> None:
    """Metadata folders name what is installed; what came from a path is no version of an index."""
    packages = tmp_path / 'lib/python3.9/site-packages'
    for name in ('six-1.16.0.dist-info', 'PyYAML-6.0.1.dist-info', 'pip-24.0.dist-info', 'mine-1.0.dist-info'):
        (packages / name).mkdir(parents=True)
    (packages / 'mine-1.0.dist-info/direct_url.json').write_text('{}')
    assert installed(tmp_path) == {'six': ('six==1.16.0',), 'pyyaml': ('pyyaml==6.0.1',)}
    assert installed(tmp_path / 'none') == {}


@pytest.mark.parametrize('first', ['the lock', 'the image'])
def test_the_earlier_witness_is_believed(first: str) -> None:
    """A later one only fills the gaps, and each is told with what it gave."""
    witnesses = [Witness(first, {'a': ('a==1',)}), Witness('the index', {'a': ('a==2',), 'b': ('b==3',)})]
    assert together(witnesses) == ({'a': ('a==1',), 'b': ('b==3',)}, (f'1 of {first}', '1 of the index'))
    assert together([]) == ({}, ())
