"""Leave the standard: stock hooks, a plain noxfile, and no file of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import tomlkit

from trueup.errors import Refusal
from trueup.lifecycle.around import HOOKS_FILE, neighbours, without
from trueup.lifecycle.desired import Recorded, placeholders, read_recorded
from trueup.lifecycle.journal import Entry, back_up, digests_of, record
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, Service, open_service, require_clean, require_writable, work_tree
from trueup.lifecycle.stock import plain_noxfile, stock_hooks
from trueup.lifecycle.workspace import write_file
from trueup.model import Action, Change, Changed, Decision, File, Outcome, Owner, Plan, Report
from trueup.packaging.export import is_exported
from trueup.repo import Repo, read_file
from trueup.text.encoding import decode, encode

OURS = (ANSWERS_FILE, '.trueup/baseline.json')


def eject(path: Path, run: Run) -> Outcome:
    """Changed, in the work tree, with a backup; raises Refusal when the service is not under the standard."""
    service = open_service(path, run.settings.service_root)
    repo = work_tree(service)
    recorded = read_recorded(service, repo, run)
    if recorded is None:
        raise Refusal('the service is not under the standard', where=str(path), hint='there is nothing to leave')
    changes = tuple(_changes(service, repo, recorded))
    decisions = tuple(
        Decision(
            item.path,
            (),
            Action.REMOVE if item.after is None else Action.CHANGE,
            'file',
            None if item.after is None else 'file',
            Owner.TEAM,
            'the service leaves the standard',
            'trueup',
            'eject',
        )
        for item in changes
    )
    report = Report('eject', service.name, recorded.standard.address.url, plan=Plan(changes, decisions))
    if run.settings.plan_only:
        return Changed(report, planned=True)
    head = require_writable(service)
    touched = [change.path for change in changes]
    require_clean(service, touched)
    backup = back_up(service, 'eject', head)
    for change in changes:
        write_file(service.top / change.path, change.after)
    written = digests_of(change.after for change in changes)
    record(
        service, Entry('eject', service.prefix, '', '', '', head, '', backup, edited=tuple(touched), digests=written)
    )
    return Changed(
        Report('eject', service.name, backup=backup, plan=report.plan, next_steps=('git diff', 'trueup undo'))
    )


def _unsigned(service: Service, repo: Repo) -> Iterator[Change]:
    """Requirements files that say of themselves that trueup refreshes them: nobody does from now on."""
    for path in repo.paths:
        file = repo.file(path) if path.endswith('.txt') else None
        found = decode(file.data) if file else None
        if file and found and is_exported(found.text):
            rest = found.text.lstrip().partition('\n')[2]
            yield Change(service.prefix + path, file, File(encode(rest, found), file.mode))


def _changes(service: Service, repo: Repo, recorded: Recorded) -> list[Change]:
    found = [Change(service.prefix + path, repo.file(path), None) for path in OURS if path in repo]
    config = read_file(service.top / HOOKS_FILE)
    text = decode(config.data) if config else None
    if config and text:
        hooks = placeholders(recorded.standard, recorded.answers)['hooks_repo']
        shared = bool(service.prefix and neighbours(service, recorded.standard))
        left = without(text.text, service) if shared else stock_hooks(text.text, hooks)
        found.append(Change(HOOKS_FILE, config, File(encode(left, text), config.mode)))
    found += _unsigned(service, repo)
    noxfile = repo.text('noxfile.py')
    if noxfile and 'trueup.sessions' in noxfile:
        found.append(Change(f'{service.prefix}noxfile.py', repo.file('noxfile.py'), File(plain_noxfile(repo).encode())))
    pyproject = repo.file('pyproject.toml')
    text = decode(pyproject.data) if pyproject else None
    if pyproject and text and re.search(r'(?m)^\[tool\.trueup', text.text):
        document = tomlkit.parse(text.text)
        document['tool'].pop('trueup', None)
        after = File(encode(tomlkit.dumps(document), text), pyproject.mode)
        found.append(Change(f'{service.prefix}pyproject.toml', pyproject, after))
    return found
