"""Dependencies by source, their disagreements, and no credential anywhere."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts, told, values
from trueup.facts._requirements import disagree, has_credentials, lower_minor, mask, parse_requirement

SOURCES: list[tuple[str, Files, list[tuple[str, dict[str, str]]]]] = [
    (
        'PEP 621 and groups',
        {
            'pyproject.toml': '[project]\ndependencies = ["FastAPI[all]>=0.100", "torch (==2.1)"]\n'
            '[project.optional-dependencies]\ngpu = ["cupy"]\n[dependency-groups]\ndev = ["pytest", {include-group = "x"}]\n'
        },
        [('runtime', {'fastapi': '>=0.100', 'torch': '==2.1'}), ('gpu', {'cupy': ''}), ('dev', {'pytest': ''})],
    ),
    (
        'old Poetry',
        {
            'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.8"\nNumpy = {version = "^1.2", optional = true}\n'
            'lib = {git = "https://user:secret@git.example.com/lib.git"}\n'
            '[tool.poetry.dev-dependencies]\npytest = "*"\n[tool.poetry.group.docs.dependencies]\nmkdocs = "1"\n'
        },
        [
            ('runtime', {'numpy': '^1.2', 'lib': '@ https://***@git.example.com/lib.git'}),
            ('dev', {'pytest': '*'}),
            ('docs', {'mkdocs': '1'}),
        ],
    ),
    (
        'setup.py',
        {'setup.py': 'BASE = ["numpy>=1.2"]\nsetup(install_requires=BASE + ["scipy"], extras_require={"x": ["y"]})\n'},
        [('runtime', {'numpy': '>=1.2', 'scipy': ''}), ('x', {'y': ''})],
    ),
    (
        'setup.cfg',
        {
            'setup.cfg': '[options]\ninstall_requires =\n    numpy>=1\n    scipy\n[options.extras_require]\ndev = pytest\n'
        },
        [('runtime', {'numpy': '>=1', 'scipy': ''}), ('dev', {'pytest': ''})],
    ),
    (
        'Pipfile',
        {'Pipfile': '[packages]\nflask = "==1.0"\n[dev-packages]\nblack = "*"\n'},
        [('runtime', {'flask': '==1.0'}), ('dev', {'black': '*'})],
    ),
    (
        'conda',
        {
            'conda.yaml': 'name: x\ndependencies:\n  - python=3.8\n  - numpy=1.19=py38\n  - pip:\n    - mlflow>=1\nchannels:\n  - z\n'
        },
        [('runtime', {'numpy': '==1.19', 'mlflow': '>=1'})],
    ),
    (
        'requirements',
        {
            'requirements.txt': '-r base.txt\n# c\nnumpy==1.2 ; python_version < "4" \\\n    --hash=sha256:ab\nscipy  # why\n'
            '-e git+https://x.example/y.git#egg=Y\nz @ https://h.example/z.whl\n./local\n',
            'requirements-dev.txt': 'pytest\n',
        },
        [
            (
                'runtime',
                {'numpy': '==1.2', 'scipy': '', 'y': '@ git+https://x.example/y.git', 'z': '@ https://h.example/z.whl'},
            ),
            ('dev', {'pytest': ''}),
        ],
    ),
    (
        'UTF-16',
        {'requirements.txt': 'numpy==1.2\r\n'.encode('utf-16')},
        [('runtime', {'numpy': '==1.2'})],
    ),
    (
        'an image',
        {
            'Dockerfile': 'FROM x\nRUN pip3 --no-cache-dir install tensorflow==1.15 "uvicorn" -r requirements.txt && pip install pip\n'
        },
        [('image', {'tensorflow': '==1.15', 'uvicorn': ''})],
    ),
]


@pytest.mark.parametrize(('files', 'expected'), [case[1:] for case in SOURCES], ids=[case[0] for case in SOURCES])
def test_sources(files: Files, expected: list[tuple[str, dict[str, str]]]) -> None:
    """Names are normalised, ranges are as written."""
    assert [(fact.note, fact.value) for fact in facts(files, 'dependencies')] == expected


def test_a_hand_exported_list_that_disagrees() -> None:
    """Each difference names both lines; a pin inside the range is none."""
    files = {
        'pyproject.toml': '[tool.poetry.dependencies]\nnumpy = "1.23.3"\npandas = "^1.5"\nflask = "~2.2.0"\n',
        'requirements.txt': 'numpy==1.24.2\npandas==1.5.3\nflask==2.3.0\n',
    }
    assert told(files, 'disagreement') == [
        'disagreement=numpy: pyproject.toml says 1.23.3, requirements.txt says ==1.24.2 @ pyproject.toml:2, requirements.txt:1',
        'disagreement=flask: pyproject.toml says ~2.2.0, requirements.txt says ==2.3.0 @ pyproject.toml:4, requirements.txt:3',
    ]


def test_the_import_name_as_a_requirement() -> None:
    """`sklearn` installs nothing any more."""
    assert told({'requirements.txt': 'pandas\nsklearn\n'}, 'dependency_misnamed') == [
        'dependency_misnamed=sklearn @ requirements.txt:2'
    ]


@pytest.mark.parametrize(
    ('left', 'right', 'expected'),
    [
        ('==1.0', '==1.0.0', False),
        ('==1.0', '==1.1', True),
        ('^1.2', '==2.0', True),
        ('^0.3.6', '==0.4.0', True),
        ('~1.2', '==1.2.9', False),
        ('*', '==1', False),
        ('>=1', '<2', False),
        ('==2.2.*', '==2.2.4', False),
        ('^1.0 || ^2.0', '==3', False),
        ('@ https://x.example', '==1', False),
    ],
)
def test_ranges_that_exclude_each_other(left: str, right: str, expected: bool) -> None:
    """Only a pin outside the other range is certain; doubt is silent."""
    assert disagree(left, right) is disagree(right, left) is expected


@pytest.mark.parametrize(
    ('text', 'expected'), [('>=3.8', '3.8'), ('^3.11', '3.11'), ('3.7.*', '3.7'), ('<4', ''), ('', '')]
)
def test_the_oldest_minor(text: str, expected: str) -> None:
    """Poetry's signs are understood, an open lower end is none."""
    assert lower_minor(text, caret=True) == expected


