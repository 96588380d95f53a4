"""Spring Cloud Config as a source of settings, against a server over a real Git repository."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.spring_server import SpringServer, spring_server
from tests.template.probing import settings_module, team_settings

Render = Callable[..., Path]


@pytest.fixture(name='module', scope='module')
def fixture_module(rendered: Render) -> ModuleType:
    """The settings of a service that was made with Spring."""
    return settings_module(rendered, 'probe_spring', spring_cloud_config=True)


@pytest.fixture(name='settings')
def fixture_settings(module: ModuleType) -> Any:
    """The team's class."""
    return team_settings(module)


@pytest.fixture(name='server')
def fixture_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SpringServer]:
    """A server without configuration, and a service that asks it, without patience."""
    for name in [name for name in os.environ if name.upper().startswith('APP_')]:
        monkeypatch.delenv(name)
    (tmp_path / 'config').mkdir()
    (tmp_path / 'config/default.yml').write_text(
        'name: churn\ntraining: {number: 1, text: file, names: [file]}\nspring.backoff-seconds: 0\n'
    )
    (tmp_path / 'config/prod.yml').write_text('training: {share: 0.125}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('APP_ENVIRONMENT', 'prod')
    with spring_server(tmp_path / 'repository', {'README': 'nothing\n'}) as server:
        monkeypatch.setenv('APP_SPRING__URL', server.url)
        yield server


def message(settings: Any) -> str:
    """What is wrong; never with a traceback's cause or a secret of these tests."""
    with pytest.raises(Exception) as caught:
        settings()
    assert type(caught.value).__name__ == 'SettingsError', caught.value
    assert 'hunter2' not in str(caught.value)
    return str(caught.value)


def test_spring_cloud_config_precedence(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """File < application < name < application-profile < name-profile < secret files < variables < command line."""
    write = server.repository.write
    assert settings().training.number == 1
    for number, name in enumerate(['application.yml', 'churn.yml', 'application-prod.yml', 'churn-prod.yml'], start=2):
        write({name: f'training: {{number: {number}}}\n'})
        assert settings().training.number == number
    write({'churn-prod.properties': 'training.number=6\n'})
    assert settings().training.number == 6
    (tmp_path / 'secrets').mkdir()
    (tmp_path / 'secrets/training.number').write_text('7')
    monkeypatch.setenv('APP_SECRETS_DIR', 'secrets')
    assert settings().training.number == 7
    monkeypatch.setenv('APP_TRAINING__NUMBER', '8')
    assert settings().training.number == 8
    made = settings(**{'training.number': 9})
    assert (made.training.number, made.training.text, made.training.share) == (9, 'file', 0.125)


def test_profiles_and_documents(server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of several profiles wins; documents of a file count by their profile, the later one wins."""
    server.repository.write(
        {
            'churn.yml': 'training: {number: 2, text: all}\n---\nspring.config.activate.on-profile: eu & !test\n'
            'training.number: 3\n---\nspring: {config: {activate: {on-profile: us}}}\ntraining.number: 4\n',
            'churn-blue.yml': 'training: {text: blue}\n',
            'churn-eu.yml': 'training: {text: eu}\n',
        }
    )
    assert (settings().training.number, settings().training.text) == (2, 'all')
    monkeypatch.setenv('APP_SPRING__PROFILES', 'blue,eu')
    assert (settings().training.number, settings().training.text) == (3, 'eu')
    monkeypatch.setenv('APP_SPRING__PROFILES', '["eu", "blue"]')
    assert (settings().training.number, settings().training.text) == (3, 'blue')
    assert server.requests[-1] == '/churn/eu,blue'


def test_labels_are_branches_tags_and_commits(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slash in a label travels as (_); an unknown label is told."""
    first = server.repository.write({'churn.yml': 'training: {number: 2}\n'})
    server.repository.git('tag', 'v1')
    server.repository.git('checkout', '-q', '-b', 'release/2')
    server.repository.write({'churn.yml': 'training: {number: 3}\n'})
    server.repository.git('checkout', '-q', 'main')
    for label, number in {'v1': 2, 'release/2': 3, first: 2, 'main': 2}.items():
        monkeypatch.setenv('APP_SPRING__LABEL', label)
        assert settings().training.number == number
    assert '/churn/prod/release(_)2' in server.requests
    monkeypatch.setenv('APP_SPRING__LABEL', 'nowhere')
    assert message(settings) == f'Spring {server.url}/churn/prod/nowhere: knows no such name or label (404)'
    assert server.requests.count('/churn/prod/nowhere') == 1


def test_lists_are_replaced_as_a_whole(server: SpringServer, settings: Any) -> None:
    """Ordered by index even beyond nine, replaced by the list of a more specific file, shorter, empty or as a,b."""
    many = ', '.join(f'n{index}' for index in range(12))
    server.repository.write(
        {'application.yml': f'training: {{names: [{many}], places: [{{host: a, port: 1}}, {{host: b}}]}}\n'}
    )
    training = settings().training
    assert training.names == [f'n{index}' for index in range(12)]
    assert [(place.host, place.port) for place in training.places] == [('a', 1), ('b', 80)]
    server.repository.write({'churn.yml': 'training: {names: [x, y], places: [{host: c}]}\n'})
    training = settings().training
    assert (training.names, [place.host for place in training.places]) == (['x', 'y'], ['c'])
    server.repository.write({'churn-prod.properties': 'training.names=p, q\ntraining.places[0].host=d\n'})
    assert (settings().training.names, settings().training.places[0].host) == (['p', 'q'], 'd')
    server.repository.write({'churn-prod.properties': '', 'churn-prod.yml': 'training.names: []\n'})
    assert settings().training.names == []
    server.repository.write(
        {'churn-prod.yml': '', 'churn-prod.properties': 'training.names[0]=a\ntraining.names[2]=c\n'}
    )
    assert message(settings).endswith('/churn-prod.properties: training.names has gaps: 0, 2')


def test_values_of_every_kind(server: SpringServer, settings: Any) -> None:
    """What YAML and properties hold arrives with the types of the settings, in any spelling of the key."""
    server.repository.write(
        {
            'churn.yml': 'debug: yes\ntraining:\n  maybe:\n  text: ""\n  day: 2026-01-02\n  labels: {"[a.b]": 1x, c.d: e}\n'
            '  nested: {one: {two: 3}}\n  password: hunter2\nlimits.maxBodyBytes: 7\n',
            'churn.properties': '# properties win over YAML\nSERVER.PORT=7\ntraining.share:0.75\n'
            'inference.max-in-flight = 3\ntraining.folder=a\\\n  /b\n',
        }
    )
    made = settings()
    assert (made.debug, made.server.port, made.limits.max_body_bytes, made.inference.max_in_flight) == (True, 7, 7, 3)
    training = made.training
    assert (training.maybe, training.text, str(training.day), training.share) == (None, '', '2026-01-02', 0.75)
    assert (training.labels, training.nested) == ({'a.b': '1x', 'c.d': 'e'}, {'one': {'two': 3}})
    assert (training.folder, training.password.get_secret_value()) == (Path('a/b'), 'hunter2')
    assert 'hunter2' not in repr(made)


@pytest.mark.parametrize(
    ('value', 'resolved'),
    [
        ('${region}', 'eu'),
        ('a-${region}-${missing:none}-b', 'a-eu-none-b'),
        ('${missing:${also.missing:${region}}}', 'eu'),
        ('${${which}}', 'eu'),
        ('${PLACE}', 'here'),
        ('${missing:}', ''),
        ('${training.share}', '0.125'),
        ('${debug}', 'true'),
        ('${inference.workers:9}', '9'),
        ('${missing:http://example.com:80/${region}}', 'http://example.com:80/eu'),
        ('\\${region} costs $5 {x}', '${region} costs $5 {x}'),
        ('${unclosed', '${unclosed'),
    ],
)
def test_placeholders(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch, value: str, resolved: str
) -> None:
    """From the server's properties, variables, stronger and weaker sources, with defaults, nested."""
    monkeypatch.setenv('PLACE', 'here')
    monkeypatch.setenv('APP_DEBUG', 'true')
    server.repository.write(
        {'application.yml': 'region: eu\nwhich: region\n', 'churn.yml': f"training: {{text: '{value}'}}\n"}
    )
    assert settings().training.text == resolved


@pytest.mark.parametrize(
    ('files', 'said'),
    [
        (
            {'churn.yml': 'training.text: a ${missing} b\n'},
            'churn.yml: training.text: nothing gives a value for the placeholder ${missing}',
        ),
        (
            {'churn.yml': 'a: ${b}\nb: ${a}\ntraining.text: ${a}\n', 'application.yml': ''},
            'churn.yml: training.text: placeholders go round: a -> b -> a',
        ),
        (
            {'churn.yml': 'training.password: "{cipher}hunter2"\n'},
            'churn.yml: training.password is encrypted; this service has no key: let the server decrypt it '
            '(spring.cloud.config.server.encrypt.enabled)',
        ),
        (
            {'churn-prod.yml': 'training.nunber: 1\n'},
            'churn-prod.yml: training.nunber is no setting; did you mean training.number?',
        ),
        (
            {'churn.yml': 'a: 1\n---\nserver.port: many\n'},
            "churn.yml (document #1): server.port is 'many', expected a valid integer, unable to parse string as an integer",
        ),
        (
            {'application.yml': 'training.password: {a: hunter2}\n', 'churn.yml': 'training.password.a: hunter2\n'},
            'churn.yml: training.password.a is no setting; did you mean training.password?',
        ),
        ({'churn.properties': 'training.labels={a\n'}, 'churn.properties: training.labels: expected a mapping in JSON'),
    ],
    ids=['placeholder', 'ring', 'cipher', 'unknown', 'document', 'below a value', 'mapping'],
)
def test_wrong_properties_are_named(server: SpringServer, settings: Any, files: dict[str, str], said: str) -> None:
    """The file of the repository, the key, what is expected."""
    server.repository.write(files)
    assert f'Spring {server.repository.root.as_uri()}/{said}' in message(settings).splitlines()


def test_ciphers(server: SpringServer, settings: Any) -> None:
    """What the server decrypts is a value; what it could not decrypt is told; those of others are not looked at."""
    server.repository.write(
        {'churn.yml': 'training.password: "{cipher}2retnuh"\n', 'application.yml': 'other: "{cipher}x"\n'}
    )
    server.can_decrypt = True
    assert settings().training.password.get_secret_value() == 'hunter2'
    server.can_decrypt = False
    assert message(settings).endswith('/churn.yml: training.password could not be decrypted by the server')


def test_shared_files_may_hold_keys_of_others(server: SpringServer, settings: Any) -> None:
    """The application.yml of a company serves Java too: what is none of ours is left alone, the rest counts."""
    server.repository.write(
        {
            'application.yml': 'management.endpoints.web.exposure.include: health\nlogging: {level: {root: INFO}}\n'
            'spring: {datasource: {url: "jdbc:x"}}\nserver: {servlet: {context-path: /a}}\ntraining.number: 5\n'
        }
    )
    assert (settings().training.number, settings().logging.level) == (5, 'INFO')


def test_credentials(
    server: SpringServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """Basic and bearer; refused ones are told once, without retries; none is ever logged or follows a redirect."""
    caplog.set_level(logging.DEBUG)
    server.repository.write({'churn.yml': 'training.number: 2\n'})
    server.username, server.password, server.token = 'reader', 'hunter2 ü', 'hunter2.token'
    assert 'refuses the credentials (401)' in message(settings)
    monkeypatch.setenv('APP_SPRING__USERNAME', 'reader')
    (tmp_path / 'secrets').mkdir()
    (tmp_path / 'secrets/spring.password').write_text('hunter2 ü\n')
    monkeypatch.setenv('APP_SECRETS_DIR', 'secrets')
    assert settings().training.number == 2
    (tmp_path / 'secrets/spring.password').write_text('wrong')
    assert 'refuses the credentials (401)' in message(settings)
    monkeypatch.setenv('APP_SPRING__TOKEN', 'hunter2.token')
    assert settings().training.number == 2
    assert len(server.requests) == 4
    server.redirect = server.url.replace('127.0.0.1', 'localhost')
    assert 'answered 302' in message(settings)
    assert len(server.requests) == 5
    assert 'hunter2' not in caplog.text and 'hunter2' not in repr(settings.model_construct())
    monkeypatch.setenv('APP_SPRING__URL', server.url.replace('://', '://reader:hunter2@'))
    assert message(settings) == (
        f"APP_SPRING__URL: spring.url is '{server.url.replace('://', '://**********@')}', expected an http:// or https:// "
        'address without credentials (see spring.username)'
    )


@pytest.mark.parametrize(
    ('name', 'value'), [('TOKEN', 'hunter2\nx'), ('TOKEN', 'hunter2 \u2713'), ('URL', 'http://[::1')]
)
def test_what_no_request_can_carry(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A token with a line break, an address that is none: told without the token."""
    monkeypatch.setenv(f'APP_SPRING__{name}', value)
    assert message(settings).endswith('/churn/prod: no request can carry this address or these credentials')
    assert not server.requests


def test_retries(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is still starting is asked again, as often as is said."""
    caplog.set_level(logging.INFO)
    server.repository.write({'churn.yml': 'training.number: 2\n'})
    server.failures = 3
    assert settings().training.number == 2
    assert caplog.messages == [f'{server.url}/churn/prod: answered 503; again in 0.0 s'] * 3
    server.failures = 9
    monkeypatch.setenv('APP_SPRING__ATTEMPTS', '2')
    assert message(settings) == f'Spring {server.url}/churn/prod: answered 503 (attempt 2)'


def test_pauses_grow_within_the_time_allowed(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No start waits longer than total_seconds, however many attempts are left."""
    server.failures = 99
    monkeypatch.setenv('APP_SPRING__BACKOFF_SECONDS', '0.05')
    monkeypatch.setenv('APP_SPRING__ATTEMPTS', '99')
    monkeypatch.setenv('APP_SPRING__TOTAL_SECONDS', '0.5')
    started = time.monotonic()
    assert 'answered 503 (attempt' in message(settings)
    assert time.monotonic() - started < 1
    assert 3 <= len(server.requests) <= 6


def test_server_down(
    server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Fail fast with a message, or go on with a warning; a reload never goes on without what was there."""
    server.repository.write({'churn.yml': 'training.number: 2\n'})
    monkeypatch.setenv('APP_SPRING__FAIL_FAST', 'false')
    running = settings()
    monkeypatch.setenv('APP_SPRING__URL', 'http://127.0.0.1:9')
    monkeypatch.setenv('APP_SPRING__ATTEMPTS', '1')
    assert settings().training.number == 1
    (warning,) = caplog.messages
    assert re.fullmatch(
        r'Spring http://127.0.0.1:9/churn/prod: can not be reached \(.*refused.*\); going on without it', warning
    )
    assert running.training.number == 2
    assert 'can not be reached' in message(running.again)
    monkeypatch.setenv('APP_SPRING__FAIL_FAST', 'true')
    assert message(settings).startswith('Spring http://127.0.0.1:9/churn/prod: can not be reached')


@pytest.mark.parametrize(
    ('garbage', 'said'),
    [
        (b'<html>Please log in</html>', 'answered something else than a configuration: is it a config server?'),
        (b'[1, 2]', 'answered something else than a configuration: is it a config server?'),
        (
            b'{"propertySources": [{"name": "x"}]}',
            'answered something else than a configuration: is it a config server?',
        ),
        (b'[' * 99999, 'answered something else than a configuration: is it a config server?'),
        (b'\xff\xfe', 'answered something else than a configuration: is it a config server?'),
        (b' ' * (5 * 1024 * 1024 + 1), 'answered more than 5 MB'),
    ],
    ids=['html', 'list', 'no source', 'deep', 'no text', 'huge'],
)
def test_server_answers_garbage(server: SpringServer, settings: Any, garbage: bytes, said: str) -> None:
    """A portal in between, or another service: told in words, and not asked again."""
    server.garbage = garbage
    assert message(settings) == f'Spring {server.url}/churn/prod: {said}'
    assert len(server.requests) == 1


def test_server_is_slow(server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has its time limit."""
    server.delay = 2
    monkeypatch.setenv('APP_SPRING__TIMEOUT_SECONDS', '0.2')
    monkeypatch.setenv('APP_SPRING__ATTEMPTS', '2')
    started = time.monotonic()
    assert message(settings) == f'Spring {server.url}/churn/prod: no answer within 0.2 s (attempt 2)'
    assert time.monotonic() - started < 1.5


def test_nothing_under_this_name(server: SpringServer, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A Spring server knows every name: an empty answer is worth a warning."""
    assert settings().training.number == 1
    assert caplog.messages == [f'{server.url}/churn/prod: the server has no configuration under this name']


def test_no_address_no_request(server: SpringServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine nothing is asked; wrong settings of the source are told with all others."""
    monkeypatch.delenv('APP_SPRING__URL')
    assert settings().training.number == 1
    monkeypatch.setenv('APP_SPRING__URL', server.url)
    monkeypatch.setenv('APP_SPRING__ATTEMPTS', '0')
    monkeypatch.setenv('APP_SERVER__PORT', '0')
    assert message(settings).splitlines() == [
        'APP_SPRING__ATTEMPTS: spring.attempts is \'0\', expected greater than or equal to 1',
        "APP_SERVER__PORT: server.port is '0', expected greater than or equal to 1",
    ]
    assert not server.requests
