"""Settings of a generated service: typed layers, messages, secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.rendering import files
from tests.support.settings_table import DOCUMENT, with_table
from tests.template.probing import fixture_folder, mistakes, settings_module, team_settings, write

Render = Callable[..., Path]
__all__ = ['fixture_folder']


@pytest.fixture(name='module', scope='module')
def fixture_module(rendered: Render) -> ModuleType:
    """The settings of a service with the default answers."""
    return settings_module(rendered, 'probe_plain')


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
@pytest.mark.usefixtures('folder')
def test_wrong_variables_are_named(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
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
