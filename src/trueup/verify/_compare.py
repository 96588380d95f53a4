"""Before against after: pure, and never a regression where nothing was proven before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trueup.model import Status, Verification
from trueup.verify._blame import blame, moves, packages_of
from trueup.verify._model import LEVELS, Artifact, Install, OpenApi, Snapshot, TestRun

# Brought by the standard's hooks and sessions; a service needs none of them to run.
DEVELOPER_TOOLS = {
    'black', 'isort', 'flake8', 'pylint', 'mypy', 'ruff', 'pre-commit', 'tox', 'nox', 'bandit', 'autopep8', 'yapf',
    'pip',
    'pycodestyle', 'pyflakes', 'pydocstyle', 'setuptools', 'wheel', 'twine', 'build', 'ipython', 'jupyter', 'ipdb',
    'pip-tools', 'poetry', 'pipenv', 'safety', 'pytest', 'pytest-cov', 'pytest-mock', 'coverage', 'sphinx', 'python',
    'bumpversion', 'bump2version', 'types-requests', 'types-pyyaml', 'flake8-pyproject', 'jupyterlab', 'notebook',
}  # fmt: skip
TOLD = 3
BAD = ('failed', 'error')
# What differs from run to run: addresses, times, temporary folders.
VOLATILE = re.compile(r'0x[0-9a-f]+|\d+(?:\.\d+)?|/\S*trueup-verify-\S*')
HELP = 'try --verify-with FILES that Git ignores, or --verify-date commit'


def compare(before: Snapshot, after: Snapshot) -> tuple[Verification, ...]:
    """One verification per kind; the cause of a regression is named in its detail."""
    level = min(LEVELS.index(before.level), LEVELS.index(after.level))
    found: list[Verification] = []
    if level >= LEVELS.index('static'):
        found += [_files(before, after), _code(before, after), _dependencies(before, after)]
        found += _artifacts(before, after)
    if level >= LEVELS.index('tests') and before.install and after.install:
        found.insert(0, _install(before.install, after.install))
        found += [
            _imports(before, after),
            _tests(before, after),
            *_openapi(before, after),
        ]
    return tuple(found)


# --- static ----------------------------------------------------------------------------------------------------------


def _files(before: Snapshot, after: Snapshot) -> Verification:
    broken = [f'{path}: {error}' for path, error in after.files.items() if error and not before.files.get(path)]
    mended = [path for path, error in before.files.items() if error and after.files.get(path) == '']
    status = Status.WORSE if broken else Status.BETTER if mended else Status.SAME
    detail = _few(broken) if broken else f'can be read now: {_few(mended)}' if mended else ''
    return Verification('files', status, _parsed(before.files), _parsed(after.files), detail)


def _parsed(files: Mapping[str, str]) -> str:
    bad = sum(bool(error) for error in files.values())
    return f'{len(files) - bad} parse' + (f', {bad} do not' if bad else '')


def _code(before: Snapshot, after: Snapshot) -> Verification:
    """Equal syntax trees prove that nothing changed; different ones prove nothing: then the tests tell."""
    changed = [path for path, digest in before.code.items() if path in after.code and after.code[path] != digest]
    gone = [f'{path} (gone)' for path in before.code if path not in after.code and path not in after.files]
    new = [path for path in after.code if path not in before.code and path not in before.files]
    detail = f'changed: {_few([*changed, *gone])}' if changed or gone else f'new: {_few(new)}' if new else ''
    status = Status.UNVERIFIED if changed or gone else Status.SAME
    return Verification('code', status, _counted(before.code), _counted(after.code), detail)


def _counted(code: Mapping[str, str]) -> str:
    return f'{len(code)} Python {"file" if len(code) == 1 else "files"}'


def _artifacts(before: Snapshot, after: Snapshot) -> Iterator[Verification]:
    """Charts and Dockerfiles: untouched is the same; a touched one may have no finding that it did not have."""
    for kind in ('chart', 'Dockerfile'):
        old, new = ({each.path: each for each in found.artifacts if each.kind == kind} for found in (before, after))
        if not old and not new:
            continue
        shown = _looked(old), _looked(new)
        touched = [path for path in old if path in new and old[path].digest != new[path].digest]
        unseen = [path for path in (*touched, *(new.keys() - old.keys())) if new[path].missing]
        gone = [path for path in old if path not in new]
        fresh = [
            f'{path}: {problem}'
            for path in touched
            for problem in new[path].problems
            if problem not in old[path].problems
        ]
        if fresh or gone:
            yield Verification(kind, Status.WORSE, *shown, _few([*fresh, *(f'{path} is gone' for path in gone)]))
        elif unseen:
            detail = f'{_few(sorted(unseen))} changed, and {new[unseen[0]].missing} is not here'
            yield Verification(kind, Status.UNVERIFIED, *shown, detail)
        else:
            yield Verification(kind, Status.SAME, *shown, '' if touched else 'unchanged')


def _looked(found: Mapping[str, Artifact]) -> str:
    problems = sum(len(each.problems) for each in found.values())
    if any(each.missing for each in found.values()):
        return 'not looked at'
    told = f'{problems} {"finding" if problems == 1 else "findings"}'
    return f'{told} in {len(found)}' if len(found) > 1 else told if found else 'none'


# --- installed -------------------------------------------------------------------------------------------------------


def _install(before: Install, after: Install) -> Verification:
    sources = f'before: {_source(before)}; after: {_source(after)}'
    match bool(before.problem), bool(after.problem):
        case False, False:
            status, detail = Status.SAME, sources
        case True, False:
            status, detail = Status.BETTER, f'did not install before: {before.problem}'
        case False, True:
            status, detail = Status.WORSE, f'{_source(after)}: {after.problem}'
        case _:
            status, detail = Status.UNVERIFIED, f'did not install before: {before.problem}'
    return Verification('install', status, _installed(before), _installed(after), detail)


def _source(install: Install) -> str:
    python = f', Python {install.python}' if install.python else ''
    note = f', {install.note}' if install.note else ''
    return f'{install.source or "nothing declared"}{python}{note}'


def _installed(install: Install) -> str:
    count = len(install.packages)
    return 'failed' if install.problem else f'{count} {"package" if count == 1 else "packages"}'


def _dependencies(before: Snapshot, after: Snapshot) -> Verification:
    new = packages_of(after)
    lost = sorted(name for name in before.declared - after.mentioned - DEVELOPER_TOOLS if name not in new)
    moved = [f'{name} {versions}' for name, versions in moves(before, after).items()]
    detail = f'no longer declared: {", ".join(lost)}' if lost else ''
    if moved and not lost:
        own = [each for each in moved if each.split()[0] in before.declared]
        what = 'another version' if len(moved) == 1 else f'{len(moved)} other versions'
        detail = f'{what}: {_few([*own, *(each for each in moved if each not in own)])}'
    status = Status.WORSE if lost else Status.SAME
    return Verification(
        'dependencies', status, f'{len(before.declared)} declared', f'{len(after.declared)} declared', detail
    )


# --- run -------------------------------------------------------------------------------------------------------------


def _imports(before: Snapshot, after: Snapshot) -> Verification:
    shown = _imported(before), _imported(after)
    if reason := _not_installed(before, after):
        return Verification('imports', Status.UNVERIFIED, *shown, reason)
    if not before.imports:
        return Verification('imports', Status.UNVERIFIED, *shown, 'no package to import')
    lost = [
        (module, after.imports.get(module, 'is gone'))
        for module, error in before.imports.items()
        if not error and after.imports.get(module, 'gone') and not _untried(after, module)
    ]
    if lost:
        module, error = lost[0]
        more = f' (and {len(lost) - 1} more)' if len(lost) > 1 else ''
        cause = f'{module}: {error}{more}{blame(before, after, error)}'
        return Verification('imports', Status.WORSE, *shown, cause)
    if all(before.imports.values()):
        module, error = next(iter(before.imports.items()))
        return Verification(
            'imports', Status.UNVERIFIED, *shown, f'nothing could be imported before: {module}: {error}'
        )
    better = [module for module, error in before.imports.items() if error and after.imports.get(module) == '']
    return Verification('imports', Status.BETTER if better else Status.SAME, *shown, _not_importable(before, after))


def _untried(found: Snapshot, module: str) -> bool:
    """Whether there was no time for it: a file that is gone was tried."""
    return module not in found.imports and len(found.imports) < found.reached


def _not_importable(before: Snapshot, after: Snapshot) -> str:
    """What could not be imported before either, and what nobody tried: neither is verified."""
    bad = [f'{module}: {error}' for module, error in before.imports.items() if error]
    told = (
        [f'could not be imported before: {bad[0]}' + (f' and {len(bad) - 1} more' if len(bad) > 1 else '')]
        if bad
        else []
    )
    left = max(found.reached - len(found.imports) for found in (before, after))
    return '; '.join([*told, *([f'{left} modules were not tried'] if left > 0 else [])])


def _imported(found: Snapshot) -> str:
    if not found.imports:
        return ''
    good = sum(not error for error in found.imports.values())
    return f'{good} of {len(found.imports)} imported'


def _ran(found: Snapshot) -> TestRun:
    if found.tests is not None:
        return found.tests
    problem = found.install.problem if found.install else ''
    return TestRun(problem=f'did not install: {problem}' if problem else 'were not run')


def _tests(first: Snapshot, second: Snapshot) -> Verification:
    before, after = _ran(first), _ran(second)
    shown = _tallied(before), _tallied(after)
    if before.problem:
        return Verification('tests', Status.UNVERIFIED, *shown, f'before: {before.problem}')
    if not before.count('passed'):
        detail = f'no test passed before{_first_failure(before)}{_otherwise(before, after)}; {HELP}'
        return Verification('tests', Status.UNVERIFIED, *shown, detail)
    if after.problem:
        return Verification('tests', Status.WORSE, *shown, after.problem + blame(first, second, after.problem))
    lost = list(_lost(before, after))
    if lost:
        more = f' (and {len(lost) - 1} more)' if len(lost) > 1 else ''
        name, error, trace = lost[0]
        cause = f'{name}: {error}{more}{blame(first, second, error, trace)}'
        return Verification('tests', Status.WORSE, *shown, cause)
    mended = [
        name for name in after.results if _passed(after, name) and name in before.results and not _passed(before, name)
    ]
    detail = f'pass now: {_few(mended)}' if mended else _failing_too(before) + _otherwise(before, after)
    return Verification('tests', Status.BETTER if mended else Status.SAME, *shown, detail)


def _otherwise(before: TestRun, after: TestRun) -> str:
    """Tests that failed before and fail with another error now."""
    other = [
        f'{name}: {after.results[name].message}'
        for name, each in before.results.items()
        if each.outcome in BAD and name in after.results and after.results[name].outcome in BAD
        and VOLATILE.sub('', each.message) != VOLATILE.sub('', after.results[name].message)
    ]  # fmt: skip
    return f'; fails otherwise now: {_few(other)}' if other else ''


def _lost(before: TestRun, after: TestRun) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Tests that passed before and don't pass now, those that fail first."""
    passed = [name for name in before.results if _passed(before, name)]
    for name in passed:
        found = after.results.get(name)
        if found and found.outcome in BAD:
            yield name, found.message or found.outcome, found.trace
    for name in passed:
        found = after.results.get(name)
        if found is None or found.outcome == 'skipped':
            yield name, f'is skipped: {found.message}' if found else 'is gone', ()


