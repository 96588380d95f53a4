"""The session `image`: which program builds, with what, and what is wrong with the result; with buildah for real."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import git
from tests.sessions.test_nox import NOXFILE, nox
from trueup.errors import Refusal, UserError
from trueup.sessions._delivery import semantic, tag_of
from trueup.sessions._options import read_options
from trueup.sessions._version import Version
from trueup.sessions.image import arguments, builder, name_of, problems

PYPROJECT = '[project]\nname = "Tiny_Service"\nversion = "1.2.3"\n'
FILE = (
    'ARG BASE_IMAGE=scratch\nFROM ${BASE_IMAGE}\nCOPY pyproject.toml /\nUSER 10001:10001\nARG VERSION=0 REVISION=none\n'
)


@pytest.mark.parametrize(
    ('here', 'expected'),
    [(set(), None), ({'docker', 'buildah'}, 'docker'), ({'podman', 'buildah'}, 'podman'), ({'buildah'}, 'buildah')],
)
def test_who_builds(here: set[str], expected: str | None) -> None:
    """The first that answers; a docker client without its daemon does not."""
    found = builder(lambda command: command[0] in here and command[1] == 'info')
    assert (found.program if found else None) == expected


def test_arguments(tmp_path: Path) -> None:
    """Only what the Dockerfile asks for; credentials as a file that is mounted, never as an argument."""
    netrc = tmp_path / 'netrc'
    known = {'VERSION': '1.2.3', 'REVISION': ''}
    text = 'ARG BASE_IMAGE VERSION=0 REVISION=x\nRUN --mount=type=secret,id=netrc pip install .\n'
    assert arguments(text, known, netrc=netrc) == ['--build-arg', 'VERSION=1.2.3']
    netrc.write_text('machine a login b password hidden')
    assert arguments(text, known, netrc=netrc)[2:] == ['--secret', f'id=netrc,src={netrc}']
    assert not arguments('FROM x\nRUN echo VERSION\n', known, netrc=netrc)


@pytest.mark.parametrize(
    ('document', 'expected'),
    [
        ([{'Config': {'User': '10001:10001'}}], []),
        ([{'Config': {'User': ''}}], ['the image runs as root (without USER)']),
        ([{'Config': {'User': '0:0'}}], ['the image runs as root (USER 0)']),
        ({'Docker': {'config': {'User': 'root'}}}, ['the image runs as root (USER root)']),
        ({'Docker': {'config': {'User': 'nobody'}}}, []),
    ],
)
def test_problems(document: object, expected: list[str]) -> None:
    """What docker and podman say, and what buildah says."""
    assert problems(document) == expected


@pytest.mark.parametrize(
    ('version', 'expected'),
    [('1.2', '1.2.0'), ('1.2.3.dev4', '1.2.3-dev.4'), ('1.2.3rc1', '1.2.3-rc.1'), ('1.2.3.post1', '1.2.3-post.1')],
)
def test_semantic(version: str, expected: str) -> None:
    """Registries take no `+`, Helm nothing but semantic versions."""
    assert semantic(Version(version)) == expected


def test_name_and_version(tmp_path: Path) -> None:
    """The service's own name without a registry; a release is pushed only from its tag, a snapshot from anywhere."""
    (tmp_path / 'pyproject.toml').write_text(PYPROJECT)
    git(tmp_path, 'init', '--quiet')
    git(tmp_path, 'add', '--all')
    git(tmp_path, 'commit', '--quiet', '-m', 'feat: start')
    options = read_options(tmp_path)
    assert (name_of(options), tag_of(options, [])) == ('tiny_service', '1.2.3')
    with pytest.raises(UserError, match='no registry'):
        tag_of(options, ['--push'])
    (tmp_path / 'pyproject.toml').write_text(
        PYPROJECT + '[tool.trueup.sessions]\nimage = "registry.example.com:5000/ml/tiny"\n'
    )
    options = read_options(tmp_path)
    assert name_of(options) == 'registry.example.com:5000/ml/tiny'
    with pytest.raises(Refusal, match='HEAD does not bear the tag v1.2.3'):
        tag_of(options, ['--push'])
    assert tag_of(options, ['--push', '--snapshot']) == '1.2.3-dev.1'
    git(tmp_path, 'tag', 'v1.2.3')
    assert tag_of(options, ['--push']) == '1.2.3'


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which('buildah') is None, reason='needs buildah')
def test_session_with_buildah(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It builds, says which image, and fails for one that runs as root."""
    monkeypatch.setenv('BUILDAH_ISOLATION', 'chroot')
    (tmp_path / 'storage.conf').write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/graph"\nrunroot = "{tmp_path}/run"\n'
    )
    monkeypatch.setenv('CONTAINERS_STORAGE_CONF', str(tmp_path / 'storage.conf'))
    root = tmp_path / 'service'
    root.mkdir()
    for name, text in {'pyproject.toml': PYPROJECT, 'noxfile.py': NOXFILE.format(''), 'Dockerfile': FILE}.items():
        (root / name).write_text(text)
    good = nox(root, '-s', 'image')
    assert good.code == 0, good.output
    assert good.summary['sessions'][0]['note'].startswith('tiny_service:1.2.3, by ')
    report = json.loads((root / 'reports/image.json').read_text())
    assert (report['image'], report['tag'], report['digest']) == ('tiny_service', '1.2.3', '')
    assert 'the base image scratch is not pinned by its digest' in good.output
    (root / 'Dockerfile').write_text(FILE.replace('USER 10001:10001\n', ''))
    bad = nox(root, '-s', 'image')
    assert bad.code == 1 and 'the image runs as root (without USER)' in bad.output, bad.output
    (root / 'Dockerfile').unlink()
    assert nox(root, '-s', 'image').summary['sessions'][0]['note'] == 'no Dockerfile'
