"""Who owns a key, what it should be, what it is, what it was, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.lifecycle.desired import lineage_at, policies_at, read_recorded, waivers_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import open_service, work_tree
from trueup.merge.retired import get_value
from trueup.merge.targets import keys_of, nearest, target_of
from trueup.migrations import STEPS
from trueup.model import KeyPath
from trueup.policy import FileRules, matches, parse_target
from trueup.repo import Repo, repo_from_tree
from trueup.report.titles import ENGINE
from trueup.rules import RULES
from trueup.template import render
from trueup.waivers import RULE, Waiver


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known about one key, file or rule."""

    target: str
    owner: str
    closed: bool
    reason: str
    pattern: str
    standard: str | None
    service: str | None
    version: str
    waiver: str
    line: int = 0
    history: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Values that the key had in released versions, and in which."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A key of a file, looked up on both sides."""

    path: str
    key: KeyPath
    theirs: Repo
    ours: Repo

    @property
    def target(self) -> str:
        return target_of(self.path, self.key)

    def value(self, side: Repo) -> str | None:
        text = side.text(self.path)
        if text is None:
            return 'not a text file' if self.path in side and not self.key else None
        return get_value(text, self.path, self.key) if self.key else f'{text.count(chr(10))} lines'


def explain(path: Path, target: str, run: Run) -> Explanation:
    """Look up `FILE`, `FILE::KEY`, a key alone or the id of a rule; raises UserError with the nearest names."""
    service = open_service(path, run.settings.service_root)
    repo = work_tree(service)
    recorded = read_recorded(service, repo, run)
    if recorded is None:
        raise Refusal('the service is not under the standard', where=str(path), hint='run `trueup adopt` first')
    waivers = waivers_of(repo)
    if RULE.fullmatch(target):
        return _rule(target, recorded.tag, waivers, run)
    theirs = repo_from_tree(render(recorded.standard, recorded.tag, recorded.answers))
    policies = policies_at(recorded.standard, recorded.tag, recorded.answers)
    place = _find(target, theirs, repo)
    rules = policies.file(place.path)
    values = place.value(theirs), place.value(repo)
    if values == (None, None):
        raise _unknown(place, rules)
    entry, rule = rules.entry(place.key), rules.rule(place.key)
    past = lineage_at(recorded.standard, recorded.tag, recorded.answers).values.get(place.target, {})
    return Explanation(
        place.target,
        rule.owner.value,
        rule.closed,
        rule.reason,
        rule.pattern,
        *values,
        recorded.tag,
        _waived(waivers, place, run),
        entry.line if entry is not None else 0,
        tuple(past.items()),
    )


def _rule(name: str, tag: str, waivers: Iterable[Waiver], run: Run) -> Explanation:
    titles = {rule.id: f'{rule.title}: {" ".join((rule.check.__doc__ or "").split())}' for rule in RULES}
    titles |= {**ENGINE} | {step.rule: f'{step.title} (migration {step.id})' for step in STEPS}
    if name not in titles:
        hint = nearest(name, list(titles)) or f'rules: {", ".join(titles)}'
        raise UserError(f'no rule has the id {name}', hint=hint)
    waiver = next((_words(item, run) for item in waivers if item.rule == name), '')
    return Explanation(name, 'required', False, titles[name], '', None, None, tag, waiver)


def _find(target: str, theirs: Repo, ours: Repo) -> _Place:
    """The place that a person means: a file, a key of a file, or a key that only one file has."""
    glob, key = parse_target(target)
    if key or glob in theirs or glob in ours:
        return _Place(glob, key, theirs, ours)
    alone = parse_target(f'x::{target}').key if '/' not in target else ()
    files = [path for path in theirs.paths if alone and alone in _keys(path, theirs, ours)]
    if len(files) == 1:
        return _Place(files[0], alone, theirs, ours)
    if files:
        which = ' or '.join(target_of(path, alone) for path in files)
        raise UserError(f'{target} stands in {len(files)} files', hint=f'say which: {which}')
    names = [*theirs.paths, *ours.paths]
    keys = [target_of(path, one) for path in theirs.paths for one in _keys(path, theirs, ours)] if alone else []
    tails = {name.partition('::')[2]: name for name in keys}
    hint = nearest(target, names) or nearest(target, list(tails)) or 'give FILE, FILE::KEY or the id of a rule'
    raise UserError(f'neither the standard nor the service has {target}', hint=hint)


def _keys(path: str, *sides: Repo) -> tuple[KeyPath, ...]:
    """All keys of a file on any side."""
    found = [keys_of(path, side.text(path) or '') or () for side in sides]
    return tuple(dict.fromkeys(key for keys in found for key in keys))


def _unknown(place: _Place, rules: FileRules) -> UserError:
    theirs, ours = place.theirs, place.ours
    if place.path not in theirs and place.path not in ours:
        hint = nearest(place.path, [*theirs.paths, *ours.paths]) or 'paths are relative to the folder of the service'
        return UserError('neither the standard nor the service has this file', where=place.path, hint=hint)
    rule = rules.rule(place.key)
    known = [target_of(place.path, key) for key in _keys(place.path, theirs, ours)]
    said = f'neither the standard nor the service has {place.target}; whoever adds it: {rule.owner}'
    said += ', closed' if rule.closed else ''
    return UserError(said, hint=nearest(place.target, known) or f'`trueup explain {place.path}` tells of the file')


def _waived(waivers: Sequence[Waiver], place: _Place, run: Run) -> str:
    for waiver in waivers:
        glob, key = waiver.place
        if glob and matches(glob, place.path) and place.key[: len(key)] == key:
            return _words(waiver, run)
    return ''


def _words(waiver: Waiver, run: Run) -> str:
    ended = ', which is over' if waiver.expired(run.today) else ''
    return f'{waiver.reason} ({waiver.owner}, until {waiver.expires}{ended})'


def as_json(found: Explanation) -> Mapping[str, object]:
    """The explanation as plain data."""
    names = [each.name for each in fields(Explanation) if each.name != 'history']
    history = [{'value': value, 'versions': list(versions)} for value, versions in found.history]
    return {**{name: getattr(found, name) for name in names}, 'history': history}
