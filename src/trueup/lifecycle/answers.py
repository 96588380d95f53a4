"""Facts become answers: inferred, overridden on the command line, or asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trueup.errors import UserError
from trueup.facts.answers import Answer, infer_answers
from trueup.lifecycle.desired import require_no_secrets
from trueup.model import Fact

CONFIDENT = 0.5
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
        if answer.name in given:
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
    if values['scope'] not in ('config', 'quality', 'full'):
        raise UserError(f'scope {values["scope"]!r} is unknown', hint='config, quality or full')
    return Replies(values, tuple(notes))


def typed(text: str) -> object:
    """A value of `--answer KEY=VALUE` as YAML would read a bare word: booleans and whole numbers, else text."""
    if text.lower() in ('true', 'yes', 'false', 'no'):
        return text.lower() in ('true', 'yes')
    return int(text) if text.isdigit() else text
