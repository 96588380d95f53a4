"""Who owns a key, what it should be, what it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.lifecycle.desired import policies_at, read_recorded, waivers_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import open_service, work_tree
from trueup.merge.retired import get_value
from trueup.policy import parse_target
from trueup.template import render
from trueup.text.encoding import decode
from trueup.text.keys import format_key


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known about one key."""

    target: str
    owner: str
    closed: bool
    reason: str
    pattern: str
    standard: str | None
    service: str | None
    version: str
    waiver: str


def explain(path: Path, target: str, run: Run) -> Explanation:
    """Look a `FILE::KEY` up in the standard that the service is under; raises UserError when neither has it."""
    service = open_service(path, run.settings.service_root)
    repo = work_tree(service)
    recorded = read_recorded(service, repo, run)
    if recorded is None:
        raise Refusal('the service is not under the standard', where=str(path), hint='run `trueup adopt` first')
    wanted = parse_target(target)
    theirs = render(recorded.standard, recorded.tag, recorded.answers)
    rule = policies_at(recorded.standard, recorded.tag, recorded.answers).rule(wanted.glob, wanted.key)
    file = theirs.get(wanted.glob)
    text = decode(file.data) if file else None
    mine = repo.text(wanted.glob)
    if text is None and mine is None:
        raise UserError('neither the standard nor the service has this file', where=wanted.glob, hint='give FILE::KEY')
    waiver = next((item for item in waivers_of(repo) if target.startswith(item.target)), None)
    return Explanation(
        f'{wanted.glob}::{format_key(wanted.key)}' if wanted.key else wanted.glob,
        rule.owner.value,
        rule.closed,
        rule.reason,
        rule.pattern,
        _value(text.text if text else None, wanted.glob, wanted.key),
        _value(mine, wanted.glob, wanted.key),
        recorded.tag,
        f'{waiver.reason} ({waiver.owner}, until {waiver.expires})' if waiver else '',
    )


def _value(text: str | None, path: str, key: tuple[str, ...]) -> str | None:
    if text is None:
        return None
    return get_value(text, path, key) if key else f'{text.count(chr(10))} lines'
