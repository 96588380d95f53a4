"""The sessions around delivery: what they decide, and real runs of them on a tiny service."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sessions.test_nox import NOXFILE, PYPROJECT, nox
from trueup.sessions._environment import Package, read_listing
from trueup.sessions._install import decide
from trueup.sessions._options import read_options
from trueup.sessions._wheel import is_package, modules
from trueup.sessions.audit import judge, to_ask
from trueup.sessions.typecheck import arguments, is_configured, own_configuration

SERVICE = PYPROJECT.replace('version = "1"', 'version = "1"\ndependencies = ["iniconfig"]')


@pytest.fixture(name='service')
def fixture_service(tmp_path: Path) -> Path:
    """A service that runs with one package."""
    files = {
        'noxfile.py': NOXFILE.format(''),
        'pyproject.toml': SERVICE,
        'src/tiny/__init__.py': '"""Tiny."""\n\n\ndef double(number: int) -> int:\n    """Twice."""\n    return 2 * number\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    return tmp_path


def test_who_is_asked_about() -> None:
    """Not the service itself, not pip, not what the team says that nobody knows."""
    packages = read_listing(
        'noise\n{"iniconfig": ["2.0", false], "tiny": ["1", true], "pip": ["25", false], "own": ["3", false]}'
    )
    assert packages['tiny'] == Package('1', True)
    assert to_ask(packages, ('own',)) == {'iniconfig': '2.0'}


@pytest.mark.parametrize('report', ['', '{}', '{"dependencies": []}', '{"dependencies": 3}', '[]'])
def test_no_answer_is_not_green(report: str) -> None:
    """A package that the report does not speak of was not asked about."""
    assert judge(report, {'a': '1'}) == ((), ('a',))


def test_verdict() -> None:
    """Findings name what mends them; a skipped package is one that nobody vouches for."""
    vulnerable = {'id': 'PYSEC-1', 'fix_versions': ['1.1'], 'aliases': [], 'description': ''}
    report = {
        'dependencies': [
            {'name': 'A_b', 'version': '1', 'vulns': [vulnerable, vulnerable | {'id': 'PYSEC-2', 'fix_versions': []}]},
            {'name': 'fine', 'version': '2', 'vulns': []},
            {'name': 'gone', 'skip_reason': 'Dependency not found'},
        ]
    }
    assert judge(json.dumps(report), {'a-b': '1', 'fine': '2', 'gone': '3'}) == (
        ('a-b 1: PYSEC-1, mended in 1.1', 'a-b 1: PYSEC-2, not mended yet'),
        ('gone',),
    )


@pytest.mark.parametrize(
    ('text', 'files', 'tools', 'expected'),
    [
        (SERVICE, ['poetry.lock'], ((2, 1), True), ('poetry', 'sync', '--no-interaction', '--only', 'main')),
        (SERVICE, ['uv.lock'], (None, True), ('uv', 'sync', '--frozen', '--active', '--no-default-groups')),
        (SERVICE + '[dependency-groups]\ndev = ["tox"]\n', [], (None, False), ('-e', '.')),
        (SERVICE + '[project.optional-dependencies]\ndev = ["tox"]\n', [], (None, False), ('-e', '.')),
        ('', ['requirements.txt', 'requirements-dev.txt'], (None, False), ('-r', 'requirements.txt')),
    ],
)
def test_what_the_service_runs_with(
    tmp_path: Path, text: str, files: list[str], tools: tuple[tuple[int, ...] | None, bool], expected: tuple[str, ...]
) -> None:
    """Tools of the developers are not delivered, so they are neither in the bill nor in the audit."""
    (tmp_path / 'pyproject.toml').write_text(text)
    for name in files:
        (tmp_path / name).touch()
    steps = decide(read_options(tmp_path), poetry=tools[0], uv=tools[1], development=False)
    assert (steps.command or steps.arguments) == expected


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'src/a/__init__.py': ''}, (['src'], False)),
        ({'app/__init__.py': '', 'tests/__init__.py': ''}, (['app'], False)),
        ({'main.py': ''}, (['.'], False)),
        ({'pyproject.toml': '[tool.mypy]\nstrict = true\n', 'src/a.py': ''}, (['src'], True)),
        ({'pyproject.toml': '[tool.mypy]\nfiles = ["a"]\n', 'src/a.py': ''}, ([], True)),
        ({'mypy.ini': '[mypy]\npackages = a\n', 'src/a.py': ''}, ([], True)),
        ({'setup.cfg': '[mypy]\nstrict = true\n', 'src/a.py': ''}, (['src'], True)),
        ({'setup.cfg': '[metadata]\nname = x\n', 'src/a.py': ''}, (['src'], False)),
    ],
)
def test_what_mypy_checks(tmp_path: Path, files: dict[str, str], expected: tuple[list[str], bool]) -> None:
    """What the configuration names, else `src`, else the packages."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    options = read_options(tmp_path)
    assert (arguments(options), is_configured(options)) == expected


