"""Old Poetry files: the new one means the same to poetry-core, and nothing of the old one is lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.packaging.oracle import meaning
from tests.packaging.support import converted, text_of
from trueup.errors import UserError
from trueup.packaging._gate import lost

HEAD = '[tool.poetry]\nname = "svc"\nversion = "1.2.0"\ndescription = "d"\nauthors = ["Ada <a@b.de>"]\n'

CASES = {
    'carets': '[tool.poetry.dependencies]\npython = "^3.8"\na = "^1.2.3"\nb = "^0.2.3"\nc = "^0.0.3"\nd = "^1"\ne = "^0.0"\nf = "^0"\n',
    'tildes': '[tool.poetry.dependencies]\npython = "~3.9"\na = "~1.2.3"\nb = "~1.2"\nc = "~1"\nd = "~=1.4"\ne = "~=1.4.5"\n',
    'wildcards': '[tool.poetry.dependencies]\npython = "3.*"\na = "*"\nb = "1.*"\nc = "1.2.*"\nd = "!=1.2.*"\ne = "==2.*"\n',
    'exact and ranges': (
        '[tool.poetry.dependencies]\npython = ">=3.8,<3.12"\na = "1.2.3"\nb = "==1.2"\nc = "=1.3"\n'
        'd = ">=1.0,<2.0,!=1.5"\ne = ">=1.0 <2.0"\nf = "1.9.0+cpu"\ng = "^1.0.0a1"\n'
    ),
    'unions': '[tool.poetry.dependencies]\npython = "^2.7 || ^3.6"\na = "^1.0 || ^3.0"\nb = "1.0 || 2.0"\nc = "<2 || >3"\n',
    'union that PEP 440 cannot say': '[tool.poetry.dependencies]\npython = ">=3.8,<3.8.5 || >=3.10.1"\na = "^1.2 || ^1.4.5"\n',
    'extras of a package': '[tool.poetry.dependencies]\npython = "^3.9"\nuvicorn = {extras = ["standard"], version = "^0.23"}\n',
    'markers': (
        '[tool.poetry.dependencies]\npython = "^3.8"\na = {version = "^1", markers = "sys_platform == \'linux\'"}\n'
        'b = {version = "^1", python = "<3.9"}\nc = {version = "^1", python = "~3.8 || ^3.10"}\n'
        'd = {version = "1", platform = "darwin"}\ne = {version = "1", platform = "linux", python = "^3.8.1"}\n'
        'f = {version = "1", markers = "sys_platform == \'a\' or sys_platform == \'b\'", python = ">=3.9"}\n'
        'g = {version = "1", platform = "!=win32"}\n'
    ),
    'several constraints': (
        '[tool.poetry.dependencies]\npython = "^3.8"\n'
        'numpy = [\n    {version = "^1.20", python = "<3.9"},\n    {version = "^1.24", python = ">=3.9"},\n]\n'
        'torch = [\n    {version = "^2", source = "cpu", platform = "linux"},\n    {version = "^2", platform = "darwin"},\n]\n'
        '[[tool.poetry.source]]\nname = "cpu"\nurl = "https://cpu.example/simple"\npriority = "explicit"\n'
    ),
    'git': (
        '[tool.poetry.dependencies]\npython = "^3.9"\na = {git = "https://git.example/o/a.git"}\n'
        'b = {git = "https://git.example/o/b.git", rev = "abc123"}\nc = {git = "git@git.example:o/c.git", rev = "v1"}\n'
        'd = {git = "https://git.example/o/d.git", rev = "v1", subdirectory = "lib"}\n'
        'e = {git = "https://git.example/o/e.git", rev = "x", extras = ["q"], develop = true}\n'
    ),
    'addresses': (
        '[tool.poetry.dependencies]\npython = "^3.9"\na = {url = "https://f.example/a-1.0-py3-none-any.whl"}\n'
        'b = {url = "https://f.example/b-1.0.tar.gz", subdirectory = "x"}\n'
    ),
    'paths': (
        '[tool.poetry.dependencies]\npython = "^3.9"\na = {path = "libs/a", develop = true}\n'
        'b = {path = "libs/b", extras = ["z"]}\n[tool.poetry.group.dev.dependencies]\nc = {path = "libs/c"}\n'
    ),
    'private index': (
        '[tool.poetry.dependencies]\npython = "^3.9"\na = {version = "^1", source = "nexus"}\nb = "^2"\n'
        '[tool.poetry.group.dev.dependencies]\nc = {version = "^1", source = "nexus"}\n'
        '[[tool.poetry.source]]\nname = "nexus"\nurl = "https://nexus.example/simple"\npriority = "explicit"\n'
    ),
    'prereleases': '[tool.poetry.dependencies]\npython = "^3.9"\na = {version = "^1.0", allow-prereleases = true}\n',
    'extras of the service': (
        '[tool.poetry.dependencies]\npython = "^3.9"\na = {version = "^1", optional = true}\n'
        'b = {version = "^2", optional = true, extras = ["x"]}\nc = "^3"\n'
        '[tool.poetry.extras]\ngpu = ["a", "b"]\nall = ["b"]\n'
    ),
    'dev-dependencies': '[tool.poetry.dependencies]\npython = "^3.9"\n\n[tool.poetry.dev-dependencies]\npytest = "^7"\nblack = {version = "*", python = "^3.9"}\n',
    'groups': (
        '[tool.poetry.dependencies]\npython = "^3.9"\n[tool.poetry.group.dev.dependencies]\npytest = "^7"\n'
        '[tool.poetry.group.docs]\noptional = true\n[tool.poetry.group.docs.dependencies]\nsphinx = "^7"\n'
    ),
    'both kinds of dev': (
        '[tool.poetry.dependencies]\npython = "^3.9"\n[tool.poetry.dev-dependencies]\na = "1"\n'
        '[tool.poetry.group.dev.dependencies]\nb = "2"\n'
    ),
    'sub-tables': (
        '[tool.poetry.dependencies]\npython = "^3.9"\n\n[tool.poetry.dependencies.uvicorn]\nversion = "^0.20"\n'
        'extras = ["standard"]\n\n[tool.black]\nline-length = 100\n\n[tool.poetry.dev-dependencies]\npytest = "7"\n'
    ),
    'dotted keys': '[tool.poetry.dependencies]\npython = "^3.9"\nuvicorn.version = "^0.20"\nuvicorn.extras = ["standard"]\n',
    'scripts and plugins': (
        '[tool.poetry.dependencies]\npython = "^3.9"\n[tool.poetry.scripts]\nserve = "svc.main:run"\n'
        'old = {reference = "bin/old.sh", type = "file"}\n[tool.poetry.plugins."my.group"]\nx = "svc.x:X"\n'
    ),
    'urls': (
        'homepage = "https://h.example"\nrepository = "https://r.example"\ndocumentation = "https://d.example"\n'
        'license = "MIT"\nkeywords = ["a", "b"]\nmaintainers = ["Bob <b@b.de>"]\n'
        '[tool.poetry.urls]\n"Bug Tracker" = "https://t.example"\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    ),
    'packages': (
        'packages = [{include = "svc", from = "src"}]\ninclude = ["model.bin"]\n\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    ),
    'many readmes': 'readme = ["A.md", "B.md"]\nlicense = "Proprietary"\n[tool.poetry.dependencies]\npython = "^3.9"\n',
    'names': '[tool.poetry.dependencies]\npython = "^3.9"\nPyYAML = "*"\n"ruamel.yaml" = "^0.17"\nFlask_Cors = "3"\n',
}


@pytest.mark.parametrize('body', CASES.values(), ids=list(CASES))
def test_means_the_same(body: str, tmp_path: Path) -> None:
    """Requirements, groups, extras, scripts and Pythons are those of the old file, by poetry-core."""
    before = (
        HEAD + body + '\n[build-system]\nrequires = ["poetry-core>=1.0.0"]\nbuild-backend = "poetry.core.masonry.api"\n'
    )
    for name in ('a', 'b', 'c'):
        (tmp_path / 'new' / 'libs' / name).mkdir(parents=True)
        (tmp_path / 'old' / 'libs' / name).mkdir(parents=True)
    conversion = converted({'pyproject.toml': before}, is_package=True)
    after = text_of(conversion)
    old, new = meaning(before, tmp_path / 'old'), meaning(after, tmp_path / 'new')
    assert _placeless(new, tmp_path / 'new') == _placeless(old, tmp_path / 'old')
    assert not lost(before, after, conversion)
    assert not conversion.open


def _placeless(value: object, folder: Path) -> str:
    return str(value).replace(str(folder), '.')


def test_whole_file() -> None:
    """Comments, order and other tools' tables of a real-looking file stay; each table stands in its old place."""
    before = (
        '# Our service.\n[tool.poetry]\nname = "svc"  # short\nversion = "1.0.0"\ndescription = ""\n'
        'authors = [\n    "Ada <a@b.de>",  # lead\n    "Bob",\n]\nreadme = "README.md"\npackages = [{include = "svc"}]\n'
        '\n# What it runs on\n[tool.poetry.dependencies]\n# the platform team upgrades this\npython = "^3.9"\n'
        'fastapi = "^0.100"\n# pinned: CVE\nnumpy = "1.24.2"  # see SVC-12\n# torch = "2.0"\n\n[tool.black]\nline-length = 99\n'
        '\n[tool.poetry.group.dev.dependencies]\nblack = "^23.1"\nflake8 = "*"\n\n'
        '[[tool.poetry.source]]\nname = "unused"\nurl = "https://nexus.example/simple"\ndefault = false\nsecondary = true\n\n'
        '[build-system]\nrequires = ["poetry>=0.12"]\nbuild-backend = "poetry.masonry.api"\n'
    )
    after = text_of(converted({'pyproject.toml': before}))
    assert after == (
        '# Our service.\n[project]\nname = "svc"  # short\nversion = "1.0.0"\ndescription = ""\n'
        '# lead\nauthors = [\n    {name = "Ada", email = "a@b.de"},\n    {name = "Bob"},\n]\nreadme = "README.md"\n'
        '# the platform team upgrades this\nrequires-python = ">=3.9,<4.0"\n# What it runs on\ndependencies = [\n'
        '    "fastapi>=0.100,<0.101",\n    # pinned: CVE\n    "numpy==1.24.2",  # see SVC-12\n    # torch = "2.0"\n]\n'
        '\n[tool.poetry]\npackages = [{include = "svc"}]\n\n[tool.black]\nline-length = 99\n'
        '\n[dependency-groups]\ndev = [\n    "black>=23.1,<24.0",\n    "flake8",\n]\n\n'
        '[[tool.poetry.source]]\nname = "unused"\nurl = "https://nexus.example/simple"\npriority = "supplemental"\n\n'
        '[build-system]\nrequires = ["poetry-core>=2.0"]\nbuild-backend = "poetry.core.masonry.api"\n'
    )


