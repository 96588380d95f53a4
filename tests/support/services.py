"""Lays down the old services of tests/services as Git repositories, with what Git or Windows would spoil in a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.standard import commit_all

SERVICES = Path(__file__).resolve().parents[1] / 'services'
COPIED = 'copied-by-hand'
"""The one that has no folder: a render of the standard's first version, copied without its answers and changed since."""
MARKERS = {'@@ours': '<<<<<<< HEAD', '@@middle': '=======', '@@theirs': '>>>>>>> feature/new'}


def names() -> list[str]:
    """Every old service."""
    return sorted([path.name for path in SERVICES.iterdir() if path.is_dir()] + [COPIED])


def lay_down(name: str, dest: Path, *, standard: Path | None = None) -> Path:
    """A repository at `dest` with one commit; `standard` is needed for the service that was copied by hand."""
    if name == COPIED:
        assert standard is not None, 'a copy needs something to be copied from'
        _copy_by_hand(dest, standard)
    else:
        shutil.copytree(SERVICES / name, dest)
    if spoil := SPOILERS.get(name):
        spoil(dest)
    commit_all(dest, 'feat: as it was found')
    return dest


def _copy_by_hand(dest: Path, standard: Path) -> None:
    import copier  # late: only one of the services needs it

    copier.run_copy(
        str(standard), dest, data={'service_name': 'copied', 'scope': 'full', 'packaging': 'keep'},
        vcs_ref='v0.1.0', defaults=True, quiet=True,
    )  # fmt: skip
    (dest / '.copier-answers.yml').unlink()
    pyproject = dest / 'pyproject.toml'
    text = pyproject.read_text(encoding='utf-8')
    pyproject.write_text(text.replace('line-length = 120', 'line-length = 99'), encoding='utf-8')
    makefile = dest / 'Makefile'
    makefile.write_text(
        makefile.read_text(encoding='utf-8') + '\nours: ## Of the team\n\techo ours\n', encoding='utf-8'
    )


def _utf16(root: Path) -> None:
    """As PowerShell's `>` writes it; code and instructions with the line endings of Windows."""
    requirements = root / 'requirements.txt'
    requirements.write_bytes(_crlf(requirements.read_text(encoding='utf-8')).encode('utf-16'))
    for name in ('main.py', 'rules.py', 'Dockerfile', '.editorconfig'):
        path = root / name
        path.write_bytes(_crlf(path.read_text(encoding='utf-8')).encode())


def _crlf(text: str) -> str:
    return text.replace('\n', '\r\n')


def _colons(root: Path) -> None:
    """Runs kept under the time they started: Windows can't check such a name out."""
    (root / 'logs' / 'run 2023-04-01 12:30:00.log').write_text('started\n', encoding='utf-8')


def _markers(root: Path) -> None:
    for path in root.rglob('*'):
        if path.is_file():
            lines = path.read_text(encoding='utf-8').split('\n')
            path.write_text('\n'.join(MARKERS.get(line, line) for line in lines), encoding='utf-8')


def _links(root: Path) -> None:
    """A link, a submodule with a commit of its own, and a repository inside that Git knows nothing of."""
    os.symlink('config/production.yml', root / 'settings.yml')
    models = root.parent / f'{root.name}-models'
    models.mkdir()
    (models / 'card.md').write_text('# The model\n', encoding='utf-8')
    commit_all(models)
    commit_all(root)
    command = ['git', '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', str(models), 'models']
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    scratch = root / 'scratch'
    scratch.mkdir()
    (scratch / 'try.py').write_text('print(1)\n', encoding='utf-8')
    (root / '.gitignore').write_text('scratch/\n', encoding='utf-8')
    commit_all(scratch)


def _unclosed(root: Path) -> None:
    """A string without its end, on line 4; here it has one, or our own linters would stop at the file."""
    pyproject = root / 'pyproject.toml'
    pyproject.write_bytes(pyproject.read_bytes().replace(b'string"\n', b'string\n'))


SPOILERS: Mapping[str, Callable[[Path], None]] = {
    'broken-toml': _unclosed,
    'fraud-utf16': _utf16,
    'half-merged': _markers,
    'linked-models': _links,
    'photo-pipenv': _colons,
}
