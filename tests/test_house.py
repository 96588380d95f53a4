"""The house style, held by a test: what STYLE asks of every module that linters can't see."""

from __future__ import annotations

import ast
import importlib
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / 'src' / 'trueup'
LINES_OF_MODULE = 400
LINES_OF_FUNCTION = 50
ARGUMENTS = 5
NESTING = 3
TALKING_ROOMS = ('cli', 'hooks', 'sessions')
PLUGIN_ROOMS = ('facts', 'hooks', 'merge', 'migrations', 'rules', 'sessions')
DISPATCHER = 'main.py'
HEAVY = (
    'black',
    'click',
    'copier',
    'dask',
    'distributed',
    'jinja2',
    'libcst',
    'nox',
    'pathspec',
    'platformdirs',
    'plumbum',
    'pylint',
    'rich',
)
# Modules that not every system has.
SOMEWHERE = ('fcntl', 'markdown2', 'msvcrt', 'resource')
BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Assembled, so that this file does not name what it forbids.
PLACES = tuple(
    '/'.join(('', *words)) for words in (('work', 'main'), ('work', 'shared'), ('opt', 'dev'), ('root', '.pyenv'))
)
HOSTS = tuple('.'.join(words) for words in (('pypi', 'org'), ('pythonhosted', 'org'), ('npmjs', 'org')))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """All modules of the package."""
    return sorted(SOURCES.rglob('*.py'))


def own_tests() -> list[Path]:
    """All modules of the tests, without the services and golden files that are their input."""
    inputs = {ROOT / 'tests' / name for name in ('services', 'cases')}
    return sorted(path for path in (ROOT / 'tests').rglob('*.py') if not inputs.intersection(path.parents))


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(path.read_text(encoding='utf-8'), str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a module."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS))


def at(path: Path, line: int = 0) -> str:
    """A place as a person reads it."""
    name = path.relative_to(ROOT).as_posix()
    return f'{name}:{line}' if line else name


def listing(broken: list[str]) -> str:
    """One violation a line."""
    return '\n'.join(['', *broken])


def room(path: Path) -> str:
    """The first folder below the package, or the module itself."""
    return path.relative_to(SOURCES).parts[0]


def imported(node: ast.AST, path: Path) -> Iterator[str]:
    """Absolute names of what an import statement brings, `package.name` for a name from a package."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = ['trueup', *path.relative_to(SOURCES).parent.parts]
        start = '.'.join(package[: len(package) - node.level + 1]) if node.level else ''
        module = '.'.join(filter(None, (start, node.module)))
        yield from (f'{module}.{alias.name}' for alias in node.names)


def depth(node: ast.AST) -> int:
    """How deep blocks are nested in a node; `elif` is no deeper than its `if`, nested functions count by themselves."""
    deepest = 0
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
                continue
            alone = isinstance(value, list) and len(value) == 1
            is_elif = isinstance(node, ast.If) and name == 'orelse' and alone and isinstance(child, ast.If)
            deepest = max(deepest, depth(child) + (isinstance(child, BLOCKS) and not is_elif))
    return deepest


def test_modules_are_short() -> None:
    """A module that nobody can read in one sitting has two jobs."""
    found = [(path, len(path.read_text(encoding='utf-8').splitlines())) for path in (*sources(), *own_tests())]
    broken = [f'{at(path)}: {lines} lines' for path, lines in found if lines > LINES_OF_MODULE]
    assert not broken, listing(broken)


def test_functions_are_short() -> None:
    """A function fits on a screen."""
    found = [
        (path, node, (node.end_lineno or node.lineno) - node.lineno + 1)
        for path in (*sources(), *own_tests())
        for node in functions(path)
    ]
    broken = [f'{at(p, n.lineno)} {n.name}: {lines} lines' for p, n, lines in found if lines > LINES_OF_FUNCTION]
    assert not broken, listing(broken)


def test_functions_take_few_arguments() -> None:
    """More than five arguments are a value that has no name yet; keyword-only ones count too."""
    broken: list[str] = []
    for path in (*sources(), *own_tests()):
        for node in functions(path):
            names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            count = len(names) - (names[:1] in (['self'], ['cls']))
            if count > ARGUMENTS and not is_command(path, node):
                broken.append(f'{at(path, node.lineno)} {node.name}: {count} arguments')
    assert not broken, listing(broken)


def is_command(path: Path, node: Function) -> bool:
    """Whether click calls it: one argument per option of the command line, decorated, never called by hand."""
    return SOURCES / 'cli' in path.parents and any(
        'option' in ast.unparse(each) or 'command' in ast.unparse(each) for each in node.decorator_list
    )


def test_blocks_are_not_nested_deeply() -> None:
    """What is nested deeper than three blocks wants to be a function."""
    found = [(path, node, depth(node)) for path in sources() for node in functions(path)]
    broken = [f'{at(p, n.lineno)} {n.name}: nested {deep} deep' for p, n, deep in found if deep > NESTING]
    assert not broken, listing(broken)


def test_every_module_and_public_name_says_why() -> None:
    """A docstring on every module, public class, function and method of the package."""
    broken: list[str] = []
    for path in sources():
        if not ast.get_docstring(tree(path)):
            broken.append(at(path))
        broken.extend(f'{at(path, node.lineno)} {node.name}' for node in undocumented(tree(path)))
    assert not broken, listing(broken)


def undocumented(parent: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Public definitions without a docstring, in a module and in its public classes."""
    for node in parent.body:
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or node.name.startswith('_'):
            continue
        if not ast.get_docstring(node) and not (isinstance(parent, ast.ClassDef) and promised(parent, node.name)):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node)