def test_line_endings_stay() -> None:
    """A CRLF file stays one; its values hold no stray carriage return."""
    before = (HEAD + '\n[tool.poetry.dependencies]\npython = "^3.9"\na = "^1"\n').replace('\n', '\r\n')
    after = text_of(converted({'pyproject.toml': before}))
    assert after.count('\r\n') == after.count('\n') == after.count('\r')


def test_credentials_of_an_index_leave() -> None:
    """A password in an index address is named nowhere; the note says which variables take its place."""
    before = HEAD + '[[tool.poetry.source]]\nname = "nexus"\nurl = "https://bob:s3cret@nexus.example/simple"\n'
    conversion = converted({'pyproject.toml': before})
    assert 's3cret' not in repr(conversion)
    assert 'url = "https://nexus.example/simple"' in text_of(conversion)
    assert any('POETRY_HTTP_BASIC_NEXUS_PASSWORD' in note for note in conversion.notes)


def test_credentials_of_a_repository_leave() -> None:
    """A token in a Git address is taken out and said."""
    before = HEAD + '[tool.poetry.dependencies]\na = {git = "https://tok3n@git.example/a.git"}\n'
    conversion = converted({'pyproject.toml': before})
    assert 'tok3n' not in repr(conversion)
    assert any('credentials' in note for note in conversion.notes)


