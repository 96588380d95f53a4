"""Kept-open HTTP connections to one server, for threads: with timeouts, and with few, bounded retries."""

from __future__ import annotations

import http.client
import time
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

PAUSE = 0.05


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Unreachable(Exception):
    """No connection could be made, or each one broke."""


class TooSlow(Exception):
    """The server took the request and did not answer in time."""


class HttpPool:
    """Asks for things that may be asked for twice: a connection that breaks is made again, up to `retries` times.

    A server that is merely slow is not asked again.
    """

    def __init__(self, url: str, *, connect_seconds: float, timeout_seconds: float, retries: int) -> None:
        parts = urlsplit(url)
        self._kind = http.client.HTTPSConnection if parts.scheme == 'https' else http.client.HTTPConnection
        self._address = (parts.hostname or '', parts.port)
        self._prefix = parts.path.rstrip('/')
        self._url = url
        self._connect_seconds = connect_seconds
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._idle: deque[http.client.HTTPConnection] = deque()

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """The server's answer, whatever its status; raises Unreachable or TooSlow."""
        given = {name.replace('_', '-'): value for name, value in headers.items()}
        attempt = 0
        while True:
            try:
                return self._once(method, self._prefix + path, body, given)
            except Unreachable:
                # All that wait in the pool are likely as dead as this one was.
                self.close()
                if attempt == self._retries:
                    raise
                time.sleep(PAUSE * 2**attempt)
                attempt += 1

    def close(self) -> None:
        """Close what is not in use."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = self._connection()
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except TimeoutError as error:
            connection.close()
            raise TooSlow(f'{self._url} gave no answer within {self._timeout_seconds:g} seconds') from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f'the connection to {self._url} broke: {error}') from error
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        connection = self._kind(*self._address, timeout=self._connect_seconds)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise Unreachable(f'{self._url} can not be reached: {error}') from error
        connection.sock.settimeout(self._timeout_seconds)
        return connection
