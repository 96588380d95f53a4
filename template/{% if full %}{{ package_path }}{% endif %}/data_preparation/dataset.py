"""The training data: a small synthetic table that comes with the service. Put your own source here."""

from __future__ import annotations

import csv
from pathlib import Path

from .features import Customer

SAMPLE = Path(__file__).with_name('sample.csv')
TARGET = 'left'


def read_dataset(path: Path = SAMPLE) -> tuple[list[Customer], list[int]]:
    """Customers and whether each of them left; a row that breaks the schema raises a ValueError."""
    with path.open(encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    targets = [int(row.pop(TARGET)) for row in rows]
    return [Customer.model_validate({name: float(text) for name, text in row.items()}) for row in rows], targets
