"""Which files the linters are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.errors import UserError
from trueup.lint.files import group_by_root, line_reader, python_files, root_for, select_files
from trueup.lint.plan import plan_tasks


def test_only_tracked_python_files_count(make: Make) -> None:
    """An untracked scratch file must not fail a run that passes in CI; a link's target is looked at once."""
    root = make({'a.py': '', 'b.pyi': '', 'src/mit leer.py': '', 'src/größe.py': '', 'README.md': '', 'data.txt': ''})
    (root / 'scratch.py').write_text('import os\n', encoding='utf-8')
    (root / 'link.py').symlink_to('a.py')
    make({})
    (root / 'later.py').write_text('', encoding='utf-8')
    (root / 'b.pyi').unlink()
    assert python_files(root) == ('a.py', 'scratch.py', 'src/größe.py', 'src/mit leer.py')


def test_outside_git_folders_that_hold_no_source_are_left_out(tmp_path: Path) -> None:
    """A source archive without .git can be linted too, its virtual environment not."""
    for name in ('a.py', 'pkg/b.py', '.hidden/c.py', 'env/pyvenv.cfg', 'env/lib/d.py', 'pkg/__pycache__/e.py'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('', encoding='utf-8')
    assert python_files(tmp_path) == ('a.py', 'pkg/b.py')


def test_given_names_may_be_folders_absolute_or_other_files(make: Make) -> None:
    """pre-commit gives files, people give folders; what is no Python file is no error."""
    root = make({'a.py': '', 'src/b.py': '', 'src/deep/c.py': '', 'README.md': ''})
    assert select_files(root, ['src', str(root / 'a.py'), 'README.md']) == ('a.py', 'src/b.py', 'src/deep/c.py')
    assert select_files(root, ['.']) == ('a.py', 'src/b.py', 'src/deep/c.py')
    assert not select_files(root, [])


@pytest.mark.parametrize('name', ['absent.py', '..'])
def test_a_name_that_is_not_there_or_outside_is_said(make: Make, name: str) -> None:
    """A typing error must not look like a clean run."""
    with pytest.raises(UserError):
        select_files(make({'a.py': ''}), [name])


def test_files_are_grouped_by_their_project(make: Make) -> None:
    """black, given files of two projects, takes neither configuration: each project is a run of its own."""
    root = make(
        {
            'a.py': '',
            'pyproject.toml': '',
            'one/pyproject.toml': '',
            'one/src/b.py': '',
            'two/.copier-answers.yml': '',
            'two/c.py': '',
            'plain/d.py': '',
        }
    )
    assert group_by_root(root, python_files(root)) == {
        root: ('a.py', 'plain/d.py'),
        root / 'one': ('src/b.py',),
        root / 'two': ('c.py',),
    }


def test_the_root_is_the_project_around_the_folder(make: Make) -> None:
    """`trueup lint` in a sub-folder means the project; a file of another project widens it to the repository."""
    root = make({'one/pyproject.toml': '', 'one/src/b.py': '', 'two/c.py': ''})
    assert root_for(root / 'one' / 'src') == root / 'one'
    assert root_for(root / 'two') == root
    assert root_for(root / 'one', [str(root / 'two' / 'c.py')]) == root


EXCLUDED = {
    'black': '[tool.black]\nextend-exclude = "/old/|new_gen\\\\.py$"\n',
    'isort': '[tool.isort]\nextend_skip = ["old"]\nextend_skip_glob = ["*/new_gen.py"]\n',
    'flake8': '[tool.flake8]\nextend-exclude = ["src/old", "new_gen.py"]\n',
    'pylint': '[tool.pylint.main]\nignore = ["old"]\nignore-patterns = [".*_gen\\\\.py"]\n',
}


@pytest.mark.parametrize('tool', EXCLUDED)
def test_the_excludes_of_each_tool_hold_for_it_alone(make: Make, tool: str) -> None:
    """A file given by name is left out as in a run over the folder; another tool's exclude changes nothing."""
    root = make(
        {
            'pyproject.toml': EXCLUDED[tool],
            'src/a.py': '',
            'src/old/b.py': '',
            'src/new_gen.py': '',
            'x/old.py': '',
            'tests/.venv/c.py': '',
        }
    )
    tasks = plan_tasks(root, python_files(root), tools=('black', 'isort', 'flake8', 'pylint'))
    found = {task.tool: set(task.job.files) for task in tasks}
    everything = {'src/a.py', 'src/old/b.py', 'src/new_gen.py', 'x/old.py', 'tests/.venv/c.py'}
    by_default = {'black': {'tests/.venv/c.py'}, 'isort': {'tests/.venv/c.py'}, 'flake8': set(), 'pylint': set()}
    expected = {name: everything - by_default[name] for name in found}
    expected[tool] = expected[tool] - {'src/old/b.py', 'src/new_gen.py'}
    assert found == expected


def test_the_root_excludes_what_an_inner_project_holds(make: Make) -> None:
    """A sample project that the repository leaves out is not linted by its own configuration either."""
    root = make(
        {
            'pyproject.toml': '[tool.pylint.main]\nignore-paths = ["^samples/.*$"]\n',
            'a.py': '',
            'samples/one/pyproject.toml': '',
            'samples/one/b.py': '',
        }
    )
    assert [task.job.files for task in plan_tasks(root, python_files(root), tools=('pylint',))] == [('a.py',)]


def test_lines_are_read_as_the_tools_count_them(make: Make) -> None:
    """A form feed ends no line, a carriage return does."""
    read = line_reader(make({'a.py': b'\xef\xbb\xbfone\r\ntwo\x0cstill two\rthree\n', 'b.py': b'\xff\n'}))
    assert [read('a.py', line) for line in range(5)] == ['', 'one', 'two\x0cstill two', 'three', '']
    assert read('b.py', 1) == '\ufffd'
    assert read('absent.py', 1) == ''


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('protos/label_pb2.py', '# -*- coding: utf-8 -*-\n'),
        ('protos/label_pb2_grpc.py', ''),
        ('app/vendor/six.py', 'import sys\n'),
        ('third_party/lib/a.py', ''),
        ('app/client.py', '# Generated by OpenAPI Generator; DO NOT EDIT\nimport sys\n'),
        ('app/_version.py', '# coding: utf-8\n# file generated by setuptools_scm\n# don\'t change, don\'t track\n'),
        ('app/schema.py', '#!/usr/bin/env python\n# @generated by codegen\n'),
    ],
)
def test_generated_and_vendored_files_are_left_alone(make: Make, name: str, text: str) -> None:
    """The generator would write the old text again, and nobody of the team wrote what a linter would find."""
    root = make({name: text, 'app/main.py': ''})
    assert python_files(root) == ('app/main.py',)
    assert not select_files(root, [name])


@pytest.mark.parametrize(
    'text',
    [
        '# Generated by Django 2.2 on 2019-11-10\n',
        '# Please do not edit the order of these imports\n',
        '"""Reports are generated by this module; do not edit them."""\n',
        'WARNING = "generated, do not edit"\n',
    ],
)
def test_what_only_speaks_of_generated_files_is_checked(make: Make, text: str) -> None:
    """A migration is edited by people, and a generator's own source says the words without being its product."""
    assert python_files(make({'app/0001_initial.py': text})) == ('app/0001_initial.py',)
