"""The features of the model: one definition for training, the API and the check at start-up."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ..plumbing.model_store import Feature
from ..plumbing.numbers import NUMBER


class Customer(BaseModel):
    """What is known of a customer when the question is asked."""

    model_config = ConfigDict(extra='forbid')

    tenure_months: Annotated[int, Field(ge=0, le=1200), NUMBER]
    monthly_charge: Annotated[float, Field(ge=0, allow_inf_nan=False), NUMBER]
    support_calls: Annotated[int, Field(ge=0, le=10_000), NUMBER]


DTYPES: dict[object, str] = {int: 'int64', float: 'float64'}


def features() -> tuple[Feature, ...]:
    """Names and types in the order in which the model takes them."""
    return tuple(
        Feature(name, DTYPES[field.annotation]) for name, field in Customer.model_fields.items() if field.annotation
    )
