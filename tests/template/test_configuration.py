"""Settings of a generated service: typed layers, messages, secrets, and two backends that give the same values."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.rendering import files
from tests.support.settings_table import DOCUMENT, with_table
from tests.template.probing import settings_module, team_settings

Render = Callable[..., Path]
Files = dict[str, str]


@pytest.fixture(name='module', scope='module')
def fixture_module(rendered: Render) -> ModuleType:
    """The settings of a service with the default answers."""
    return settings_module(rendered, 'probe_plain')


@pytest.fixture(name='dynaconf', scope='module')
def fixture_dynaconf(rendered: Render) -> ModuleType:
    """The settings of a service that reads its files with Dynaconf."""
    return settings_module(rendered, 'probe_dynaconf', config_backend='dynaconf')


@pytest.fixture(name='folder')
def fixture_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an empty configuration, and no variable that would bend it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith('APP_')]:
        monkeypatch.delenv(name)
    write({'config/default.yml': 'name: churn\n'})
    return tmp_path


def write(files: Files) -> None:
    """Files below the working directory."""
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def mistakes(settings: Any, **given: Any) -> list[str]:
    """The lines of the message; the settings must be wrong."""
    with pytest.raises(Exception) as caught:
        settings(**given)
    assert type(caught.value).__name__ == 'SettingsError', caught.value
    return str(caught.value).splitlines()


def test_yaml_configuration_layers(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default YAML < environment's YAML < secret files < .env < variables < command line, field by field."""
    settings = team_settings(module)
    write({'config/default.yml': 'name: churn\ntraining: {number: 1, text: below}\n'})
    assert settings().training.number == 1
    write({'config/local.yml': 'training: {number: 2}\n'})
    assert settings().training.number == 2
    write({'secrets/training.number': '3\n'})
    monkeypatch.setenv('APP_SECRETS_DIR', 'secrets')
    assert settings().training.number == 3
    write({'.env': 'APP_TRAINING__NUMBER=4\nexport DATABASE=other\n'})
    assert settings().training.number == 4
    monkeypatch.setenv('APP_TRAINING__NUMBER', '5')
    assert settings().training.number == 5
    assert settings(**{'training.number': 6}).training.number == 6
    assert settings(training={'number': 6}).training.model_dump(include={'number', 'text'}) == {
        'number': 6,
        'text': 'below',
    }


@pytest.mark.parametrize('environment', ['production', 'stage'])
def test_env_file_only_in_development(
    module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """A .env file that came into an image counts nowhere but on a developer's machine."""
    write({'.env': 'APP_SERVER__PORT=9999\nAPP_SERVER__PROT=1\n'})
    monkeypatch.setenv('APP_ENVIRONMENT', environment)
    assert team_settings(module)().server.port == 8000


@pytest.mark.parametrize(
    'text',
    [
        'name: x\nserver.max-body: 1\nlimits: {max_body_bytes: 5}\nserver: {port: 7}',
        'name: x\nserver.port: 7\nlimits.max_body_bytes: 5',
        'name: x\nserver.port: "7"\nlimits.max-body-bytes: 5',
        'name: x\nSERVER:\n  Port: 7\nlimits:\n  maxBodyBytes: 5',
    ],
)
def test_dotted_flat_keys_are_accepted(module: ModuleType, folder: Path, text: str) -> None:
    """The flat keys of older services, in the spellings that Spring takes too."""
    write({'config/default.yml': text.replace('server.max-body: 1\n', '')})
    settings = team_settings(module)()
    assert (settings.server.port, settings.limits.max_body_bytes) == (7, 5)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('name: x\nserver:\n  prot: 1', 'config/default.yml:3: server.prot is no setting; did you mean server.port?'),
        ('name: x\nservre.port: 1', 'config/default.yml:2: servre.port is no setting; did you mean server.port?'),
        ('name: x\nport: 1', 'config/default.yml:2: port is no setting; did you mean server.port?'),
        ('name: x\nxyzzy: 1', 'config/default.yml:2: xyzzy is no setting'),
        ('name: x\nserver.port: {a: 1}', 'config/default.yml:2: server.port is a mapping, expected a valid integer'),
        (
            'name: x\nserver:\n  port: 0',
            'config/default.yml:3: server.port is 0, expected greater than or equal to 1',
        ),
        (
            'name: x\nlogging.level: LOUD',
            "config/default.yml:2: logging.level is 'LOUD', expected 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
        ),
        (
            'name: x\nserver: 8000',
            'config/default.yml:2: server is 8000, expected a valid dictionary or instance of ServerSettings',
        ),
        (
            'name: x\ntraining:\n  places:\n    - {host: a, prot: 1}',
            'config/default.yml:3: training.places[0].prot is no setting; did you mean training.places[0].port?',
        ),
        (
            'name: x\ntraining:\n  password: [hunter2]',
            'config/default.yml:3: training.password is **********, expected a valid string',
        ),
        (
            'name: x\nserver.port: 1\nserver:\n  port: 2',
            'config/default.yml:4: server.port stands twice, also at config/default.yml:2',
        ),
        ('name: x\nname: y', 'config/default.yml:2: name stands twice'),
        ('debug: true', 'configuration: name is missing, and has no default'),
        (
            'name: x\nserver: [',
            "config/default.yml:3: no valid YAML: expected the node content, but found '<stream end>'",
        ),
        ('- name', 'config/default.yml holds no mapping'),
    ],
)
def test_wrong_files_are_named(module: ModuleType, folder: Path, text: str, said: str) -> None:
    """File and line, key, value, what is expected, the nearest name; secrets are masked."""
    write({'config/default.yml': text + '\n'})
    assert mistakes(team_settings(module)) == [said]


