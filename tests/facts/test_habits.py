"""Habits that decide whether a module may be imported and how the service is configured."""

from __future__ import annotations

import pytest

from tests.facts.support import facts, told, values


@pytest.mark.parametrize(
    ('code', 'expected'),
    [
        ('app.run(debug=True)\n', ['app.run(debug=True)']),
        ('import uvicorn\nuvicorn.run(app)\n', ['uvicorn.run()']),
        ('while True:\n    work()\n', ['an endless loop']),
        ("if __name__ == '__main__':\n    app.run()\n", []),
        ('def main():\n    app.run()\n', []),
        ("import subprocess\nsubprocess.run(['x'])\n", []),
        ('while waiting:\n    work()\n', []),
    ],
)
def test_what_runs_on_import(code: str, expected: list[str]) -> None:
    """Importing such a module to verify it would never come back."""
    assert [fact.note for fact in facts({'app.py': code}, 'runs_on_import')] == expected


def test_old_habits() -> None:
    """Each is counted, with the first places."""
    code = "from a import *\nimport pickle\n@app.on_event('startup')\ndef f():\n    return pickle.load(g)\n"
    assert told({'app.py': code}, 'star_import', 'startup_hook', 'unpickles') == [
        'star_import=1 @ app.py:1',
        'startup_hook=1 @ app.py:3',
        'unpickles=1 @ app.py:5',
    ]


def test_libraries() -> None:
    """What reads the settings and what checks the payload stays the team's choice."""
    files = {'a.py': 'from dynaconf import Dynaconf\nimport marshmallow\n', 'b.py': 'import pydantic\nimport json\n'}
    assert values(files, 'settings_library') == ['dynaconf']
    assert values(files, 'schema_library') == ['marshmallow', 'pydantic']