def test_configuration_for_those_without() -> None:
    """pydantic's plug-in can only be asked for where pydantic is."""
    assert own_configuration({'pydantic'}) == '[mypy]\nignore_missing_imports = true\nplugins = pydantic.mypy\n'
    assert 'plugins' not in own_configuration(())


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        (PYPROJECT, True),
        (PYPROJECT + '[tool.poetry]\npackage-mode = false\n', False),
        ('[project]\nname = "x"\n', False),
    ],
)
def test_what_is_a_package(tmp_path: Path, text: str, expected: bool) -> None:
    """A service without a build system is run from its folder: there is nothing to build."""
    (tmp_path / 'pyproject.toml').write_text(text)
    assert is_package(read_options(tmp_path)) is expected


def test_empty_wheel_is_seen(tmp_path: Path) -> None:
    """A build that found no package passes every check of metadata."""
    with zipfile.ZipFile(tmp_path / 'a.whl', 'w') as archive:
        archive.writestr('a.dist-info/METADATA', '')
    assert modules(tmp_path / 'a.whl') == 0


class Advisories(BaseHTTPRequestHandler):
    """Answers as the OSV service does (https://google.github.io/osv.dev/post-v1-query/): one package is vulnerable."""

    vulnerable = ''

    def do_POST(self) -> None:  # pylint: disable=invalid-name  # the name that http.server calls
        """One query."""
        asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        events = [{'introduced': '0'}, {'fixed': '99.0'}]
        affected = {'package': asked['package'], 'ranges': [{'type': 'ECOSYSTEM', 'events': events}]}
        found = {'id': 'PYSEC-2026-1', 'summary': 'Bad.', 'details': 'Bad.', 'affected': [affected]}
        answer = {'vulns': [found]} if asked['package']['name'] == self.vulnerable else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:  # pylint: disable=arguments-differ
        """Nothing."""


@pytest.fixture(name='advisories')
def fixture_advisories() -> Iterator[str]:
    """Address of a service of advisories."""
    with ThreadingHTTPServer(('127.0.0.1', 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f'http://127.0.0.1:{server.server_port}/v1/query'
        server.shutdown()
        thread.join()
        Advisories.vulnerable = ''


@pytest.mark.e2e
@pytest.mark.network
def test_audit(service: Path, advisories: str) -> None:
    """Green only where each package was asked about; a finding fails with what mends it; no answer is never green."""
    (service / 'pyproject.toml').write_text(
        SERVICE + f'[tool.trueup.sessions]\naudit_args = ["-s", "osv", "--osv-url", "{advisories}"]\n'
    )
    green = nox(service, '-s', 'audit')
    [entry] = green.summary['sessions']
    assert (green.code, entry['status'], entry['note']) == (
        0,
        'passed',
        'packages: 1, known vulnerabilities: 0',
    ), green.output
    Advisories.vulnerable = 'iniconfig'
    red = nox(service, '-s', 'audit')
    assert red.code == 1 and 'PYSEC-2026-1, mended in 99.0' in red.output
    assert red.summary['sessions'][0]['note'] == 'packages: 1, known vulnerabilities: 1'
    (service / 'pyproject.toml').write_text(
        SERVICE + '[tool.trueup.sessions]\naudit_args = ["-s", "osv", "--osv-url", "http://127.0.0.1:9/"]\n'
    )
    unreachable = nox(service, '-s', 'audit')
    assert (
        unreachable.code == 1 and 'no advisory could be asked about 1 of 1 packages (iniconfig)' in unreachable.output
    )
    assert unreachable.summary['status'] == 'failed'


@pytest.mark.e2e
@pytest.mark.network
def test_sbom_build_typecheck(service: Path) -> None:
    """The bill names what runs, the wheel holds the package, a wrong type is found."""
    done = nox(service, '-s', 'sbom', 'build', 'typecheck')
    assert done.code == 0, done.output
    bill = json.loads((service / 'reports/sbom.json').read_text(encoding='utf-8'))
    assert (bill['bomFormat'], bill['metadata']['component']['name']) == ('CycloneDX', 'tiny')
    assert 'iniconfig' in {each['name'] for each in bill['components']}
    assert not {each['name'] for each in bill['components']} & {'cyclonedx-bom', 'pip'}
    [wheel] = (service / 'dist').glob('*.whl')
    assert modules(wheel) == 1 and list((service / 'dist').glob('*.tar.gz'))
    assert 'session    result  seconds' in done.output and 'passed; for programs: reports/summary.json' in done.output

    (service / 'src/tiny/__init__.py').write_text('"""Tiny."""\n\nHALF: int = "1"\n')
    wrong = nox(service, '-s', 'typecheck')
    assert wrong.code == 1 and 'Incompatible types in assignment' in wrong.output
    assert (service / 'reports/typecheck.xml').is_file()
    (service / 'pyproject.toml').write_text(
        SERVICE + '[tool.hatch.build.targets.wheel]\nbypass-selection = true\nexclude = ["src"]\n'
    )
    empty = nox(service, '-s', 'build')
    assert empty.code == 1 and 'holds no module' in empty.output, empty.output