@pytest.mark.parametrize('line', ['', '# x', '-r a.txt', '--index-url https://x.example', './a', '${X}', '!!!', '=='])
def test_no_requirement(line: str) -> None:
    """Options, comments and paths have no name."""
    assert parse_requirement(line) is None


@pytest.mark.parametrize(
    ('address', 'masked'),
    [
        ('https://u:p@x.example/simple', 'https://***@x.example/simple'),
        ('https://token@x.example/simple', 'https://***@x.example/simple'),
        ('https://x.example/simple?api_token=abc&b=1', 'https://x.example/simple?api_token=***&b=1'),
    ],
)
def test_credentials_are_masked(address: str, masked: str) -> None:
    """Reports are pasted into tickets."""
    assert has_credentials(address)
    assert mask(f'pip install -i {address} x') == f'pip install -i {masked} x'


@pytest.mark.parametrize(
    'address', ['https://x.example/simple', 'https://${USER}:${PASS}@x.example/', 'mail me@x.example']
)
def test_no_credentials(address: str) -> None:
    """The name of a variable is no secret."""
    assert not has_credentials(address)


def test_no_reader_shows_a_secret() -> None:
    """Whatever the file, the password stays where it is."""
    secret = 'https://bob:hunter2@nexus.example.com/simple'
    files = {
        'requirements.txt': f'--extra-index-url {secret}\nlib @ {secret}/lib.whl\n',
        'Dockerfile': f'FROM python:3.9\nENV PIP_INDEX_URL={secret}\nCMD pip install -i {secret} x\n',
        'pyproject.toml': f'[[tool.poetry.source]]\nname = "a"\nurl = "{secret}"\n[tool.poetry.dependencies]\nl = {{url = "{secret}"}}\n',
        'Pipfile': f'[[source]]\nurl = "{secret}"\n',
        'README.md': f'This service is described at {secret} for all.\n',
    }
    found = facts(files)
    assert 'hunter2' not in repr(found)
    assert values(files, 'private_index') == ['https://***@nexus.example.com/simple']
    assert len(values(files, 'index_credentials')) == 4