@pytest.mark.parametrize(
    ('body', 'where'),
    [
        ('[tool.poetry\nname = "x"\n', 'pyproject.toml:6'),
        ('<<<<<<< HEAD\nreadme = "a"\n', 'pyproject.toml:6'),
        ('[tool.poetry.dependencies]\na = "very new"\n', 'pyproject.toml:7'),
        ('[tool.poetry.dependencies]\na = {version = "1", python = "three"}\n', 'pyproject.toml:7'),
    ],
)
def test_bad_input_is_told(body: str, where: str) -> None:
    """A file that can't be read is refused with its line."""
    with pytest.raises(UserError) as caught:
        converted({'pyproject.toml': HEAD + body})
    assert caught.value.where == where
    assert caught.value.hint


def test_optional_without_extra_is_said() -> None:
    """An optional requirement that no extra names stays where it is, and is told."""
    before = HEAD + '[tool.poetry.dependencies]\npython = "^3.9"\n# maybe\na = {version = "^1", optional = true}\n'
    conversion = converted({'pyproject.toml': before})
    assert '[tool.poetry.dependencies]\n# maybe\na = {version = "^1", optional = true}\n' in text_of(conversion)
    assert any('no extra names it' in note for note in conversion.notes)


def test_dynamic_version_stays_dynamic() -> None:
    """A version that a plugin writes stays in [tool.poetry] and is declared dynamic."""
    before = HEAD + '[tool.poetry.dependencies]\npython = "^3.9"\n[tool.poetry-dynamic-versioning]\nenable = true\n'
    after = text_of(converted({'pyproject.toml': before}))
    assert 'dynamic = ["version"]' in after
    assert '[tool.poetry]\nversion = "1.2.0"\n' in after


