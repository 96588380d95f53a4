"""The one error boundary: every command has a page of help, every mistake one line and its exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import trueup.lifecycle.check as room
from tests.conftest import git
from trueup.cli.main import COMMANDS, main


@pytest.mark.parametrize('name', sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that are imported late."""
    assert main([name, '--help']) == 0
    assert 'Usage: trueup' in capsys.readouterr().out


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Without importing any of them."""
    assert main(['--help']) == 0
    said = capsys.readouterr().out
    assert all(f'  {name} ' in said for name in COMMANDS)


@pytest.mark.parametrize(
    'arguments',
    [['frobnicate'], ['check', '--no-such-option'], ['adopt', '--answer', 'nonsense'], ['check', '--format', 'x']],
)
def test_wrong_usage_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error; standard output is data."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == '' and 'Error' in captured.err


def test_an_internal_error_names_a_log_and_is_exit_70(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback goes to the log, not to the terminal."""

    def broken(*_: object) -> None:
        raise RuntimeError('out of cheese')

    monkeypatch.setattr(room, 'open_service', broken)
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    assert main(['check', str(tmp_path)]) == 70
    said = capsys.readouterr().err
    assert 'out of cheese' in said and 'Traceback' not in said
    assert 'Traceback' in next(tmp_path.glob('trueup-*.log')).read_text()


def test_a_closed_pipe_is_no_error() -> None:
    """`trueup --help | head -1`."""
    done = subprocess.run(
        f'{sys.executable} -m trueup --help | head -1', shell=True, capture_output=True, text=True, check=True
    )
    assert done.stderr == '' and done.stdout.startswith('Usage')


def test_a_malformed_user_configuration_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything else happens."""
    (tmp_path / 'config.toml').write_text('standard = [')
    monkeypatch.setenv('TRUEUP_CONFIG', str(tmp_path / 'config.toml'))
    assert main(['check', str(tmp_path)]) == 2
    assert 'config.toml: not valid TOML' in capsys.readouterr().err


def test_a_disk_that_can_not_be_written_is_no_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the place, and how to move the cache."""
    (tmp_path / 'file').write_text('', encoding='utf-8')
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'file'))
    service = tmp_path / 'service'
    service.mkdir()
    (service / 'a.py').write_text('', encoding='utf-8')
    git(service, 'init', '-q')
    git(service, 'add', '-A')
    git(service, 'commit', '-qm', 'x')
    assert main(['adopt', str(service), '--defaults', '--standard', str(service)]) == 2
    said = capsys.readouterr().err
    assert f'trueup: {tmp_path}/file/' in said and 'Not a directory' in said and 'TRUEUP_CACHE' in said
