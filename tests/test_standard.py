"""Addresses, tags, mirrors and trust of a standard."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import git
from trueup.errors import ExitCode, Missing, Refusal, UserError
from trueup.model import Mode
from trueup.repo import repo_from_commit
from trueup.standard import Address, choose_tag, is_older, open_standard, parse_address, require_tagged, require_trust


@pytest.mark.parametrize(
    ('spelling', 'url', 'tag'),
    [
        ('https://example.com/acme/std.git', 'https://example.com/acme/std.git', ''),
        ('https://example.com/acme/std', 'https://example.com/acme/std.git', ''),
        ('https://example.com/acme/std.git@v1.0.0', 'https://example.com/acme/std.git', 'v1.0.0'),
        ('git+https://example.com/acme/std@1.2', 'https://example.com/acme/std.git', '1.2'),
        ('gh:acme/std@v2', 'https://github.com/acme/std.git', 'v2'),
        ('gl:acme/std', 'https://gitlab.com/acme/std.git', ''),
        ('git@example.com:acme/std.git', 'git@example.com:acme/std.git', ''),
        ('git@example.com:acme/std@v1.0', 'git@example.com:acme/std.git', 'v1.0'),
        ('ssh://git@example.com/acme/std.git@v1', 'ssh://git@example.com/acme/std.git', 'v1'),
        ('git+ssh://git@example.com/acme/std', 'ssh://git@example.com/acme/std.git', ''),
        ('/srv/std', '/srv/std', ''),
        ('/srv/std@v0.1.0', '/srv/std', 'v0.1.0'),
        ('file:///srv/std@v0.1.0', '/srv/std', 'v0.1.0'),
    ],
)
def test_every_spelling_gives_one_address(spelling: str, url: str, tag: str) -> None:
    """Services record one form, whatever a person typed."""
    assert parse_address(spelling) == Address(url, tag)


@pytest.mark.parametrize('spelling', ['../std', 'std', './std@v1', ''])
def test_a_relative_path_is_a_usage_error(spelling: str) -> None:
    """It would break the next stock update."""
    with pytest.raises(UserError) as caught:
        parse_address(spelling)
    assert caught.value.exit_code is ExitCode.USAGE


def test_credentials_in_the_address_are_refused() -> None:
    """They would be committed with the answers."""
    with pytest.raises(Refusal):
        parse_address('https://user:secret@example.com/acme/std.git')


def test_the_newest_release_is_chosen_and_a_pre_release_is_not(tmp_path: Path) -> None:
    """As Copier does."""
    git(tmp_path, 'init', '-q')
    for tag in ('v0.9.0', 'v0.10.0', 'v1.0.0rc1', 'other'):
        git(tmp_path, 'commit', '-q', '--allow-empty', '-m', tag)
        git(tmp_path, 'tag', tag)
    standard = open_standard(Address(str(tmp_path)))
    assert standard.tags() == ('v0.9.0', 'v0.10.0', 'v1.0.0rc1')
    assert choose_tag(standard, '') == 'v0.10.0'
    assert choose_tag(standard, '0.9.0') == 'v0.9.0'
    with pytest.raises(UserError, match="no tag '7'"):
        choose_tag(standard, '7')


def test_an_untagged_standard_is_refused_unless_dev(tmp_path: Path) -> None:
    """A service could not be updated from it later."""
    git(tmp_path, 'init', '-q')
    git(tmp_path, 'commit', '-q', '--allow-empty', '-m', 'start')
    with pytest.raises(UserError, match='no release tag'):
        choose_tag(open_standard(Address(str(tmp_path))), '')
    assert choose_tag(open_standard(Address(str(tmp_path)), dev=True), '').startswith('v0.0.0.dev')


def test_an_unreachable_standard_is_missing_but_a_mirror_that_has_the_tag_serves(tmp_path: Path) -> None:
    """`check` works on a train."""
    source = tmp_path / 'std'
    source.mkdir()
    git(source, 'init', '-q')
    git(source, 'commit', '-q', '--allow-empty', '-m', 'start')
    git(source, 'tag', 'v1.0.0')
    open_standard(Address(str(source)))
    source.rename(tmp_path / 'gone')
    assert open_standard(Address(str(source)), need='v1.0.0').commit('v1.0.0')
    with pytest.raises(Missing) as caught:
        open_standard(Address(str(source)), need='v2.0.0')
    assert caught.value.exit_code is ExitCode.MISSING
    with pytest.raises(Missing):
        open_standard(Address(str(tmp_path / 'never')))


def test_only_a_named_standard_is_trusted() -> None:
    """An answers file of a foreign repository must not choose what is rendered."""
    assert (
        require_trust('gh:acme/std', ['https://github.com/acme/std'], where='x').url
        == 'https://github.com/acme/std.git'
    )
    with pytest.raises(Refusal, match='nobody here trusts'):
        require_trust('https://evil.example/std.git', ['gh:acme/std'], where='.copier-answers.yml')


def test_versions_compare_by_pep_440() -> None:
    """v0.10 is newer than v0.9."""
    assert is_older('v0.9.0', 'v0.10.0') and not is_older('v1.0', 'v1.0')
    with pytest.raises(UserError):
        require_tagged('v0.1.0-1-g3e5412d', where='.copier-answers.yml')


def test_an_old_file_mode_is_a_plain_file(tmp_path: Path) -> None:
    """Trees of long ago hold 100664."""
    git(tmp_path, 'init', '-q')
    blob = subprocess.run(
        ['git', 'hash-object', '-w', '--stdin'], cwd=tmp_path, input=b'x\n', capture_output=True, check=True
    ).stdout.strip()
    tree = subprocess.run(
        ['git', 'hash-object', '-w', '-t', 'tree', '--literally', '--stdin'],
        cwd=tmp_path, input=b'100664 a.py\0' + bytes.fromhex(blob.decode()), capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    file = repo_from_commit(tmp_path, tree).file('a.py')
    assert file is not None and (file.data, file.mode) == (b'x\n', Mode.PLAIN)
