"""Everything that is decided about an adoption before anything is written."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from trueup.errors import Refusal
from trueup.facts import read_facts
from trueup.facts._requirements import minor_tuple
from trueup.lifecycle.answers import Ask, fitting, reply, require_questions
from trueup.lifecycle.copied import nearest_base
from trueup.lifecycle.desired import for_folder, lineage_at, outer_tree, plan_service, policies_at
from trueup.lifecycle.migrating import Done, Wish, left_notes, migrate, over, overlay
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, work_tree
from trueup.lifecycle.stale import with_old_values
from trueup.lifecycle.undeclared import undeclared
from trueup.migrations._ruff_tools import RUFF_TOOLS
from trueup.model import Action, Change, Decision, Fact, File, Owner, Plan, Tree
from trueup.packaging._model import Conversion, Source
from trueup.packaging.convert import convert
from trueup.plan import Context, key_of
from trueup.policy import Policies
from trueup.recipe import read_recipe
from trueup.repo import Repo
from trueup.rules import Situation, run_rules
from trueup.standard import Standard, choose_tag, open_standard, wanted_address
from trueup.template import recorded_answers, render
from trueup.text.encoding import decode, encode
from trueup.text.keys import format_key
from trueup.waivers import Waiver, write_open, write_waivers

SHADOWS = 'CFG001'
TEAMS = (SHADOWS, 'TOL001', 'TOL002', 'LCK004', 'LCK005')
"""Rules about what a team had before: waived for a time from the adoption on."""
EDITED_ONLY = ('.gitignore',)
"""Files of scope `quality` that are edited where they are and never brought: what sessions leave ignores itself."""
WAIVED_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Adoption:
    """What an adoption would do: the packaging step, the plan of the standard's files on top of it, and what is open."""

    standard: Standard
    tag: str
    answers: Mapping[str, object]
    facts: tuple[Fact, ...]
    packaging: Plan
    redundant: tuple[str, ...]
    sources: tuple[Source, ...]
    migrations: tuple[Done, ...]
    files: Plan
    waivers: tuple[Waiver, ...]
    notes: tuple[str, ...]
    home: Path = Path()
    """The service's folder in the user's own checkout, where its environment lies."""

    @property
    def plan(self) -> Plan:
        """Both steps as one plan for reports; later changes of a file replace earlier ones."""
        changes = {change.path: change for change in self.packaging.changes}
        for change in self.files.changes:
            first = changes.get(change.path)
            changes[change.path] = replace(change, before=first.before) if first else change
        return Plan(
            tuple(changes[path] for path in sorted(changes)),
            self.packaging.decisions + self.files.decisions,
            self.packaging.conflicts + self.files.conflicts,
            self.notes,
        )


def prepare(service: Service, repo: Repo, run: Run, ask: Ask | None = None) -> Adoption:
    """Facts, answers, render, packaging and plan of a service that was never adopted; runs nothing of it."""
    if not any(path.endswith('.py') for path in repo.paths):
        raise Refusal(
            'no Python file here', where=str(service.root), hint='give the folder of a Python service (--service-root)'
        )
    around = work_tree(service, below='') if service.prefix else None
    facts = read_facts(repo, outer=around, service_root=service.service_root, folder=service.top.name)
    settings = run.settings
    address = wanted_address(settings, run.user, '')
    standard = open_standard(address, need=address.tag, dev=settings.dev)
    tag = choose_tag(standard, address.tag)
    recipe = read_recipe(standard, tag)
    require_questions(settings.answers, recipe)
    chosen = {**settings.answers, **({'lint_tools': 'standard'} if settings.convert_tools else {})}
    replies = reply(facts, name=service.name, service_root=service.service_root, given=chosen, ask=ask)
    replies = fitting(replies, recipe)
    given = for_folder(service, standard, tag, replies.values)
    theirs = render(standard, tag, given)
    answers = {**given, **recorded_answers(theirs)}
    conversion = _convert(repo, answers)
    if conversion is not None and _keeps_its_packager(repo, conversion):
        theirs = render(standard, tag, {**replies.values, 'packaging': 'keep'})
        answers = {**answers, **recorded_answers(theirs)}
    packaging = _packaging_plan(service, repo, conversion)
    converted = _overlay(repo, packaging, service.prefix)
    policies = policies_at(standard, tag, answers)
    asked = (RUFF_TOOLS,) if settings.convert_tools else ()
    moved = migrate(converted, service.prefix, Wish(policies, answers, theirs, asked=asked))
    converted = moved.repo
    files, waivers = _plan_files(service, converted, (standard, tag, answers, theirs), policies, run)
    files = _with_pyproject(files, service, converted, lambda text: write_open(text, _open(packaging, service.prefix)))
    files = over(moved.plan, files)
    files, waivers = _waive_rules(files, service, converted, waivers, (answers, run))
    missing = undeclared(facts, service.prefix)
    files = replace(files, decisions=files.decisions + missing.decisions)
    notes = (
        *replies.notes,
        *(conversion.notes if conversion else ()),
        *left_notes(moved, service.prefix),
        *_unparsable(facts),
        *missing.notes,
    )
    redundant = tuple(service.prefix + path for path in conversion.absorbed) if conversion else ()
    sources = conversion.sources if conversion else ()
    done = moved.done
    return Adoption(
        standard, tag, answers, facts, packaging, redundant, sources, done, files, waivers, notes, service.root
    )


