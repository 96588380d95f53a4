"""The running service against its own description, by schemathesis: the tests in `contract/`."""

from __future__ import annotations

import nox

from trueup.sessions._environment import add, prepare
from trueup.sessions._options import Options
from trueup.sessions._results import read_junit
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

FOLDER = 'contract'
TOOLS = ('pytest', 'schemathesis')
REPORT = 'contract.xml'


def _run(handle: nox.Session, options: Options) -> Details | None:
    if not (options.root / FOLDER).is_dir():
        handle.log('no folder %s: nothing is tested', FOLDER)
        return Details(note=f'no folder {FOLDER}', skipped=True)
    report = prepare_folder(options.root / options.reports) / REPORT
    report.unlink(missing_ok=True)
    prepare(handle, options)
    add(handle, TOOLS)
    # Thousands of requests would drown what failed: the log of each is left out.
    quiet = ('--show-capture=no', '-p', 'no:cacheprovider', f'--junitxml={options.reports}/{REPORT}')
    ran = handle.run('python', '-m', 'pytest', *quiet, *(handle.posargs or (FOLDER,)))
    return None if ran is None else _read(handle, options)


def _read(_handle: nox.Session, options: Options) -> Details:
    path = options.root / options.reports / REPORT
    return Details(reports=(f'{options.reports}/{REPORT}',) if path.is_file() else (), tests=read_junit(path))


SESSION = Session(
    'contract', 'The API keeps what it describes, by schemathesis.', _run, place='one', default=False, read=_read
)