def test_second_run_leaves_it() -> None:
    """What was converted has [project] and is left alone."""
    after = text_of(converted({'pyproject.toml': HEAD + '[tool.poetry.dependencies]\npython = "^3.9"\n'}))
    assert converted({'pyproject.toml': after}).pyproject is None


def test_union_of_pythons_has_gaps() -> None:
    """`||` of Pythons becomes one range with holes."""
    after = text_of(converted({'pyproject.toml': HEAD + '[tool.poetry.dependencies]\npython = "~3.8 || ^3.10"\n'}))
    assert 'requires-python = ">=3.8,<4.0,!=3.9.*"' in after
    assert not SpecifierSet('>=3.8,<4.0,!=3.9.*').contains('3.9.4')


def test_a_version_that_the_code_reads_stays_where_it_is_read() -> None:
    """A test of the service that compares `[tool.poetry] version` with its own goes on passing."""
    reader = (
        "import toml\n\n\ndef test():\n    assert toml.load('pyproject.toml')['tool']['poetry']['version'] == '1.2.0'\n"
    )
    text = HEAD + '[tool.poetry.dependencies]\npython = "^3.8"\n'
    found = text_of(converted({'pyproject.toml': text, 'tests/test_version.py': reader}))
    assert '[tool.poetry]\nversion = "1.2.0"\n' in found and 'dynamic = ["version"]' in found
    assert 'dynamic' not in text_of(converted({'pyproject.toml': text, 'tests/test_version.py': 'import toml\n'}))


@pytest.mark.parametrize(
    ('written', 'expected'),
    [
        ('@ada', [{'name': '@ada'}]),
        ('Ada <ada>', [{'name': 'Ada (ada)'}]),
        ('ada@example.org', [{'email': 'ada@example.org'}]),
        ('Ada <ada@example.org>', [{'name': 'Ada', 'email': 'ada@example.org'}]),
    ],
)
def test_an_author_that_is_no_address(written: str, expected: list[dict[str, str]]) -> None:
    """Old Poetry took any text; today's refuses the whole file for an address that is none."""
    old = f'[tool.poetry]\nname = "a"\nversion = "1"\nauthors = ["{written}"]\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    assert tomllib.loads(text_of(converted({'pyproject.toml': old})))['project']['authors'] == expected
