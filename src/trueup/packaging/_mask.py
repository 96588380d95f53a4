"""Secrets in addresses, hidden wherever a line of a file is shown."""

from __future__ import annotations

import re

MASK = '***'
SECRET_QUERY = re.compile(
    r'(?P<key>[?&][^=&\s]*(?:token|key|password|secret|auth|sig)[^=&\s]*=)(?!\*\*\*)[^&#\s"\']+', re.I
)
"""A query parameter whose name says that its value is a secret."""


def mask(text: str) -> str:
    """A line of a file that may be shown: credentials in its addresses are hidden."""
    masked = re.sub(r'(?P<scheme>[\w+.-]+://)(?!git@)[^\s/@"\']+@', rf'\g<scheme>{MASK}@', text)
    return SECRET_QUERY.sub(rf'\g<key>{MASK}', masked)
