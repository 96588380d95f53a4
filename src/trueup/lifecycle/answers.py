"""Facts become answers: inferred, overridden on the command line, or asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trueup.errors import UserError
from trueup.facts.answers import Answer, infer_answers
from trueup.lifecycle.desired import require_no_secrets
from trueup.merge.targets import nearest
from trueup.model import Fact
from trueup.recipe import Recipe

CONFIDENT = 0.5
ALIASES = {
    'project_name': 'service_name',
    'project_slug': 'service_name',
    'repository_name': 'service_name',
    'project_description': 'description',
    'import_name': 'package_name',
    'module_name': 'package_name',
    'python_package_import_name': 'package_name',
    'author': 'author_name',
    'author_fullname': 'author_name',
    'full_name': 'author_name',
    'email': 'author_email',
    'python_version': 'python_min',
    'min_python_version': 'python_min',
}
"""Names that public templates give to questions of ours."""
Ask = Callable[[Answer], object]


@dataclass(frozen=True, slots=True)
class Replies:
    """Values by question, and what is to be said about them."""

    values: Mapping[str, object]
    notes: tuple[str, ...]


def reply(
    facts: Sequence[Fact], *, name: str, service_root: str, given: Mapping[str, str], ask: Ask | None = None
) -> Replies:
    """Answers for an adoption: `given` wins, then facts; below `CONFIDENT` `ask` is called if there is somebody to ask."""
    values: dict[str, object] = {'scope': 'quality', 'service_root': service_root}
    notes: list[str] = []
    for answer in infer_answers(facts, service_name_hint=name):
        if answer.name in given or (answer.name.startswith('ruff_') and given.get('lint_tools') == 'standard'):
            continue
        if answer.confidence < CONFIDENT and ask is not None:
            values[answer.name] = ask(answer)
            continue
        values[answer.name] = answer.value
        if answer.confidence < CONFIDENT:
            notes.append(f'{answer.name} = {answer.value!r} is a guess; correct it with --answer {answer.name}=VALUE')
    values['service_root'] = service_root
    for key, value in given.items():
        values[key] = typed(value)
    require_no_secrets(given, where='--answer')
    return Replies(values, tuple(notes))


def fitting(replies: Replies, recipe: Recipe) -> Replies:
    """The replies that a template asks for, also under the names that other templates give to the same question."""
    values = {key: value for key, value in replies.values.items() if key in recipe.stored}
    notes = [note for note in replies.notes if note.partition(' ')[0] in recipe.stored]
    for name, known in ALIASES.items():
        value = replies.values.get(known, '')
        if name in recipe.stored and name not in values and value != '' and 'choices' not in recipe.questions[name]:
            values[name] = value
            notes.append(f'{name} = {value!r} is a guess; correct it with --answer {name}=VALUE')
    if recipe.tasks:
        notes.append(f'the {recipe.tasks} task(s) of the template were not run: trueup runs none; see its copier.yml')
    _require_choice('scope', values, recipe)
    return Replies(values, tuple(notes))


def _require_choice(name: str, values: Mapping[str, object], recipe: Recipe) -> None:
    """Copier would name no choice."""
    choices = recipe.questions.get(name, {}).get('choices')
    if isinstance(choices, Mapping) and name in values and values[name] not in choices.values():
        raise UserError(f'{name} {values[name]!r} is unknown', hint=f'one of {", ".join(map(str, choices.values()))}')


def require_questions(given: Mapping[str, str], recipe: Recipe) -> None:
    """Raises UserError for an answer to a question that the template does not ask."""
    for name in given:
        if name not in recipe.stored:
            known = sorted(recipe.stored)
            hint = nearest(name, known) or f'it asks for {", ".join(known)}'
            raise UserError(f'the template has no question {name!r}', hint=hint)


def typed(text: str) -> object:
    """A value of `--answer KEY=VALUE` as YAML would read a bare word: booleans and whole numbers, else text."""
    if text.lower() in ('true', 'yes', 'false', 'no'):
        return text.lower() in ('true', 'yes')
    return int(text) if text.isdigit() else text
