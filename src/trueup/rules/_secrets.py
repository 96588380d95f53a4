"""Names and values that look like secrets; what is found is never repeated in a message."""

from __future__ import annotations

import re

NAME = re.compile(
    r'(?i)(?:^|[_.-])(?:password|passwd|passphrase|secret|token|api_?key|apikey|private_?key|access_?key|secret_?key'
    r'|credentials?)$'
)
ADDRESS = re.compile(r'[a-z][a-z0-9+.-]*://[^\s/:@${}<]+:[^\s/@${}<]+@')
REFERENCE = re.compile(r'(?i)(?:existing|image_?pull|pull|tls)_?secret$')
"""Names of values that only name a Secret."""
ABSENT = re.compile(r'(?i)^(?:|/.*|none|null|~|<.*>|\$.*|.*\{\{.*|.*\$\{.*|false|true|x+|\*+)$')
CAMEL = re.compile(r'(?<=[a-z0-9])(?=[A-Z])')


def is_secret(name: str, value: str) -> bool:
    """Whether a value that stands there as it is belongs to a name that says it is secret."""
    plain = CAMEL.sub('_', name)
    return bool(NAME.search(plain)) and not REFERENCE.search(plain) and not ABSENT.match(value.strip().strip('"\''))


def has_credentials(text: str) -> bool:
    """Whether an address with user and password stands in a text."""
    return bool(ADDRESS.search(text))
