"""Answers: right for real services, and valid under the template's own validators for anything at all."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from tests.facts.support import Files, facts
from trueup.facts.answers import Answer, infer_answers, service_name
from trueup.model import Evidence, Fact

QUESTIONS = Path(__file__).parents[2] / 'copier'
NAMES = (
    'service_name',
    'package_name',
    'package_path',
    'is_package',
    'description',
    'author_name',
    'author_email',
    'python_min',
    'port',
    'packaging',
    'lint_tools',
    'service_root',
)
ANYTHING = st.text(max_size=80) | st.integers() | st.booleans() | st.none() | st.lists(st.text(max_size=30)).map(tuple)


@cache
def questions() -> dict[str, dict[str, Any]]:
    """The template's questions, as it asks them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(QUESTIONS.rglob('*.yml')):
        found |= {key: item for key, item in yaml.safe_load(path.read_text()).items() if not key.startswith('_')}
    return found


def complaint(answers: tuple[Answer, ...], name: str) -> str:
    """What the template's validator says about one answer."""
    question = questions()[name]
    known = {answer.name: answer.value for answer in answers}
    context = {'scope': 'quality', 'standard_repo': 'https://git.example.com/s.git', 'standard_address': 'x'} | known
    environment = Environment(extensions=['jinja2_ansible_filters.AnsibleCoreFiltersExtension'])
    return environment.from_string(str(question.get('validator', ''))).render(context).strip()


def inferred(files: Files, hint: str = 'hint') -> dict[str, object]:
    """Answers for a service in memory."""
    return {answer.name: answer.value for answer in infer_answers(facts(files), service_name_hint=hint)}


def test_a_whole_service() -> None:
    """Every question that facts can decide is answered from them."""
    files = {
        'pyproject.toml': '[tool.poetry]\nname = "Churn_API"\nversion = "1"\ndescription = "Says who leaves."\n'
        'authors = ["Ada, Countess <ada@example.com>"]\n[tool.poetry.dependencies]\npython = "^3.9"\n'
        '[[tool.poetry.source]]\nname = "c"\nurl = "https://bob:pw@nexus.example.com/simple"\n',
        'src/churn_api/__init__.py': '',
        'Dockerfile': 'EXPOSE 5000\n',
    }
    assert inferred(files) == {
        'service_name': 'churn-api',
        'package_name': 'churn_api',
        'package_path': 'src/churn_api',
        'is_package': True,
        'description': 'Says who leaves.',
        'author_name': 'Ada Countess',
        'author_email': 'ada@example.com',
        'python_min': '3.9',
        'port': 5000,
        'packaging': 'poetry',
        'lint_tools': 'standard',
        'service_root': '.',
        'package_index_url': 'https://nexus.example.com/simple',
    }


def test_nothing_known() -> None:
    """The hint names it, everything else is the template's default."""
    assert inferred({}, 'MyMLService') == {
        'service_name': 'my-mlservice',
        'package_name': 'my_mlservice',
        'package_path': '.',
        'is_package': False,
        'description': 'A machine learning service',
        'author_name': 'The service team',
        'author_email': '',
        'python_min': '3.11',
        'port': 8000,
        'packaging': 'poetry',
        'lint_tools': 'standard',
        'service_root': '.',
    }


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('Churn API', 'churn-api'),
        ('a__b..c', 'a-b-c'),
        ('3d-model', 'd-model'),
        ('Größe', 'groe'),
        ('日本', ''),
        ('x' * 60, 'x' * 50),
    ],
)
def test_service_names(text: str, expected: str) -> None:
    """Lower case, dashes, a letter first, at most fifty."""
    assert service_name(text) == expected


@pytest.mark.parametrize(
    ('files', 'name', 'expected'),
    [
        ({'Dockerfile': 'EXPOSE 80\n'}, 'port', 8000),
        ({'app.py': 'x = unicode(1)\n'}, 'python_min', '3.11'),
        ({'uv.lock': ''}, 'packaging', 'uv'),
        ({'Pipfile': ''}, 'packaging', 'poetry'),
        ({'My Package/__init__.py': ''}, 'package_path', '.'),
        ({'MyPackage/__init__.py': ''}, 'package_name', 'mypackage'),
        ({'app.py': "FastAPI(title='Some Title')\n"}, 'service_name', 'hint'),
        ({'pyproject.toml': '[project]\nname = "class"\n'}, 'package_name', 'class_service'),
        ({'pyproject.toml': '[project]\ndescription = "a\\tb\\u0007c\\nd"\n'}, 'description', 'a b c d'),
        ({'pyproject.toml': '[tool.poetry]\nauthors = ["Ada ada@example.com"]\n'}, 'author_name', 'Ada'),
        ({'pyproject.toml': '[tool.poetry]\nauthors = ["<>", "Bob"]\n'}, 'author_name', 'Bob'),
        ({'pyproject.toml': '[project]\nauthors = [{name = "A", email = "no mail"}]\n'}, 'author_email', ''),
    ],
)
def test_single_answers(files: Files, name: str, expected: object) -> None:
    """What can't be an answer becomes the nearest one that can."""
    assert inferred(files)[name] == expected


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from((*NAMES, 'name', 'authors', 'private_index')), ANYTHING), st.text(max_size=60))
def test_every_answer_is_valid(read: dict[str, Any], hint: str) -> None:
    """`copier` must never refuse what trueup proposes, whatever a repository contains."""
    found = [Fact(name, value, (Evidence('x', 1),), note='primary') for name, value in read.items()]
    answers = infer_answers(found, service_name_hint=hint)
    assert {answer.name for answer in answers} >= set(NAMES)
    assert {answer.name: complaint(answers, answer.name) for answer in answers if complaint(answers, answer.name)} == {}


def test_every_answer_is_a_question() -> None:
    """An answer that the template doesn't ask for would be dropped in silence."""
    assert set(NAMES) | {'package_index_url'} <= set(questions())
    kinds = {name: questions()[name]['type'] for name in NAMES}
    typed = {'int': int, 'bool': bool, 'str': str}
    for answer in infer_answers((), service_name_hint='x'):
        assert type(answer.value) is typed[kinds[answer.name]]
