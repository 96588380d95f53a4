"""How this service finds and feeds its model."""

from __future__ import annotations

from collections.abc import Sequence

from ..configs.settings import Settings
from ..data_preparation.features import Customer, features
from ..plumbing.model_source import find_model
from ..plumbing.model_store import Model


def load_model(settings: Settings) -> Model:
    """The configured version or the newest; raises ModelError if it doesn't take the features of this code."""
    return find_model(settings, features=features())


def to_rows(customers: Sequence[Customer]) -> list[dict[str, object]]:
    """Customers as the model store takes them."""
    return [customer.model_dump() for customer in customers]
