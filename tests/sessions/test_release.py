"""Releases: what they decide, and real ones in a scratch repository, of which nothing is pushed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from packaging.version import Version

from tests.sessions.test_nox import PYPROJECT, nox
from trueup.errors import Refusal, UserError
from trueup.sessions._changes import with_section
from trueup.sessions._options import Options, read_options
from trueup.sessions._version import bumped, line_of, read_version, snapshot, with_locked_version, with_version
from trueup.sessions.publish import address, credentials, ready
from trueup.sessions.release import require_ready, wanted

NOXFILE = 'from trueup.sessions import register\n\nregister()\n'
INDEX = 'https://packages.example.com/upload/'
Git = Callable[..., str]


@pytest.fixture(name='service')
def fixture_service(tmp_path: Path) -> Path:
    """A service with one commit on main."""
    root = tmp_path / 'tiny'
    files = {
        'noxfile.py': NOXFILE,
        'pyproject.toml': PYPROJECT.replace('version = "1"', "version = '0.1.0'  # the only place"),
        '.gitignore': 'dist/\n.nox/\n__pycache__/\n',
        'README.md': '# Tiny\n\nSee [more](docs/more.md).\n',
        'docs/more.md': '# More\n\nBack to [Tiny](../README.md#tiny), or [away](https://example.com/x.md).\n',
        'src/tiny/__init__.py': '"""Tiny."""\n\n\ndef double(number: int) -> int:\n    """Twice."""\n    return 2 * number\n',
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    git(root, 'init', '-q', '-b', 'main')
    for key, value in {'user.name': 'T', 'user.email': 't@example.com', 'commit.gpgsign': 'false'}.items():
        git(root, 'config', key, value)
    commit(root, 'feat: start')
    return root


def git(root: Path, *arguments: str) -> str:
    """What Git says."""
    return subprocess.run(['git', *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, message: str) -> None:
    """Everything that changed, or nothing, under a message."""
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '--allow-empty', '-m', message)


def options(root: Path) -> Options:
    """As the sessions read them."""
    return read_options(root.resolve())


@pytest.mark.parametrize(
    ('version', 'part', 'expected'),
    [('0.1.0', 'patch', '0.1.1'), ('0.1.9', 'minor', '0.2.0'), ('1.2.3', 'major', '2.0.0'), ('1.2', 'patch', '1.2.1')],
)
def test_parts(version: str, part: str, expected: str) -> None:
    """What follows the changed part begins anew."""
    assert bumped(Version(version), part) == Version(expected)


@pytest.mark.parametrize('words', [['0.2'], ['1.0.0rc1'], ['next'], ['minor', 'x'], ['1.0.0+local']])
def test_odd_arguments(words: list[str]) -> None:
    """What no release is called."""
    with pytest.raises(UserError):
        wanted(words)
    assert [wanted([]), wanted(['minor']), wanted(['v1.2.3'])] == ['', 'minor', '1.2.3']


def test_version_stands_in_one_place(service: Path) -> None:
    """Only the value changes; a version that stands elsewhere is refused."""
    text = (service / 'pyproject.toml').read_text()
    assert with_version(text, '0.2.0') == text.replace("'0.1.0'", '"0.2.0"')
    (service / 'pyproject.toml').write_text(text.replace("version = '0.1.0'", 'dynamic = ["version"]'))
    with pytest.raises(UserError, match=r'no version under \[project\]'):
        read_version(options(service))


def test_version_in_the_lock() -> None:
    """uv keeps the service's own version in its lock, as an entry that is installed from the folder."""
    entry = '[[package]]\nname = "my-tiny"\nversion = "{}"\nsource = {{ {} }}\n'
    text = entry.format('0.1.0', 'registry = "x"') + entry.format('0.1.0', 'editable = "."')
    changed = entry.format('0.1.0', 'registry = "x"') + entry.format('0.2.0', 'editable = "."')
    assert with_locked_version(text, 'My_Tiny', '0.2.0') == changed


@pytest.mark.parametrize(
    ('old', 'expected'),
    [
        ('', '# Changelog\n\n## 0.2.0 - 2026-01-02\n\n- x\n'),
        ('# Ours\n\nWords.\n', '# Ours\n\nWords.\n\n## 0.2.0 - 2026-01-02\n\n- x\n'),
        ('# C\n\n## 0.1.0\n\n- a\n', '# C\n\n## 0.2.0 - 2026-01-02\n\n- x\n\n## 0.1.0\n\n- a\n'),
        (
            '# C\n\n## [Unreleased]\n\n- own\n\n## 0.1.0\n',
            '# C\n\n## [Unreleased]\n\n- own\n\n## 0.2.0 - 2026-01-02\n\n- x\n\n## 0.1.0\n',
        ),
    ],
)
def test_changelog_grows_at_the_top(old: str, expected: str) -> None:
    """What a team wrote stays where it stands."""
    assert with_section(old, '0.2.0', '- x\n', date(2026, 1, 2)) == expected


