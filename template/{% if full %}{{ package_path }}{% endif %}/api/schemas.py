"""Requests and responses of version 1."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ..data_preparation.features import Customer
from ..plumbing.numbers import NUMBER


class PredictRequest(BaseModel):
    """Up to a thousand customers at a time."""

    model_config = ConfigDict(extra='forbid')

    instances: list[Customer] = Field(min_length=1, max_length=1000)
    threshold: Annotated[float, Field(ge=0, le=1), NUMBER] = 0.5


class Prediction(BaseModel):
    """The answer for one customer."""

    leaves: bool
    probability: float = Field(ge=0, le=1)


class PredictResponse(BaseModel):
    """The answers, in the order of the request, and the model that gave them."""

    model: str
    version: int
    predictions: list[Prediction]
