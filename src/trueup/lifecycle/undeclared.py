"""What the code imports and no file declares, told in the report of an adoption: a person decides."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.model import Action, Decision, Fact, Level, Owner, Plan

NAMED = 3
"""Places of one import that are named before the rest is counted."""


def undeclared(facts: Iterable[Fact], prefix: str) -> Plan:
    """A decision to look at for each import that may break an installation; a note for those that come along today."""
    decisions: list[Decision] = []
    along: list[str] = []
    for fact in facts:
        if fact.name != 'undeclared':
            continue
        distribution = fact.note.partition('; ')[0].removeprefix('probably ')
        if 'comes along with' in fact.note:
            along.append(f'{distribution} ({fact.evidence[0]}; {fact.note.rpartition("; ")[2]})')
            continue
        more = len(fact.evidence) - NAMED
        places = ', '.join(map(str, fact.evidence[:NAMED])) + (f' and {more} more' if more > 0 else '')
        tests = ' (in tests only)' if 'in tests only' in fact.note else ''
        reason = f'{places}: imports {fact.value}{tests}, which no file declares: add {distribution} or drop the import'
        key = ('project', 'dependencies', f'[name={distribution}]')
        place = str(fact.evidence[0])
        level = Level.REVIEW
        decisions.append(
            Decision(
                f'{prefix}pyproject.toml', key, Action.KEEP, None, None, Owner.TEAM, reason, place, 'undeclared', level
            )
        )
    notes = (f'imported, declared nowhere, there today with others: {", ".join(along)}',) if along else ()
    return Plan((), tuple(decisions), (), notes)
