"""Hold what the cache says against stock tools run afresh, over a long series of changes to one repository.

After each change `trueup lint` runs with the cache of all the runs before, and each stock tool runs as a developer starts
it, with its own interpreter and no cache. Every message must be the same. Duplicate code and cyclic imports differ
between two runs of stock pylint too: what we say must be among what three of them say.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

Messages = Counter[tuple[str, str, str, int, int, str]]
Change = Callable[['Bench'], str]

UNSTEADY = {'R0801', 'R0401'}
ENVIRONMENT = {'PYTHONUTF8': '1', 'NO_COLOR': '1'}


class Bench:
    """A repository under change, with its tools and an environment that can gain and lose a package."""

    def __init__(self, root: Path, scratch: Path, python: str, seed: int) -> None:
        self.root = root
        self.scratch = scratch
        self.random = random.Random(seed)
        self.python = self._environment(python)
        self.site = next((scratch / 'env').glob('lib/python*/site-packages'))

    def _environment(self, python: str) -> str:
        """An environment of our own that sees all of the given one."""
        place = self.scratch / 'env'
        venv.create(place, with_pip=False)
        site = next(place.glob('lib/python*/site-packages'))
        query = 'import sysconfig; print(sysconfig.get_path("purelib"))'
        other = subprocess.run([python, '-c', query], capture_output=True, text=True, check=True).stdout.strip()
        (site / 'other.pth').write_text(other + '\n')
        (site / 'marker-1.0.dist-info').mkdir()
        return str(place / 'bin' / 'python')

    def names(self) -> list[str]:
        """The tracked modules."""
        told = subprocess.run(
            ['git', 'ls-files', '-z', '*.py', '*.pyi'], cwd=self.root, capture_output=True, check=True
        )
        found = [os.fsdecode(name) for name in told.stdout.split(b'\0') if name]
        return [name for name in found if (self.root / name).is_file()]

    def pick(self) -> Path:
        """One of them."""
        return self.root / self.random.choice(self.names())

    def track(self) -> None:
        """Add all changes to the index."""
        subprocess.run(['git', 'add', '-A'], cwd=self.root, check=True)

    def stock(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A stock tool, cold."""
        shutil.rmtree(self.scratch / 'black', ignore_errors=True)
        variables = {**os.environ, **ENVIRONMENT, 'BLACK_CACHE_DIR': str(self.scratch / 'black')}
        return subprocess.run(
            [self.python, '-P', '-m', *words], cwd=self.root, capture_output=True, text=True, check=False, env=variables
        )


def hold(root: Path, scratch: Path, python: str, *, count: int, seed: int) -> int:
    """Make so many changes and compare after each; the number of differences."""
    bench = Bench(root, scratch, python, seed)
    wrong = 0
    hits = 0
    for number in range(count):
        name, change = bench.random.choice(CHANGES)
        done = change(bench)
        ours, again = say(bench), say(bench)
        theirs = stock(bench)
        hits += again[1]
        lost, extra = compare(bench, ours[0], theirs)
        if lost or extra or again[0] != ours[0]:
            wrong += 1
            print(f'DIFFERS {number} {name} {done}\n  stock only: {lost[:5]}\n  ours only: {extra[:5]}', flush=True)
        elif number % 10 == 9:
            print(
                f'{number + 1} changes, {wrong} differences ({name}: {done}), {sum(ours[0].values())} messages',
                flush=True,
            )
    print(f'{root.name}: {count} changes, {wrong} differences; {hits} of {count} second runs came from the cache alone')
    return wrong


def say(bench: Bench) -> tuple[Messages, bool]:
    """What trueup says, and whether it asked no tool."""
    words = ['lint', '--format', 'json', '--no-baseline', '--python', bench.python]
    variables = {**os.environ, 'TRUEUP_CACHE': str(bench.scratch / 'cache')}
    before = _written(bench)
    done = subprocess.run(
        [sys.executable, '-m', 'trueup', *words],
        cwd=bench.root,
        capture_output=True,
        text=True,
        check=False,
        env=variables,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f'trueup lint ended with {done.returncode}: {done.stderr}{done.stdout[-500:]}')
    found: Messages = Counter()
    for one in json.loads(done.stdout)['messages']:
        text = '' if one['tool'] in ('black', 'isort') else one['text']
        found[one['tool'], one['rule'], one['path'], one['line'], one['column'], text] += 1
    return found, _written(bench) == before


def _written(bench: Bench) -> dict[str, int]:
    places = (bench.scratch / 'cache').rglob('results/*.json')
    return {path.name: path.stat().st_ino for path in places}