def test_snapshots_lie_between_releases(service: Path) -> None:
    """Less than the release to come, greater than the last one, growing with each commit; without tags too."""
    found = [snapshot(options(service), line_of(options(service)))]
    commit(service, 'chore(release): v0.1.0')
    git(service, 'tag', '-a', '-m', 'x', 'v0.1.0')
    found += [Version('0.1.0'), snapshot(options(service), line_of(options(service)))]
    commit(service, 'fix: x')
    found += [snapshot(options(service), line_of(options(service))), Version('0.1.1')]
    assert found == sorted(found) and len(set(found)) == len(found)
    git(service, 'tag', '-d', 'v0.1.0')
    assert snapshot(options(service), line_of(options(service))) == found[3]


def test_line_of_tags(service: Path) -> None:
    """Tags begin with v, but in a repository that never had it; those of a folder with the service's name."""
    assert line_of(options(service)).prefix == 'v'
    git(service, 'tag', '1.0.0')
    assert line_of(options(service)).prefix == ''
    assert line_of(options(service)).newest() == Version('1.0.0')
    git(service, 'tag', 'v1.1.0')
    assert line_of(options(service)).prefix == 'v'
    inner = service / 'services/inner'
    inner.mkdir(parents=True)
    (inner / 'pyproject.toml').write_text('[project]\nname = "inner"\nversion = "2.0.0"\n')
    assert (line_of(options(inner)).prefix, line_of(options(inner)).folder) == ('inner-v', 'services/inner')
    assert line_of(options(inner)).newest() is None


def test_refusals(service: Path, tmp_path: Path) -> None:
    """A release holds what the team has agreed on: all of main, nothing else."""
    assert require_ready(options(service)) == 'main'
    clone = tmp_path / 'clone'
    git(service, 'clone', '-q', str(service), str(clone))
    commit(service, 'feat: elsewhere')
    git(clone, 'fetch', '-q')
    with pytest.raises(Refusal, match='main is 1 commit'):
        require_ready(options(clone))
    git(service, 'switch', '-q', '-c', 'topic')
    with pytest.raises(Refusal, match='HEAD is on topic, releases are made from main'):
        require_ready(options(service))
    git(service, 'switch', '-q', '--detach')
    with pytest.raises(Refusal, match='HEAD is detached'):
        require_ready(options(service))
    (service / 'new.txt').write_text('x')
    with pytest.raises(Refusal, match=r'new.txt: 1 file\(s\) are not committed'):
        require_ready(options(service))


def test_publishing_needs_a_tag(service: Path) -> None:
    """A final version is uploaded from its tag only; what an older build left in dist/ never is."""
    (service / 'dist').mkdir()
    for name in ('tiny-0.1.0-py3-none-any.whl', 'tiny-0.1.0.tar.gz', 'tiny-0.1.0.dev1.tar.gz', 'other-0.1.0.tar.gz'):
        (service / 'dist' / name).touch()
    with pytest.raises(Refusal, match='HEAD does not bear the tag v0.1.0'):
        ready(options(service), between=False)
    assert [path.name for path in ready(options(service), between=True)] == ['tiny-0.1.0.dev1.tar.gz']
    git(service, 'tag', '-a', '-m', 'x', 'v0.1.0')
    names = [path.name for path in ready(options(service), between=False)]
    assert names == ['tiny-0.1.0-py3-none-any.whl', 'tiny-0.1.0.tar.gz']
    commit(service, 'fix: x')
    with pytest.raises(Refusal, match='does not bear'):
        ready(options(service), between=False)


def test_who_uploads(tmp_path: Path) -> None:
    """Of the variables of twine, Poetry and uv the first that is set, else the netrc file."""
    path = tmp_path / 'netrc'
    path.write_text('machine packages.example.com login zoe password s3cret\n')
    path.chmod(0o600)
    found = {'TWINE_USERNAME': 'zoe', 'TWINE_PASSWORD': 's3cret'}
    assert credentials(INDEX, {'NETRC': str(path)}) == found
    assert credentials('https://elsewhere.example.com/', {'NETRC': str(path)}) == {}
    assert credentials(INDEX, {'NETRC': str(tmp_path / 'none')}) == {}
    poetry = {'POETRY_HTTP_BASIC_COMPANY_USERNAME': 'p', 'POETRY_HTTP_BASIC_COMPANY_PASSWORD': 'q', 'NETRC': str(path)}
    assert credentials(INDEX, poetry) == {'TWINE_USERNAME': 'p', 'TWINE_PASSWORD': 'q'}
    path.write_text('machine\n')
    with pytest.raises(UserError, match='not a netrc file'):
        credentials(INDEX, {'NETRC': str(path)})