@pytest.mark.parametrize(
    ('name', 'value', 'said'),
    [
        (
            'APP_SERVER__PORT',
            'many',
            "APP_SERVER__PORT: server.port is 'many', expected a valid integer, unable to parse string as an integer",
        ),
        ('APP_SERVER__PROT', '1', 'APP_SERVER__PROT is no setting; did you mean APP_SERVER__PORT?'),
        ('APP_ENVIROMENT', 'stage', 'APP_ENVIROMENT is no setting; did you mean APP_ENVIRONMENT?'),
        ('APP_TRAINING__PLACES', '[{', 'APP_TRAINING__PLACES: training.places: expected a list, a,b or ["a", "b"]'),
        ('APP_TRAINING__LABELS', 'a=b', 'APP_TRAINING__LABELS: training.labels: expected a mapping in JSON'),
        ('APP_TRAINING', '{"nunber": 1}', 'APP_TRAINING: training.nunber is no setting; did you mean training.number?'),
        (
            'APP_TRAINING__PASSWORD__X',
            'hunter2',
            'APP_TRAINING__PASSWORD__X is no setting; did you mean APP_TRAINING__PASSWORD?',
        ),
        ('APP_CONFIG_DIR', 'conf', 'conf/default.yml can not be read; is config_dir (APP_CONFIG_DIR) right?'),
        ('APP_SECRETS_DIR', 'nowhere', 'nowhere can not be read (No such file or directory); is secrets_dir right?'),
        ('APP_ENVIRONMENT', 'prodution', "config: no file for environment 'prodution'; did you mean 'production'?"),
    ],
)
def test_wrong_variables_are_named(
    module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """The variable, not only the key."""
    write({'config/production.yml': 'debug: false\n'})
    monkeypatch.setenv(name, value)
    assert mistakes(team_settings(module)) == [said]


def test_variables_of_others_are_left_alone(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes gives pods such variables beside a Service called `app`; other programs have an APP_HOME."""
    for name, value in {
        'APP_PORT': 'tcp://10.0.0.1:80',
        'APP_PORT_80_TCP_PORT': '80',
        'APP_SERVICE_HOST': '10.0.0.1',
        'APP_SERVICE_PORT_HTTP': '80',
        'APP_HOME': '/srv',
    }.items():
        monkeypatch.setenv(name, value)
    assert team_settings(module)().server.port == 8000


def test_all_mistakes_are_told_at_once(
    module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One message, one line each, exit code 2, no traceback."""
    write({'config/default.yml': 'name: x\nserver.hots: a\n', 'config/local.yml': 'server.port: 99999\n'})
    monkeypatch.setenv('APP_LOGGING__LEVEL', 'LOUD')
    with pytest.raises(SystemExit) as caught:
        module.settings_or_exit(team_settings(module), {'training.share': 2})
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        'error: the configuration is wrong:',
        '  config/default.yml:2: server.hots is no setting; did you mean server.host?',
        '  config/local.yml:1: server.port is 99999, expected less than or equal to 65535',
        "  APP_LOGGING__LEVEL: logging.level is 'LOUD', expected 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
        '  command line: training.share is 2, expected less than or equal to 1',
    ]


def test_secrets_from_mounted_files(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Kubernetes mounts a secret: links to files in a hidden folder that it swaps; nothing of it is ever shown."""
    hidden = folder / 'secrets/..2026_11_22'
    write(
        {f'{hidden}/training.password': 'hunter2\n', f'{hidden}/APP_AUTH__API_KEY': 'k3y', f'{hidden}/debug': 'true\n'}
    )
    (folder / 'secrets/..data').symlink_to(hidden.name)
    for path in hidden.iterdir():
        (folder / 'secrets' / path.name).symlink_to(f'..data/{path.name}')
    monkeypatch.setenv('APP_SECRETS_DIR', str(folder / 'secrets'))
    settings = team_settings(module)()
    assert settings.training.password.get_secret_value() == 'hunter2'
    assert (settings.auth.api_key.get_secret_value(), settings.debug) == ('k3y', True)
    assert 'hunter2' not in repr(settings) + str(settings) and 'k3y' not in repr(settings)
    write({'secrets/training.pasword': 'x', 'secrets/server.port': 'hunter3'})
    assert mistakes(team_settings(module)) == [
        f'{folder}/secrets/training.pasword: training.pasword is no setting; did you mean training.password?',
        f"{folder}/secrets/server.port: server.port is **********, expected a valid integer, unable to parse string as an "
        'integer',
    ]
    (folder / 'secrets/training.pasword').unlink()
    (folder / 'secrets/server.port').write_bytes(b'\xff')
    assert mistakes(team_settings(module)) == [f'{folder}/secrets/server.port is not UTF-8']


def test_empty_values(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is nothing where nothing is allowed, an empty list, an empty text, else a mistake."""
    write({'config/default.yml': 'name: x\nserver:\ntraining:\n  # all commented out\n'})
    for name in ('MAYBE', 'NAMES', 'LABELS', 'TEXT', 'PASSWORD'):
        monkeypatch.setenv(f'APP_TRAINING__{name}', '')
    training = team_settings(module)().training
    assert (training.maybe, training.names, training.labels, training.text) == (None, [], {}, '')
    assert training.password is None
    monkeypatch.setenv('APP_TRAINING__NUMBER', '')
    assert mistakes(team_settings(module))[0].startswith("APP_TRAINING__NUMBER: training.number is '', expected")


def test_spring_without_the_answer(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that was made without Spring says so instead of ignoring the address."""
    monkeypatch.setenv('APP_SPRING__URL', 'http://config.example.com')
    assert mistakes(team_settings(module)) == [
        'spring.url is set, but this service was made with spring_cloud_config: false'
    ]


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
def test_dynaconf_gives_equal_values(
    module: ModuleType,
    dynaconf: ModuleType,
    folder: Path,
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


def test_reference_lists_all_settings() -> None:
    """The document is made from the code: `python -m tests.support.settings_table` writes it."""
    text = DOCUMENT.read_text(encoding='utf-8')
    assert with_table(text) == text


@pytest.mark.parametrize(
    ('answers', 'changed'),
    [
        ({'config_backend': 'dynaconf'}, {'pyproject.toml', 'src/churn_service/plumbing/sources/dynaconf_files.py'}),
        (
            {'spring_cloud_config': True},
            {
                'README.md',
                'compose.yaml',
                'config/default.yml',
                'src/churn_service/plumbing/sources/placeholders.py',
                'src/churn_service/plumbing/sources/spring.py',
                'tests/test_spring.py',
            },
        ),
    ],
)
def test_an_answer_changes_whole_files(rendered: Render, answers: dict[str, object], changed: set[str]) -> None:
    """A source of settings is a module that is there or not; the rest of the plumbing knows nothing of the answer."""
    plain, other = files(rendered()), files(rendered(**answers))
    differing = {path for path in plain.keys() | other.keys() if plain.get(path) != other.get(path)}
    assert differing - {'.copier-answers.yml'} == changed


def test_odd_files(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark of Windows and its line ends are nothing; other encodings and rings are told; secrets_dir may be in YAML."""
    settings = team_settings(module)
    Path('config/default.yml').write_bytes('\ufeffname: ü\r\nsecrets_dir: secrets\r\n'.encode())
    write({'secrets/debug': 'yes\r\n'})
    assert (settings().name, settings().debug) == ('ü', True)
    write({'config/default.yml': 'name: x\ntraining: {anything: &a {b: *a}}\n'})
    assert mistakes(settings) == [
        'config/default.yml: an alias stands within its own anchor, or too much in each other'
    ]
    Path('config/default.yml').write_bytes(b'name: \xfc\n')
    assert mistakes(settings) == ['config/default.yml is not UTF-8']
    write({'config/default.yml': 'name: x\nserver:\n\tport: 1\n'})
    assert mistakes(settings) == [
        "config/default.yml:3: no valid YAML: found character '\\t' that cannot start any token"
    ]
    write({'config/default.yml': 'name: x\nsecrets_dir: [a]\n'})
    assert mistakes(settings) == ["['a'] can not be read (no path); is secrets_dir right?"]
    write({'config/default.yml': 'name: x\n'})
    Path('.env').write_bytes(b'APP_NAME=\xfc\n')
    assert mistakes(settings) == ['.env is not UTF-8']