def _unparsable(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Python 2, mostly: no tool can look into them, and none writes them. Perhaps the service is newer than we are."""
    names = sorted(str(fact.value) for fact in facts if fact.name == 'unreadable' and str(fact.value).endswith('.py'))
    needed = next((str(fact.value) for fact in facts if fact.name == 'python_min'), '')
    own = f'{sys.version_info.major}.{sys.version_info.minor}'
    if not names:
        return ()
    if needed and minor_tuple(needed) > sys.version_info[:2]:
        hint = f'run trueup with Python {needed} to have them checked'
        return (f'not valid for Python {own}, which runs trueup, and left as it is: {", ".join(names)}; {hint}',)
    return (f'not valid Python 3, left as it is: {", ".join(names)}',)


def _convert(repo: Repo, answers: Mapping[str, object]) -> Conversion | None:
    if answers.get('packaging') != 'poetry' or answers.get('scope') == 'config':
        return None
    return convert(repo, answers=answers)


def _keeps_its_packager(repo: Repo, conversion: Conversion) -> bool:
    """Whether there is a PEP 621 project that is not Poetry's: it can't be locked by Poetry, and stays the team's."""
    text = repo.text('pyproject.toml')
    if conversion.pyproject is not None or text is None:
        return False
    data = tomllib.loads(text)
    backend = str(data.get('build-system', {}).get('build-backend', ''))
    return 'project' in data and 'poetry' not in backend and 'poetry' not in data.get('tool', {})


def _packaging_plan(service: Service, repo: Repo, conversion: Conversion | None) -> Plan:
    if conversion is None or conversion.pyproject is None:
        return Plan()
    before = repo.file('pyproject.toml')
    path = f'{service.prefix}pyproject.toml'
    changes = (Change(path, before, File(conversion.pyproject.encode())),)
    decisions = tuple(
        replace(item, path=service.prefix + item.path, heuristic=item.heuristic or 'packaging')
        for item in conversion.decisions
    )
    conflicts = tuple(replace(item, path=service.prefix + item.path) for item in conversion.open)
    return Plan(changes, decisions, conflicts)


def _overlay(repo: Repo, packaging: Plan, prefix: str) -> Repo:
    """The service as it will be after the packaging step."""
    return overlay(repo, (replace(change, path=change.path.removeprefix(prefix)) for change in packaging.changes))


def _plan_files(
    service: Service, repo: Repo, wanted: tuple[Standard, str, Mapping[str, object], Tree], policies: Policies, run: Run
) -> tuple[Plan, tuple[Waiver, ...]]:
    """The plan; what a team added to a closed table stays under a dated waiver instead of vanishing."""
    standard, tag, answers, theirs = wanted
    if answers.get('scope', 'full') != 'full':
        theirs = {path: file for path, file in theirs.items() if path not in EDITED_ONLY or path in repo}
    base = with_old_values(nearest_base(repo, standard, tag, answers), repo, lineage_at(standard, tag, answers))
    outer = outer_tree(service, standard, tag, answers)
    context = Context(policies, f'standard {tag}', adopting=True)
    around = None if outer is None else (None, outer)
    found = plan_service(service, repo, (base or None, theirs), context, outer=around)
    extras = [item for item in found.decisions if _is_extra(item)]
    if not extras:
        return found, ()
    waivers = tuple(_waiver(item, service, answers, run) for item in extras)
    kept = replace(context, policies=policies.waive([waiver.target for waiver in waivers]))
    found = plan_service(service, repo, (base or None, theirs), kept, outer=around)
    found = _say_waived(found, extras)
    return _with_pyproject(found, service, repo, lambda text: write_waivers(text, waivers)), waivers


def _waive_rules(
    files: Plan, service: Service, repo: Repo, waivers: tuple[Waiver, ...], told: tuple[Mapping[str, object], Run]
) -> tuple[Plan, tuple[Waiver, ...]]:
    """A team's own linter and packager, and its files that shadow the standard's tables, stay under a dated waiver."""
    answers, run = told
    after = _overlay(repo, files, service.prefix)
    names = {'packaging': '', 'scope': 'full', 'lint_tools': 'standard'}
    situation = Situation(*(str(answers.get(name, value)) for name, value in names.items()))
    reasons: dict[str, list[str]] = {}
    for item in run_rules(after, situation):
        if item.rule in TEAMS:
            reasons.setdefault(item.rule, []).append(item.path if item.rule == SHADOWS else item.message)
    if 'pyproject.toml' not in after or not reasons:
        return files, waivers
    owner, last = str(answers.get('author_name') or 'the team'), run.today + WAIVED_FOR
    found = [
        Waiver(rule, f'{", ".join(said)}: in force before adoption', owner, last) for rule, said in reasons.items()
    ]
    return _with_pyproject(files, service, repo, lambda text: write_waivers(text, found)), (*waivers, *found)


def _is_extra(decision: Decision) -> bool:
    closed = decision.action is Action.REMOVE and decision.key and decision.after is None
    return bool(closed) and decision.heuristic != 'retired'


def _waiver(decision: Decision, service: Service, answers: Mapping[str, object], run: Run) -> Waiver:
    path = decision.path.removeprefix(service.prefix)
    owner = str(answers.get('author_name') or 'the team')
    reason = 'in force before adoption; move it into the standard or drop it'
    return Waiver(f'{path}::{format_key(decision.key)}', reason, owner, run.today + WAIVED_FOR)


def _say_waived(found: Plan, extras: Sequence[Decision]) -> Plan:
    known = {key_of(item) for item in extras}
    kept = tuple(
        replace(
            item,
            action=Action.KEEP,
            after=item.before,
            owner=Owner.TEAM,
            reason='not part of the standard: kept under a dated waiver',
            source='service',
            heuristic='waiver',
        )
        for item in extras
    )
    return replace(found, decisions=tuple(item for item in found.decisions if key_of(item) not in known) + kept)


def _with_pyproject(found: Plan, service: Service, repo: Repo, edit: Callable[[str], str]) -> Plan:
    """The plan with pyproject.toml edited once more."""
    path = f'{service.prefix}pyproject.toml'
    change = next((item for item in found.changes if item.path == path), None)
    current = change.after if change else repo.file('pyproject.toml')
    decoded = decode(current.data) if current else None
    if current is None or decoded is None or (text := edit(decoded.text)) == decoded.text:
        return found
    before = change.before if change else current
    after = File(encode(text, decoded), current.mode)
    return replace(found, changes=(*(item for item in found.changes if item.path != path), Change(path, before, after)))


def _open(packaging: Plan, prefix: str) -> dict[str, str]:
    """Decisions about dependencies that wait for a person, for `[tool.trueup.open]`."""
    return {
        f'{item.path.removeprefix(prefix)}::{format_key(item.key)}': item.reason
        for item in packaging.conflicts
        if item.key
    }
