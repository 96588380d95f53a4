"""One run over a repository: projects, configuration, environments, broken tools, the baseline."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.errors import UserError
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.judge import BLIND_NOTE
from trueup.lint.model import Failure, LintResult, Message
from trueup.lint.run import LintOptions, lint
from trueup.lint.shrink import shrink_baseline
from trueup.lint.team import TOOLS

CLEAN = '"""A module without faults."""\n\nANSWER = 42\n'
HERE = Path(sys.executable)
SEEING = LintOptions(python=HERE)


def write(root: Path, files: Mapping[str, str]) -> None:
    """Change files of a service."""
    for name, text in files.items():
        (root / name).write_text(text, encoding='utf-8')


def record(root: Path, tools: tuple[str, ...] = TOOLS) -> Baseline:
    """Record all that is found now, as adoption does."""
    result = lint(root, options=LintOptions(tools=tools, python=HERE, use_baseline=False))
    baseline = Baseline.make(result.messages, line_reader(root))
    (root / BASELINE_FILE).parent.mkdir(exist_ok=True)
    (root / BASELINE_FILE).write_text(baseline.dump(), encoding='utf-8')
    return baseline


def told(result: LintResult) -> list[tuple[str, str, int]]:
    """Rule, file and line of the new messages."""
    return [(message.rule, message.path, message.line) for message in result.messages]


def test_a_clean_service_passes(make: Make) -> None:
    """The whole result of the four tools over one clean file."""
    assert lint(make({'a.py': CLEAN}), options=SEEING) == LintResult(score=10.0, fail_under=10.0, checked=1)


def test_a_repository_without_python_passes(make: Make) -> None:
    """No tool is started, so none can complain that it was given nothing."""
    assert lint(make({'README.md': ''}), options=SEEING) == LintResult()


def test_the_whole_result_of_one_fault(make: Make) -> None:
    """What a person or program gets for one unused import."""
    root = make({'pyproject.toml': '[tool.pylint.main]\nfail-under = 5\n', 'a.py': '"""Doc."""\n\nimport os\n'})
    assert lint(root, options=SEEING) == LintResult(
        messages=(
            Message('pylint', 'W0611', 'unused-import', 'a.py', 3, 0, 'Unused import os'),
            Message('flake8', 'F401', '', 'a.py', 3, 1, "'os' imported but unused"),
        ),
        score=0.0,
        fail_under=5.0,
        failed=True,
        checked=1,
        reasons=('flake8: 1 new message', 'pylint: score 0.00 is below fail-under 5'),
    )


def test_each_project_has_its_own_configuration(make: Make) -> None:
    """One repository, two services: line length, fail-under and excludes of each hold for its own files only."""
    long = f'"""Doc."""\n\nTEXT = "{"x" * 90}"\n'
    root = make(
        {
            'wide/pyproject.toml': '[tool.flake8]\nmax-line-length = 120\n[tool.pylint.main]\nfail-under = 1\n',
            'wide/a.py': long,
            'narrow/pyproject.toml': '[tool.pylint.format]\nmax-line-length = 60\n[tool.pylint.main]\nfail-under = -20\n',
            'narrow/a.py': long,
        }
    )
    result = lint(root, options=SEEING)
    assert told(result) == [('C0301', 'narrow/a.py', 3), ('E501', 'narrow/a.py', 3)]
    assert (result.score, result.fail_under) == (10.0, 1.0)


def test_a_project_inherits_what_stands_above_it(make: Make) -> None:
    """A library of a monorepo without options of its own is held to those of the repository, by each tool."""
    root = make(
        {
            'pyproject.toml': '[tool.black]\nline-length = 110\n[tool.isort]\nforce_sort_within_sections = true\n'
            '[tool.flake8]\nmax-line-length = 110\n[tool.pylint.format]\nmax-line-length = 110\n',
            'lib/pyproject.toml': '[project]\nname = "lib"\n',
            'lib/a.py': f'"""Doc."""\n\nTEXT = "{"x" * 95}"\n',
        }
    )
    assert lint(root, options=SEEING) == LintResult(score=10.0, fail_under=10.0, checked=1)
    assert lint(root / 'lib', options=SEEING) == LintResult(score=10.0, fail_under=10.0, checked=1)


def test_flake8_reads_dot_flake8_as_stock(make: Make) -> None:
    """An INI file counts where pyproject.toml has no [tool.flake8]."""
    root = make({'.flake8': '[flake8]\nextend-ignore = F401\n', 'a.py': '"""Doc."""\nimport os\n'})
    assert not lint(root, options=LintOptions(tools=('flake8',))).messages


def test_shadowed_configuration_is_reported(make: Make) -> None:
    """An option in a file that no tool reads any more looks as if it held."""
    root = make(
        {
            'a.py': CLEAN,
            '.flake8': '[flake8]\nignore = F401\n',
            'setup.cfg': '[isort]\nprofile = black\n',
            '.pylintrc': '[MAIN]\nfail-under=3\n',
            'pyproject.toml': '[tool.flake8]\nmax-line-length = 99\n[tool.isort]\nprofile = "black"\n[tool.pylint.main]\nfail-under = 9\n',
        }
    )
    result = lint(root, options=SEEING)
    assert result.notes == (
        'pylint: pyproject.toml is shadowed by .pylintrc',
        'flake8: .flake8 is shadowed by pyproject.toml',
        'isort: setup.cfg is shadowed by pyproject.toml',
    )
    assert result.fail_under == 3.0


def test_a_broken_tool_hides_nothing(make: Make) -> None:
    """black and pylint refuse their configuration; flake8 and isort are heard all the same."""
    root = make(
        {
            'pyproject.toml': '[tool.black]\nline-length = "wide"\n[tool.pylint.format]\nmax-line-length = "wide"\n',
            'a.py': '"""Doc."""\n\nimport sys\nimport os\n',
        }
    )
    result = lint(root, options=SEEING)
    assert told(result) == [('isort', 'a.py', 0), ('F401', 'a.py', 3), ('F401', 'a.py', 4)]
    assert [failure.tool for failure in result.crashed] == ['pylint', 'black']
    assert all("'wide'" in failure.text for failure in result.crashed)
    assert result.failed


def test_a_plug_in_that_dies_is_said(make: Make) -> None:
    """pylint with an init-hook that raises."""
    root = make({'.pylintrc': '[MAIN]\ninit-hook=raise RuntimeError("no such luck")\n', 'a.py': CLEAN})
    result = lint(root, options=LintOptions(tools=('pylint',), python=HERE))
    assert result.crashed == (Failure('pylint', 'RuntimeError: no such luck'),)
    assert (result.failed, result.score) == (True, None)


@pytest.mark.parametrize('text', ['[tool.black\n', '<<<<<<< HEAD\n', '[tool.black]\nexclude = "("\n'])
def test_unreadable_configuration_is_one_line(make: Make, text: str) -> None:
    """Committed conflict markers and the like are the person's to mend."""
    with pytest.raises(UserError) as caught:
        lint(make({'pyproject.toml': text, 'a.py': CLEAN}), options=SEEING)
    assert caught.value.where.endswith('pyproject.toml')
    assert '\n' not in str(caught.value)


