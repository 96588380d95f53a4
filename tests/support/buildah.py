"""Real images without a daemon and without a registry: buildah builds them, a mount namespace runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

PROGRAMS = ('buildah', 'debootstrap', 'unshare', 'chroot')
BASE = 'localhost/base:1'
# What a runtime of containers does, with the tools at hand: own mounts, a read-only root, another user.
RUN = """
set -e
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs tmpfs "$ROOT/tmp"
mkdir -p "$ROOT/app/artifacts"
mount --bind "$ARTIFACTS" "$ROOT/app/artifacts"
if [ "$READ_ONLY" = 1 ]; then mount -o remount,bind,ro "$ROOT/app/artifacts"; fi
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$IDS" "$ROOT" /usr/bin/env -i -C /app "$@"
"""


def is_possible() -> bool:
    """Whether this machine can build and run images: the programs, and the right to mount."""
    if not all(map(shutil.which, PROGRAMS)) or os.geteuid() != 0:
        return False
    return subprocess.run(['unshare', '--mount', 'true'], check=False, capture_output=True).returncode == 0


class Image(NamedTuple):
    """An image with its configuration as Docker writes it."""

    name: str
    config: Mapping[str, Any]
    layers: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """The environment that it starts with."""
        return dict(each.partition('=')[::2] for each in self.config['Env'])


class Buildah:
    """buildah with a storage of its own below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage = folder / 'storage'
        driver = 'overlay' if _overlay_works(folder) else 'vfs'
        places = ['--root', str(self.storage), '--runroot', str(folder / 'run'), '--storage-driver', driver]
        self.command = ['buildah', *places]

    def __call__(self, *arguments: str) -> str:
        """What a command of buildah prints."""
        return subprocess.run([*self.command, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def make_base(self) -> None:
        """Debian with Python, and nothing else, as an image."""
        root = self.folder / 'debian'
        packages = '--include=python3,python3-venv,ca-certificates'
        subprocess.run(
            ['debootstrap', '--variant=minbase', packages, 'bookworm', str(root)], check=True, capture_output=True
        )
        (root / 'usr/bin/python').symlink_to('python3')
        archive = self.folder / 'debian.tar'
        with tarfile.open(archive, 'w') as tar:
            tar.add(root, '.')
        shutil.rmtree(root)
        container = self('from', 'scratch')
        self('add', container, str(archive), '/')
        self('commit', '--format', 'docker', container, BASE)
        self('rm', container)
        archive.unlink()

    def build(self, context: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Build the Dockerfile of a folder; both streams of the log in one."""
        settings = ['--isolation', 'chroot', '--pull=never', '--format', 'docker', '--layers']
        command = [*self.command, 'bud', *settings, '--build-arg', f'BASE_IMAGE={BASE}', '--tag', name, *arguments, '.']
        return subprocess.run(
            command, cwd=context, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def image(self, name: str) -> Image:
        """What is known of an image."""
        docker = json.loads(self('inspect', '--type', 'image', name))['Docker']
        return Image(name, docker['config'], tuple(docker['rootfs']['diff_ids']))

    def unpack(self, name: str) -> Path:
        """The files of a new container."""
        return Path(self('mount', self('from', '--pull-never', name)))


class Container(NamedTuple):
    """A container that is not started yet."""

    image: Image
    root: Path
    artifacts: Path

    def start(
        self, command: Sequence[str], *, ids: str = '', read_only: bool = True, **variables: str
    ) -> subprocess.Popen[str]:
        """A process in it, as the image's user, on a root that nobody can write to."""
        settings = {
            'ROOT': str(self.root),
            'ARTIFACTS': str(self.artifacts),
            'READ_ONLY': str(int(read_only)),
            'IDS': ids or self.image.config['User'],
        }
        words = [f'{name}={value}' for name, value in (self.image.variables | variables).items()]
        return subprocess.Popen(  # pylint: disable=consider-using-with  # the caller waits for it
            ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', RUN, 'run', *words, *command],
            env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *command: str, ids: str = '', read_only: bool = True, **variables: str) -> tuple[int, str]:
        """Exit code and output of a process in it."""
        process = self.start(command, ids=ids, read_only=read_only, **variables)
        out, _ = process.communicate(timeout=300)
        return process.returncode, out


def size(folder: Path) -> int:
    """Bytes of the files of a folder; a file with two names counts once."""
    out = subprocess.run(
        ['du', '--summarize', '--bytes', '--one-file-system', str(folder)], check=True, capture_output=True
    )
    return int(out.stdout.split()[0])


def _overlay_works(folder: Path) -> bool:
    """Whether layers can share their files here; else each is a full copy."""
    places = [folder / 'try' / name for name in ('lower', 'upper', 'work', 'merged')]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    options = 'lowerdir={},upperdir={},workdir={}'.format(*places)
    command = f'mount -t overlay overlay -o {options} {places[3]}'
    return subprocess.run(['unshare', '--mount', 'sh', '-c', command], check=False, capture_output=True).returncode == 0