@cache
def documented_methods() -> frozenset[tuple[str, str]]:
    """Class and method name of every method of the package that has a docstring."""
    classes = (node for path in sources() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))
    return frozenset(
        (each.name, node.name)
        for each in classes
        for node in each.body
        if isinstance(node, FUNCTIONS) and ast.get_docstring(node)
    )


def promised(parent: ast.ClassDef, method: str) -> bool:
    """Whether a base class documents the method: one of the package, or click's, whose docstrings are its own."""
    bases = [ast.unparse(each).partition('[')[0] for each in parent.bases]
    return any((base, method) in documented_methods() or hasattr(outside(base), method) for base in bases)


def outside(name: str) -> object:
    """A class of click by its dotted name, None for any other."""
    package, _, rest = name.partition('.')
    return getattr(importlib.import_module(package), rest, None) if package == 'click' else None


def test_every_test_says_why() -> None:
    """A test's docstring is the promise that it holds."""
    broken = [at(path) for path in own_tests() if tree(path).body and not ast.get_docstring(tree(path))]
    for path in own_tests():
        missing = (node for node in functions(path) if node.name.startswith('test_') and not ast.get_docstring(node))
        broken.extend(f'{at(path, node.lineno)} {node.name}' for node in missing)
    assert not broken, listing(broken)


def test_the_core_never_prints() -> None:
    """Only the rims talk to a person: the command line, the hooks and the sessions."""
    broken: list[str] = []
    for path in sources():
        if room(path) in TALKING_ROOMS or path.name == '__main__.py':
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                'print',
                'sys.stdout.write',
                'sys.stderr.write',
            ):
                broken.append(at(path, node.lineno))
    assert not broken, listing(broken)


def test_siblings_never_import_each_other() -> None:
    """One rule, fact, strategy, hook, session or step per file, so that each can be read and deleted alone."""
    broken: list[str] = []
    for name in PLUGIN_ROOMS:
        siblings = {path.stem for path in (SOURCES / name).glob('*.py') if not path.stem.startswith('_')}
        for path in (SOURCES / name).glob('*.py'):
            if path.name in ('__init__.py', DISPATCHER):
                continue
            for node in ast.walk(tree(path)):
                named = (each.split('.') for each in imported(node, path))
                met = {each[2] for each in named if len(each) > 2 and each[:2] == ['trueup', name]} & siblings
                broken.extend(
                    f'{at(path, getattr(node, "lineno", 0))} imports {each}' for each in sorted(met - {path.stem})
                )
    assert not broken, listing(broken)


def test_nobody_imports_the_package_root() -> None:
    """The root imports what is below it; the other way round makes rings."""
    roots = {path.stem for path in SOURCES.iterdir() if not path.name.startswith('__')}
    broken: list[str] = []
    for path in sources():
        for node in ast.walk(tree(path)):
            for name in imported(node, path):
                words = name.split('.')
                if words[0] == 'trueup' and (len(words) == 1 or words[1] not in roots):
                    broken.append(f'{at(path, getattr(node, "lineno", 0))} imports {name}')
    assert not broken, listing(broken)


def test_imports_stand_at_the_top() -> None:
    """Only the declared heavy packages, and rooms that bring them, may be imported late."""
    broken: list[str] = []
    for path in sources():
        late = {
            node
            for each in functions(path)
            for node in ast.walk(each)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        for node in sorted(late, key=lambda each: each.lineno):
            strange = [
                name for name in imported(node, path) if name.split('.')[0] not in (*HEAVY, *SOMEWHERE, 'trueup')
            ]
            broken.extend(f'{at(path, node.lineno)} imports {name} late' for name in strange)
    assert not broken, listing(broken)


def test_nothing_is_left_for_later() -> None:
    """No stub and no promise: what is not done is an issue, not a comment."""
    broken: list[str] = []
    for path in (*sources(), *own_tests()):
        text = path.read_text(encoding='utf-8')
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and re.search(r'\b(TODO|FIXME|XXX)\b', token.string):
                broken.append(at(path, token.start[0]))
        raised = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Raise) and node.exc)
        broken.extend(at(path, node.lineno) for node in raised if 'NotImplemented' in ast.unparse(node.exc or node))
    assert not broken, listing(broken)


def test_no_file_names_this_machine_or_a_registry() -> None:
    """What is tracked works elsewhere too; the index is the reader's own."""
    listed = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, capture_output=True, check=True).stdout
    broken: list[str] = []
    for name in filter(None, listed.decode().split('\0')):
        path = ROOT / name
        if not path.is_file() or path.is_symlink():
            continue
        for number, line in enumerate(path.read_bytes().decode('utf-8', 'replace').splitlines(), start=1):
            broken.extend(f'{at(path, number)}: {word}' for word in (*PLACES, *HOSTS) if word in line)
    assert not broken, listing(broken)


def test_layers_import_downwards_only() -> None:
    """The contract of the house in pyproject.toml, kept by import-linter."""
    code = 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))'
    done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_manifest_of_hooks_is_valid() -> None:
    """pre-commit itself accepts the hooks that any repository may use."""
    program = shutil.which('pre-commit', path=str(Path(sys.executable).parent)) or shutil.which('pre-commit')
    if program is None:
        pytest.fail('pre-commit is not installed: it is in the dev group')
    done = subprocess.run(
        [program, 'validate-manifest', '.pre-commit-hooks.yaml'], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif('CI' not in os.environ, reason='on a person\'s machine a missing program skips its tests')
@pytest.mark.parametrize('program', ['git', 'poetry', 'pre-commit', 'nox', 'promtool'])
def test_ci_has_every_program_that_tests_would_be_skipped_without(program: str) -> None:
    """A pipeline that lost Poetry must turn red, not quietly run fewer tests."""
    assert shutil.which(program), f'{program} is not on PATH'