def test_an_unknown_tool_is_refused(make: Make) -> None:
    """A typing error must not look like a clean run."""
    with pytest.raises(UserError):
        lint(make({'a.py': CLEAN}), options=LintOptions(tools=('ruff',)))


def test_a_python_2_file_does_not_stop_the_others(make: Make) -> None:
    """Each tool that reads syntax says so once; the other file is checked as always."""
    root = make({'old.py': 'print "x"\n', 'a.py': '"""Doc."""\n\nimport os\n'})
    result = lint(root, options=SEEING)
    assert told(result) == [
        ('W0611', 'a.py', 3),
        ('F401', 'a.py', 3),
        ('E0001', 'old.py', 1),
        ('E999', 'old.py', 1),
        ('black', 'old.py', 1),
    ]
    assert result.notes == ('not valid Python 3, so nothing else was checked in: old.py',)
    assert result.crashed == ()


def test_a_file_in_another_encoding_is_a_finding(make: Make) -> None:
    """Latin-1 without a declaration: named by the tools, no crash."""
    result = lint(make({'a.py': b'x = "\xe9"\n'}), options=SEEING)
    assert ('black', 'a.py', 0) in told(result)
    assert ('E0001', 'a.py', 1) in told(result)
    assert result.crashed == ()


@pytest.mark.skipif(sys.platform != 'linux', reason='other systems have no such names')
def test_a_name_that_is_not_utf_8_is_left_out_and_said(make: Make) -> None:
    """flake8 would die of it and say nothing of the other file."""
    root = make({'a.py': '"""Doc."""\n\nimport os\n'})
    Path(os.fsdecode(os.fsencode(root) + b'/caf\xe9.py')).write_text('import os\n', encoding='utf-8')
    make({})
    result = lint(root, options=LintOptions(tools=('flake8',)))
    assert told(result) == [('F401', 'a.py', 3)]
    assert (result.notes, result.crashed) == (("not checked, its name is not UTF-8: 'caf\\udce9.py'",), ())


