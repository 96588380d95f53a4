"""A small load balancer for tests: `python balancer.py PORT URL...`.

A new connection goes to the next instance that was ready when last asked, twice a second; then bytes are passed on in both
directions until one side ends. It knows nothing of HTTP, as the one in front of pods.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import urllib.request
from urllib.parse import urlsplit


class Balancer:
    """Which instances are ready, and whose turn it is."""

    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        self.ready = list(urls)
        self.turn = itertools.count()

    async def watch(self) -> None:
        """Ask each instance, again and again."""
        while True:
            self.ready = [url for url in self.urls if await asyncio.to_thread(is_ready, url)]
            await asyncio.sleep(0.5)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, to one instance."""
        if not self.ready:
            writer.close()
            return
        address = urlsplit(self.ready[next(self.turn) % len(self.ready)])
        try:
            there, back = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Bytes until the source ends; then the target is told."""
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


def is_ready(url: str) -> bool:
    """What the probe says."""
    try:
        with urllib.request.urlopen(f'{url}/readyz', timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def main(port: int, urls: list[str]) -> None:
    """Serve for ever."""
    balancer = Balancer(urls)
    server = await asyncio.start_server(balancer.connect, '127.0.0.1', port)
    await asyncio.gather(server.serve_forever(), balancer.watch())


if __name__ == '__main__':
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
