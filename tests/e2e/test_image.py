"""The image, really built and really run: from the lock, without secrets, not larger than it must be, as nobody."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

from tests.support.buildah import BASE, Buildah, Container, is_possible, size
from tests.support.index import Index, private_index
from tests.support.rendering import quiet_git, render

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.network,
    pytest.mark.skipif(not is_possible(), reason='needs root, buildah and debootstrap'),
]
MEGABYTE = 1_000_000
NAME = 'localhost/churn-service:poetry'


class Build(NamedTuple):
    """Where is built, with which index and which credentials."""

    buildah: Buildah
    index: Index
    wheels: Path
    netrc: Path

    def build(self, root: Path, name: str = NAME, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Build a service with the credentials as a secret."""
        return self.buildah.build(root, name, '--secret', f'id=netrc,src={self.netrc}', *arguments)


def download(wheels: Path, *requirements: str) -> None:
    """Archives for the Python of the base image."""
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--dest', str(wheels)]
    subprocess.run([*command, '--only-binary=:all:', '--python-version=3.11', *requirements], check=True)


@pytest.fixture(name='build', scope='module')
def fixture_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A builder with a base image, and a private index that will hold what is needed."""
    folder = tmp_path_factory.mktemp('images')
    buildah = Buildah(folder)
    buildah.make_base()
    (folder / 'wheels').mkdir()
    with private_index(folder / 'wheels') as index:
        netrc = folder / 'netrc'
        netrc.write_text(f'machine 127.0.0.1 login {index.user} password {index.password}\n')
        netrc.chmod(0o600)
        yield Build(buildah, index, folder / 'wheels', netrc)
    for container in buildah('containers', '--quiet').split():
        buildah('umount', container)
        buildah('rm', container)


def wanted(line: str) -> str:
    """A requirement that a lock for Python 3.11 may name, on whatever system; '' for another."""
    found = Requirement(line)
    systems = [{'sys_platform': 'linux', 'os_name': 'posix'}, {'sys_platform': 'win32', 'os_name': 'nt'}]
    pythons = {'python_version': '3.11', 'python_full_version': '3.11.9'}
    fits = found.marker is None or any(found.marker.evaluate(pythons | each) for each in systems)
    return f'{found.name}{found.specifier}' if fits else ''


def make_service(build: Build, standard: Path, root: Path, *, packaging: str) -> Path:
    """A service with a lock from the private index."""
    with quiet_git(root.parent):
        render(standard, root, packaging=packaging, package_index_url=build.index.url)
    project = root / 'pyproject.toml'
    project.write_text(project.read_text().replace('requires-python = ">=3.11"', 'requires-python = ">=3.11,<3.12"'))
    command = ['uv', 'pip', 'compile', '--quiet', '--universal', '--python-version=3.11', '--group=test', '--no-header']
    # The lock is made from the private index; what may be in it is asked of the public one.
    shutil.copytree(root, public := root.parent / 'public')
    (public / 'pyproject.toml').write_text(re.sub(r'(?ms)^\[\[tool\..*?^$', '', project.read_text()))
    out = subprocess.run(
        [*command, '--no-annotate', 'pyproject.toml'], cwd=public, check=True, capture_output=True, text=True
    ).stdout
    download(build.wheels, '--no-deps', *filter(None, map(wanted, out.splitlines())))
    download(build.wheels, 'poetry==2.5.1' if packaging == 'poetry' else 'uv==0.13.9', 'hatchling')
    own = {
        'NETRC': str(build.netrc),
        'POETRY_CACHE_DIR': str(root.parent / 'c'),
        'UV_CACHE_DIR': str(root.parent / 'c'),
    }
    dropped = ('POETRY_PYPI_MIRROR_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL')
    environment = {name: value for name, value in os.environ.items() if name not in dropped} | own
    subprocess.run([packaging, 'lock'], cwd=root, check=True, env=environment, capture_output=True)
    return root


@pytest.fixture(name='service', scope='module')
def fixture_service(build: Build, standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service on Poetry whose image is built, with the log beside it."""
    root = make_service(build, standard, tmp_path_factory.mktemp('poetry') / 'churn-service', packaging='poetry')
    done = build.build(root, NAME, '--build-arg', 'VERSION=0.1.0', '--build-arg', 'REVISION=abc')
    assert done.returncode == 0, done.stdout
    (root.parent / 'build.log').write_text(done.stdout)
    return root


