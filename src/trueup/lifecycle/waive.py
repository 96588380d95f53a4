"""Write a waiver, list those that end soon, and refuse one that speaks about nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.git import GitError, text_of
from trueup.lifecycle.desired import outer_tree, read_recorded, waivers_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service, work_tree
from trueup.lifecycle.workspace import write_file
from trueup.merge.targets import keys_of, nearest, target_of
from trueup.model import File, Tree
from trueup.policy import matches
from trueup.repo import Repo
from trueup.report.titles import ENGINE, TITLES
from trueup.template import render
from trueup.text.encoding import decode, encode
from trueup.waivers import Waiver, check_target, read_waivers, same_target, write_waivers

PROJECT = 'pyproject.toml'
LONGEST = timedelta(days=366)
DAY = re.compile(r'\d{4}-\d{2}-\d{2}')


@dataclass(frozen=True, slots=True)
class Ending:
    """A waiver that ends soon, or has ended; `days` are left, counted from today."""

    service: str
    waiver: Waiver
    days: int


@dataclass(frozen=True, slots=True)
class Request:
    """A waiver as a person asks for it."""

    target: str
    reason: str
    expires: str
    owner: str = ''
    renew: bool = False


def waive(path: Path, asked: Request, run: Run) -> tuple[str, Waiver]:
    """Write a waiver into pyproject.toml; gives the file's path from the top and the waiver with its line.

    Raises UserError for a reason, date or target that will not do, or one that is there already.
    """
    service = open_service(path, run.settings.service_root)
    repo = work_tree(service)
    recorded = read_recorded(service, repo, run)
    where = service.prefix + PROJECT
    file = repo.file(PROJECT)
    text = decode(file.data) if file is not None else None
    if recorded is None:
        raise Refusal('the service is not under the standard', where=str(path), hint='run `trueup adopt` first')
    if file is None or text is None:
        raise UserError('there is no such text file to write the waiver into', where=where, hint='run `trueup fix`')
    check_target(asked.target)
    waiver = Waiver(asked.target, _reason(asked), _owner(asked, service), _last_day(asked, run.today))
    known = read_waivers(text.text, where=where)
    twin = next((item for item in known if same_target(item.target, waiver.target)), None)
    if twin is not None and not asked.renew:
        raise UserError(
            f'{twin.target} is waived already, until {twin.expires}',
            where=f'{where}:{twin.line}',
            hint='give --replace to renew it',
        )
    waiver = waiver if twin is None else replace(waiver, target=twin.target)
    theirs = render(recorded.standard, recorded.tag, recorded.answers)
    around = outer_tree(service, recorded.standard, recorded.tag, recorded.answers) or {}
    require_known([waiver], repo, (theirs, around), where=where)
    written = write_waivers(text.text, [waiver])
    _require_written(written, waiver, where)
    write_file(service.top / where, File(encode(written, text), file.mode))
    done = next(item for item in read_waivers(written, where=where) if same_target(item.target, waiver.target))
    return where, done


def _reason(asked: Request) -> str:
    reason = ' '.join(asked.reason.split())
    if not reason:
        raise UserError('a waiver needs a reason', hint='--reason "why, for the next reader"')
    return reason


def _owner(asked: Request, service: Service) -> str:
    if owner := asked.owner.strip():
        return owner
    try:
        return text_of(service.top, 'config', '--get', 'user.name')
    except GitError as error:
        raise UserError('who owns the waiver?', hint='give --owner NAME, or set git config user.name') from error


def _last_day(asked: Request, today: date) -> date:
    try:
        found = date.fromisoformat(asked.expires if DAY.fullmatch(asked.expires) else '')
    except ValueError as error:
        hint = f'write it as {today + timedelta(days=90)}'
        raise UserError(f'{asked.expires!r} is no date', hint=hint) from error
    if found < today:
        raise UserError(f'{found} is over already', hint=f'its last day is {today} or later')
    if found > today + LONGEST:
        raise UserError(
            f'{found} is more than a year away', hint=f'at most {today + LONGEST}; renew it then with --replace'
        )
    return found


def _require_written(text: str, waiver: Waiver, where: str) -> None:
    if waiver not in read_waivers(text, where=where):
        raise UserError(
            'the waiver could not be written there', where=where, hint='write [tool.trueup.waivers] as a table by hand'
        )


def require_known(waivers: Iterable[Waiver], repo: Repo, trees: Sequence[Tree], *, where: str = PROJECT) -> None:
    """Raises UserError for a waiver of a rule, file or key that neither the service nor the standard has."""
    for waiver in waivers:
        line = f'{where}:{waiver.line}' if waiver.line else where
        if waiver.rule:
            _require_rule(waiver.rule, line)
            continue
        texts = dict(_texts(waiver, repo, trees))
        if not texts:
            paths = {*repo.paths, *(path for tree in trees for path in tree)}
            hint = nearest(waiver.place[0], sorted(paths)) or 'paths are relative to the folder of the service'
            raise UserError(f'waiver of a file that is nowhere: {waiver.target}', where=line, hint=hint)
        if waiver.place[1]:
            _require_key(waiver, texts, line)


def _require_rule(name: str, line: str) -> None:
    if name in ENGINE:
        hint = 'name what it is about: FILE or FILE::KEY'
        raise UserError(f'{name} can not be waived as a whole', where=line, hint=hint)
    rules = sorted(set(TITLES) - set(ENGINE))
    if name not in rules:
        hint = nearest(name, rules) or f'rules: {", ".join(rules)}'
        raise UserError(f'waiver of an unknown rule {name}', where=line, hint=hint)


def _require_key(waiver: Waiver, texts: Mapping[tuple[str, str], str], line: str) -> None:
    """The key stands in one of the texts; a text that can't be read may hold anything."""
    wanted = waiver.place[1]
    everything: set[str] = set()
    for (path, _), text in texts.items():
        known = keys_of(path, text)
        if known is None or wanted in known:
            return
        everything.update(target_of(path, key) for key in known)
    hint = nearest(target_of(waiver.place[0], wanted), sorted(everything)) or 'if it is needed no more, delete its line'
    raise UserError(f'waiver of a key that is nowhere: {waiver.target}', where=line, hint=hint)


def _texts(waiver: Waiver, repo: Repo, trees: Sequence[Tree]) -> Iterator[tuple[tuple[str, str], str]]:
    """The texts of the files that a waiver speaks about, on both sides."""
    glob = waiver.place[0]
    for path in repo.paths:
        if matches(glob, path):
            yield (path, 'service'), repo.text(path) or ''
    for number, tree in enumerate(trees):
        for path, file in tree.items():
            if matches(glob, path):
                found = decode(file.data)
                yield (path, str(number)), found.text if found is not None else ''


def ending(path: Path, run: Run, within: int) -> tuple[Ending, ...]:
    """Waivers of one service that end within so many days or have ended, the first to end first."""
    service = open_service(path, run.settings.service_root)
    waivers = waivers_of(work_tree(service))
    found = (Ending(service.name, item, (item.expires - run.today).days) for item in waivers)
    return tuple(sorted((one for one in found if one.days <= within), key=lambda one: (one.days, one.waiver.target)))
