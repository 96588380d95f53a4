"""What a command of an image, script or guide starts: `uvicorn app.main:app`, `python -m churn`, `./run.sh`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trueup.facts._view import View, nearness

SERVERS = 'uvicorn|gunicorn|hypercorn|daphne|granian|uwsgi|waitress-serve|bentoml serve|mlserver start'
TARGET = re.compile(rf'\b(?:{SERVERS})\b.*?[\s\'"](?P<target>[A-Za-z_][\w.]*:[A-Za-z_]\w*)(?=\W|$)')
WSGI = re.compile(rf'\b(?:{SERVERS})\b.*?[\s\'"](?P<target>[A-Za-z_][\w.]*\.[aw]sgi)(?=\s|$)')
FILE = re.compile(
    r'\b(?:streamlit|fastapi|gradio|python[\d.]*)\s+(?:(?:run|dev|-[uOBIs]|-[XW]\s+\S+)\s+)*(?P<file>[\w./{}$-]+\.py)\b'
)
MODULE = re.compile(r'\bpython[\d.]*\s+(?:-[uOBIs]\s+)*-m\s+(?P<module>[A-Za-z_][\w.]*)')
FLASK = re.compile(r'\bflask\b.*\brun\b')
FLASK_APP = re.compile(r'\bFLASK_APP[= ]+["\']?([\w./:]+)')
SCRIPT = re.compile(r'(?:^|[\s/])(?P<file>[\w-]+\.sh)\b')
VARIABLE = re.compile(r'^\s*(?:export\s+|ENV\s+|ARG\s+)?(\w+)[= ]\s*(.+?)\s*$')
FALLBACK = re.compile(r'\$\{\w+:?-["\']?([^}"\']+)["\']?\}')
TOOLS = frozenset(
    'pip venv pytest pylint flake8 black isort mypy build twine uv poetry http.server unittest coverage ensurepip spacy '
    'nltk.downloader pre_commit'.split()
)


def started(view: View, command: str, text: str = '') -> str:
    """What one command starts, as `module:object`, a module or a file of the service; empty if it is nothing of it.

    `text` is the file around the command: its variables are filled in.
    """
    filled = _filled(command, _variables(text))
    for pattern in (TARGET, WSGI):
        if (found := pattern.search(filled)) and _is_here(view, found['target']):
            return found['target']
    if FLASK.search(filled) and (named := FLASK_APP.search(text)):
        return _file(view, named[1]) or (named[1] if _is_here(view, named[1]) else '')
    if found := FILE.search(filled):
        return _file(view, found['file'])
    if (found := MODULE.search(filled)) and found['module'] not in TOOLS and _is_here(view, found['module']):
        return found['module']
    return ''


def scripts_of(view: View, command: str) -> Iterator[str]:
    """The shell scripts of the service that a command runs."""
    for found in SCRIPT.finditer(command):
        paths = [path for path in view.paths if path == found['file'] or path.endswith(f'/{found["file"]}')]
        yield from sorted(paths, key=nearness)[:1]


def _variables(text: str) -> Mapping[str, str]:
    """Variables of a script or image with the value that they have when nobody sets them."""
    found = {}
    for line in text.splitlines():
        if match := VARIABLE.match(line):
            found[match[1]] = FALLBACK.sub(r'\1', match[2]).strip('"\'')
    return found


def _filled(command: str, variables: Mapping[str, str]) -> str:
    plain = FALLBACK.sub(r'\1', command)
    return re.sub(r'\$\{?(\w+)\}?', lambda match: variables.get(match[1], match[0]), plain)


def _is_here(view: View, target: str) -> bool:
    """Whether the service has the module of `package.module:object`."""
    path = target.partition(':')[0].replace('.', '/')
    names = (f'{path}.py', f'{path}/__init__.py', f'{path}/__main__.py')
    return any(other == name or other.endswith(f'/{name}') for other in view.python_paths for name in names)


def _file(view: View, named: str) -> str:
    """The service's file that an image knows under another folder: `/src/app.py` is `app.py`."""
    parts = [part for part in named.split('/') if part not in ('', '.', '..')]
    for start in range(len(parts)):
        path = '/'.join(parts[start:])
        if path in view:
            return path
    below = [path for path in view.python_paths if parts and path.endswith(f'/{parts[-1]}')]
    return below[0] if len(below) == 1 else ''
