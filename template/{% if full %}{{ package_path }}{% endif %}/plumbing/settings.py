"""Typed settings, from the strongest source to the weakest: command line, environment variables (in development with
a .env file), secret files, Spring Cloud Config, <environment>.yml, default.yml.

Variables are called APP_<GROUP>__<FIELD>, for instance APP_SERVER__PORT. An unknown key is an error: it is nearly
always a misspelt one.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import Self

from .sources.files import Files, SecretFiles
from .sources.layers import DotEnv, Environment, Given, Layer, Reading, reading
from .sources.problems import SettingsError, invalid
from .sources.values import Values, at

__all__ = ['Group', 'ServiceSettings', 'SettingsError', 'settings_or_exit']
AnySettings = TypeVar('AnySettings', bound='ServiceSettings')


class Group(BaseModel):
    """Settings that belong together; those in `live` change at SIGHUP, all others at the next start."""

    live: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(extra='forbid', frozen=True)


class ServerSettings(Group):
    """Where the service listens, and how it stops: not ready for `drain_seconds`, then finishing what it has."""

    host: str = '0.0.0.0'
    port: int = Field(default=8000, ge=1, le=65535)
    drain_seconds: float = Field(default=5, ge=0)
    graceful_shutdown_seconds: int = Field(default=20, ge=0)


class LimitsSettings(Group):
    """What one request may ask for."""

    live: ClassVar[frozenset[str]] = frozenset({'max_body_bytes', 'request_seconds'})

    max_body_bytes: int = Field(default=2 * 1024 * 1024, ge=1)
    request_seconds: float = Field(default=30, gt=0)


class CorsSettings(Group):
    """Web pages of which origins may call the service; none by default."""

    allow_origins: tuple[str, ...] = ()
    allow_credentials: bool = False


class AuthSettings(Group):
    """Who may call the service; the previous key stays good while clients change over."""

    live: ClassVar[frozenset[str]] = frozenset({'api_key', 'previous_api_key'})

    mode: Literal['none', 'api_key'] = 'none'
    api_key: SecretStr | None = None
    previous_api_key: SecretStr | None = None


class LoggingSettings(Group):
    """What is logged, and how."""

    live: ClassVar[frozenset[str]] = frozenset({'level', 'structured'})

    level: Literal['DEBUG', 'INFO', 'WARNING', 'ERROR'] = 'INFO'
    structured: bool = True


class ModelSettings(Group):
    """Where models lie; no version means the newest one."""

    path: Path = Path('artifacts')
    version: int | None = None


class InferenceSettings(Group):
    """How many predictions may be computed, and how many may wait, at the same time."""

    live: ClassVar[frozenset[str]] = frozenset({'max_in_flight', 'retry_after_seconds'})

    workers: int = Field(default=4, ge=1)
    max_in_flight: int = Field(default=64, ge=1)
    retry_after_seconds: int = Field(default=1, ge=1)


class MetricsSettings(Group):
    """Where Prometheus finds the metrics: at /metrics of the API, or, with a port, there and nowhere else."""

    host: str = '0.0.0.0'
    port: int = Field(default=0, ge=0, le=65535)


class ProtocolSettings(Group):
    """The open inference protocol at /v2, beside the service's own API; `max_batch` is for one request."""

    open_inference: bool = False
    max_batch: int = Field(default=1000, ge=1)


class TritonSettings(Group):
    """The model server that computes predictions; without an address the service computes them itself.

    `version` 0 means the newest one. Only a connection that could not be made or broke is tried again, up to
    `retries` times: whoever waits for a slow server should not make it slower.
    """

    url: str | None = None
    model: str = ''
    version: int = Field(default=0, ge=0)
    output: str = 'probability'
    connect_seconds: float = Field(default=1, gt=0)
    timeout_seconds: float = Field(default=5, gt=0)
    retries: int = Field(default=2, ge=0, le=10)
    check_seconds: float = Field(default=2, gt=0)

    @field_validator('url')
    @classmethod
    def _plain_address(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith(('http://', 'https://')) or '@' in url):
            raise ValueError('expected an http:// or https:// address without credentials')
        return url


