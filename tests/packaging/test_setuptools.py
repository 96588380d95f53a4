"""setup.py and setup.cfg, read without running anything."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.packaging.oracle import meaning
from tests.packaging.support import converted, text_of
from trueup.errors import UserError

IMPORT = 'from setuptools import find_packages, setup\n'

REQUIREMENTS = {
    'list': 'setup(name="svc", install_requires=["a", "b==2"])',
    'variable': 'deps = ["a", "b==2"]\nsetup(name="svc", install_requires=deps)',
    'sum': 'base = ["a"]\nsetup(name="svc", install_requires=base + ["b==2"])',
    'starred': 'base = ["a"]\nsetup(name="svc", install_requires=[*base, "b==2"])',
    'text': 'setup(name="svc", install_requires="""\n  a\n  b==2\n""")',
    'spread': 'options = dict(name="svc", install_requires=["a", "b==2"])\nsetup(**options)',
    'f-string': 'version = "2"\nsetup(name="svc", install_requires=["a", f"b=={version}"])',
    'readlines': 'setup(name="svc", install_requires=open("requirements.txt").readlines())',
    'splitlines': 'with open("requirements.txt") as file:\n    deps = file.read().splitlines()\nsetup(name="svc", install_requires=deps)',
    'comprehension': 'setup(name="svc", install_requires=[l.strip() for l in open("requirements.txt") if not l.startswith("#")])',
    'helper': (
        'def read(name):\n    with open(name) as file:\n        return [line.strip() for line in file]\n'
        'setup(name="svc", install_requires=read("requirements.txt"))'
    ),
    'path': (
        'import os\nhere = os.path.abspath(os.path.dirname(__file__))\n'
        'with open(os.path.join(here, "requirements.txt")) as f:\n    deps = f.read().split("\\n")\n'
        'setup(name="svc", install_requires=deps)'
    ),
    'pathlib': 'from pathlib import Path\nsetup(name="svc", install_requires=Path(__file__).parent.joinpath("requirements.txt").read_text().splitlines())',
    'parse_requirements': 'setup(name="svc", install_requires=[str(r.req) for r in parse_requirements("requirements.txt", session="x")])',
    'under main': 'if __name__ == "__main__":\n    setup(name="svc", install_requires=["a", "b==2"])',
}


@pytest.mark.parametrize('body', REQUIREMENTS.values(), ids=list(REQUIREMENTS))
def test_requirements(body: str) -> None:
    """Every common way to write install_requires is read."""
    files: dict[str, str | bytes] = {'setup.py': IMPORT + body + '\n'}
    if 'requirements.txt' in body:
        files['requirements.txt'] = 'a\nb==2\n'
    conversion = converted(files)
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['a', 'b==2']
    assert 'setup.py' in conversion.absorbed


DYNAMIC = {
    'call': 'setup(name="svc", install_requires=compute())',
    'changed list': 'deps = ["a"]\nif True:\n    deps.append("b")\nsetup(name="svc", install_requires=deps)',
    'environment': 'import os\nsetup(name="svc", install_requires=os.environ["DEPS"].split())',
}


@pytest.mark.parametrize('body', DYNAMIC.values(), ids=list(DYNAMIC))
def test_computed_requirements_wait_for_a_person(body: str) -> None:
    """What only running the file would tell is open, and the file stays."""
    conversion = converted({'setup.py': IMPORT + body + '\n'})
    assert [conflict.key for conflict in conversion.open] == [('project', 'install_requires')]
    assert conversion.absorbed == ()


def test_nothing_runs(tmp_path: Path) -> None:
    """A setup.py that would leave a trace leaves none."""
    trace = tmp_path / 'trace'
    converted({'setup.py': f'open({str(trace)!r}, "w").write("x")\n{IMPORT}setup(name="svc")\n'})
    assert not trace.exists()


SETUP_PY = '''from setuptools import find_packages, setup
import re

def get_version(path):
    return re.search("__version__ = (.*)", open(path).read()).group(1)

setup(
    name="svc", version=get_version("svc/__init__.py"), description="It\\nserves",
    long_description=open("README.md").read(), author="Ada", author_email="ada@b.de", license="MIT",
    url="https://h.example", project_urls={"Docs": "https://d.example"}, keywords="a, b",
    classifiers=["Programming Language :: Python :: 3"], python_requires=">=3.8",
    install_requires=["numpy>=1"], extras_require={"gpu": ["cupy"], ":sys_platform=='linux'": ["uvloop"]},
    tests_require=["pytest"], packages=find_packages(), zip_safe=False,
    entry_points={"console_scripts": ["serve = svc.main:run"], "my.plugins": ["x=svc.x:X"]},
)
'''

WHOLE = """[project]
name = "svc"
version = "2.3"
description = "It serves"
readme = "README.md"
license = "MIT"
authors = [{name = "Ada", email = "ada@b.de"}]
keywords = ["a", "b"]
classifiers = ["Programming Language :: Python :: 3"]
requires-python = ">=3.8"
dependencies = [
    "numpy>=1",
    'uvloop; sys_platform == "linux"',
]

[project.optional-dependencies]
gpu = [
    "cupy",
]

[project.urls]
homepage = "https://h.example"
Docs = "https://d.example"

[project.scripts]
serve = "svc.main:run"

[project.entry-points."my.plugins"]
x = "svc.x:X"

[dependency-groups]
test = [
    "pytest",
]

