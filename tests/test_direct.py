"""The direct renderer gives what Copier gives, byte for byte, or leaves it to Copier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git
from trueup import template
from trueup.direct import Rendition, Unsupported, render_directly
from trueup.model import File, Mode
from trueup.standard import Address, Standard, open_standard

ANSWERS = [
    {},
    {'scope': 'quality', 'packaging': 'keep'},
    {'scope': 'config'},
    {'service_root': 'services/a', 'service_name': 'a-b', 'port': 9000},
    {'ci': ['jenkins'], 'author_name': 'Ünï', 'author_email': 'a@example.com', 'slow_hooks': 'pre-commit'},
    {'config_backend': 'dynaconf', 'spring_cloud_config': True, 'package_publish_url': 'https://x.example/upload'},
    {'package_index_url': 'https://x.example/simple', 'package_index_mode': 'internal', 'packaging': 'uv'},
    {'package_index_url': 'https://x.example/simple', 'hooks_repo': 'https://a.example/x.git', 'is_package': False},
]
COPIER = 'name: {type: str, default: scorer}\nsize: 3\nlist: {type: yaml, default: [a, b]}\nbig:\n  type: bool\n  default: "{{ size > 2 }}"\n'
FILES = {
    'template/{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml }}',
    'template/{{ name }}/{% if big %}big.txt{% endif %}.jinja': '{{ name }} {{ list | join(",") }}\r\n{{ size }}',
    'template/{% if not big %}small.txt{% endif %}': 'small',
    'template/plain.bin': b'\xff\0{{ name }}\r\n',
    'template/skipped.log': 'left out',
    'template/both.txt': 'hidden by its sibling',
    'template/both.txt.jinja': '{# a comment #}{{ "x" if big is defined }}\n',
}


def by_copier(standard: Standard, tag: str, data: Mapping[str, object], folder: Path) -> dict[str, File]:
    """The same render, made by Copier."""
    template._render_into(standard, tag, data, folder / 'tree')
    return template.read_tree(folder / 'tree')


def directly(standard: Standard, tag: str, data: Mapping[str, object]) -> dict[str, File]:
    """The render of this module."""
    return render_directly(Rendition(standard.mirror, standard.address.url, tag, str(standard.commit(tag))), data)


@pytest.fixture
def made(make_repository: MakeRepository) -> Callable[..., Standard]:
    """Makes a small standard out of a configuration and files."""

    def make(config: str = COPIER, files: Mapping[str, str | bytes] = FILES, executable: str = '') -> Standard:
        settings = '_subdirectory: template\n_exclude: ["*.log"]\n'
        root = make_repository({'copier.yml': settings + config, **files}, 'standard')
        if executable:
            git(root, 'update-index', '--chmod=+x', executable)
            git(root, 'commit', '-q', '-m', 'feat: executable')
        git(root, 'tag', 'v1.0.0')
        return open_standard(Address(str(root)))

    return make


@pytest.mark.parametrize('answers', ANSWERS, ids=str)
def test_our_standard_is_rendered_as_copier_does(standard: Path, tmp_path: Path, answers: dict[str, object]) -> None:
    """Every file with its mode, for defaults and options."""
    opened = open_standard(Address(str(standard)))
    found = directly(opened, 'v0.2.0', answers)
    assert len(found) > 3
    assert found == by_copier(opened, 'v0.2.0', answers, tmp_path)


@pytest.mark.parametrize(
    'answers', [{}, {'size': 1, 'name': 'a/b'}, {'list': 'x: 1', 'big': 'no'}, {'unknown': 1}], ids=str
)
def test_corners_of_the_format(made: Callable[..., Standard], tmp_path: Path, answers: dict[str, object]) -> None:
    """Names that render to nothing, siblings, line endings, bytes, exclusions, modes, typed and derived answers."""
    opened = made(files=FILES | {'samples/.gitattributes': '*.txt filter=lfs\n'}, executable='template/plain.bin')
    found = directly(opened, 'v1.0.0', answers)
    assert found['plain.bin'].mode is Mode.EXECUTABLE and 'skipped.log' not in found
    assert found == by_copier(opened, 'v1.0.0', answers, tmp_path)


@pytest.mark.parametrize('config', [
    COPIER + '_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]"}\n',
    COPIER + 'kind: {type: str, choices: {One: a, Two: b}, default: b}\nhidden: {type: str, default: h, when: false}\n',
    COPIER + 'token: {type: str, secret: true, default: x}\n_answers_file: .answers.yml\n',
    '_templates_suffix: .tmpl\n' + COPIER,
    '---\nfirst: 1\n---\n' + COPIER + '---\n_exclude: ["*.bin"]\n',
], ids=range(5))  # fmt: skip
def test_settings_that_are_known(made: Callable[..., Standard], tmp_path: Path, config: str) -> None:
    """Delimiters, choices, hidden and secret questions, another suffix, several documents."""
    text = config.replace('"{{ size > 2 }}"', 'true') if '_envops' in config else config
    opened = made(text, {path: body for path, body in FILES.items() if '_envops' not in config or '{%' not in path})
    assert directly(opened, 'v1.0.0', {}) == by_copier(opened, 'v1.0.0', {}, tmp_path)


@pytest.mark.parametrize(('config', 'files'), [
    (COPIER + '_jinja_extensions: [jinja2.ext.do]\n', {}),
    (COPIER + 'needed: {type: str}\n', {}),
    (COPIER + '_external_data: {a: b.yml}\n', {}),
    (COPIER, {'template/a.txt.jinja': '{{ now() }}'}),
    (COPIER, {'template/a.txt.jinja': '{% include "x" %}'}),
    (COPIER, {'template/a.txt.jinja': '{{ unclosed '}),
    (COPIER, {'template/a.txt.jinja': '{{ _copier_conf.src_path }}'}),
    (COPIER, {'template/{% yield a from list %}{{ a }}{% endyield %}.txt': ''}),
    (COPIER, {'.gitattributes': '*.txt text eol=crlf\n'}),
    (COPIER, {'template/.gitattributes': '*.txt text eol=crlf\n'}),
    (COPIER, {'copier.yaml': 'a: 1\n'}),
    ('name: {type: str, default: "", validator: "{% if not name %}empty{% endif %}"}\nlist: [a]\nsize: 1\nbig: true\n', {}),
], ids=range(12))  # fmt: skip
def test_what_lies_beyond_is_left_to_copier(
    made: Callable[..., Standard], config: str, files: dict[str, str | bytes]
) -> None:
    """Never a guess: each of these is Unsupported."""
    opened = made(config, {**FILES, **files})
    with pytest.raises(Unsupported):
        directly(opened, 'v1.0.0', {})


def test_links_are_left_to_copier(make_repository: MakeRepository) -> None:
    """Copier follows or keeps them, by a setting."""
    root = make_repository({'copier.yml': '_subdirectory: template\n', 'template/a.txt': 'a'}, 'standard')
    (root / 'template/b.txt').symlink_to('a.txt')
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'feat: link')
    git(root, 'tag', 'v1.0.0')
    with pytest.raises(Unsupported):
        directly(open_standard(Address(str(root))), 'v1.0.0', {})
    assert set(template.render(open_standard(Address(str(root))), 'v1.0.0', {})) == {'a.txt', 'b.txt'}


def test_two_tags_on_one_commit_are_named_as_copier_names_them(make_repository: MakeRepository) -> None:
    """`git describe` may say the other one: the recorded version is what it says."""
    files = {'copier.yml': '_subdirectory: template\n', 'template/v.txt.jinja': '{{ _copier_answers._commit }}'}
    root = make_repository(files, 'standard')
    git(root, 'tag', 'v1.0.0')
    git(root, 'tag', '-a', 'v1.0.1', '-m', 'two')
    found = template.render(open_standard(Address(str(root))), 'v1.0.0', {})
    assert found['v.txt'].data == b'v1.0.1'


def test_a_new_service_is_the_same_either_way(standard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name comes from the folder; who keeps defaults for Copier, or wants to be asked, gets Copier itself."""
    opened = open_standard(Address(str(standard)))
    asked: list[object] = []
    copy = template._run_copy
    monkeypatch.setattr(template, '_run_copy', lambda *words: (asked.append(words), copy(*words)))
    for place in ('direct', 'copier'):
        template.render_new(opened, 'v0.1.0', {'scope': 'full'}, tmp_path / place / 'my_scorer', ask=False)
        monkeypatch.setenv('COPIER_SETTINGS_PATH', str(tmp_path / 'settings.yml'))
        (tmp_path / 'settings.yml').write_text('{}\n')
    assert len(asked) == 1
    made = template.read_tree(tmp_path / 'direct' / 'my_scorer')
    assert made == template.read_tree(tmp_path / 'copier' / 'my_scorer')
    assert b'name = "my-scorer"' in made['pyproject.toml'].data
