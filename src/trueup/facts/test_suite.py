"""The service's own tests and what runs them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from trueup.facts._declared import declared_dependencies
from trueup.facts._view import View, at, is_test
from trueup.model import Fact

TEST_FILE = re.compile(r'(test_.*|.*_tests?|tests)\.py')


def read(view: View) -> Iterator[Fact]:
    """`test_files` (how many), `test_folders`, `test_runner`, and tests that lie loose at the root."""
    files = [
        module
        for module in view.modules
        if TEST_FILE.fullmatch(posixpath.basename(module.path)) and _is_case(module.text)
    ]
    if not files:
        yield Fact('test_files', 0, note='no test file')
        return
    folders = dict.fromkeys(_folder(module.path) for module in files)
    yield Fact('test_files', len(files), tuple(at(module.path) for module in files[:3]))
    yield Fact('test_folders', tuple(folders), tuple(at(module.path) for module in files[:1]))
    loose = [module.path for module in files if '/' not in module.path]
    if loose:
        yield Fact('tests_at_root', tuple(loose), tuple(at(path) for path in loose))
    yield _runner(view, [module.path for module in files])


def _is_case(text: str) -> bool:
    return bool(re.search(r'^\s*(async\s+)?def\s+test|^\s*class\s+\w*Test|unittest|pytest', text, re.MULTILINE))


def _folder(path: str) -> str:
    folders = path.split('/')[:-1]
    for size in range(1, len(folders) + 1):
        if is_test('/'.join([*folders[:size], 'x.py'])):
            return '/'.join(folders[:size])
    return '/'.join(folders) or '.'


def _runner(view: View, files: list[str]) -> Fact:
    declared = {item.name: at(item.path, item.line) for item in reversed(list(declared_dependencies(view)))}
    if 'pytest' in declared:
        return Fact('test_runner', 'pytest', (declared['pytest'],))
    imported = {
        item.top: at(module.path, item.line)
        for module in view.modules
        if module.path in files
        for item in module.imports
    }
    if 'pytest' in imported:
        return Fact('test_runner', 'pytest', (imported['pytest'],), 0.9)
    for path in (*view.pipelines, *view.named(r'makefile|tox\.ini|readme(\.\w+)?')):
        for line, _ in view.search(path, r'\b(pytest|py\.test)\b'):
            return Fact('test_runner', 'pytest', (at(path, line),), 0.8)
    if 'nose' in declared:
        return Fact('test_runner', 'nose', (declared['nose'],))
    for runner in ('django', 'unittest'):
        if runner in imported:
            return Fact('test_runner', 'manage.py test' if runner == 'django' else runner, (imported[runner],), 0.9)
    return Fact('test_runner', 'pytest', (at(files[0]),), 0.5, 'plain functions named test_')