[build-system]
requires = ["poetry-core>=2.0"]
build-backend = "poetry.core.masonry.api"
"""


def test_whole_setup_py(tmp_path: Path) -> None:
    """All metadata that PEP 621 knows."""
    files: dict[str, str | bytes] = {
        'setup.py': SETUP_PY,
        'svc/__init__.py': '__version__ = "2.3"\n',
        'README.md': '',
    }
    conversion = converted(files, is_package=True, package_path='svc')
    assert text_of(conversion) == WHOLE
    assert meaning(text_of(conversion), tmp_path)['scripts'] == {
        'console-scripts': {'serve': 'svc.main:run'},
        'my.plugins': {'x': 'svc.x:X'},
    }
    assert conversion.absorbed == ('setup.py',)


def test_compiled_extension_keeps_setup_py() -> None:
    """Poetry builds no C: the file stays and that is said."""
    conversion = converted({'setup.py': IMPORT + 'setup(name="svc", ext_modules=[Extension("a", ["a.c"])])\n'})
    assert conversion.absorbed == ()
    assert any('ext_modules' in note for note in conversion.notes)


SETUP_CFG = '''[metadata]
name = svc
version = attr: svc.__version__
author = Ada
author_email = ada@b.de
long_description = file: README.md
license = MIT
classifiers =
    Programming Language :: Python :: 3

[options]
python_requires = >=3.8
packages = find:
install_requires =
    numpy>=1.20
    requests[socks]; python_version < "3.10"

[options.extras_require]
test =
    pytest

[options.entry_points]
console_scripts =
    serve = svc.main:run
'''


def test_whole_setup_cfg() -> None:
    """Declarative metadata; other tools' sections keep the file."""
    files: dict[str, str | bytes] = {
        'setup.cfg': SETUP_CFG + '\n[flake8]\nmax-line-length = 99\n',
        'setup.py': IMPORT + 'setup()\n',
        'svc/__init__.py': '__version__ = "1.1"\n',
        'README.md': '',
    }
    conversion = converted(files)
    project = tomllib.loads(text_of(conversion))['project']
    assert project == {
        'name': 'svc',
        'version': '1.1',
        'description': 'Serves a model',
        'readme': 'README.md',
        'license': 'MIT',
        'authors': [{'name': 'Ada', 'email': 'ada@b.de'}],
        'classifiers': ['Programming Language :: Python :: 3'],
        'requires-python': '>=3.8',
        'dependencies': ['numpy>=1.20', 'requests[socks]; python_version < "3.10"'],
        'optional-dependencies': {'test': ['pytest']},
        'scripts': {'serve': 'svc.main:run'},
    }
    assert conversion.absorbed == (
        'setup.cfg::metadata',
        'setup.cfg::options',
        'setup.cfg::options.extras_require',
        'setup.cfg::options.entry_points',
        'setup.py',
    )
    assert [decision.source for decision in conversion.decisions if decision.key[-1] == '[name=numpy]'] == [
        'setup.cfg:14'
    ]


def test_setup_cfg_alone_is_redundant() -> None:
    """With nothing but metadata the whole file may go; files it names are read."""
    text = '[metadata]\nname = svc\n[options]\ninstall_requires = file: requirements.txt\n'
    conversion = converted({'setup.cfg': text, 'requirements.txt': 'a==1\n'})
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['a==1']
    assert set(conversion.absorbed) == {'setup.cfg', 'requirements.txt'}


@pytest.mark.parametrize(
    ('path', 'text', 'where'),
    [('setup.py', 'setup(\n', 'setup.py:1'), ('setup.cfg', '[metadata]\nname = a\n<<<<<<< HEAD\n', 'setup.cfg:0')],
)
def test_broken_files_are_refused(path: str, text: str, where: str) -> None:
    """A file that can't be parsed is an error that says where."""
    with pytest.raises(UserError) as caught:
        converted({path: text})
    assert caught.value.where.split(':')[0] == where.split(':', maxsplit=1)[0]
    assert caught.value.hint


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    """Poetry refuses a project whose homepage is no address; secrets in one go."""
    text = 'from setuptools import setup\nsetup(name="svc", url="your github project", project_urls={"Docs": "https://u:pw1@x.example/d"})\n'
    conversion = converted({'setup.py': text})
    assert conversion.notes == ("setup.py:2: not carried: url='your github project': not an address",)
    assert meaning(text_of(conversion), tmp_path)['urls'] == {'Docs': 'https://x.example/d'}
    assert 'pw1' not in repr(conversion)


@pytest.mark.parametrize(
    ('written', 'expected'),
    [('FastAPI Skeleton', 'FastAPI-Skeleton'), ('credit_risk.api', 'credit_risk.api'), ('Müller & Co', 'M-ller-Co')],
)
def test_a_name_that_pep_621_refuses(written: str, expected: str, tmp_path: Path) -> None:
    """setuptools builds such a project under another spelling; Poetry would not read the file at all."""
    done = converted({'setup.py': IMPORT + f'setup(name={written!r}, version="1.0")\n'})
    assert meaning(text_of(done), tmp_path)['name'] == expected.lower().replace('_', '-').replace('.', '-')
    assert tomllib.loads(text_of(done))['project']['name'] == expected


def test_an_old_poetry_name_with_spaces(tmp_path: Path) -> None:
    """Old Poetry took any text for a name."""
    old = '[tool.poetry]\nname = "Churn API"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    assert meaning(text_of(converted({'pyproject.toml': old})), tmp_path)['name'] == 'churn-api'