class SpringSettings(Group):
    """The Spring Cloud Config server, if there is one; credentials come from variables or secret files."""

    url: str | None = None
    name: str | None = None
    profiles: tuple[str, ...] = ()
    label: str | None = None
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    fail_fast: bool = True
    attempts: int = Field(default=6, ge=1)
    backoff_seconds: float = Field(default=1, ge=0)
    timeout_seconds: float = Field(default=5, gt=0)
    total_seconds: float = Field(default=30, gt=0)

    @field_validator('url')
    @classmethod
    def _plain_address(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith(('http://', 'https://')) or '@' in url):
            raise ValueError('expected an http:// or https:// address without credentials (see spring.username)')
        return url


class ServiceSettings(BaseSettings):
    """The settings of every service; a team's own class adds its groups."""

    model_config = SettingsConfigDict(env_prefix='APP_', env_nested_delimiter='__', extra='forbid', frozen=True)
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    name: str
    environment: str = Field(default='local', pattern='^[a-z][a-z0-9-]*$')
    config_dir: Path = Path('config')
    secrets_dir: Path | None = None
    spring: SpringSettings = SpringSettings()
    server: ServerSettings = ServerSettings()
    limits: LimitsSettings = LimitsSettings()
    cors: CorsSettings = CorsSettings()
    auth: AuthSettings = AuthSettings()
    logging: LoggingSettings = LoggingSettings()
    model: ModelSettings = ModelSettings()
    inference: InferenceSettings = InferenceSettings()
    metrics: MetricsSettings = MetricsSettings()
    protocol: ProtocolSettings = ProtocolSettings()
    triton: TritonSettings = TritonSettings()

    def __init__(self, *, _given_by: str = 'arguments', _again: bool = False, **values: Any) -> None:
        with reading(Reading(values, _given_by, _again)) as now:
            errors: list[str] = []
            try:
                super().__init__()
            except ValidationError as error:
                where = {path: origin for layer in reversed(now.layers) for path, origin in layer.values.where.items()}
                errors = invalid(type(self), error, where)
            if problems := [problem for layer in now.layers for problem in layer.values.problems] + errors:
                raise SettingsError('\n'.join(dict.fromkeys(problems)))
        self._given = dict(values)

    def again(self) -> Self:
        """The same settings read once more from all sources; raises SettingsError, also where the start would go on."""
        return type(self)(_again=True, **self._given)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """First wins; groups are merged field by field."""
        files = optional_layer('dynaconf_files', 'DynaconfFiles', Files)(settings_cls)
        strong = (
            Given(settings_cls),
            Environment(settings_cls),
            DotEnv(settings_cls),
            SecretFiles(settings_cls, files),
        )
        return (*strong, optional_layer('spring', 'Spring', NoSpring)(settings_cls, files), files)


class NoSpring(Layer):
    """Takes the place of the Spring source in a service that was made without it, and says so when it is wanted."""

    def __init__(self, settings_cls: type[BaseSettings], files: Files) -> None:
        super().__init__(settings_cls)
        self.files = files

    def collect(self, values: Values) -> None:
        """Nothing."""
        if at(self.files.below(self.current_state), ('spring', 'url')):
            values.problems.append('spring.url is set, but this service was made with spring_cloud_config: false')


def optional_layer(module: str, name: str, otherwise: type[Layer]) -> Any:
    """The source in a module that an answer of the template brings or leaves out."""
    if find_spec(f'.sources.{module}', __package__) is None:
        return otherwise
    try:
        return getattr(import_module(f'.sources.{module}', __package__), name)
    except ModuleNotFoundError as error:
        raise SettingsError(f'the package {error.name} is not installed: is it in pyproject.toml?') from error


def settings_or_exit(kind: type[AnySettings], chosen: Mapping[str, Any] | None = None) -> AnySettings:
    """The settings; a mistake ends the process with 2 and a message. `chosen` is what the command line says, by key."""
    try:
        return kind(_given_by='command line', **dict(chosen or {}))
    except SettingsError as error:
        lines = '\n'.join(f'  {line}' for line in str(error).splitlines())
        sys.stderr.write(f'error: the configuration is wrong:\n{lines}\n')
        raise SystemExit(2) from None