@pytest.fixture(name='container')
def fixture_container(build: Build, service: Path, tmp_path: Path) -> Container:
    """A container with a folder for models that the image's user may write to."""
    assert service.is_dir()
    os.chown(tmp_path, 10001, 10001)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    return Container(build.buildah.image(NAME), build.buildah.unpack(NAME), tmp_path)


def status(url: str) -> int:
    """Status of an answer, 0 for none."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def wait_for(url: str, wanted: int) -> None:
    """Until an address answers so."""
    for _ in range(300):
        if status(url) == wanted:
            return
        time.sleep(0.2)
    pytest.fail(f'{url} answers {status(url)}, not {wanted}')


def test_image_runs_as_nobody_on_a_read_only_root(container: Container) -> None:
    """It trains into a mounted folder, becomes ready, is healthy by its own check, and stops when told."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    code, out = container.run('python', '-m', 'churn_service.models.train', read_only=False)
    assert code == 0, out
    for place, ids in (('/app/x', ''), ('/app/artifacts/x', ''), ('/app/x', '0:0'), ('/etc/x', '0:0')):
        code, out = container.run('touch', place, ids=ids)
        assert (code, 'Read-only file system' in out) == (1, True)
    process = container.start(container.image.config['Cmd'], APP_ENVIRONMENT='production', APP_SERVER__PORT=port)
    try:
        wait_for(f'http://127.0.0.1:{port}/readyz', 200)
        running = Path(f'/proc/{process.pid}')
        assert re.search(r'^Uid:\t10001\t10001\t10001\t10001$', (running / 'status').read_text(), re.MULTILINE)
        assert (running / 'cmdline').read_text().split('\0')[:3] == ['python', '-m', 'churn_service']
        check = container.image.config['Healthcheck']['Test']
        assert check[0] == 'CMD'
        assert container.run(*check[1:], APP_SERVER__PORT=port)[0] == 0
        assert container.run(*check[1:], APP_SERVER__PORT='1')[0] != 0
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=40)
        assert '"stopped"' in out
    finally:
        process.kill()


def test_image_says_what_it_is(container: Container) -> None:
    """Labels of the OCI, the user, the port; neither tools nor sources of the build."""
    labels = {name.rpartition('.')[2]: value for name, value in container.image.config['Labels'].items()}
    assert (labels['title'], labels['version'], labels['revision']) == ('churn-service', '0.1.0', 'abc')
    assert labels['name'] == BASE
    assert (container.image.config['User'], list(container.image.config['ExposedPorts'])) == (
        '10001:10001',
        ['8000/tcp'],
    )
    assert {path.name for path in (container.root / 'app').iterdir()} <= {'.venv', 'service', 'config', 'artifacts'}
    code, out = container.run(
        'python', '-c', 'import importlib.metadata as m; print(*(d.name for d in m.distributions()))'
    )
    assert code == 0
    assert 'churn-service' in out.split()
    assert not {'poetry', 'uv', 'pip', 'hatchling', 'setuptools', 'pytest'} & {name.lower() for name in out.split()}
    assert not (container.root / 'opt' / 'poetry').exists()


