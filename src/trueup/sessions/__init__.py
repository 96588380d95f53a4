"""The Nox sessions of the standard; a service's noxfile calls `register()` and has them all."""

from __future__ import annotations

from trueup.sessions._register import NAMES, register

__all__ = ['NAMES', 'register']