def stock(bench: Bench) -> Messages:
    """What the four stock tools say of the tracked files."""
    names = ['--', *bench.names()]
    found: Messages = Counter()
    black = bench.stock('black', '--check', *names).stderr
    for path in re.findall(r'(?m)^would reformat (.+)$', black):
        found['black', 'black', path, 0, 0, ''] += 1
    for path, line, column in re.findall(r'(?m)^error: cannot parse: (.+?):(\d+):(\d+)$', black):
        found['black', 'black', path, int(line), int(column), ''] += 1
    for path in re.findall(
        r'(?m)^ERROR: (.+) Imports are incorrectly',
        bench.stock('isort', '--check-only', '--filter-files', *names).stderr,
    ):
        found['isort', 'isort', os.path.relpath(path, bench.root.resolve()), 0, 0, ''] += 1
    for path, line, column, rule, text in re.findall(
        r'(?m)^(.+?):(\d+):(\d+): (\w+) (.+)$', bench.stock('flake8', *names).stdout
    ):
        found['flake8', rule, os.path.normpath(path), int(line), int(column), text] += 1
    return found + pylint(bench)


def pylint(bench: Bench) -> Messages:
    """What stock pylint says."""
    done = bench.stock('pylint', '--output-format=json2', '--persistent=n', '--', *bench.names())
    found: Messages = Counter()
    start = done.stdout.find('{\n    "messages"')
    for one in json.loads(done.stdout[start:])['messages'] if start >= 0 else []:
        path = os.path.normpath(one['path'])
        found['pylint', one['messageId'], path, one['line'], one['column'], one['message']] += 1
    return found


def compare(bench: Bench, ours: Messages, theirs: Messages) -> tuple[list[object], list[object]]:
    """What only stock says and what only we say, apart from what two stock runs may differ in."""
    lost, extra = theirs - ours, ours - theirs
    unsteady = {key for key in (*lost, *extra) if key[1] in UNSTEADY}
    if unsteady:
        union = {_sense(key) for run in (theirs, pylint(bench), pylint(bench)) for key in run if key[1] in UNSTEADY}
        for key in unsteady:
            if _sense(key) in union:
                del (lost if key in lost else extra)[key]
        for key in [key for key in lost if key[1] in UNSTEADY]:
            del lost[key]
    return list(lost.elements()), list(extra.elements())


def _sense(key: tuple[str, str, str, int, int, str]) -> tuple[str, tuple[str, ...]]:
    """A duplicate is known by its modules, a cycle by its members: each run tells them in another order."""
    words = re.findall(r'==([^:]+):\[' if key[1] == 'R0801' else r'(?:\(|-> )([^()]+?)(?= ->|\))', key[5])
    return key[1], tuple(sorted(words))


def edit(bench: Bench) -> str:
    """Add code with faults, or take lines away."""
    path = bench.pick()
    text = path.read_text(encoding='utf-8')
    number = bench.random.randrange(10_000)
    lines = text.splitlines(keepends=True)
    kind = bench.random.randrange(4)
    if kind == 0 and len(lines) > 8:
        start = bench.random.randrange(len(lines) - 4)
        del lines[start : start + bench.random.randrange(1, 4)]
        path.write_text(''.join(lines), encoding='utf-8')
    elif kind == 1:
        path.write_text(
            text + f'\n\nclass C{number}:\n    def m(self, a, b):\n        return self.nothing + a\n', encoding='utf-8'
        )
    elif kind == 2:
        path.write_text(
            text + f'\n\ndef f{number}(x = 1):\n    unused = 3\n    return missing_{number}\n', encoding='utf-8'
        )
    else:
        path.write_text(text + f'\n\nVALUE_{number} = {number}\n', encoding='utf-8')
    bench.track()
    return path.name


def rename_symbol(bench: Bench) -> str:
    """A function or class that others may import gets another name."""
    path = bench.pick()
    text = path.read_text(encoding='utf-8')
    names = re.findall(r'(?m)^(?:def|class) (\w+)', text)
    if not names:
        return edit(bench)
    name = bench.random.choice(names)
    path.write_text(re.sub(rf'(?m)^(def|class) {name}\b', rf'\1 {name}_renamed', text), encoding='utf-8')
    bench.track()
    return f'{path.name}: {name}'


def import_somehow(bench: Bench) -> str:
    """A function-level, star, relative, aliased or conditional import of one of the project's own modules."""
    path, other = bench.pick(), bench.pick()
    relative = other.relative_to(bench.root).with_suffix('')
    module = '.'.join(part for part in relative.parts if part != '__init__').removeprefix('src.')
    stem = other.stem
    number = bench.random.randrange(10_000)
    lines = (
        f'\n\ndef late_{number}():\n    import {module}\n    return {module}.anything\n',
        f'\n\nfrom {module} import *\n',
        f'\n\nfrom . import {stem}\nprint({stem}.anything_{number})\n',
        f'\n\nfrom .{stem} import anything_{number}\n',
        f'\n\ntry:\n    import {module} as alias_{number}\nexcept ImportError:\n    alias_{number} = None\n',
        f'\n\nimport added_module_{number % 3}\nprint(added_module_{number % 3}.thing)\n',
    )
    with path.open('a', encoding='utf-8') as stream:
        stream.write(bench.random.choice(lines))
    bench.track()
    return f'{path.name} -> {module}'