def test_image_holds_the_base_and_the_lock(build: Build, service: Path, container: Container) -> None:
    """No more than 5 MB above the base image with the locked packages as pip installs them."""
    locked = tomllib.loads((service / 'poetry.lock').read_text())['package']
    main = [f'{each["name"]}=={each["version"]}' for each in locked if 'main' in each['groups']]
    plain = build.buildah('from', '--pull-never', BASE)
    before = size(Path(build.buildah('mount', plain)))
    here = [name for name in main if any(build.wheels.glob(f'{name.partition("==")[0].replace("-", "_")}-*'))]
    command = (
        f'python -m venv /venv && /venv/bin/pip install --no-index --no-deps --find-links /wheels {" ".join(here)}'
    )
    install = f'{command} && /venv/bin/pip uninstall --yes pip setuptools'
    build.buildah(
        'run', '--isolation', 'chroot', '--volume', f'{build.wheels}:/wheels', plain, '--', 'sh', '-c', install
    )
    installed = size(Path(build.buildah('mount', plain))) - before
    image = size(Path(build.buildah.unpack(NAME)))
    more = (image - before - installed) / MEGABYTE
    sys.stdout.write(
        f'base {before / MEGABYTE:.1f} MB, lock {installed / MEGABYTE:.1f} MB, image {image / MEGABYTE:.1f} MB, '
    )
    sys.stdout.write(f'more {more:.1f} MB\n')
    assert more <= 5
    assert container.root.is_dir()


def test_no_secret_is_in_layers_or_logs(build: Build, service: Path) -> None:
    """The credentials served their purpose, and are nowhere: not in any layer of any stage, not in what was printed."""
    refused = [path for path in build.index.refused if path.startswith('/simple')]
    anonymous = build.buildah.build(service, 'localhost/anonymous:1', '--no-cache')
    assert anonymous.returncode != 0
    assert len(build.index.refused) > len(refused)
    log = (service.parent / 'build.log').read_text() + anonymous.stdout

    def found(text: str) -> bool:
        command = [
            'grep',
            '--recursive',
            '--quiet',
            '--fixed-strings',
            '--devices=skip',
            text,
            str(build.buildah.storage),
        ]
        return subprocess.run(command, check=False).returncode == 0

    assert found('customer-churn')
    assert not found(build.index.password)
    assert build.index.password not in log
    assert json.dumps(build.buildah.image(NAME).config).count(build.index.password) == 0


@pytest.mark.parametrize('change', ['code', 'version'])
def test_dependencies_stay_the_same_layer(build: Build, service: Path, tmp_path: Path, change: str) -> None:
    """After a change of code, or of the service's version, nothing is installed again and nothing large is pushed."""
    root = tmp_path / 'churn-service'
    shutil.copytree(service, root)
    path = root / ('src/churn_service/app.py' if change == 'code' else 'pyproject.toml')
    text = path.read_text()
    path.write_text(
        text + '# changed\n' if change == 'code' else text.replace('version = "0.1.0"', 'version = "0.2.0"', 1)
    )
    started = time.monotonic()
    done = build.build(root, f'localhost/churn-service:{change}')
    assert done.returncode == 0, done.stdout
    sys.stdout.write(f'rebuilt in {time.monotonic() - started:.1f} s\n')
    assert 'Installing' not in done.stdout
    before, after = (build.buildah.image(name).layers for name in (NAME, f'localhost/churn-service:{change}'))
    assert len(before) == 4  # base, packages, configuration, service
    assert before[:3] == after[:3] and before[3] != after[3]


def test_altered_archive_is_refused(build: Build, service: Path, tmp_path: Path) -> None:
    """The lock's hash is asked for, whatever the index says."""
    root = tmp_path / 'churn-service'
    shutil.copytree(service, root)
    lock = root / 'poetry.lock'
    lock.write_text(re.sub(r'(h11-[^"]+", hash = "sha256:)[0-9a-f]{64}', r'\g<1>' + '0' * 64, lock.read_text()))
    done = build.build(root, 'localhost/altered:1')
    assert done.returncode != 0
    assert 'did not match any known checksums' in done.stdout, done.stdout[-2000:]


def test_image_of_a_service_on_uv(build: Build, standard: Path, tmp_path: Path) -> None:
    """The same image out of uv.lock."""
    root = make_service(build, standard, tmp_path / 'churn-service', packaging='uv')
    done = build.build(root, 'localhost/churn-service:uv')
    assert done.returncode == 0, done.stdout
    container = Container(
        build.buildah.image('localhost/churn-service:uv'), build.buildah.unpack('localhost/churn-service:uv'), tmp_path
    )
    tmp_path.chmod(0o755)
    code, out = container.run('python', '-m', 'churn_service', '--version')
    assert (code, out) == (0, 'churn-service 0.1.0\n'), out
