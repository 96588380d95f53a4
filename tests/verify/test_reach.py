"""Which modules have to be importable: those that tests and entry points come to."""

from __future__ import annotations

from trueup.model import File
from trueup.repo import repo_from_tree
from trueup.verify._reach import reachable

SERVICE = {
    'app/__init__.py': '',
    'app/main.py': 'from fastapi import FastAPI\nfrom .routes import api\napp = FastAPI()\n',
    'app/routes/__init__.py': '',
    'app/routes/api.py': 'from ..core import score\n',
    'app/core.py': 'import json\n',
    'app/island.py': '',
    'app/__main__.py': 'import app.main\n',
    'helpers.py': '',
    'worker.py': 'import jobs\n',
    'jobs.py': '',
    'train.py': '1 / 0\n',
    'tests/test_core.py': 'import helpers\nfrom app.core import score\n',
    'Dockerfile': 'FROM python:3.11\nCMD ["python", "-u", "worker.py"]\n',
}


def test_what_tests_and_entry_points_come_to() -> None:
    """Relative imports are followed; programs, and modules that nobody comes to, are not imported."""
    repo = repo_from_tree({path: File(text.encode()) for path, text in SERVICE.items()})
    assert set(reachable(repo)) == {
        'app', 'app.main', 'app.routes.api', 'app.core', 'helpers', 'worker', 'jobs',
    }  # fmt: skip


def test_an_image_may_call_it_by_another_root() -> None:
    """`uvicorn main:app` in an image that copied `service/` to its root means `service/main.py`."""
    texts = {
        'service/main.py': 'import service.model\n',
        'service/model.py': '',
        'Dockerfile': 'CMD uvicorn main:app\n',
    }
    repo = repo_from_tree({path: File(text.encode()) for path, text in texts.items()})
    assert reachable(repo) == ('service.main', 'service.model')