def _passed(run: TestRun, name: str) -> bool:
    return name in run.results and run.results[name].outcome == 'passed'


def _tallied(run: TestRun) -> str:
    if run.problem:
        return 'not run'
    words = {'passed': 'passed', 'failed': 'failed', 'error': 'errors', 'skipped': 'skipped'}
    return ', '.join(f'{run.count(key)} {word}' for key, word in words.items() if run.count(key))


def _first_failure(run: TestRun) -> str:
    bad = [(name, each) for name, each in run.results.items() if each.outcome in BAD]
    return f': {bad[0][0]}: {bad[0][1].message}' if bad else ''


def _failing_too(before: TestRun) -> str:
    bad = [name for name, each in before.results.items() if each.outcome in BAD]
    return f'failed before too: {_few(bad)}' if bad else ''


def _openapi(before: Snapshot, after: Snapshot) -> Iterator[Verification]:
    if before.openapi is None:
        return
    old = before.openapi
    new = after.openapi or OpenApi(problem='no application found' if after.install else '')
    shown = _promised(old), _promised(new)
    if old.problem or (after.install and after.install.problem):
        reason = f'before: {old.app}: {old.problem}' if old.problem else 'after: did not install'
        yield Verification('openapi', Status.UNVERIFIED, *shown, reason)
    elif new.problem:
        yield Verification('openapi', Status.WORSE, *shown, f'{new.app or old.app}: {new.problem}')
    else:
        broken = list(_broken(old.contract, new.contract))
        yield Verification('openapi', Status.WORSE if broken else Status.SAME, *shown, _few(broken))


