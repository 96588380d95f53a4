"""Frameworks, entry points, ports, model files, notebooks, tests."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts, told, values

FACTORY = '''
import fastapi

def create_app():
    made = fastapi.FastAPI()
    return made

app = create_app()

if __name__ == '__main__':
    import uvicorn
    uvicorn.run(app, port=8080)
'''


@pytest.mark.parametrize(
    ('code', 'expected'),
    [
        ('from fastapi import FastAPI\n', 'fastapi'),
        ('import flask\n', 'flask'),
        ('from django.db import models\n', 'django'),
        ('from starlette.applications import Starlette\n', 'starlette'),
        ('from aiohttp import web\n', 'aiohttp'),
        ('import falcon\n', 'falcon'),
        ('import tornado.web\n', 'tornado'),
        ('import bentoml\n', 'bentoml'),
        ('import streamlit as st\n', 'streamlit'),
        ('import grpc\n', 'grpc'),
        ('import websockets\n', 'websocket'),
        ('import socketio\nfrom fastapi import FastAPI\n', 'fastapi'),
        ('from ray import serve\n', 'ray-serve'),
        ('import aiohttp\nimport requests\n', 'none'),
        ('from flask import Flask\nprint "Python 2"\n', 'flask'),
    ],
)
def test_frameworks(code: str, expected: str) -> None:
    """A client library is no framework; code that doesn't parse is still read."""
    assert values({'app.py': code}, 'framework') == [expected]


def test_a_helper_is_not_the_framework() -> None:
    """FastAPI services import Starlette all the time."""
    files = {'app/a.py': 'import starlette\n', 'app/b.py': 'import starlette\n', 'app/c.py': 'import fastapi\n'}
    assert told(files, 'framework', 'frameworks') == [
        'framework=fastapi @ app/c.py:1',
        "frameworks=('fastapi', 'starlette') @ app/c.py:1, app/a.py:1",
    ]


def test_how_it_is_started() -> None:
    """Application, factory and main file, each where it stands."""
    assert told({'src/churn/main.py': FACTORY}, 'application', 'application_factory', 'main_file', 'port') == [
        'application=churn.main:app @ src/churn/main.py:8',
        'application_factory=churn.main:create_app @ src/churn/main.py:4',
        'main_file=src/churn/main.py @ src/churn/main.py:10',
        'port=8080 @ src/churn/main.py:12',
    ]


def test_console_scripts_and_commands() -> None:
    """A health check is no command, and of two commands the last one runs."""
    files = {
        'pyproject.toml': '[project.scripts]\nserve = "churn.run:main"\n',
        'setup.py': 'setup(entry_points={"console_scripts": ["a = b:c"]})\n',
        'Dockerfile': 'FROM x\nCMD ["old"]\nHEALTHCHECK --interval=3s \\\n  CMD curl -f x\nENTRYPOINT ["run", "it"]\nCMD go now\n',
        'Procfile': 'web: gunicorn app:app\n',
    }
    assert told(files, 'console_script', 'command') == [
        'command=go now @ Dockerfile:6',
        'command=run it @ Dockerfile:5',
        'command=gunicorn app:app @ Procfile:1',
        'console_script=serve = churn.run:main @ pyproject.toml:2',
        'console_script=a = b:c @ setup.py:1',
    ]


