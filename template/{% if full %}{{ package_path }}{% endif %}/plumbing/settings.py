"""Typed settings in layers: default.yml < <environment>.yml < .env < environment variables < arguments.

Variables are called APP_<GROUP>__<FIELD>, for instance APP_SERVER__PORT. An unknown key in a file is an error: it is
nearly always a misspelt one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class SettingsError(Exception):
    """The configuration can't be read; the message names the file."""


class Group(BaseModel):
    """Settings that belong together."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class ServerSettings(Group):
    """Where the service listens, and how it stops: not ready for `drain_seconds`, then finishing what it has."""

    host: str = '0.0.0.0'
    port: int = Field(default=8000, ge=1, le=65535)
    drain_seconds: float = Field(default=5, ge=0)
    graceful_shutdown_seconds: int = Field(default=20, ge=0)


class LimitsSettings(Group):
    """What one request may ask for."""

    max_body_bytes: int = Field(default=2 * 1024 * 1024, ge=1)
    request_seconds: float = Field(default=30, gt=0)


class CorsSettings(Group):
    """Web pages of which origins may call the service; none by default."""

    allow_origins: tuple[str, ...] = ()
    allow_credentials: bool = False


class AuthSettings(Group):
    """Who may call the service; the previous key stays good while clients change over."""

    mode: Literal['none', 'api_key'] = 'none'
    api_key: SecretStr | None = None
    previous_api_key: SecretStr | None = None


class LoggingSettings(Group):
    """What is logged, and how."""

    level: Literal['DEBUG', 'INFO', 'WARNING', 'ERROR'] = 'INFO'
    structured: bool = True


class ModelSettings(Group):
    """Where models lie; no version means the newest one."""

    path: Path = Path('artifacts')
    version: int | None = None


class InferenceSettings(Group):
    """How many predictions may be computed, and how many may wait, at the same time."""

    workers: int = Field(default=4, ge=1)
    max_in_flight: int = Field(default=64, ge=1)
    retry_after_seconds: int = Field(default=1, ge=1)


class ServiceSettings(BaseSettings):
    """The settings of every service; a team's own class adds its groups."""

    model_config = SettingsConfigDict(
        env_prefix='APP_', env_nested_delimiter='__', env_file='.env', extra='forbid', frozen=True
    )

    name: str
    environment: str = Field(default='local', pattern='^[a-z][a-z0-9-]*$')
    config_dir: Path = Path('config')
    server: ServerSettings = ServerSettings()
    limits: LimitsSettings = LimitsSettings()
    cors: CorsSettings = CorsSettings()
    auth: AuthSettings = AuthSettings()
    logging: LoggingSettings = LoggingSettings()
    model: ModelSettings = ModelSettings()
    inference: InferenceSettings = InferenceSettings()

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
        del file_secret_settings
        return init_settings, env_settings, dotenv_settings, YamlLayers(settings_cls)


class YamlLayers(PydanticBaseSettingsSource):
    """default.yml with <environment>.yml on top, from the folder that the stronger sources name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the files are read as a whole."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        folder = Path(self.current_state.get('config_dir', 'config'))
        values = read_yaml(folder / 'default.yml')
        environment = self.current_state.get('environment', values.get('environment', 'local'))
        layer = folder / f'{environment}.yml'
        return merge(values, read_yaml(layer)) if layer.is_file() else values


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; raises SettingsError naming it if there is none."""
    try:
        values = yaml.safe_load(path.read_text(encoding='utf-8')) or {}
    except OSError as error:
        raise SettingsError(f'{path} can not be read; is APP_CONFIG_DIR right?') from error
    except yaml.YAMLError as error:
        raise SettingsError(f'{path} is not valid YAML: {error}') from error
    if not isinstance(values, dict):
        raise SettingsError(f'{path} holds no mapping')
    return values


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both mappings as one, `above` winning, nested mappings key by key."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