def add_module(bench: Bench) -> str:
    """A module that an import may resolve to, tracked or not; some take the place of an installed package."""
    number = bench.random.randrange(3)
    names = (f'added_module_{number}', 'fresh_package', 'requests', 'types_', bench.pick().stem)
    place = bench.random.choice((bench.root, bench.pick().parent))
    path = place / f'{bench.random.choice(names)}{bench.random.choice((".py", ".py", ".pyi"))}'
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'"""Added."""\n\nthing = {bench.random.randrange(3)}\n', encoding='utf-8')
    if bench.random.random() < 0.6:
        bench.track()
    return path.relative_to(bench.root).as_posix()


def remove_module(bench: Bench) -> str:
    """A module goes."""
    path = bench.pick()
    if len(bench.names()) > 8:
        path.unlink()
        bench.track()
    return path.name


def toggle_init(bench: Bench) -> str:
    """A folder becomes a package, or is one no more."""
    path = bench.pick().parent / '__init__.py'
    if path.exists():
        path.unlink()
    else:
        path.write_text('', encoding='utf-8')
    if bench.random.random() < 0.8:
        bench.track()
    return path.relative_to(bench.root).as_posix()


def rename(bench: Bench) -> str:
    """A file gets another name, with a blank or not ASCII at times."""
    path = bench.pick()
    ending = bench.random.choice(('_moved', '_größe', ' two'))
    new = path.with_name(f'{path.stem}{ending}{path.suffix}')
    path.rename(new)
    bench.track()
    return new.name


def configure(bench: Bench) -> str:
    """An option of one of the tools, in one of the files that may hold it."""
    number = bench.random.choice((79, 88, 100, 120))
    choices = {
        '.flake8': f'[flake8]\nmax-line-length = {number}\n',
        '.pylintrc': f'[MASTER]\ndisable={bench.random.choice(("C0114", "C0116", "W0611", "R,C"))}\n',
        '.isort.cfg': f'[settings]\nline_length = {number}\nprofile = {bench.random.choice(("black", "google"))}\n',
        'tox.ini': f'[flake8]\nextend-ignore = E{bench.random.choice((501, 302, 711))}\n',
        'setup.cfg': f'[isort]\nforce_single_line = {bench.random.choice(("true", "false"))}\n',
        '.editorconfig': f'[*.py]\nindent_size = {bench.random.choice((2, 4))}\nmax_line_length = {number}\n',
    }
    name = bench.random.choice(sorted(choices))
    path = bench.root / name
    if path.exists() and bench.random.random() < 0.4:
        path.unlink()
    elif name != 'setup.cfg' or not path.exists():
        path.write_text(choices[name], encoding='utf-8')
    if bench.random.random() < 0.8:
        bench.track()
    return name


def install(bench: Bench) -> str:
    """A distribution comes, goes, or changes its version."""
    package = bench.site / 'fresh_package'
    info = next(bench.site.glob('fresh_package-*.dist-info'), None)
    if info and bench.random.random() < 0.5:
        shutil.rmtree(info)
        shutil.rmtree(package)
        return 'removed'
    if info:
        shutil.rmtree(info)
    version = bench.random.randrange(1, 5)
    package.mkdir(exist_ok=True)
    text = f'"""Version {version}."""\n\ndef present(a{", b" * version}):\n    """Do."""\n    return a\n'
    (package / '__init__.py').write_text(text, encoding='utf-8')
    fresh = bench.site / f'fresh_package-{version}.dist-info'
    fresh.mkdir()
    (fresh / 'RECORD').write_text(f'fresh_package/__init__.py,sha256={version},1\n', encoding='utf-8')
    with bench.pick().open('a', encoding='utf-8') as stream:
        stream.write('\n\nimport fresh_package\nfresh_package.present(1)\n')
    bench.track()
    return f'version {version}'


def undo(bench: Bench) -> str:
    """Back to what was committed: much of it the cache has seen."""
    subprocess.run(['git', 'reset', '-q', '--hard'], cwd=bench.root, check=True)
    subprocess.run(['git', 'clean', '-qfd', '-e', '.venv'], cwd=bench.root, check=True)
    return 'all'


def nothing(bench: Bench) -> str:
    """New times, the same content."""
    path = bench.pick()
    path.touch()
    return path.name


CHANGES: tuple[tuple[str, Change], ...] = (
    *(('edit', edit),) * 4,
    *(('rename a symbol', rename_symbol),) * 3,
    *(('import', import_somehow),) * 4,
    *(('add a module', add_module),) * 4,
    ('remove a module', remove_module),
    *(('toggle __init__', toggle_init),) * 3,
    *(('rename a file', rename),) * 2,
    *(('configure', configure),) * 4,
    *(('install', install),) * 3,
    *(('undo', undo),) * 2,
    ('nothing', nothing),
)
