"""A company's package index: the real pypiserver behind a password, for reading and for uploads."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A process of its own: pypiserver's web framework hooks into Python's imports.
PROGRAM = """
import json, os, sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server
import pypiserver

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

said = json.loads(os.environ['INDEX'])
application = pypiserver.app(
    roots=[said['folder']],
    authenticate=['list', 'download', 'update'],
    password_file='.htpasswd',
    auther=lambda name, word: (name, word) == (said['user'], said['password']),
    disable_fallback=not said['fallback'],
    fallback_url=said['fallback'] or None,
)
make_server('127.0.0.1', said['port'], application, server_class=Server).serve_forever()
"""


@dataclass
class CompanyIndex:
    """Where it is, who may use it, what it holds and what it was asked for."""

    folder: Path
    log: Path
    user: str
    password: str
    root: str

    @property
    def simple(self) -> str:
        """The address to install from."""
        return f'{self.root}/simple/'

    def names(self) -> list[str]:
        """The files that were uploaded."""
        return sorted(path.name for path in self.folder.iterdir())


@contextmanager
def company_index(folder: Path, *, user: str, password: str, fallback: str = '') -> Iterator[CompanyIndex]:
    """An empty index on a free port; with `fallback` it sends for other packages there, as a group repository does."""
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    index = CompanyIndex(folder, folder.with_suffix('.log'), user, password, f'http://127.0.0.1:{port}')
    said = {'folder': str(folder), 'user': user, 'password': password, 'fallback': fallback, 'port': port}
    with (
        index.log.open('wb') as log,
        subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-c', PROGRAM],
            env=os.environ | {'INDEX': json.dumps(said)},
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_for(port, process)
            yield index
        finally:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            assert process.poll() is None, 'the index ended'
            time.sleep(0.1)
    raise AssertionError('the index did not start')
