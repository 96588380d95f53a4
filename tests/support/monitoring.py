"""Writes the generated part of the template's monitoring folder with the template's own generator.

The generator belongs to a service; what it makes of the template's promises is kept in the template, so that a new
service is whole before anything of it runs.

    python -m tests.support.monitoring
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from tests.support.standard import ROOT

TEMPLATE = ROOT / 'template'
FOLDER = TEMPLATE / '{% if full %}monitoring{% endif %}'
CHART = TEMPLATE / '{% if with_chart %}chart{% endif %}' / 'files'
PLUMBING = TEMPLATE / '{% if full %}{{ package_path }}{% endif %}' / 'plumbing'
PACKAGE = 'monitored_service'
NAME = 'the-name-of-the-service'


def generator(scratch: Path) -> ModuleType:
    """The module that makes texts of promises, imported from a copy of the plumbing, which has no folder with a usable name."""
    package = scratch / PACKAGE
    (package / 'plumbing').mkdir(parents=True)
    (package / '__init__.py').touch()
    for name in ('__init__.py', 'latency.py'):
        shutil.copy(PLUMBING / name, package / 'plumbing' / name)
    shutil.copytree(
        PLUMBING / 'monitoring', package / 'plumbing' / 'monitoring', ignore=shutil.ignore_patterns('__pycache__')
    )
    for name in [name for name in sys.modules if name.split('.')[0] == PACKAGE]:
        del sys.modules[name]
    sys.path.insert(0, str(scratch))
    try:
        return importlib.import_module(f'{PACKAGE}.plumbing.monitoring.files')
    finally:
        sys.path.remove(str(scratch))


def templates() -> dict[Path, str]:
    """Path and text of each generated file of the template."""
    with tempfile.TemporaryDirectory() as scratch:
        promises = Path(scratch) / 'slo.yml'
        text = (FOLDER / 'slo.yml.jinja').read_text(encoding='utf-8')
        promises.write_text(text.replace('{{ service_name }}', NAME), encoding='utf-8')
        made = generator(Path(scratch) / 'package').generated(Path(scratch))
    texts = {path.name: _as_template(text) for path, text in made.items()}
    copies = {CHART / f'{name}.jinja': texts[name] for name in ('rules.yml', 'dashboard.json')}
    return {FOLDER / f'{name}.jinja': text for name, text in texts.items()} | copies


def _as_template(text: str) -> str:
    escaped = text.replace('{{', "{{ '{{' }}")
    return escaped.replace(f'"uid": "{NAME}"', '"uid": "{{ service_name[:40] }}"').replace(NAME, '{{ service_name }}')


def main() -> int:
    """Write what changed."""
    for path, text in templates().items():
        if not path.is_file() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')
            sys.stdout.write(f'{path.relative_to(ROOT)}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
