"""The migrations that a standard wants, as a plan in front of its own: what each would change, and what it leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from trueup.errors import UserError
from trueup.lifecycle.desired import waivers_of
from trueup.lifecycle.service import files_of
from trueup.lifecycle.workspace import Workspace
from trueup.migrations import Migration, Obstacle, steps_named
from trueup.model import Action, Change, Decision, Evidence, File, Finding, KeyPath, Plan, Severity, Tree
from trueup.plan import Context, interesting, key_of, plan
from trueup.policy import Policies
from trueup.repo import Repo
from trueup.text.encoding import decode, encode
from trueup.text.keys import format_key
from trueup.waivers import Waiver, write_waivers

PYPROJECT = 'pyproject.toml'
WAIVED_FOR = timedelta(days=180)
SHOWN = 5
REASON = 'in force before the migration {}; move it into the standard or drop it'


@dataclass(frozen=True, slots=True)
class Done:
    """One step carried out in thought: what showed that it was needed, and what it writes; paths from the top."""

    step: Migration
    evidence: tuple[Evidence, ...]
    changes: tuple[Change, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """All steps that a service needs, in their order, and the service as it is after them."""

    repo: Repo
    done: tuple[Done, ...] = ()
    left: tuple[tuple[Migration, Obstacle], ...] = ()
    held: tuple[tuple[Migration, tuple[Evidence, ...]], ...] = ()
    """Steps that are needed, but waived."""

    @property
    def plan(self) -> Plan:
        """The steps as one plan, each file once."""
        changes: dict[str, Change] = {}
        for change in (change for done in self.done for change in done.changes):
            first = changes.get(change.path)
            changes[change.path] = replace(change, before=first.before) if first else change
        return Plan(tuple(changes.values()), tuple(item for done in self.done for item in done.decisions))


@dataclass(frozen=True, slots=True)
class Wish:
    """What decides which steps run: the standard's list, the answers, the render wanted, rules that are waived."""

    policies: Policies
    answers: Mapping[str, object]
    theirs: Tree
    waived: Collection[str] = ()
    asked: tuple[Migration, ...] = ()
    """Steps that a person asked for on the command line; they come first."""

    def steps(self) -> tuple[Migration, ...]:
        """The steps that the standard names and whose reach covers this service."""
        scope, packaging = str(self.answers.get('scope', 'full')), str(self.answers.get('packaging', 'keep'))
        named = steps_named(self.policies.migrations)
        return (*self.asked, *(step for step in named if step.concerns(scope, packaging)))

    def extras(self, repo: Repo) -> Iterator[Decision]:
        """What the standard would take out of its closed tables in this state of the service."""
        try:
            policies = self.policies.waive(waiver.target for waiver in waivers_of(repo))
        except UserError:  # a malformed pyproject.toml is a finding of its own, and no place for a waiver
            return
        ours = files_of(repo, interesting(repo.paths, (self.theirs,), policies))
        for decision in plan(self.theirs, ours, self.theirs, Context(policies, retire=False)).decisions:
            if decision.action is Action.REMOVE and decision.key and decision.after is None:
                yield decision


def migrate(repo: Repo, prefix: str, wish: Wish, *, today: date | None = None) -> Moved:
    """Each step on what the earlier ones left. With `today`, what a step moves into a closed table gets a dated waiver."""
    found = Moved(repo)
    for step in wish.steps():
        evidence = step.needed(found.repo)
        if step.rule in wish.waived:
            found = replace(found, held=(*found.held, (step, evidence))) if evidence else found
            continue
        left = tuple((step, obstacle) for obstacle in step.blocked(found.repo))
        found = replace(found, left=found.left + left)
        result = step.carry_out(found.repo, wish.theirs) if evidence else None
        if result is None or not result.changes:
            continue
        changes = result.changes
        after = overlay(found.repo, changes)
        if today is not None and any(item.action is Action.MOVE for item in result.decisions):
            kept = _kept(result.decisions, wish.extras(after))
            changes = _with_waivers(after, changes, kept, (step, str(wish.answers.get('author_name') or ''), today))
            after = overlay(found.repo, changes)
        done = Done(step, evidence, _below(changes, prefix), tuple(_moved(item, prefix) for item in result.decisions))
        found = replace(found, repo=after, done=(*found.done, done))
    return found