def _promised(found: OpenApi) -> str:
    count = sum(not name.startswith('schema ') for name in found.contract)
    return 'none' if found.problem else f'{count} {"operation" if count == 1 else "operations"}'


def _broken(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Promises that a caller relied on and that no longer hold, also new demands."""
    for name, lines in old.items():
        if name not in new:
            yield f'{name} is gone'
            continue
        yield from (f'{name}: lost {line}' for line in lines if not _holds(line, new[name]))
        yield from (
            f'{name}: now wants {line}' for line in new[name] if ' required' in line and not _holds(line, lines)
        )


def _holds(line: str, lines: tuple[str, ...]) -> bool:
    """Whether the line is among the others; `any` fits every type, for newer versions of FastAPI say more."""
    what, _, kind = line.rpartition(': ')
    kinds = [other for this, _, other in (each.rpartition(': ') for each in lines) if this == what]
    return kind in kinds or 'any' in kinds or (kind == 'any' and bool(kinds))


def _not_installed(before: Snapshot, after: Snapshot) -> str:
    for moment, found in (('before', before), ('after', after)):
        if found.install and found.install.problem:
            return f'{moment}: did not install: {found.install.problem}'
    return ''


def _few(names: list[str]) -> str:
    more = f' and {len(names) - TOLD} more' if len(names) > TOLD else ''
    return '; '.join(names[:TOLD]) + more
