"""A private package index: a folder of archives behind a password, as PEP 503 describes it."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from packaging.utils import canonicalize_name


class Index(NamedTuple):
    """Where the index is, who may read it, and how often it sent somebody away."""

    url: str
    user: str
    password: str
    refused: list[str]


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _page(folder: Path, name: str) -> str:
    links = (
        f'<a href="../../files/{path.name}#sha256={_hash(path)}">{path.name}</a>'
        for path in sorted(folder.iterdir())
        if canonicalize_name(path.name.split('-')[0]) == name
    )
    return f'<!DOCTYPE html><html><body>{"".join(links)}</body></html>'


class _Handler(BaseHTTPRequestHandler):
    """Answers who knows the password."""

    protocol_version = 'HTTP/1.1'

    def __init__(self, index: Index, folder: Path, *rest: object) -> None:
        self.index, self.folder = index, folder
        super().__init__(*rest)  # type: ignore[arg-type]

    def handle(self) -> None:
        """Who goes away in the middle of an answer is no error."""
        with suppress(ConnectionError):
            super().handle()

    def do_HEAD(self) -> None:  # pylint: disable=invalid-name  # the name that http.server calls
        """The headers alone, which _answer sees to."""
        self.do_GET()

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        """A page of the index, or an archive."""
        known = base64.b64encode(f'{self.index.user}:{self.index.password}'.encode()).decode()
        if self.headers.get('Authorization') != f'Basic {known}':
            self.index.refused.append(self.path)
            self._answer(401, b'who are you?')
            return
        kind, _, name = self.path.strip('/').partition('/')
        archive = self.folder / name
        if kind == 'simple':
            self._answer(200, _page(self.folder, name).encode())
        elif kind == 'files' and archive.is_file():
            self._answer(200, archive.read_bytes())
        else:
            self._answer(404, b'not here')

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header('WWW-Authenticate', 'Basic realm="packages"')
        kind = 'text/html' if self.path.startswith('/simple') else 'application/octet-stream'
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:  # pylint: disable=arguments-differ
        """Nothing."""


@contextmanager
def private_index(folder: Path, *, user: str = 'reader', password: str = 's3cr3t-of-the-index') -> Iterator[Index]:
    """Serve the archives of a folder at 127.0.0.1 for as long as the block lasts."""
    refused: list[str] = []
    with ThreadingHTTPServer(('127.0.0.1', 0), BaseHTTPRequestHandler) as server:
        index = Index(f'http://127.0.0.1:{server.server_port}/simple/', user, password, refused)
        server.RequestHandlerClass = partial(_Handler, index, folder)  # type: ignore[assignment]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield index
        server.shutdown()
