"""Dynaconf as the reader of configuration files: the same class, the same values, and its own formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.template.probing import Files, fixture_folder, mistakes, settings_module, team_settings, write

__all__ = ['fixture_folder']
Render = Callable[..., Path]


@pytest.fixture(name='module', scope='module')
def fixture_module(rendered: Render) -> ModuleType:
    """The settings of a service with the default answers."""
    return settings_module(rendered, 'probe_plain')


@pytest.fixture(name='dynaconf', scope='module')
def fixture_dynaconf(rendered: Render) -> ModuleType:
    """The settings of a service that reads its files with Dynaconf."""
    return settings_module(rendered, 'probe_dynaconf', config_backend='dynaconf')


LAYERS: dict[str, tuple[Files, dict[str, str]]] = {
    'defaults': ({}, {}),
    'nested and flat': ({'default.yml': 'name: x\nserver: {port: 1}\ntraining.number: 2\n'}, {}),
    'environment over default': (
        {'default.yml': 'name: x\ntraining: {number: 1, names: [a, b]}\n', 'stage.yml': 'training: {names: [c]}\n'},
        {'APP_ENVIRONMENT': 'stage'},
    ),
    'words for truth': ({'default.yml': 'name: x\ndebug: yes\ntraining: {flag: "on", text: "true"}\n'}, {}),
    'texts that look like other things': (
        {'default.yml': 'name: "1"\ntraining: {text: "2026-01-02", names: ["1", "true", "null", "1.0"]}\n'},
        {'APP_TRAINING__LABELS': '{"a": "1"}'},
    ),
    'numbers as texts': ({'default.yml': 'name: x\ntraining: {number: "3", share: "0.25", maybe: "8"}\n'}, {}),
    'odd numbers': (
        {'default.yml': 'name: x\ntraining: {number: 0x1F, share: 1e-3, maybe: 1_000, numbers: [0b11, 010, +5]}\n'},
        {},
    ),
    'dates': (
        {'default.yml': 'name: x\ntraining: {day: 2026-01-02, moment: 2026-01-02T03:04:05+02:00, pause: PT5M}\n'},
        {},
    ),
    'dates as texts': (
        {'default.yml': 'name: x\ntraining: {day: "2026-01-02", moment: "2026-01-02 03:04:05Z", pause: "01:00:00"}\n'},
        {},
    ),
    'empty things': (
        {'default.yml': 'name: ""\ntraining: {text: "", names: [], labels: {}, maybe: ~, password: null}\nserver:\n'},
        {},
    ),
    'an empty file': ({'local.yml': '', 'default.yml': '# nothing but\nname: x\n'}, {}),
    'lists of mappings': (
        {'default.yml': 'name: x\ntraining:\n  places:\n    - {host: a}\n    - {host: b, port: 2}\n'},
        {},
    ),
    'free mappings keep their keys': (
        {'default.yml': 'name: x\ntraining:\n  labels: {App.Name: a, B-c: d}\n  nested: {X: {y.z: 1}}\n'},
        {'APP_TRAINING__LABELS__OTHER': 'e'},
    ),
    'mappings are merged': (
        {
            'default.yml': 'name: x\ntraining: {labels: {a: "1", b: "2"}}\n',
            'local.yml': 'training.labels: {b: "3", c: "4"}\n',
        },
        {},
    ),
    'words of Dynaconf as keys': ({'default.yml': 'name: x\ntraining: {labels: {items: a, keys: b, get: c}}\n'}, {}),
    'anything': ({'default.yml': 'name: x\ntraining: {anything: {A: [1, {b: ~}], "c.d": yes}}\n'}, {}),
    'choices': ({'default.yml': 'name: x\ntraining: {colour: blue, folder: a/b, unique: [1, 1, 2]}\n'}, {}),
    'anchors': ({'default.yml': 'name: &n x\ntraining: {text: *n, labels: {<<: {a: b}, c: d}}\n'}, {}),
    'variables of every kind': (
        {'default.yml': 'name: x\n'},
        {
            'APP_DEBUG': 'true',
            'APP_TRAINING__NUMBER': '1',
            'APP_TRAINING__TEXT': '1',
            'APP_TRAINING__FLAG': '1',
            'APP_TRAINING__SHARE': '1',
            'APP_TRAINING__DAY': '2026-01-02',
            'APP_TRAINING__MOMENT': '2026-01-02T03:04:05Z',
            'APP_TRAINING__NAMES': 'a, b',
            'APP_TRAINING__NUMBERS': '[1, 2]',
            'APP_TRAINING__PLACES': '[{"host": "a"}]',
            'APP_TRAINING__PASSWORD': 'true',
            'APP_TRAINING__MAYBE': '',
        },
    ),
    'variables by index': (
        {'default.yml': 'name: x\ntraining: {names: [z, z, z]}\n'},
        {'APP_TRAINING__NAMES__1': 'b', 'APP_TRAINING__NAMES__0': 'a', 'APP_TRAINING__PLACES__0__HOST': 'c'},
    ),
    'a whole group in a variable': (
        {'default.yml': 'name: x\ntraining: {number: 1, text: kept}\n'},
        {'APP_TRAINING': '{"number": 2, "names": ["a"]}', 'APP_TRAINING__FLAG': 'true'},
    ),
    'lower-case variables': ({'default.yml': 'name: x\n'}, {'app_training__number': '5'}),
    'quotes and signs': (
        {'default.yml': "name: x\ntraining: {text: 'it''s {not} $a #token', names: ['a,b', ' c ']}\n"},
        {'APP_NAME': "'quoted'"},
    ),
    'other languages': ({'default.yml': 'name: größe 🎯\ntraining: {labels: {ключ: значение}}\n'}, {}),
    'wrong': ({'default.yml': 'name: x\nserver: {prot: 1}\ntraining: {number: many, share: 7}\n'}, {}),
    'broken': ({'default.yml': 'name: [\n'}, {}),
    'twice': ({'default.yml': 'name: x\ndebug: true\ndebug: false\n'}, {}),
}


@pytest.mark.parametrize(('files', 'variables'), LAYERS.values(), ids=LAYERS)
@pytest.mark.usefixtures('folder')
def test_dynaconf_gives_equal_values(
    module: ModuleType,
    dynaconf: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    files: Files,
    variables: dict[str, str],
) -> None:
    """The same class over both backends: equal values of equal types, and the same words for what is wrong."""
    write({f'config/{name}': text for name, text in files.items()})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    def outcome(backend: ModuleType) -> object:
        try:
            return repr(team_settings(backend)().model_dump())
        except backend.SettingsError as error:
            return str(error)

    assert outcome(dynaconf) == outcome(module)


def test_dynaconf_reads_its_own_formats(dynaconf: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TOML, JSON and tokens, which is what a team that comes from Dynaconf has."""
    (folder / 'config/default.yml').unlink()
    write(
        {
            'config/default.toml': 'name = "x"\nserver.port = "@int 7"\n[training]\ntext = "@format {env[PLACE]}"\nnumber = 2\n',
            'config/stage.json': '{"training": {"number": 3}}',
        }
    )
    monkeypatch.setenv('PLACE', 'here')
    monkeypatch.setenv('APP_ENVIRONMENT', 'stage')
    settings = team_settings(dynaconf)()
    assert (settings.server.port, settings.training.text, settings.training.number) == (7, 'here', 3)
    write({'config/stage.json': '{"training": '})
    assert mistakes(team_settings(dynaconf))[0].startswith('config/stage.json: ')
    write({'config/stage.json': '{"training": {"nunber": 3}}'})
    assert mistakes(team_settings(dynaconf)) == [
        'config/stage.json: training.nunber is no setting; did you mean training.number?'
    ]
