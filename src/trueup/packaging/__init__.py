"""Conversion of old packaging to PEP 621 + Poetry 2: the sources, in the order of their authority.

A new source is one module with a `read(repo, earlier)` (see `_model.Reader`) and one line here.
"""

from __future__ import annotations

from trueup.packaging import conda, old_poetry, pep621, pipfile, requirements, setup_cfg, setup_py, tox
from trueup.packaging._model import Reader

SOURCES: tuple[Reader, ...] = (
    pep621.read,
    old_poetry.read,
    setup_cfg.read,
    setup_py.read,
    pipfile.read,
    requirements.read,
    conda.read,
    tox.read,
)
