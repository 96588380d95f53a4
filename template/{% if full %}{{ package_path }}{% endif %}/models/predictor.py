"""How this service finds and feeds its model."""

from __future__ import annotations

from collections.abc import Sequence

from ..data_preparation.features import Customer, features
from ..plumbing.model_store import LoadedModel, ModelStore
from ..plumbing.settings import ModelSettings


def load_model(settings: ModelSettings) -> LoadedModel:
    """The configured version or the newest; raises ModelError if it doesn't take the features of this code."""
    return ModelStore(settings.path).load(settings.version, features=features())


def to_rows(customers: Sequence[Customer]) -> list[dict[str, object]]:
    """Customers as the model store takes them."""
    return [customer.model_dump() for customer in customers]