APP = {'app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n', 'app/__init__.py': ''}
FLASK = {'churn/app.py': 'from flask import Flask\napp = Flask(__name__)\n', 'churn/__init__.py': ''}


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        (APP, ['app.main:app @ app/main.py:2']),
        (APP | {'Dockerfile': 'CMD ["uvicorn", "app.main:app"]\n'}, ['app.main:app @ Dockerfile:1, app/main.py:2']),
        (
            APP | {'Dockerfile': 'ENTRYPOINT ["uvicorn"]\nCMD ["app.main:app", "--port", "80"]\n'},
            ['app.main:app @ Dockerfile:1, Dockerfile:2, app/main.py:2'],
        ),
        (
            APP | {'Dockerfile': 'CMD gunicorn -k uvicorn.workers.UvicornWorker app.main:app -b 0.0.0.0:80\n'},
            ['app.main:app @ Dockerfile:1, app/main.py:2'],
        ),
        (APP | {'Procfile': 'web: uvicorn other.main:app\n'}, ['app.main:app @ app/main.py:2']),
        (
            APP | {'Dockerfile': 'CMD ["./run.sh"]\n', 'run.sh': 'M=${M:-"app.main:app"}\nexec uvicorn $M\n'},
            ['app.main:app @ run.sh:2, app/main.py:2'],
        ),
        (APP | {'train.py': '', 'Dockerfile': 'CMD python /src/train.py\n'}, ['train.py @ Dockerfile:1']),
        (
            APP | {'README.md': 'First `python app/main.py`, in production\n\n    uvicorn app.main:app\n'},
            ['app.main:app @ README.md:3, app/main.py:2'],
        ),
        (
            FLASK | {'Dockerfile': 'ENV FLASK_APP churn/app.py\nCMD flask run --port 5000\n'},
            ['churn/app.py @ Dockerfile:2'],
        ),
        (
            FLASK | {'pyproject.toml': '[project.scripts]\nfetch = "churn.get:main"\nserve = "churn.app:run"\n'},
            ['churn.app:run @ pyproject.toml:3'],
        ),
        (
            FLASK
            | {'pyproject.toml': '[project.scripts]\nchurn = "churn.cli:go"\n', 'Dockerfile': 'ENTRYPOINT ["churn"]\n'},
            ['churn.cli:go @ Dockerfile:1, pyproject.toml:2'],
        ),
        (FLASK | {'Dockerfile': 'CMD python -m churn.app\n'}, ['churn.app @ Dockerfile:1']),
        (
            {'ui.py': 'import streamlit\n', 'Dockerfile': 'CMD ["streamlit", "run", "ui.py"]\n'},
            ['ui.py @ Dockerfile:1'],
        ),
        ({'lib/__init__.py': 'def create_app():\n    return 1\n'}, ['lib:create_app @ lib/__init__.py:1']),
        ({'lib/__init__.py': 'x = 1\n', 'Dockerfile': 'CMD ["jupyter", "notebook"]\n'}, []),
    ],
)
def test_the_one_entry_point(files: Files, expected: list[str]) -> None:
    """What really starts it wins, and a command that names a module of somebody else is none."""
    assert told(files, 'entry_point') == [f'entry_point={line}' for line in expected]


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'Dockerfile': 'EXPOSE 5000 8080\n'}, 5000),
        ({'Dockerfile': 'EXPOSE 80\nCMD ["uvicorn", "a:b", "--port", "8001"]\n'}, 8001),
        ({'Dockerfile': 'CMD gunicorn -b 0.0.0.0:5001 app:app\n'}, 5001),
        ({'Dockerfile': 'ENV PORT=9000\n'}, 9000),
        ({'app.py': "import os\napp.run(port=int(os.environ.get('PORT', 8080)))\n"}, 8080),
        ({'app.py': 'DEFAULT_PORT = 7000\nREDIS_PORT = 6379\n'}, 7000),
        ({'app.py': "parser.add_argument('-p', '--port', default=4500)\n"}, 4500),
        ({'Makefile': 'run:\n\tuvicorn a:b --port 8002\n'}, 8002),
        (
            {
                'docker-compose.yml': 'services:\n  db:\n    image: x\n    ports: ["1:5432"]\n  api:\n    build: .\n    ports: ["80:8003"]\n'
            },
            8003,
        ),
        ({'helm/values.yaml': 'containerPort: 8004\n'}, 8004),
        ({'Dockerfile-mlflow': 'EXPOSE 5000\n', 'Dockerfile-model': 'EXPOSE 5005\n'}, 5005),
    ],
)
def test_ports(files: Files, expected: int) -> None:
    """The command of the image outweighs everything, a neighbour's port counts little."""
    assert values(files, 'port') == [expected]


@pytest.mark.parametrize('files', [{'app.py': 'app.run(port=choose())\n'}, {'docker-compose.yml': 'services: [\n'}, {}])
def test_no_port(files: Files) -> None:
    """Nothing is made up."""
    assert values(files, 'port') == []


def test_model_files() -> None:
    """By format, with what is dangerous about it; those of the tests are no models."""
    files = {
        'models/m.pkl': b'\x80\x04',
        'models/n.joblib': b'version https://git-lfs.github.com/spec/v1\n',
        'weights/w.onnx': b'\0',
        'tests/t.pkl': b'',
        'data/x.bin': b'',
        'model/x.bin': b'',
    }
    assert [(fact.value, fact.note) for fact in facts(files, 'model_files')] == [
        (('weights/w.onnx',), 'onnx'),
        (('model/x.bin',), 'other'),
        (('models/m.pkl', 'models/n.joblib'), 'pickle, runs code when loaded, kept in Git LFS'),
    ]


def test_notebooks() -> None:
    """Committed outputs are told."""
    files = {'a.ipynb': '{"outputs": []}', 'nb/b.ipynb': '{"outputs": [{"output_type": "stream"}]}'}
    assert [(fact.value, fact.note) for fact in facts(files, 'notebooks')] == [
        (('a.ipynb', 'nb/b.ipynb'), '1 of 2 with committed outputs')
    ]


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'requirements.txt': 'pytest\nnose\n', 'tests/test_a.py': 'def test_a(): pass\n'}, ['pytest']),
        ({'tests/test_a.py': 'import pytest\n'}, ['pytest']),
        ({'Makefile': 'test:\n\tpytest\n', 'tests/test_a.py': 'import unittest\n'}, ['pytest']),
        ({'tests/test_a.py': 'import unittest\nclass TestA(unittest.TestCase): pass\n'}, ['unittest']),
        ({'app/tests.py': 'from django.test import TestCase\nclass ATest(TestCase): pass\n'}, ['manage.py test']),
        ({'test_a.py': 'def test_a(): pass\n'}, ['pytest']),
        ({'tests/data.py': 'x = 1\n', 'tests/__init__.py': ''}, []),
    ],
)
def test_runners(files: Files, expected: list[str]) -> None:
    """pytest also runs unittest's cases, so a mention of it wins."""
    assert values(files, 'test_runner') == expected


def test_a_test_at_the_root_is_told() -> None:
    """It has to move, or the package can't be told from its tests."""
    files = {'test_example.py': 'def test_a(): pass\n', 'tests/api/test_b.py': 'def test_b(): pass\n'}
    assert told(files, 'test_files', 'test_folders', 'tests_at_root') == [
        'test_files=2 @ test_example.py, tests/api/test_b.py',
        "test_folders=('.', 'tests') @ test_example.py",
        "tests_at_root=('test_example.py',) @ test_example.py",
    ]
