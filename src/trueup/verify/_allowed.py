"""Which environment variables a service's programs may see: a short list, and no credentials outside installs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

COMMON = (
    'PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'LD_LIBRARY_PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR',
    'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'CUDA_VISIBLE_DEVICES', 'OMP_NUM_THREADS',
    'SYSTEMROOT', 'SYSTEMDRIVE', 'COMSPEC', 'PATHEXT', 'WINDIR', 'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE',
)  # fmt: skip
PROXIES = ('HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy')
INSTALL = (
    *PROXIES, 'NETRC', 'CC', 'CXX', 'CFLAGS', 'LDFLAGS', 'SSH_AUTH_SOCK', 'GIT_SSL_CAINFO', 'GIT_SSH_COMMAND',
    'UV_NATIVE_TLS', 'UV_SYSTEM_CERTS', 'UV_HTTP_TIMEOUT', 'UV_CONCURRENT_DOWNLOADS', 'UV_FIND_LINKS', 'UV_OFFLINE',
    'UV_KEYRING_PROVIDER', 'UV_DEFAULT_INDEX', 'UV_EXTRA_INDEX_URL', 'UV_INSECURE_HOST', 'UV_CONFIG_FILE',
    'POETRY_PYPI_MIRROR_URL', 'POETRY_CONFIG_DIR',
)  # fmt: skip
INSTALL_PREFIXES = ('PIP_', 'UV_INDEX', 'POETRY_HTTP_BASIC_', 'POETRY_REPOSITORIES_', 'POETRY_CERTIFICATES_')
# Settings that would bend where or whether an install writes.
NEVER = ('PIP_TARGET', 'PIP_PREFIX', 'PIP_USER', 'PIP_ROOT', 'PIP_REQUIRE_VIRTUALENV', 'PIP_DRY_RUN', 'PIP_PYTHON')


def for_tests(home: Path, *, allow: Iterable[str] = (), known: Mapping[str, str] | None = None) -> dict[str, str]:
    """What tests, imports and applications see: a home and a temporary folder of their own, and no credentials."""
    known = os.environ if known is None else known
    return _chosen(known, (*COMMON, *allow)) | _own(home) | {
        'PYTHONHASHSEED': '0',
        'PYTHONDONTWRITEBYTECODE': '1',
        'PYTHONUNBUFFERED': '1',
        'MPLBACKEND': 'Agg',
        'NO_COLOR': '1',
    }  # fmt: skip


def for_installs(home: Path, *, allow: Iterable[str] = (), known: Mapping[str, str] | None = None) -> dict[str, str]:
    """What installers see: also indexes, their credentials and proxies, and the user's own download caches."""
    known = os.environ if known is None else known
    names = [name for name in known if name.startswith(INSTALL_PREFIXES) and name not in NEVER]
    chosen = _chosen(known, (*COMMON, *INSTALL, *names, *allow))
    return _user_settings(known) | chosen | _own(home) | {'PIP_DISABLE_PIP_VERSION_CHECK': '1', 'NO_COLOR': '1'}


def _chosen(known: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: known[name] for name in names if name in known}


def _own(home: Path) -> dict[str, str]:
    scratch = home / 'tmp'
    scratch.mkdir(parents=True, exist_ok=True)
    folders = ('HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA')
    return {name: str(home) for name in folders} | {name: str(scratch) for name in ('TMPDIR', 'TMP', 'TEMP')}


def _user_settings(known: Mapping[str, str]) -> dict[str, str]:
    """The installers' own configuration and caches, which a temporary HOME would hide."""
    home = Path(known.get('HOME') or Path.home())
    config = Path(known.get('XDG_CONFIG_HOME') or home / '.config')
    cache = Path(known.get('XDG_CACHE_HOME') or home / '.cache')
    files = {
        'PIP_CONFIG_FILE': (config / 'pip' / 'pip.conf', home / '.pip' / 'pip.conf'),
        'UV_CONFIG_FILE': (config / 'uv' / 'uv.toml',),
        'NETRC': (home / '.netrc',),
        'POETRY_CONFIG_DIR': (config / 'pypoetry',),
    }
    found = {name: str(path) for name, paths in files.items() for path in paths if path.exists()}
    caches = {'PIP_CACHE_DIR': 'pip', 'UV_CACHE_DIR': 'uv', 'POETRY_CACHE_DIR': 'pypoetry'}
    return found | {name: known.get(name, str(cache / folder)) for name, folder in caches.items()}
