"""What a service promises: reads and checks monitoring/slo.yml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..latency import LATENCY_BUCKETS

HOURS = {'5m': 1 / 12, '30m': 1 / 2, '1h': 1, '2h': 2, '6h': 6, '1d': 24, '3d': 72}


class SloError(Exception):
    """The promises can't be kept by any alert, or can't be read; the message says which and why."""


class Burn(NamedTuple):
    """An alert fires when `share` of the budget is spent within `long`, and it is still being spent (`short`).

    Windows and shares are those of the Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
    """

    long: str
    short: str
    share: float


FAST = (Burn('1h', '5m', 0.02), Burn('6h', '30m', 0.05))
LOOSE = 0.8
"""No alert needs a larger share of failing requests than this."""
SLOW = (Burn('1d', '2h', 0.10), Burn('3d', '6h', 0.10))


class Part(BaseModel):
    """A mapping of the file; unknown keys are errors."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class Availability(Part):
    """The percentage of requests that are answered without a server error."""

    objective: float = Field(gt=0, lt=100)


class Latency(Part):
    """The percentage of answers that take no longer than so many seconds."""

    objective: float = Field(gt=0, lt=100)
    seconds: float

    @field_validator('seconds')
    @classmethod
    def is_counted(cls, value: float) -> float:
        """Prometheus knows only how many requests stayed below each bound."""
        if value not in LATENCY_BUCKETS:
            raise ValueError(f'is none of the bounds that are counted: {", ".join(map(str, LATENCY_BUCKETS))}')
        return value


class Alerts(Part):
    """When the rest is worth a person's time."""

    minimum_errors: int = Field(default=5, ge=1)
    model_error_percent: float = Field(default=5, gt=0, lt=100)
    model_seconds: float = Field(default=0.5, gt=0, lt=max(LATENCY_BUCKETS))
    saturation_percent: float = Field(default=80, gt=0, lt=100)


class Slo(Part):
    """The whole file."""

    service: str = Field(pattern='^[a-z][a-z0-9-]*$')
    runbook: str = 'docs/runbook.md'
    window_days: int = Field(default=30, ge=7, le=90)
    routes: str = '/(api|v2)/.*'
    availability: Availability
    latency: Latency
    alerts: Alerts = Alerts()

    @field_validator('routes')
    @classmethod
    def is_expression(cls, value: str) -> str:
        """It goes into PromQL as it is."""
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f'is no regular expression: {error}') from error
        if set(value) & set('"\\\n'):
            raise ValueError('holds a quote, a backslash or a line break')
        return value

    @model_validator(mode='after')
    def can_fire(self) -> Slo:
        """A burn rate above 1 / budget would need more errors than there are requests; close to it, nearly all."""
        for name, objective in self.objectives.items():
            threshold = max(self.threshold(objective, burn) for burn in (*FAST, *SLOW))
            if threshold >= LOOSE:
                raise ValueError(
                    f'{name}: an objective of {objective:g} % over {self.window_days} days is so loose '
                    'that hardly any number of errors could raise its alert; state a higher one'
                )
        return self

    @property
    def objectives(self) -> dict[str, float]:
        """Both promises as percentages."""
        return {'availability': self.availability.objective, 'latency': self.latency.objective}

    def threshold(self, objective: float, burn: Burn) -> float:
        """The share of failing requests at which `burn.share` of the budget is spent within `burn.long`."""
        rate = burn.share * self.window_days * 24 / HOURS[burn.long]
        return round(rate * budget(objective), 9)


def budget(objective: float) -> float:
    """The share of requests that may fail."""
    return round(1 - objective / 100, 9)


def read_slo(path: Path) -> Slo:
    """The promises in a file; raises SloError that says what is wrong with it."""
    try:
        return Slo.model_validate(yaml.safe_load(path.read_text(encoding='utf-8')))
    except (OSError, UnicodeDecodeError) as error:
        raise SloError(f'{path} can not be read: {error}') from error
    except yaml.YAMLError as error:
        raise SloError(f'{path} is not valid YAML: {error}') from error
    except ValidationError as error:
        first = error.errors()[0]
        where = '.'.join(map(str, first['loc'])) or 'the file'
        raise SloError(f'{path}: {where}: {first["msg"].removeprefix("Value error, ")}') from error
