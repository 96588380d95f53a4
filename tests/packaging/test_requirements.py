"""requirements*.txt in all their shapes, converted to a new pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.packaging.oracle import meaning
from tests.packaging.support import converted, text_of
from trueup.errors import UserError


def project(files: dict[str, str | bytes], **answers: object) -> dict[str, object]:
    """The `[project]` table of the new file."""
    table = tomllib.loads(text_of(converted(files, **answers)))['project']
    assert isinstance(table, dict)
    return table


LINES = {
    'pin': ('numpy==1.24.2', 'numpy==1.24.2'),
    'spaces': ('numpy >= 1.20 , < 2', 'numpy>=1.20,<2'),
    'brackets': ('numpy (>=1.20)', 'numpy>=1.20'),
    'wildcard': ('tensorflow==2.*', 'tensorflow==2.*'),
    'local version': ('torch==1.9.0+cpu', 'torch==1.9.0+cpu'),
    'bare': ('Flask', 'Flask'),
    'extras and marker': (
        'uvicorn[standard]==0.20 ; python_version < "3.12"',
        'uvicorn[standard]==0.20; python_version < "3.12"',
    ),
    'trailing comma': ('numpy>=1.0,', 'numpy>=1.0'),
    'hashes': ('six==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb', 'six==1.16.0'),
    'continued': ('numpy>=1.0, \\\n  <2', 'numpy>=1.0,<2'),
    'direct reference': ('a @ https://f.example/a-1.0.tar.gz', 'a @ https://f.example/a-1.0.tar.gz'),
    'git with egg': (
        'git+https://git.example/o/a.git@v1#egg=a[x]&subdirectory=lib',
        'a[x] @ git+https://git.example/o/a.git@v1#subdirectory=lib',
    ),
    'git without egg': ('git+https://git.example/o/a.git', 'a @ git+https://git.example/o/a.git'),
    'git by ssh': ('git+ssh://git@git.example/o/a.git@main#egg=a', 'a @ git+ssh://git@git.example/o/a.git@main'),
    'scp address': ('git+git@git.example:o/a.git@main#egg=a', 'a @ git+ssh://git@git.example/o/a.git@main'),
    'wheel address': ('https://f.example/a_b-1.0-py3-none-any.whl', 'a-b @ https://f.example/a_b-1.0-py3-none-any.whl'),
}


@pytest.mark.parametrize(('line', 'expected'), LINES.values(), ids=list(LINES))
def test_one_line(line: str, expected: str, tmp_path: Path) -> None:
    """A line of pip's format as PEP 508; poetry-core reads the result."""
    conversion = converted({'requirements.txt': f'{line}\n'})
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == [expected]
    assert conversion.absorbed == ('requirements.txt',)
    assert meaning(text_of(conversion), tmp_path)['name'] == 'my-service'


INEXPRESSIBLE = {
    'Mercurial': ('hg+https://hg.example/a#egg=a', 'Poetry knows Git, not hg'),
    'conda spelling': ('numpy=1.2', 'not a PEP 508 requirement'),
    'python': ('python>=3.8', 'python is no package'),
    'path of a machine': ('a @ file:///home/conda/work/a', 'a path of one machine'),
    'unknown folder': ('./libs/none', 'a local path where no named project is tracked'),
    'file of another machine': ('-r https://bob:pw@x.example/base.txt', 'a file of another machine'),
    'variable in an index': ('--extra-index-url https://${U}:${P}@n.example/${REPO}/simple', 'environment variable'),
    'no wheel': ('https://f.example/a-1.0.whl', 'not the name of a wheel'),
    'variable in an address': ('git+https://git.example/${ORG}/a.git#egg=a', 'environment variable'),
}


