"""New services with unlike answers, on a machine that has nothing but Nox and Poetry or uv: their own sessions pass."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.test_versions import run, trueup

pytestmark = [pytest.mark.e2e, pytest.mark.network]
SETS: dict[str, tuple[str, ...]] = {
    'defaults': (),
    'poc': ('maturity=poc', 'licence=MIT', 'package_path=churn', 'inference=triton'),
    'uv and ruff': ('packaging=uv', 'lint_tools=ruff', 'open_inference_protocol=true', 'metrics_port=9100'),
    'configuration from elsewhere': ('config_backend=dynaconf', 'spring_cloud_config=true', 'auth=api_key'),
}


@pytest.mark.parametrize('name', SETS)
def test_its_own_lint_and_tests_pass(name: str, standard: Path, tmp_path: Path) -> None:
    """`nox -s lint tests` right after `trueup new`: every linter clean, every test green, enough of the code covered."""
    program = 'uv' if 'packaging=uv' in SETS[name] else 'poetry'
    if shutil.which(program) is None:
        pytest.skip(f'needs {program} on PATH')
    service = tmp_path / 'churn'
    answers = [word for answer in SETS[name] for word in ('--answer', answer)]
    trueup(tmp_path, 'new', service, '--defaults', '--standard', f'{standard}@v0.1.0', *answers)
    said = run(service, sys.executable, '-m', 'nox', '-s', 'lint', 'tests')
    summary = json.loads((service / 'reports' / 'summary.json').read_text())
    ran = {session['name']: session for session in summary['sessions']}
    assert {session['status'] for session in ran.values()} == {'passed'}, said
    counts = [session['tests'] for session in ran.values() if 'tests' in session]
    assert counts and all(each['passed'] > 50 and not each['failed'] + each['errors'] for each in counts), said
    trueup(service, 'check')
