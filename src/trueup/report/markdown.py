"""The body of a pull request: what changed and why, what waits for the reviewer, what was verified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trueup.model import Conflict, Debt, Decision, Failed, Outcome, Refused, Regressed, Report
from trueup.report._summary import (
    changed_keys,
    file_summaries,
    has_report,
    joined,
    kept_decisions,
    key_text,
    one_line,
    plural,
    regressions,
    service_of,
    status_word,
    versions,
    visible,
)
from trueup.report._walk import map_text

LIMIT = 60_000
"""Forges refuse bodies over 65,536 characters."""
VALUE = 80


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """One section per service; long lists fold away and the whole stays below what forges accept."""
    del colour
    outcomes = [map_text(each, visible) for each in outcomes]
    body = '\n'.join(line for outcome in outcomes for line in _section(outcome, verbose)).strip() + '\n'
    if len(body) <= LIMIT:
        return body
    body = '\n'.join(line for outcome in outcomes for line in _section(outcome, verbose, brief=True)).strip() + '\n'
    if len(body) <= LIMIT:
        return body
    return body[: body.rindex('\n', 0, LIMIT)] + '\n\n(shortened: `trueup check --format json` tells the rest)\n'


def _section(outcome: Outcome, verbose: bool, *, brief: bool = False) -> Iterator[str]:
    if isinstance(outcome, (Refused, Failed)):
        yield f'## {_plain(service_of(outcome))}: {status_word(outcome)}'
        yield ''
        yield _plain(outcome.message) + (f'\n\nHint: {_plain(outcome.hint)}' if outcome.hint else '')
        yield ''
        return
    assert has_report(outcome)
    report = outcome.report
    standard = f', standard {_plain(versions(report))}' if versions(report) else ''
    yield f'## {report.verb} {_plain(report.service)}{standard}'
    yield ''
    yield f'**{status_word(outcome)}**: {_verdict(outcome, report)}'
    yield ''
    yield from _scores(report)
    yield from _open(report.plan.conflicts)
    yield from _findings(report)
    yield from _verification(report)
    yield from _files(report)
    if not brief:
        yield from _folded('What changes, key by key', tuple(each for each in report.plan.decisions if each.changes))
        yield from _folded('What stays as the team has it', kept_decisions(report) if verbose else ())
    yield from _end(report)


def _verdict(outcome: Outcome, report: Report) -> str:
    if isinstance(outcome, Regressed):
        return f'the change was stopped; {_plain("; ".join(regressions(report)))}'
    kept = len(kept_decisions(report))
    return joined(
        [
            plural(len(report.plan.changes), 'file'),
            plural(changed_keys(report), 'decision'),
            f'{kept} of the team\'s own kept' if kept else '',
            f'**{len(report.plan.conflicts)} to decide**' if report.plan.conflicts else '',
            plural(len(report.findings), 'finding') if report.findings else '',
            f'{len(report.waived)} waived' if report.waived else '',
        ]
    )


def _open(conflicts: Sequence[Conflict]) -> Iterator[str]:
    if conflicts:
        yield '### To decide'
        yield ''
        yield from _rows(
            ['key', *_sides(conflicts), 'why'],
            [
                [_code(key_text(each.path, each.key)), _code(each.ours), _code(each.theirs), _plain(each.reason)]
                for each in conflicts
            ],
        )


def _sides(conflicts: Sequence[Conflict]) -> tuple[str, str]:
    found = {each.sides for each in conflicts}
    return found.pop() if len(found) == 1 else ('stands', 'other')


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield '### Findings'
        yield ''
        for each in report.findings:
            where = f'{each.path}:{each.line}' if each.line else each.path
            more = f'. Why: {_plain(each.reason)}' if each.reason else ''
            more += f'. Hint: {_plain(each.hint)}' if each.hint else ''
            yield f'* {_code(where, 0)} {each.rule}: {_plain(each.message)}{more}'
        yield ''
    if report.waived:
        yield '### Waived'
        yield ''
        for each, reason in report.waived:
            yield f'* {_code(key_text(each.path, each.key), 0)} {each.rule}: {_plain(each.message)}. {_plain(reason)}'
        yield ''


def _scores(report: Report) -> Iterator[str]:
    if report.scores:
        yield '### What it has of the standard'
        yield ''
        yield from _rows(
            ['topic', 'has', 'of'], [[each.topic, str(each.met), str(each.total)] for each in report.scores]
        )


def _verification(report: Report) -> Iterator[str]:
    if report.verifications:
        yield '### Verified before and after'
        yield ''
        yield from _rows(
            ['what', 'result', 'before', 'after', ''],
            [
                [each.name, str(each.status), *map(_plain, (each.before, each.after, each.detail))]
                for each in report.verifications
            ],
        )


def _files(report: Report) -> Iterator[str]:
    """Each file; one that came or went as a whole with its reason."""
    why = {each.path: each.reason for each in report.plan.decisions if each.changes and not each.key}
    rows = [
        [
            _code(each.path, 0),
            each.word,
            f'+{each.lines[1]} -{each.lines[0]}',
            str(each.changed),
            str(each.kept),
            _plain(why.get(each.path, '')),
        ]
        for each in file_summaries(report)
        if each.sign != '='
    ]
    if rows:
        yield '### Files'
        yield ''
        yield from _rows(['file', '', 'lines', 'keys changed', 'kept', 'why'], rows)


def _folded(title: str, decisions: Sequence[Decision]) -> Iterator[str]:
    if decisions:
        yield f'<details><summary>{title} ({len(decisions)})</summary>'
        yield ''
        yield from _rows(
            ['key', '', 'before', 'after', 'owner', 'why', 'from', 'decided by'],
            [
                [
                    _code(key_text(each.path, each.key)), str(each.action), _code(each.before), _code(each.after),
                    str(each.owner), _plain(each.reason), _plain(each.source), _plain(each.heuristic),
                ]
                for each in decisions
            ],
        )  # fmt: skip
        yield '</details>'
        yield ''


def _end(report: Report) -> Iterator[str]:
    for note in report.plan.notes:
        yield f'* {_plain(note)}'
    if report.plan.notes:
        yield ''
    yield from _debt(report.debt)
    # Where the page lies on this machine tells nobody who reads this elsewhere.
    told = [one_line(step) for step in report.next_steps if not step.startswith('report: ')]
    if told:
        steps = '\n'.join(told)
        fence = '`' * max(3, 1 + max((len(run) for run in re.findall('`+', steps)), default=0))
        yield f'{fence}sh\n{steps}\n{fence}'
        yield ''


def _debt(debt: Debt) -> Iterator[str]:
    """What was found before the change, and does not fail: by rule, then by file."""
    if not debt.total:
        return
    yield f'<details><summary>Debt: {plural(debt.total, "recorded finding")} of before; it may only shrink</summary>'
    yield ''
    for what, counts in (('rule', debt.by_rule), ('file', debt.by_path)):
        most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        yield from _rows([what, 'findings'], [[_code(name, 0), str(count)] for name, count in most])
    yield '</details>'
    yield ''


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f'| {" | ".join(head)} |'
    yield f'|{"|".join(" --- " for _ in head)}|'
    yield from (f'| {" | ".join(cell or " " for cell in row)} |' for row in rows)
    yield ''


def _plain(text: str) -> str:
    """Text that Markdown and HTML leave alone, without mentions or references that would notify people."""
    text = one_line(text) if text else ''
    text = re.sub(r'([\\`*_\[\]|~])', r'\\\1', text).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return re.sub(r'(?<![\w&])([@#])(?=\w)', '\\1\u200b', text)


def _code(value: str | None, width: int = VALUE) -> str:
    if value is None:
        return '-'
    text = one_line(value, width).replace('|', '\\|')
    fence = '`' * (1 + max((len(run) for run in re.findall('`+', text)), default=0))
    pad = ' ' if text.startswith('`') or text.endswith('`') else ''
    return f'{fence}{pad}{text}{pad}{fence}'
