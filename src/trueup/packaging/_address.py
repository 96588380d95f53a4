"""Addresses of indexes and repositories: credentials taken out, forms brought to PEP 508."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from trueup.packaging._mask import SECRET_QUERY, mask
from trueup.packaging._model import normalise

SCP = re.compile(r'(?:(?P<user>[\w.-]+)@)?(?P<host>[\w.-]+\.[\w-]+|[\w.-]+(?=:)):(?!//|\d+/)(?P<path>[^\s]+)\Z')


@dataclass(frozen=True, slots=True)
class Address:
    """An address without its credentials, and whether it had some."""

    url: str
    secret: bool


def clean(url: str) -> Address:
    """Take user and password out of an address; `git@` of SSH is no secret."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address: a variable of some other tool
        return Address(mask(url), secret=mask(url) != url)
    asked = [part for part in parts.query.split('&') if not SECRET_QUERY.search(f'?{part}')]
    if '&'.join(asked) != parts.query:
        return Address(clean(urlunsplit(parts._replace(query='&'.join(asked)))).url, secret=True)
    user_info, at, host = parts.netloc.rpartition('@')
    if not at or (parts.scheme.endswith('ssh') and ':' not in user_info):
        return Address(url, secret=False)
    kept = f'{user_info.split(":")[0]}@' if parts.scheme.endswith('ssh') else ''
    return Address(urlunsplit(parts._replace(netloc=kept + host)), secret=True)


def git_url(url: str, *, reference: str = '', folder: str = '') -> str:
    """A PEP 508 address of a Git repository."""
    scp = SCP.match(url) if '://' not in url else None
    if scp:
        url = f'ssh://{scp["user"] or "git"}@{scp["host"]}/{scp["path"]}'
    url = url if url.startswith('git+') else f'git+{url}'
    return url + (f'@{reference}' if reference else '') + (f'#subdirectory={folder}' if folder else '')


def index_name(url: str) -> str:
    """A short name for an index, from its address."""
    parts = urlsplit(url)
    words = [word for word in re.split(r'[/.]+', parts.path) if word and word not in {'simple', 'index', 'html'}]
    host = [word for word in (parts.hostname or 'index').split('.') if word not in {'www', 'com', 'org', 'net', 'io'}]
    return normalise('-'.join([*host[-2:], *words[-2:]])) or 'index'


def is_public_index(url: str) -> bool:
    """Whether this is the index that every installer asks anyway."""
    return (urlsplit(url).hostname or '').split('.')[-2:] == ['pypi', 'org']


def credential_names(index: str) -> tuple[str, str]:
    """The environment variables in which Poetry looks for an index's user and password."""
    stem = 'POETRY_HTTP_BASIC_' + re.sub(r'[^A-Z0-9]', '_', index.upper())
    return f'{stem}_USERNAME', f'{stem}_PASSWORD'


def credential_note(where: str, index: str) -> str:
    """What to tell when credentials were taken out of an index address."""
    user, password = credential_names(index)
    return f'{where}: credentials of index {index} were taken out; set {user} and {password} in the environment'
