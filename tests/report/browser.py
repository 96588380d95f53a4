"""A real browser, driven by the W3C WebDriver protocol over plain HTTP: chromedriver and Chromium from PATH."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

NEEDED = ('chromedriver', 'chromium')
OPENER = build_opener(ProxyHandler({}))
KEYS = {'escape': '\ue00c', 'tab': '\ue004'}


class Browser:
    """One window; `text` and `visible` answer what a person would see."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str, body: object = None) -> Any:
        """One command: POST with a body, else GET."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.address + path, data, {'Content-Type': 'application/json'})
        with OPENER.open(request, timeout=60) as answer:
            return json.load(answer)['value']

    def open(self, page: Path, fragment: str = '') -> None:
        """Load a page from the disk."""
        self.ask('/url', {'url': 'about:blank'})
        self.ask('/url', {'url': page.as_uri() + fragment})

    def run(self, script: str) -> Any:
        """What a script returns; the page's own policy does not bind the driver."""
        return self.ask('/execute/sync', {'script': script, 'args': []})

    def visible(self, selector: str) -> list[str]:
        """Text of the elements that take space on the page."""
        found = f'[...document.querySelectorAll({json.dumps(selector)})]'
        return list(self.run(f'return {found}.filter((e) => e.checkVisibility()).map((e) => e.innerText)'))

    def press(self, keys: str) -> None:
        """Type into whatever has the focus."""
        actions = [{'type': kind, 'value': key} for key in keys for kind in ('keyDown', 'keyUp')]
        self.ask('/actions', {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def size(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """The page's own width (windows have a least one), and the scheme that the system asks for."""
        metrics = {'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': False}
        self._devtools('Emulation.setDeviceMetricsOverride', metrics)
        features = [{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}]
        self._devtools('Emulation.setEmulatedMedia', {'features': features})

    def picture(self, target: Path) -> None:
        """A screenshot of what is shown."""
        target.write_bytes(base64.b64decode(self.ask('/screenshot')))

    def errors(self) -> list[str]:
        """What the console complained about."""
        return [entry['message'] for entry in self.ask('/se/log', {'type': 'browser'}) if entry['level'] == 'SEVERE']

    def _devtools(self, command: str, parameters: object) -> None:
        self.ask('/goog/cdp/execute', {'cmd': command, 'params': parameters})


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for as long as it is needed."""
    driver = shutil.which('chromedriver')
    assert driver is not None
    process = subprocess.Popen([driver, '--port=0'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = next(found[1] for line in process.stdout if (found := re.search(r'successfully on port (\d+)', line)))
        options = {
            'binary': shutil.which('chromium'),
            'args': ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'],
        }
        capabilities = {
            'alwaysMatch': {'goog:chromeOptions': options, 'goog:loggingPrefs': {'browser': 'ALL'}},
        }
        address = f'http://127.0.0.1:{port}/session'
        identity = Browser(address).ask('', {'capabilities': capabilities})['sessionId']
        session = Browser(f'{address}/{identity}')
        try:
            yield session
        finally:
            with OPENER.open(Request(session.address, method='DELETE'), timeout=60):
                pass
    finally:
        process.terminate()
        process.communicate()