@pytest.mark.parametrize(('line', 'reason'), INEXPRESSIBLE.values(), ids=list(INEXPRESSIBLE))
def test_what_cannot_be_said_waits_for_a_person(line: str, reason: str) -> None:
    """Such a line is an open decision with file and line, and its file is not redundant."""
    conversion = converted({'requirements.txt': f'numpy\n{line}\n'})
    assert [conflict.reason.startswith('requirements.txt:2: ') for conflict in conversion.open] == [True]
    assert reason in conversion.open[0].reason
    assert any(note.startswith('requirements.txt:2: not carried: ') for note in conversion.notes)
    assert conversion.absorbed == ()


OPTIONS = [
    '--trusted-host a.example',
    '--no-binary :all:',
    '--pre',
    '--require-hashes',
    '-f ./wheels',
    '-r missing.txt',
    '--use-feature=x',
]


@pytest.mark.parametrize('option', OPTIONS)
def test_options_of_pip_are_said(option: str) -> None:
    """An option that only pip knows is a note with file and line."""
    notes = converted({'requirements.txt': f'a\n{option}\n'}).notes
    assert [note for note in notes if note.startswith('requirements.txt:2: not carried: ')]


WHOLE = '''[project]
name = "my-service"
version = "0.1.0"
description = "Serves a model"
readme = "README.md"
authors = [{name = "Ada", email = "ada@example.org"}]
requires-python = ">=3.10"
dependencies = [
    # the model
    "scikit-learn==1.3.0",  # as trained
    "our-core",
    "torch==2.0.0+cpu",
    "numpy<2",
]

[project.optional-dependencies]
gpu = [
    "cupy==12.0",
]

[dependency-groups]
dev = [
    "pytest>=7",
    "black",
]
docs = [
    "sphinx",
]

[tool.poetry]
package-mode = false

[tool.poetry.dependencies]
our-core = {path = "libs/core", develop = true}

[[tool.poetry.source]]
name = "nexus-example-repository"
url = "https://nexus.example/repository/simple"
priority = "primary"

[[tool.poetry.source]]
name = "whl-example-cpu"
url = "https://whl.example/cpu"
priority = "supplemental"

# tools
[tool.black]
line-length = 99
'''


def test_whole_new_file() -> None:
    """The new file, its remarks, groups, indexes and the tools' tables of the old one."""
    conversion = converted(
        {
            'requirements.txt': (
                '--index-url https://bob:s3cret@nexus.example/repository/simple\n--extra-index-url https://whl.example/cpu\n'
                '# the model\nscikit-learn==1.3.0  # as trained\n-e ./libs/core\ntorch==2.0.0+cpu\n-c constraints.txt\nnumpy\n'
            ),
            'constraints.txt': 'numpy<2\nscipy==1.10.0\n',
            'requirements-dev.txt': '-r requirements.txt\npytest>=7\nblack\n',
            'requirements/docs.txt': 'sphinx\n',
            'requirements-gpu.txt': 'cupy==12.0\n',
            'libs/core/setup.py': 'from setuptools import setup\nsetup(name="our-core")\n',
            'README.md': '# x\n',
            'pyproject.toml': '# tools\n[tool.black]\nline-length = 99\n',
        }
    )
    assert text_of(conversion) == WHOLE
    assert 's3cret' not in repr(conversion)
    assert {source.path: source.role for source in conversion.sources} == {
        'requirements.txt': 'main',
        'constraints.txt': 'constraints',
        'requirements-dev.txt': 'dev',
        'requirements/docs.txt': 'dev',
        'requirements-gpu.txt': 'extra',
    }
    assert (
        'constraints.txt:2: constraint scipy==1.10.0: not carried: no requirement names it; poetry.lock pins it'
        in conversion.notes
    )
    assert any('POETRY_HTTP_BASIC_NEXUS_EXAMPLE_REPOSITORY_PASSWORD' in note for note in conversion.notes)


ENCODINGS = {
    'utf-16 with mark': '\ufeffnumpy==1.0\n'.encode('utf-16-le'),
    'utf-16 without mark': 'numpy==1.0\r\n'.encode('utf-16-le'),
    'utf-8 with mark': '\ufeffnumpy==1.0\n'.encode(),
    'CRLF': b'numpy==1.0\r\n# x\r\n',
    'latin-1 remark': 'numpy==1.0  # f\xfcr'.encode('latin-1'),
    'coding line': '# -*- coding: latin-1 -*-\nnumpy==1.0  # f\xfcr\n'.encode('latin-1'),
}