def test_where_to(service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address stands in pyproject.toml or in the environment, and never holds a password: it is logged."""
    monkeypatch.delenv('TWINE_REPOSITORY_URL', raising=False)
    with pytest.raises(UserError, match='no index to publish to'):
        address(options(service))
    with (service / 'pyproject.toml').open('a') as stream:
        stream.write(f'\n[tool.trueup.sessions]\npublish_url = "{INDEX}"\n')
    assert address(options(service)) == INDEX
    monkeypatch.setenv('TWINE_REPOSITORY_URL', 'https://zoe:s3cret@packages.example.com/')
    with pytest.raises(UserError, match='credentials in the address') as error:
        address(options(service))
    assert 's3cret' not in str(error.value)


@pytest.mark.e2e
@pytest.mark.network
def test_release_session_makes_tag_changelog_wheel_and_bill(service: Path) -> None:
    """One commit, one annotated tag, a wheel of that version; again there is nothing to release; a dirty tree is refused."""
    done = nox(service, '-s', 'release')
    assert done.code == 0, done.output
    assert git(service, 'log', '--format=%s') == 'chore(release): v0.1.0\nfeat: start'
    assert git(service, 'cat-file', '-t', 'v0.1.0') == 'tag'
    assert git(service, 'status', '--porcelain') == ''
    text = (service / 'CHANGELOG.md').read_text()
    assert text.startswith('# Changelog\n\n## 0.1.0 - ') and text.endswith('\n\n### Added\n\n- start\n')
    assert {path.name for path in (service / 'dist').iterdir()} == {'tiny-0.1.0-py3-none-any.whl', 'tiny-0.1.0.tar.gz'}
    bill = json.loads((service / 'reports/sbom.json').read_text())
    assert (bill['bomFormat'], bill['metadata']['component']['version']) == ('CycloneDX', '0.1.0')
    assert 'nothing was pushed' in done.output

    again = nox(service, '-s', 'release')
    assert (again.code, again.summary['sessions'][0]['status']) == (0, 'skipped')
    commit(service, 'docs: x')
    assert nox(service, '-s', 'release').summary['sessions'][0]['status'] == 'skipped'
    assert git(service, 'tag') == 'v0.1.0'

    (service / 'src/tiny/more.py').write_text('"""More."""\n')
    dirty = nox(service, '-s', 'release')
    assert dirty.code == 1 and 'src/tiny/more.py: 1 file(s) are not committed' in dirty.output

    commit(service, 'feat(api)!: two numbers\n\nNobody asked.')
    commit(service, 'fix: a [bracket] & <b>')
    done = nox(service, '-s', 'release')
    assert done.code == 0, done.output
    assert git(service, 'describe') == 'v0.2.0'
    section = (service / 'CHANGELOG.md').read_text().split('## 0.1.0')[0]
    assert '### Added\n\n- **breaking** api: two numbers\n\n### Fixed\n\n- a [bracket] & <b>\n' in section
    assert "version = \"0.2.0\"  # the only place" in (service / 'pyproject.toml').read_text()


@pytest.mark.e2e
@pytest.mark.network
def test_failing_release_leaves_nothing(service: Path) -> None:
    """A wheel that can't be built, or a hook that says no: version, changelog, index and tags are what they were."""
    hook = service / '.git/hooks/commit-msg'
    hook.write_text('#!/bin/sh\necho refused by the hook >&2\nexit 1\n')
    hook.chmod(0o755)
    done = nox(service, '-s', 'release')
    assert done.code == 1 and 'refused by the hook' in done.output
    assert (git(service, 'status', '--porcelain'), git(service, 'tag'), (service / 'CHANGELOG.md').exists()) == (
        '',
        '',
        False,
    )
    hook.unlink()
    (service / 'src/tiny/__init__.py').unlink()
    commit(service, 'fix: empty')
    done = nox(service, '-s', 'release')
    assert done.code == 1 and not git(service, 'tag') and not git(service, 'status', '--porcelain')


@pytest.mark.e2e
@pytest.mark.network
def test_docs_session_links_pages(service: Path) -> None:
    """The API by pdoc and the Markdown pages beside it; links between pages lead to HTML, others stay."""
    done = nox(service, '-s', 'docs')
    assert done.code == 0, done.output
    folder = service / 'reports/docs'
    assert 'def</span>' in (folder / 'tiny.html').read_text()
    assert 'href="docs/more.html"' in (folder / 'README.html').read_text()
    more = (folder / 'docs/more.html').read_text()
    assert 'href="../README.html#tiny"' in more and 'href="https://example.com/x.md"' in more
    assert 'href="README.html">Tiny' in (folder / 'index.html').read_text()


@pytest.mark.e2e
@pytest.mark.network
def test_snapshot_is_built_from_what_is_tracked(service: Path) -> None:
    """The wheel bears the snapshot's version; the service's own files stay as they are."""
    done = nox(service, '-s', 'build', '--', '--snapshot')
    assert done.code == 0, done.output
    assert (service / 'dist/tiny-0.1.0.dev1-py3-none-any.whl').is_file()
    assert git(service, 'status', '--porcelain') == ''
