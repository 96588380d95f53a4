"""Two answers at a time: an answer that is right alone may still break another one's files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from tests.template.options import OPTIONS
from tests.template.requiring import require_formatted, require_parses

pytestmark = pytest.mark.e2e
TOPICS = (
    'poc', 'api_key', 'flat package', 'service_root', 'uv', 'keep packager', 'ruff', 'no package', 'python_min',
    'company index for its own packages', 'dynaconf', 'spring', 'metrics_port', 'triton', 'open_inference_protocol',
    'no chart', 'every pipeline delivers', 'no governance',
)  # fmt: skip
PAIRS = [pair for pair in combinations(TOPICS, 2) if not OPTIONS[pair[0]].keys() & OPTIONS[pair[1]].keys()]


@pytest.mark.parametrize(('one', 'other'), PAIRS)
def test_every_file_of_a_pair_parses(rendered: Callable[..., Path], one: str, other: str) -> None:
    """Also where both answers write into the same file; what is formatted by black is formatted."""
    root = rendered(**OPTIONS[one], **OPTIONS[other])
    require_parses(root)
    if 'ruff' not in (one, other):
        require_formatted(root)
