"""Many clients at once against a running service, by locust: `load/locustfile.py`."""

from __future__ import annotations

import nox

from trueup.sessions._environment import add_tool, share_index
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

FILE = 'load/locustfile.py'
DEFAULTS = ('--users', '20', '--spawn-rate', '10', '--run-time', '30s')


def _run(handle: nox.Session, options: Options) -> Details | None:
    if not (options.root / FILE).is_file():
        handle.log('no %s: nothing is tried', FILE)
        return Details(note=f'no {FILE}', skipped=True)
    report = prepare_folder(options.root / options.reports) / 'load.html'
    report.unlink(missing_ok=True)
    share_index(handle)
    python = add_tool(handle, 'locust')
    # What is given last wins.
    given = ('--headless', '--only-summary', '--html', str(report), *DEFAULTS, *handle.posargs)
    ran = handle.run(str(python), '-m', 'locust', '-f', FILE, *given, external=True)
    return None if ran is None else _read(handle, options)


def _read(_handle: nox.Session, options: Options) -> Details:
    name = f'{options.reports}/load.html'
    return Details(reports=(name,) if (options.root / name).is_file() else ())


SESSION = Session(
    'load', 'Many clients against a running service, by locust.', _run, place='one', default=False, read=_read
)
