"""Image and chart pushed to a real registry, with a password and TLS: the chart names the image by its digest."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.conftest import git
from tests.sessions.test_helm import CHART
from tests.sessions.test_nox import NOXFILE, nox

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.network,
    pytest.mark.skipif(
        not all(map(shutil.which, ('buildah', 'docker-registry', 'openssl', 'perl'))),
        reason='needs buildah, docker-registry, openssl and perl',
    ),
]
USER, PASSWORD = 'robot', 's3cr3t-of-the-registry'
FILE = (
    'ARG BASE_IMAGE=scratch\nFROM ${BASE_IMAGE}\nCOPY pyproject.toml /\nUSER 10001:10001\nARG VERSION=0 REVISION=none\n'
)
CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: "127.0.0.1:{port}", tls: {{certificate: {folder}/cert.pem, key: {folder}/key.pem}}}}
auth: {{htpasswd: {{realm: registry, path: {folder}/htpasswd}}}}
"""


class Registry(NamedTuple):
    """A registry that runs."""

    host: str
    certificate: Path

    def get(self, path: str, accept: str = '*/*') -> tuple[bytes, str]:
        """Content and digest of something in it."""
        known = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
        headers = {'Authorization': f'Basic {known}', 'Accept': accept}
        context = ssl.create_default_context(cafile=str(self.certificate))
        request = urllib.request.Request(f'https://{self.host}/v2/{path}', headers=headers)
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return answer.read(), answer.headers.get('Docker-Content-Digest', '')


@pytest.fixture(name='registry')
def fixture_registry(tmp_path: Path) -> Iterator[Registry]:
    """Debian's registry, with a certificate that nobody but the test trusts."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    folder = tmp_path / 'registry'
    folder.mkdir()
    words = [
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
    ]
    subprocess.run(
        ['openssl', 'req', '-x509', *words, '-keyout', 'key.pem', '-out', 'cert.pem'],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    script = f'print crypt("{PASSWORD}", q($2y$05$abcdefghijklmnopqrstuu))'
    hashed = subprocess.run(['perl', '-e', script], check=True, capture_output=True, text=True).stdout
    (folder / 'htpasswd').write_text(f'{USER}:{hashed}\n')
    (folder / 'config.yml').write_text(CONFIG.format(folder=folder, port=port))
    registry = Registry(f'localhost:{port}', folder / 'cert.pem')
    with (folder / 'log').open('w') as log:
        process = subprocess.Popen(['docker-registry', 'serve', str(folder / 'config.yml')], stdout=log, stderr=log)
        try:
            for _ in range(100):
                try:
                    registry.get('')
                    break
                except OSError:
                    time.sleep(0.1)
            yield registry
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(name='root')
def fixture_root(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service at version 1.2.3 with an image and a chart, whose owner has logged in to the registry."""
    storage = f'driver = "vfs"\ngraphroot = "{tmp_path}/graph"\nrunroot = "{tmp_path}/run"\n'
    (tmp_path / 'storage.conf').write_text(f'[storage]\n{storage}')
    trusted = tmp_path / 'trusted.pem'
    known = os.environ.get('SSL_CERT_FILE') or ssl.get_default_verify_paths().cafile or ''
    trusted.write_text(registry.certificate.read_text() + (Path(known).read_text() if Path(known).is_file() else ''))
    variables = {
        'BUILDAH_ISOLATION': 'chroot', 'CONTAINERS_STORAGE_CONF': str(tmp_path / 'storage.conf'),
        'REGISTRY_AUTH_FILE': str(tmp_path / 'auth.json'), 'SSL_CERT_FILE': str(trusted),
        'REGISTRY_USERNAME': USER, 'REGISTRY_PASSWORD': PASSWORD, 'HOME': str(tmp_path),
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    login = ['buildah', 'login', '--username', USER, '--password-stdin', registry.host]
    subprocess.run(login, input=PASSWORD, check=True, capture_output=True, text=True)
    root = tmp_path / 'service'
    project = '[project]\nname = "tiny"\nversion = "1.2.3"\n[tool.trueup.sessions]\n'
    files = {f'chart/{name}': text for name, text in CHART.items()} | {
        'pyproject.toml': f'{project}image = "{registry.host}/ml/tiny"\n',
        'noxfile.py': NOXFILE.format(''),
        'Dockerfile': FILE,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (['init', '--quiet'], ['add', '--all'], ['commit', '--quiet', '-m', 'feat: start'], ['tag', 'v1.2.3']):
        git(root, *words)
    return root


def test_image_and_chart_are_pushed_and_bound(registry: Registry, root: Path, tmp_path: Path) -> None:
    """Under the version, a snapshot's too; the packed chart runs the very image that was pushed; no password is shown."""
    done = nox(root, '-s', 'image', 'helm', '--', '--push')
    assert done.code == 0, done.output
    assert PASSWORD not in done.output
    report = json.loads((root / 'reports/image.json').read_text())
    manifest, digest = registry.get(
        'ml/tiny/manifests/1.2.3',
        'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    )
    assert (report['tag'], report['digest']) == ('1.2.3', digest)
    assert json.loads(manifest)['layers']
    chart, _ = registry.get('ml/charts/tiny/manifests/1.2.3', 'application/vnd.oci.image.manifest.v1+json')
    (layer,) = json.loads(chart)['layers']
    archive = tmp_path / 'chart.tgz'
    archive.write_bytes(registry.get(f'ml/charts/tiny/blobs/{layer["digest"]}')[0])
    shutil.unpack_archive(archive, tmp_path / 'pulled')
    assert yaml.safe_load((tmp_path / 'pulled/tiny/values.yaml').read_text())['image']['digest'] == digest

    (root / 'README').write_text('more')
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', '-m', 'feat: more')
    refused = nox(root, '-s', 'image', '--', '--push')
    assert refused.code == 1 and 'HEAD does not bear the tag v1.2.3' in refused.output
    snapshot = nox(root, '-s', 'image', 'helm', '--', '--snapshot', '--push')
    assert snapshot.code == 0, snapshot.output
    assert sorted(json.loads(registry.get('ml/tiny/tags/list')[0])['tags']) == ['1.2.3', '1.2.4-dev.2']
    assert sorted(json.loads(registry.get('ml/charts/tiny/tags/list')[0])['tags']) == ['1.2.3', '1.2.4-dev.2']