@pytest.mark.parametrize('data', ENCODINGS.values(), ids=list(ENCODINGS))
def test_encodings(data: bytes) -> None:
    """What pip can read, we can."""
    assert project({'requirements.txt': data})['dependencies'] == ['numpy==1.0']


def test_conflict_marker_is_refused() -> None:
    """A committed conflict marker is an error with its line."""
    with pytest.raises(UserError) as caught:
        converted({'requirements.txt': 'a\n<<<<<<< HEAD\nb\n=======\n>>>>>>> x\n'})
    assert caught.value.where == 'requirements.txt:2'


ROLES = {
    'requirements.in': ('dependencies', None),
    'requirements/prod.txt': ('dependencies', None),
    'requirements_dev.txt': ('dev', None),
    'dev-requirements.txt': ('dev', None),
    'requirements/test.txt': ('test', None),
    'test-requirements.txt': ('test', None),
    'requirements.lint.txt': ('lint', None),
    'docs/requirements.txt': ('docs', None),
    'requirements-train.txt': (None, 'train'),
    'docker/requirements.txt': ('dependencies', None),
}


@pytest.mark.parametrize(('path', 'role'), ROLES.items(), ids=list(ROLES))
def test_role_by_name(path: str, role: tuple[str | None, str | None]) -> None:
    """The file's name says for whom its requirements are."""
    data = tomllib.loads(text_of(converted({path: 'a==1\n'})))
    group, extra = role
    if extra:
        assert data['project']['optional-dependencies'] == {extra: ['a==1']}
    elif group == 'dependencies':
        assert data['project']['dependencies'] == ['a==1']
    else:
        assert data['dependency-groups'] == {group: ['a==1']}


def test_compiled_pins_give_way() -> None:
    """Of requirements.in and the file compiled from it, the first is what the team writes."""
    conversion = converted(
        {
            'requirements.in': 'flask>=2\n',
            'requirements.txt': '# autogenerated by pip-compile\nflask==2.3.0\njinja2==3.0\n    # via flask\n',
        }
    )
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['flask>=2']
    assert set(conversion.absorbed) == {'requirements.in', 'requirements.txt'}


COMPILED = '''#
# This file is autogenerated by pip-compile with Python 3.9
# by the following command:
#
#    pip-compile --output-file=requirements/main.txt requirements/app.in
#
--index-url https://bob:s3cret@nexus.example/simple

flask==2.3.0 \\
    --hash=sha256:aa
    # via -r requirements/app.in
jinja2==3.0
    # via flask
click==8.1
    # via
    #   flask
    #   x
'''


def test_a_header_says_from_what_a_file_was_compiled() -> None:
    """The names differ, the header tells; its index counts, and `-c` of it binds nothing."""
    conversion = converted(
        {
            'requirements/app.in': 'flask>=2\n',
            'requirements/main.txt': COMPILED,
            'requirements/dev.in': '-c main.txt\njinja2\n',
        }
    )
    data = tomllib.loads(text_of(conversion))
    assert data['project']['dependencies'] == ['flask>=2']
    assert data['dependency-groups'] == {'dev': ['jinja2']}
    assert [source['url'] for source in data['tool']['poetry']['source']] == ['https://nexus.example/simple']
    assert 's3cret' not in repr(conversion)
    assert {source.path: source.role for source in conversion.sources}['requirements/main.txt'] == 'exported'


def test_a_compiled_file_alone_names_what_is_required() -> None:
    """Without its input, `# via -r` tells what is required; the rest came with it, is told, and starts the lock."""
    conversion = converted({'requirements.txt': COMPILED})
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['flask==2.3.0']
    told = {item.before: item.reason for item in conversion.decisions if item.path == 'requirements.txt'}
    assert (
        told['jinja2==3.0'] == told['click==8.1'] == 'it came with other packages: its pin is where poetry.lock starts'
    )


