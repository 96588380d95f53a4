"""A Spring Cloud Config server over a real Git repository, as far as its protocol goes; there is no Java here.

`GET /{application}/{profiles}[/{label}]` answers the environment: property sources of the branch, tag or commit, the
most specific first. Files are application and {application}, each with `-{profile}` too, as .properties (which win),
.yml or .yaml; within a file later documents win; of several profiles the last one.
https://docs.spring.io/spring-cloud-config/reference/server/environment-repository.html

Order as servers were seen to answer it: github.com/spring-cloud/spring-cloud-config issues 1158 and 2458.
"""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from tests.support.spring_properties import Properties, documents, is_active
from tests.support.standard import commit_all

ENDINGS = ('.properties', '.yml', '.yaml')


@dataclass
class ConfigRepository:
    """A Git repository with configuration files."""

    root: Path

    def write(self, files: dict[str, str]) -> str:
        """Write files and commit them; the commit's id."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
        commit_all(self.root, 'chore: configuration')
        return self.git('rev-parse', 'HEAD').strip()

    def git(self, *arguments: str) -> str:
        """What Git says; raises CalledProcessError."""
        return subprocess.run(
            ['git', *arguments], cwd=self.root, check=True, capture_output=True, text=True, encoding='utf-8'
        ).stdout

    def environment(self, application: str, profiles: Sequence[str], label: str) -> dict[str, object] | None:
        """What the server answers; None for an unknown label."""
        try:
            version = self.git('rev-parse', '--verify', '--quiet', f'{label}^{{commit}}').strip()
        except subprocess.CalledProcessError:
            return None
        sources = [
            {'name': f'{self.root.as_uri()}/{path}{place}', 'source': source}
            for path, place, source in self._sources(application, profiles, version)
        ]
        return {
            'name': application,
            'profiles': list(profiles),
            'label': label,
            'version': version,
            'state': None,
            'propertySources': sources,
        }

    def _sources(
        self, application: str, profiles: Sequence[str], version: str
    ) -> Iterator[tuple[str, str, Properties]]:
        known = set(self.git('ls-tree', '--name-only', version).split('\n'))
        names = dict.fromkeys([*reversed(application.split(',')), 'application'])
        stems = [f'{name}-{profile}' for profile in reversed(profiles) for name in names] + list(names)
        for path in (f'{stem}{ending}' for stem in stems for ending in ENDINGS):
            if path not in known:
                continue
            found = documents(path, self.git('show', f'{version}:{path}'))
            for number in reversed(range(len(found))):
                if is_active(found[number], profiles):
                    yield path, f' (document #{number})' if len(found) > 1 else '', found[number]


@dataclass
class SpringServer:
    """The server; its fields may be changed while it runs, to make it misbehave."""

    repository: ConfigRepository
    url: str = ''
    username: str = ''
    password: str = ''
    token: str = ''
    default_label: str = 'main'
    delay: float = 0
    failures: int = 0
    garbage: bytes | None = None
    redirect: str = ''
    can_decrypt: bool | None = None
    requests: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)

    def answer(self, path: str, authorization: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a request."""
        self.requests.append(path)
        self.credentials.append(authorization)
        time.sleep(self.delay)
        if self.failures > 0:
            self.failures -= 1
            return _error(503, path)
        if self.redirect:
            return 302, {'Location': self.redirect + path}, b''
        if self.garbage is not None:
            return 200, {'Content-Type': 'text/html'}, self.garbage
        if not self._may(authorization):
            return 401, {'WWW-Authenticate': 'Basic realm="Realm"'}, b''
        parts = [unquote(part) for part in path.strip('/').split('/')]
        if len(parts) not in (2, 3):
            return _error(404, path)
        label = parts[2].replace('(_)', '/') if len(parts) == 3 else self.default_label
        environment = self.repository.environment(parts[0], parts[1].split(','), label)
        if environment is None:
            return _error(404, path)
        sources = environment['propertySources']
        assert isinstance(sources, list)
        for source in sources:
            source['source'] = dict(map(self._decrypted, source['source'].items()))
        return 200, {'Content-Type': 'application/json'}, json.dumps(environment).encode()

    def _may(self, authorization: str) -> bool:
        both = base64.b64encode(f'{self.username}:{self.password}'.encode()).decode()
        allowed = ([f'Basic {both}'] if self.username else []) + ([f'Bearer {self.token}'] if self.token else [])
        return not allowed or authorization in allowed

    def _decrypted(self, item: tuple[str, object]) -> tuple[str, object]:
        """A server without encryption gives ciphers as they are; one whose key doesn't fit makes `invalid.` of them."""
        key, value = item
        if self.can_decrypt is None or not str(value).startswith('{cipher}'):
            return item
        return (key, str(value).removeprefix('{cipher}')[::-1]) if self.can_decrypt else (f'invalid.{key}', '<n/a>')


def _error(status: int, path: str) -> tuple[int, dict[str, str], bytes]:
    body = {'timestamp': '2026-01-01T00:00:00.000+00:00', 'status': status, 'error': 'Error', 'path': path}
    return status, {'Content-Type': 'application/json'}, json.dumps(body).encode()


@contextmanager
def spring_server(folder: Path, files: dict[str, str]) -> Iterator[SpringServer]:
    """A server over a new repository with the files in one commit, on a free port of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = ConfigRepository(folder)
    repository.write(files)
    server = SpringServer(repository)

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Answer it."""
            status, headers, body = server.answer(self.path, self.headers.get('Authorization', ''))
            try:
                self.send_response(status)
                for name, value in (headers | {'Content-Length': str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client did not wait

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as http:
        http.daemon_threads = True
        server.url = f'http://127.0.0.1:{http.server_address[1]}'
        thread = threading.Thread(target=http.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
