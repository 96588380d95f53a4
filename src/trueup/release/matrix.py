"""What a template can be asked: all defaults, and each other answer by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trueup.recipe import Recipe

Answers = Mapping[str, object]
SAMPLES: Mapping[str, object] = {
    'service_name': 'churn-scorer',
    'package_path': 'churn_scorer',
    'python_min': '3.12',
    'package_index_url': 'https://packages.example.com/simple/',
    'hooks_repo': 'https://mirror.example.com/standard.git',
    'service_root': 'services/churn',
}
"""Another answer to questions that take free text, where one changes more than a word."""


def variants(recipe: Recipe) -> dict[str, Answers]:
    """Answers by name: `defaults`, and one entry for each other choice of each question that is stored."""
    found: dict[str, Answers] = {'defaults': {}}
    for name, question in recipe.questions.items():
        if name in recipe.stored:
            for value in _others(name, question):
                found[f'{name}={_word(value)}'] = {name: value}
    return found


def _others(name: str, question: Mapping[str, object]) -> Iterator[object]:
    default, choices = question.get('default'), question.get('choices')
    if question.get('multiselect'):
        yield from ([], *([one] for one in _values(choices)))
    elif choices:
        yield from (value for value in _values(choices) if value != default)
    elif question.get('type') == 'bool' and isinstance(default, bool):
        yield not default
    elif question.get('type') == 'int' and isinstance(default, int):
        yield default + 1
    elif name in SAMPLES:
        yield SAMPLES[name]


def _values(choices: object) -> list[object]:
    if isinstance(choices, Mapping):
        return list(choices.values())
    return list(choices) if isinstance(choices, list) else []


def _word(value: object) -> str:
    return ','.join(map(str, value)) or 'none' if isinstance(value, list) else str(value)