def overlay(repo: Repo, changes: Iterable[Change]) -> Repo:
    """A service as it is after changes; paths from the service."""
    changed = {change.path: change.after for change in changes}
    paths = {path for path in repo.paths if changed.get(path, path) is not None}
    paths |= {path for path, file in changed.items() if file is not None}
    return Repo(paths, lambda path: changed[path] if path in changed else repo.file(path))


def commit_steps(space: Workspace, steps: Iterable[Done], commits: list[tuple[str, str]]) -> None:
    """Write each step and commit it."""
    for done in steps:
        space.write(done.changes)
        commit = space.commit(done.step.message)
        if commit is not None:
            commits.append((commit, done.step.message))


def over(first: Plan, then: Plan) -> Plan:
    """Two plans, the second made for what the first leaves, as one: each file once."""
    later = {change.path: change for change in then.changes}
    changes = []
    for change in first.changes:
        after = later.pop(change.path, None)
        changes.append(replace(after, before=change.before) if after else change)
    return replace(then, changes=(*changes, *later.values()), decisions=first.decisions + then.decisions)


def migration_findings(moved: Moved, prefix: str) -> Iterator[Finding]:
    """One finding for each pending step, and one for each place that a step leaves to a person."""
    for done in moved.done:
        yield pending_finding(done.step, done.evidence, prefix)
    for step, obstacle in moved.left:
        place = obstacle.evidence
        yield Finding(
            step.rule,
            prefix + place.path,
            obstacle.reason,
            place.line,
            severity=Severity.NOTE,
            hint=f'mend it by hand: {step.title}',
            fixable=False,
        )


def left_notes(moved: Moved, prefix: str) -> Iterator[str]:
    """What the steps leave to a person, for a report that has no findings yet; of many places the first ones."""
    counted: dict[str, int] = {}
    for step, obstacle in moved.left:
        counted[step.id] = counted.get(step.id, 0) + 1
        if counted[step.id] <= SHOWN:
            yield f'{step.id}: {prefix}{obstacle.evidence}: {obstacle.reason}'
    for name, count in counted.items():
        if count > SHOWN:
            yield f'{name}: {count - SHOWN} more places; `trueup check` lists them afterwards'


def pending_finding(step: Migration, evidence: tuple[Evidence, ...], prefix: str) -> Finding:
    """A step that is needed: all its evidence, and what would be done."""
    shown = ', '.join(f'{prefix}{place}' for place in evidence[:SHOWN])
    more = f' and {len(evidence) - SHOWN} more' if len(evidence) > SHOWN else ''
    return Finding(
        step.rule,
        prefix + evidence[0].path,
        f'the migration {step.id} is pending: {shown}{more}',
        evidence[0].line,
        severity=Severity.WARNING,
        hint=f'{step.title}: `trueup fix` does it ({step.does})',
    )


def _kept(decisions: Iterable[Decision], extras: Iterable[Decision]) -> tuple[tuple[str, KeyPath], ...]:
    """Keys that a step moved to where the standard would take them away again."""
    moved = [key_of(item) for item in decisions if item.action is Action.MOVE]
    taken = [key_of(item) for item in extras]
    return tuple(key for key in taken if any(key[0] == one[0] and key[1] == one[1][: len(key[1])] for one in moved))


def _with_waivers(
    repo: Repo, changes: tuple[Change, ...], kept: Iterable[tuple[str, KeyPath]], told: tuple[Migration, str, date]
) -> tuple[Change, ...]:
    step, owner, today = told
    reason, owner, end = REASON.format(step.id), owner or 'the team', today + WAIVED_FOR
    waivers = [Waiver(f'{path}::{format_key(key)}', reason, owner, end) for path, key in kept]
    current = repo.file(PYPROJECT)
    found = decode(current.data) if current else None
    if not waivers or current is None or found is None:
        return changes
    after = File(encode(write_waivers(found.text, waivers), found), current.mode)
    before = next((change.before for change in changes if change.path == PYPROJECT), current)
    return (*(change for change in changes if change.path != PYPROJECT), Change(PYPROJECT, before, after))


def _below(changes: Iterable[Change], prefix: str) -> tuple[Change, ...]:
    return tuple(replace(change, path=prefix + change.path) for change in changes)


def _moved(decision: Decision, prefix: str) -> Decision:
    return replace(decision, path=prefix + decision.path)
