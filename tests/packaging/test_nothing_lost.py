"""Whatever the old packaging is, the new one asks for the same: poetry-core reads the new, an independent reader the old."""

from __future__ import annotations

import json
import tempfile
import tomllib
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from tests.packaging.oracle import meaning
from tests.packaging.readers import pip_reads, spelled
from tests.packaging.support import converted, text_of
from trueup.packaging._model import normalise

VERSION = st.sampled_from(
    ['1', '1.0', '1.2.3', '0.9', '2.0.0', '1.0rc1', '2021.5.30', '1!2.0', '1.9.0+cpu', '1.0.post1']
)
PLAIN = VERSION.filter(lambda text: '+' not in text)
CLAUSE = st.one_of(
    VERSION.map(lambda text: f'=={text}'),
    PLAIN.map(lambda text: f'>={text}'),
    PLAIN.map(lambda text: f'<{text}'),
    PLAIN.map(lambda text: f'!={text}'),
    st.sampled_from(['~=1.2', '==1.*', '~=1.2.3', '!=1.5.*', '<=3', '>0.1']),
)
SPECIFIER = st.one_of(
    st.just(''), CLAUSE, st.tuples(st.sampled_from(['>=1', '>1.0']), st.sampled_from(['<3', '!=2.1'])).map(','.join)
)
NAME = st.sampled_from(
    [
        'numpy',
        'scikit-learn',
        'Flask',
        'ruamel.yaml',
        'zope_interface',
        'PyYAML',
        'a',
        'torch',
        'uvicorn',
        'x2',
        'python-dateutil',
    ]
)
EXTRAS = st.sampled_from(['', '', '[standard]', '[b, a]'])
MARKER = st.sampled_from(
    ['', '', '', 'python_version < "3.8"', "sys_platform == 'win32'", 'python_version >= "3.7" and platform_machine != "arm64"',
     '(os_name == "nt" or sys_platform == "darwin") and python_full_version < "3.9.1"']
)  # fmt: skip
SPACE = st.sampled_from(['', ' ', '  '])


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, str]:
    """A line of a requirements file, and its name: spaces, hashes, remarks and continuations as people write them."""
    name, space = draw(NAME), draw(SPACE)
    specifier = draw(SPECIFIER).replace(',', f'{space},{draw(SPACE)}')
    marker = draw(MARKER)
    text = f'{name}{draw(EXTRAS)}{space}{specifier}'
    text += f'{draw(SPACE)} ; {marker}' if marker else ''
    text += draw(st.sampled_from(['', '', ' \\\n    --hash=sha256:' + 'a' * 64]))
    return text + draw(st.sampled_from(['', '', '  # as trained', '\n\n# above the next'])), normalise(name)


FILE = st.lists(lines(), min_size=1, max_size=6, unique_by=lambda item: item[1]).map(
    lambda items: '\n'.join(text for text, _ in items) + '\n'
)
STORED = st.sampled_from(['utf-8', 'utf-8-sig', 'utf-16', 'CRLF'])


def stored(text: str, how: str) -> bytes:
    """The bytes of a text in one of the ways that files of services are stored."""
    return text.replace('\n', '\r\n').encode() if how == 'CRLF' else text.encode(how)


def new_groups(files: dict[str, str | bytes]) -> dict[str, list[str]]:
    """The groups of the converted service as poetry-core reads them; nothing may be open."""
    conversion = converted(files)
    assert not conversion.open
    with tempfile.TemporaryDirectory() as folder:
        found = meaning(text_of(conversion), Path(folder))['groups']
    assert isinstance(found, dict)
    return found