def test_compiled_from_the_metadata() -> None:
    """uv names setup.py in its header: setup.py declares, the file only pins."""
    header = '# This file was autogenerated by uv via the following command:\n#    uv pip compile -o x.txt setup.py\n'
    files: dict[str, str | bytes] = {
        'setup.py': 'from setuptools import setup\nsetup(name="svc", install_requires=["flask"])\n',
        'requirements.txt': f'{header}flask==2.3.0\njinja2==3.0\n',
    }
    assert tomllib.loads(text_of(converted(files)))['project']['dependencies'] == ['flask']


def test_include_in_a_circle_ends() -> None:
    """Files that include each other are read once."""
    assert project({'requirements.txt': '-r base.txt\na\n', 'base.txt': '-r requirements.txt\nb\n'})[
        'dependencies'
    ] == ['b', 'a']


def test_twice_the_same_package() -> None:
    """Two lines on one package are joined if some version satisfies both, else left to a person."""
    assert project({'requirements.txt': 'a>=1\na<2\n'})['dependencies'] == ['a>=1,<2']
    conversion = converted({'requirements.txt': 'a==1\na==2\n'})
    assert [(conflict.ours, conflict.theirs) for conflict in conversion.open] == [('a==1', 'a==2')]


def test_the_service_itself_is_no_requirement() -> None:
    """`-e .` and a frozen line of the service itself go."""
    assert project({'requirements.txt': '-e .\n-e git+https://git.example/o/x.git@1#egg=my_service\na\n'})[
        'dependencies'
    ] == ['a']


def test_layout() -> None:
    """Package mode, and where the package lies when its name does not tell."""

    def poetry(**answers: object) -> object:
        return tomllib.loads(text_of(converted({'requirements.txt': 'a\n'}, **answers))).get('tool', {}).get('poetry')

    assert poetry(is_package=False) == {'package-mode': False}
    assert poetry(is_package=True, package_path='src/my_service') is None
    assert poetry(is_package=True, package_path='my_service') is None
    assert poetry(is_package=True, package_path='app') == {'packages': [{'include': 'app'}]}
    assert poetry(is_package=True, package_path='src/app') == {'packages': [{'include': 'app', 'from': 'src'}]}


def test_index_of_the_answers() -> None:
    """A company's index is added once, without its password."""
    conversion = converted({'requirements.txt': 'a\n'}, package_index_url='https://u:s3cret@nexus.example/simple')
    assert 'url = "https://nexus.example/simple"\npriority = "primary"\n' in text_of(conversion)
    assert 's3cret' not in repr(conversion)


def test_nothing_to_convert() -> None:
    """Without packaging files nothing is written and that is said."""
    conversion = converted({'app.py': ''})
    assert conversion.pyproject is None
    assert conversion.notes == ('no packaging files found: nothing to convert',)


def test_the_file_that_the_image_installs_is_the_services() -> None:
    """Of several below the root, the Dockerfile at the root says which one runs."""
    files: dict[str, str | bytes] = {
        'Dockerfile': 'FROM python:3.11\nCOPY ./api/requirements.txt /app/requirements.txt\n# docs/x/requirements.txt\n',
        'api/requirements.txt': 'fastapi==0.74.0\n',
        'load/deep/requirements.txt': 'locust==2.1.0\n',
    }
    done = converted(files)
    assert tomllib.loads(text_of(done))['project']['dependencies'] == ['fastapi==0.74.0']
    assert 'api/requirements.txt: Dockerfile installs it: taken for the service' in done.notes


def test_several_services_below_a_root_without_packaging_are_told() -> None:
    """Nothing is converted, nothing waits for a person: the folders are services of their own."""
    done = converted({'a/requirements.txt': 'flask\n', 'b/requirements.txt': 'fastapi\n'})
    assert done.pyproject is None and done.open == ()
    told = next(note for note in done.notes if note.startswith('several requirements files'))
    assert 'a/requirements.txt, b/requirements.txt' in told and '--service-root' in told
