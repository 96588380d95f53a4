"""The entry: its errors, its speed, its manifest."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.hooks.conftest import CLEAN, RunHook, Track
from trueup.hooks import IDS, find_hook
from trueup.hooks._arguments import Arguments, parse
from trueup.hooks.manifest import MANIFEST, REFERENCE, main, manifest_text, table

ROOT = Path(__file__).parents[2]
HEAVY = {'click', 'rich', 'copier', 'pylint', 'astroid', 'black', 'isort', 'flake8', 'tomlkit', 'yaml', 'jinja2', 'nox'}


def test_registry_lists_the_modules() -> None:
    """Every module without an underscore is a hook, but for the entry and the manifest; ids are sorted."""
    folder = ROOT / 'src/trueup/hooks'
    modules = {path.stem for path in folder.glob('*.py') if not path.stem.startswith('_')} - {'main', 'manifest'}
    assert {hook_id.replace('-', '_') for hook_id in IDS} == modules
    assert list(IDS) == sorted(IDS)
    assert [find_hook(hook_id).id for hook_id in IDS] == list(IDS)


def test_manifest_is_generated() -> None:
    """The tracked manifest and the table of the reference are what the registry says."""
    hooks = [find_hook(hook_id) for hook_id in IDS]
    assert (ROOT / MANIFEST).read_text(encoding='utf-8') == manifest_text(hooks)
    assert table(hooks) in (ROOT / REFERENCE).read_text(encoding='utf-8')


def test_manifest_is_what_the_hooks_are() -> None:
    """YAML, read back, names each hook once with its own entry."""
    entries = yaml.safe_load((ROOT / MANIFEST).read_text(encoding='utf-8'))
    assert [(entry['id'], entry['entry'], entry['language']) for entry in entries] == [
        (hook_id, f'trueup-hook {hook_id}', 'python') for hook_id in IDS
    ]


def test_generator_writes_both_files(tmp_path: Path) -> None:
    """The generator repairs a stale manifest and a stale table."""
    reference = tmp_path / REFERENCE
    reference.parent.mkdir(parents=True)
    stale = re.sub(r'\n\| `black`.*', '', (ROOT / REFERENCE).read_text(encoding='utf-8'))
    reference.write_text(stale, encoding='utf-8')
    assert main([str(tmp_path)]) == 0
    assert reference.read_bytes() == (ROOT / REFERENCE).read_bytes()
    assert (tmp_path / MANIFEST).read_bytes() == (ROOT / MANIFEST).read_bytes()


@pytest.mark.parametrize('hook', ['black', 'trueup-lint', 'pytest', 'trueup-check', 'poetry-check'])
def test_imports_nothing_heavy(hook: str, repository: Path, track: Track) -> None:
    """Every commit pays for what is imported: only the one hook's module, none of the big packages."""
    track({'clean.py': CLEAN})
    program = f'''
import sys
from trueup.hooks.main import main
main(['{hook}'] + ['clean.py'] * ('{hook}' in ('black', 'trueup-lint')))
print('\\n'.join(sys.modules))
'''
    done = subprocess.run([sys.executable, '-c', program], cwd=repository, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & HEAVY
    others = {name for name in loaded if re.fullmatch(r'trueup\.hooks\.[a-z]\w*', name)}
    assert others == {'trueup.hooks.main', f'trueup.hooks.{hook.replace("-", "_")}'}


def test_unknown_hook(run_hook: RunHook) -> None:
    """A wrong id in a configuration is answered with those that there are."""
    assert run_hook('blakc') == (
        2,
        '',
        f"error: trueup-hook: no hook 'blakc'\nhint: hooks: {', '.join(IDS)}\n",
    )


def test_usage(run_hook: RunHook) -> None:
    """Without an id: how it is used; asked for help: the same, as a success."""
    code, out, err = run_hook()
    assert (code, out) == (2, '') and err.startswith('usage: trueup-hook ID')
    code, out, err = run_hook('--help')
    assert (code, err) == (0, '') and out.startswith('usage: trueup-hook ID')


@pytest.mark.usefixtures('repository')
def test_unknown_option_and_interpreter(run_hook: RunHook) -> None:
    """A mistake in `args:` is named before anything runs."""
    assert run_hook('black', '--fast') == (
        2,
        '',
        'error: trueup-hook: no option --fast\nhint: options: --check --fix --no-baseline --only TOOL --python PATH\n',
    )
    code, _, err = run_hook('pylint', '--python', 'nowhere')
    assert code == 2 and err.startswith('error: nowhere: no such interpreter\n')


def test_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options and files in any order; what follows `--` is a file, and so is an existing name with a dash."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / '-odd.py').touch()
    python = Path(sys.executable)
    assert parse(['a.py', '--check', '-odd.py', 'a.py', '--', '--check']) == Arguments(
        ('a.py', '-odd.py', '--check'), check=True
    )
    assert parse([f'--python={python}', '--no-baseline']) == Arguments(baseline=False, python=python)


def test_a_fault_of_ours_is_exit_70(monkeypatch: pytest.MonkeyPatch, run_hook: RunHook, repository: Path) -> None:
    """An internal error is neither a finding nor a success, and shows where it happened."""
    del repository
    monkeypatch.setattr('trueup.hooks.trueup_check.tracked_paths', lambda _: 1 / 0)
    code, _, err = run_hook('trueup-check')
    assert code == 70 and 'ZeroDivisionError' in err and 'this is a fault of trueup' in err