def old_lines(files: dict[str, str | bytes], path: str) -> list[str]:
    """What pip reads in a file of the service."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data if isinstance(data, bytes) else data.encode())
        return sorted(set(pip_reads(Path(folder), path)[0]))


@settings(max_examples=150, deadline=None)
@given(FILE, STORED)
def test_requirements_as_pip_reads_them(text: str, how: str) -> None:
    """pip on the old file and poetry-core on the new one name the same requirements, in every encoding."""
    files: dict[str, str | bytes] = {'requirements.txt': stored(text, how)}
    assert new_groups(files)['main'] == old_lines(files, 'requirements.txt')


@settings(max_examples=60, deadline=None)
@given(FILE, FILE, FILE, STORED)
def test_includes_and_groups(base: str, more: str, dev: str, how: str) -> None:
    """Included files count where they are included; what developers need besides is a group."""
    named = {_name(line) for line in base.split('\n')} - {''}
    assume(not any(_name(line) in named for line in more.split('\n')))
    files: dict[str, str | bytes] = {
        'requirements.txt': stored(f'-r more/base.txt\n{base}', how),
        'more/base.txt': stored(more, how),
        'requirements-dev.txt': stored(f'-r requirements.txt\n{dev}', how),
    }
    groups = new_groups(files)
    assert groups['main'] == old_lines(files, 'requirements.txt')
    alone: dict[str, str | bytes] = {'requirements-dev.txt': dev}
    assert groups['dev'] == old_lines(alone, 'requirements-dev.txt')


def _name(line: str) -> str:
    return spelled(line.split(' \\')[0].split('  #')[0]).partition('[')[0] if line[:1].isalpha() else ''


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAME, SPECIFIER, st.sampled_from([[], ['standard'], ['b', 'a']]), MARKER), min_size=1, max_size=6,
                unique_by=lambda item: normalise(item[0])), st.booleans())  # fmt: skip
def test_pipfile(packages: list[tuple[str, str, list[str], str]], develop: bool) -> None:
    """A Pipfile says version, extras and markers apart; together they are the same requirement."""
    section = 'dev-packages' if develop else 'packages'
    written = [f'[{section}]']
    for name, specifier, extras, marker in packages:
        table = (
            {'version': specifier or '*'}
            | ({'extras': extras} if extras else {})
            | ({'markers': marker} if marker else {})
        )
        plain = not extras and not marker
        inline = ', '.join(f'{key} = {json.dumps(value)}' for key, value in table.items())
        written.append(f'{json.dumps(name)} = ' + (json.dumps(specifier or '*') if plain else f'{{{inline}}}'))
    expected = sorted(
        spelled(
            f'{name}{json.dumps(extras).replace(chr(34), "") if extras else ""}{specifier}{f" ; {marker}" if marker else ""}'
        )
        for name, specifier, extras, marker in packages
    )
    assert new_groups({'Pipfile': '\n'.join(written) + '\n'})['dev' if develop else 'main'] == expected


@settings(max_examples=60, deadline=None)
@given(FILE)
def test_pip_part_of_conda(text: str) -> None:
    """The pip part of an environment file is a requirements file in a list."""
    items = [line.split(' \\')[0].split('  #')[0].strip() for line in text.split('\n') if line[:1].isalpha()]
    listed = ''.join(f'      - {json.dumps(item)}\n' for item in items)
    files: dict[str, str | bytes] = {'environment.yml': f'name: x\ndependencies:\n  - python=3.9\n  - pip:\n{listed}'}
    assert new_groups(files)['main'] == sorted(map(spelled, items))


@settings(max_examples=60, deadline=None)
@given(FILE, FILE, st.sampled_from(['>=3.8', '>=3.7,<3.12', '!=3.9.*,>=3.8', '~=3.8']))
def test_setup_cfg(main: str, extra: str, python: str) -> None:
    """install_requires, an extra and python_requires of a setup.cfg, which pip reads as lines too."""

    def indented(text: str) -> str:
        return ''.join(
            f'    {line.split(chr(92))[0].split("  #")[0].strip()}\n' for line in text.split('\n') if line[:1].isalpha()
        )

    cfg = f'[metadata]\nname = svc\nversion = 1\n[options]\npython_requires = {python}\ninstall_requires =\n{indented(main)}'
    cfg += f'[options.extras_require]\nmore =\n{indented(extra)}'
    conversion = converted({'setup.cfg': cfg})
    data = tomllib.loads(text_of(conversion))['project']
    assert SpecifierSet(data['requires-python']) == SpecifierSet(python)
    assert sorted(map(spelled, data['dependencies'])) == sorted(
        spelled(line) for line in indented(main).split('\n') if line
    )
    assert sorted(map(spelled, data['optional-dependencies']['more'])) == sorted(
        spelled(line) for line in indented(extra).split('\n') if line
    )