def test_a_service_module_named_like_a_library_is_not_imported(make: Make) -> None:
    """`python -m black` in a folder with a `click.py` would import that one."""
    fatal = '"""Not to be run."""\n\nraise SystemExit(9)\n'
    root = make({f'{name}.py': fatal for name in ('click', 'platformdirs', 'astroid', 'tomlkit', 'pycodestyle')})
    result = lint(root, options=SEEING)
    assert (result.messages, result.crashed) == ((), ())


def test_a_shell_does_not_change_the_result(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PYTHONPATH, PYLINTRC and a coloured shell are the developer's, the result is the service's."""
    root = make({'a.py': '"""Doc."""\n\nimport os\n'})
    before = lint(root, options=SEEING)
    (tmp_path / 'rc').write_text('[MAIN]\nfail-under=0\ndisable=all\n', encoding='utf-8')
    (tmp_path / 'black.py').write_text('raise SystemExit(9)\n', encoding='utf-8')
    for name, value in (('PYTHONPATH', str(tmp_path)), ('PYLINTRC', str(tmp_path / 'rc')), ('FORCE_COLOR', '1')):
        monkeypatch.setenv(name, value)
    assert lint(root, options=SEEING) == before


def test_without_an_environment_only_what_can_be_known_is_said(make: Make) -> None:
    """Every import of a dependency would else be an error in a hook's environment."""
    root = make({'a.py': '"""Doc."""\n\nimport not_installed_anywhere\n\nnot_installed_anywhere.run()\n'})
    result = lint(root)
    assert (result.messages, result.failed, result.notes) == ((), False, (BLIND_NOTE,))
    assert result.unchecked == ('import-error', 'no-name-in-module', 'no-member', 'c-extension-no-member')


def test_with_an_environment_imports_and_members_are_checked(make: Make) -> None:
    """The service's own .venv is found, its packages are read, what it lacks is an error."""
    root = make(
        {
            '.gitignore': '.venv\n',
            'a.py': '"""Doc."""\n\nimport absent_package\nimport present_package\n\n'
            'absent_package.run()\npresent_package.run()\npresent_package.walk()\n',
        }
    )
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', '.venv'], cwd=root, check=True)
    library = next((root / '.venv').glob('lib/python*/site-packages'))
    (library / 'present_package-1.0.dist-info').mkdir()
    (library / 'present_package.py').write_text('def run():\n    pass\n', encoding='utf-8')
    (library / 'astroid.py').write_text('raise SystemExit(9)\n', encoding='utf-8')
    result = lint(root)
    assert told(result) == [('E0401', 'a.py', 3), ('E1101', 'a.py', 8)]
    assert result.notes == ()


def test_moved_lines_stay_known(make: Make) -> None:
    """Lines inserted above old findings make none of them new; the run passes and says how many are known."""
    old = 'import os\nx=1\ndef f( a ):\n    return undefined\n'
    root = make({'a.py': old})
    recorded = record(root)
    write(root, {'a.py': f'#!/usr/bin/env python\n# Copyright\n\n{old}'})
    result = lint(root, options=SEEING)
    assert (result.messages, result.failed, result.score) == ((), False, 10.0)
    assert len(result.known) == recorded.total == 14


def test_a_second_occurrence_is_new(make: Make) -> None:
    """The same fault once more in the same file, and the same in another file."""
    root = make({'a.py': '"""Doc."""\n\nimport os\n', 'b.py': CLEAN})
    record(root, ('flake8',))
    write(
        root, {'a.py': '"""Doc."""\n\nimport os\n\n\ndef run():\n    import os\n', 'b.py': '"""Doc."""\n\nimport os\n'}
    )
    result = lint(root, options=LintOptions(tools=('flake8',)))
    assert told(result) == [('F401', 'a.py', 7), ('F811', 'a.py', 7), ('F401', 'b.py', 3)]
    assert [(message.rule, message.line) for message in result.known] == [('F401', 3)]


def test_a_new_error_fails_whatever_the_score_is(make: Make) -> None:
    """With old debt recorded, one new error in a large file must not hide in a good score; a convention may."""
    good = '"""Doc."""\n\n' + ''.join(f'A{index} = {index}\n' for index in range(100))
    root = make({'a.py': good, 'pyproject.toml': '[tool.pylint.main]\nfail-under = 9\n', 'b.py': 'import os\n'})
    record(root, ('pylint',))
    write(root, {'a.py': f'{good}NAME = undefined_name  # noqa: F821\n'})
    result = lint(root, ['a.py'], options=LintOptions(tools=('pylint',), python=HERE))
    assert result.reasons == ('pylint: new errors that the baseline does not know',)
    write(root, {'a.py': f'{good}nAME = 1\n'})
    assert not lint(root, ['a.py'], options=LintOptions(tools=('pylint',), python=HERE)).failed
    (root / BASELINE_FILE).unlink()
    write(root, {'a.py': f'{good}NAME = undefined_name  # noqa: F821\n'})
    assert not lint(root, ['a.py'], options=LintOptions(tools=('pylint',), python=HERE)).failed


def test_recorded_findings_can_be_shown(make: Make) -> None:
    """`--no-baseline` gives all, and another baseline may be given."""
    root = make({'a.py': '"""Doc."""\n\nimport os\n'})
    baseline = record(root, ('flake8',))
    everything = [('F401', 'a.py', 3)]
    tools = ('flake8',)
    assert told(lint(root, options=LintOptions(tools=tools, use_baseline=False))) == everything
    assert told(lint(root, options=LintOptions(tools=tools, baseline=Baseline()))) == everything
    (root / BASELINE_FILE).unlink()
    assert not lint(root, options=LintOptions(tools=tools, baseline=baseline)).messages


def test_a_service_in_a_folder_keeps_its_own_baseline(make: Make) -> None:
    """The hook runs at the Git root, the baseline stands in the service."""
    root = make(
        {'one/pyproject.toml': '', 'one/a.py': '"""Doc."""\n\nimport os\n', 'b.py': '"""Doc."""\n\nimport os\n'}
    )
    record(root / 'one', ('flake8',))
    tools = LintOptions(tools=('flake8',))
    assert told(lint(root, options=tools)) == [('F401', 'b.py', 3)]
    assert [message.path for message in lint(root, options=tools).known] == ['one/a.py']
    assert not lint(root / 'one', options=tools).messages


def test_duplicates_are_known_in_any_part_of_the_service(make: Make) -> None:
    """R0801 is told at one of the files, at another one when only some are checked."""
    text = '"""Doc."""\n\n' + ''.join(f'VALUE_{index} = {index} * {index}\n' for index in range(12))
    root = make({f'{name}.py': text for name in 'abc'} | {'d.py': '"""Doc."""\n'})
    record(root, ('pylint',))
    tools = LintOptions(tools=('pylint',), python=HERE)
    assert not lint(root, options=tools).messages
    for pair in (['a.py', 'b.py'], ['b.py', 'c.py'], ['c.py', 'a.py']):
        result = lint(root, pair, options=tools)
        assert [message.rule for message in result.known] == ['R0801']
        assert not result.messages
    more = CLEAN + 'MORE = ANSWER\n' * 9
    write(root, {'c.py': more, 'd.py': more})
    assert 'R0801' in [message.rule for message in lint(root, options=tools).messages]


def test_a_fixed_finding_shrinks_the_baseline(make: Make) -> None:
    """A run says what is gone, `--shrink` takes it out, and it can't come back unseen; the last one takes the file."""
    root = make({'a.py': '"""Doc."""\n\nimport os\nx = {  }\n'})
    before = record(root)
    write(root, {'a.py': '"""Doc."""\n\nimport os\n\nx = {}\n'})
    assert lint(root, options=SEEING).notes == (
        'recorded findings that are gone: 4; `trueup baseline --shrink` takes them out',
    )
    done = shrink_baseline(root, python=HERE)
    assert (done.before, done.after.total) == (before, before.total - 4)
    assert Baseline.load(root) == done.after
    write(root, {'a.py': '"""Doc."""\n\nimport os\nx = {  }\n'})
    assert lint(root, options=SEEING).failed
    write(root, {'a.py': CLEAN})
    shrink_baseline(root, python=HERE)
    assert not (root / BASELINE_FILE).exists()


def test_a_broken_tool_never_shrinks_the_baseline(make: Make) -> None:
    """What black could not say is not gone."""
    root = make({'a.py': 'x = {  }\n'})
    record(root, ('black',))
    text = (root / BASELINE_FILE).read_bytes()
    write(root, {'a.py': CLEAN, 'pyproject.toml': '[tool.black]\nline-length = "wide"\n'})
    with pytest.raises(UserError):
        shrink_baseline(root, python=HERE)
    assert (root / BASELINE_FILE).read_bytes() == text
    assert os.listdir(root / '.trueup') == ['baseline.json']


def test_shrinking_keeps_what_can_not_be_seen(make: Make) -> None:
    """A missing member was recorded with the environment; without one it is not gone."""
    root = make({'a.py': '"""Doc."""\n\nimport json\n\njson.no_such_function()\n'})
    before = record(root, ('pylint',))
    assert [entry.symbol for entry in before.entries] == ['no-member']
    assert shrink_baseline(root).after == before


def test_a_folder_that_is_left_out_may_hold_a_malformed_configuration(make: Make) -> None:
    """A fixture of a broken project is no reason to stop; a project that is really linted is."""
    left_out = """
[tool.black]
extend-exclude = 'broken'
[tool.isort]
extend_skip = ['broken']
[tool.flake8]
extend-exclude = ['broken']
[tool.pylint.main]
ignore = ['broken']
"""
    root = make(
        {'pyproject.toml': left_out, 'a.py': CLEAN, 'broken/pyproject.toml': '[tool', 'broken/b.py': 'import os'}
    )
    assert told(lint(root, options=SEEING)) == []
    write(root, {'pyproject.toml': left_out.replace("ignore = ['broken']", '')})
    with pytest.raises(UserError) as caught:
        lint(root, options=SEEING)
    assert caught.value.where == str(root / 'broken' / 'pyproject.toml')
