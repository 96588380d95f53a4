"""What a person reads at a terminal: at most one screen for one service, one table for several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap

from trueup.model import (
    Action,
    Clean,
    Conflict,
    Debt,
    Drifted,
    Failed,
    Finding,
    Level,
    Outcome,
    Refused,
    Regressed,
    Report,
    Severity,
    Status,
)
from trueup.report._paint import Paint, columns
from trueup.report._summary import (
    FileSummary,
    Reported,
    changed_keys,
    file_summaries,
    has_report,
    joined,
    kept_decisions,
    key_text,
    never_adopted,
    one_line,
    plural,
    regressions,
    service_of,
    status_word,
    versions,
    visible,
)
from trueup.report._walk import map_text

FILES = 14
"""Files listed before the rest is counted; `verbose` lists all."""
OPEN = 6
"""Open keys told with both values before the rest is listed by name."""
FIRST_LOOK = 12
"""Files listed for a service that was never adopted."""
WIDTH = 100

NOTHING_TO_LIST = {'new': 'a service in a folder of its own', 'undo': 'taken back'}
KEY_MARKS = {Action.ADD: '+', Action.CHANGE: '~', Action.REMOVE: '-', Action.MOVE: '>', Action.KEEP: '='}
TONES = {
    'clean': 'good', 'changed': 'good', 'would change': 'warn', 'open': 'warn', 'drifted': 'warn',
    'refused': 'bad', 'regressed': 'bad', 'failed': 'bad',
}  # fmt: skip


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """One service in full, or several as one table."""
    paint = Paint(colour)
    outcomes = [map_text(each, visible) for each in outcomes]
    lines = _one(outcomes[0], paint, verbose) if len(outcomes) == 1 else _table(outcomes, paint)
    return '\n'.join(line.rstrip() for line in lines).rstrip() + '\n'


def _one(outcome: Outcome, paint: Paint, verbose: bool) -> Iterator[str]:
    match outcome:
        case Refused(service=service, message=message, hint=hint) | Failed(service=service, message=message, hint=hint):
            yield f'{paint.bad(status_word(outcome))}: {one_line(service)}: {one_line(message)}'
            if hint:
                yield f'hint: {one_line(hint)}'
        case _ if has_report(outcome):
            yield from _check(outcome, paint, verbose) if _is_check(outcome) else _change(outcome, paint, verbose)


def _is_check(outcome: Reported) -> bool:
    """Whether nothing was written: `check`, or another verb that found a drifted service and left it."""
    return outcome.report.verb == 'check' or (isinstance(outcome, Drifted) and not outcome.report.backup)


# --- check -----------------------------------------------------------------------------------------------------------


def _check(outcome: Reported, paint: Paint, verbose: bool) -> Iterator[str]:
    report = outcome.report
    if never_adopted(report) and not verbose:
        yield from _first_look(report, paint)
        return
    for finding in report.findings:
        yield from _finding(finding, paint)
    yield from _open(report.plan.conflicts, paint, verbose)
    yield from _review(report, paint, verbose)
    if verbose:
        yield from _kept(report, paint)
    yield from (_waived_line(finding, reason) for finding, reason in report.waived)
    yield _check_summary(outcome, paint)
    yield from _debt(report.debt, paint, verbose)
    yield from _next(report, paint)


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    where = f'{finding.path}:{finding.line}' if finding.line else finding.path
    weight = '' if finding.severity is Severity.ERROR else f' ({finding.severity})'
    yield f'{paint.strong(where)}  {finding.rule}{weight}  {one_line(finding.message)}'
    if finding.reason:
        yield f'    why: {one_line(finding.reason)}'
    if finding.hint:
        yield f'    hint: {one_line(finding.hint)}'


def _waived_line(finding: Finding, reason: str) -> str:
    return f'{key_text(finding.path, finding.key)}  {finding.rule}  waived: {one_line(reason)}'


def _check_summary(outcome: Reported, paint: Paint) -> str:
    report = outcome.report
    word = status_word(outcome)
    name = joined([one_line(report.service), f'standard {versions(report)}' if versions(report) else ''])
    counts = _check_counts(report)
    if isinstance(outcome, Clean):
        return f'{paint.good(word)}: {name}{f" ({counts})" if counts else ""}'
    return f'{getattr(paint, TONES[word])(word)}: {name}{f": {counts}" if counts else ""}'


def _check_counts(report: Report) -> str:
    weights = Counter(str(each.severity) for each in report.findings)
    count = joined([plural(weights[each], each) for each in ('error', 'warning', 'note') if weights[each]])
    fixable = sum(each.fixable for each in report.findings)
    kept = len(kept_decisions(report))
    parts = [
        plural(len(report.findings), 'finding') if report.findings else '',
        f'{fixable} fixable' if fixable else '',
        f'{plural(len(report.plan.conflicts), "key")} open' if report.plan.conflicts else '',
        plural(len(report.waived), 'waiver') if report.waived else '',
        f'{plural(kept, "difference")} of your own kept' if kept and not report.findings else '',
    ]
    return joined(parts).replace(' findings', f' findings ({count})', 1) if len(weights) > 1 else joined(parts)


def _first_look(report: Report, paint: Paint) -> Iterator[str]:
    """A service that was never adopted, in at most 25 lines."""
    by_path: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_path.setdefault(finding.path, []).append(finding)
    standard = f' with the standard {versions(report)}' if versions(report) else ''
    yield f'{paint.strong(one_line(report.service))} was never adopted; compared{standard} by what was read from it:'
    facts = [f'{fact.name} {_fact_value(fact.value)}' for fact in report.facts if fact.confidence >= 0.5]
    yield from wrap(one_line(', '.join(facts)), WIDTH, initial_indent='  ', subsequent_indent='  ', max_lines=2)
    yield ''
    ranked = sorted(by_path.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [[path, str(len(found)), one_line(found[0].message, 60)] for path, found in ranked[:FIRST_LOOK]]
    yield from columns([['file', 'findings', 'the first'], *rows], '<><', paint)
    if len(ranked) > FIRST_LOOK:
        rest = ranked[FIRST_LOOK:]
        yield f'  ... and {sum(len(found) for _, found in rest)} in {plural(len(rest), "more file")} (-v lists them)'
    yield ''
    yield f'{paint.warn("drifted")}: {plural(len(report.findings), "finding")} in {plural(len(by_path), "file")}'
    yield from list(_next(report, paint))[:4]


def _fact_value(value: object) -> str:
    return ' '.join(map(str, value)) if isinstance(value, tuple) else str(value)


# --- adopt, update, fix, new, undo -----------------------------------------------------------------------------------


def _change(outcome: Reported, paint: Paint, verbose: bool) -> Iterator[str]:
    report = outcome.report
    standard = f'  standard {versions(report)}' if versions(report) else ''
    yield f'{paint.strong(f"{report.verb} {one_line(report.service)}")}{standard}'
    yield f'{getattr(paint, TONES[status_word(outcome)])(status_word(outcome))}: {_verdict(outcome, report)}'
    yield from _files(file_summaries(report), paint, verbose)
    if verbose:
        yield from _keys(report, paint)
        yield from _kept(report, paint)
    yield from _open(report.plan.conflicts, paint, verbose)
    yield from _review(report, paint, verbose)
    yield from _findings_left(report, paint)
    yield from _notes(report, paint, verbose)
    yield from _verification(report, paint)
    yield from _debt(report.debt, paint, verbose)
    yield from _branch(report, paint)
    yield from _next(report, paint)


def _verdict(outcome: Outcome, report: Report) -> str:
    if isinstance(outcome, Regressed):
        return (
            f'the change was stopped; {"; ".join(regressions(report)) or "something worked before and would not after"}'
        )
    files = len(report.plan.changes)
    kept = len(kept_decisions(report))
    return joined(
        [
            plural(files, 'file') if files else NOTHING_TO_LIST.get(report.verb, 'no file changes'),
            plural(changed_keys(report), 'decision') if changed_keys(report) else '',
            f'{kept} of your own kept' if kept else '',
            _waiting(len(report.plan.conflicts)),
        ]
    )


def _waiting(number: int) -> str:
    return f'{plural(number, "key")} {"waits" if number == 1 else "wait"} for a person' if number else ''


def _files(files: tuple[FileSummary, ...], paint: Paint, verbose: bool) -> Iterator[str]:
    listed = files if verbose else tuple(each for each in files if each.sign != '=' or each.open)
    if not listed:
        return
    shown = listed if verbose else listed[:FILES]
    yield ''
    head = ['file', '', 'lines', 'keys', 'kept', 'open']
    rows = [
        [
            f'{each.sign} {each.path}',
            each.word,
            _lines(each),
            _count(each.changed),
            _count(each.kept),
            _count(each.open),
        ]
        for each in shown
    ]
    yield from columns([head, *rows], '<<>>>>', paint)
    if len(listed) > len(shown):
        yield f'  ... and {plural(len(listed) - len(shown), "more file")} (-v lists them)'


def _lines(each: FileSummary) -> str:
    gone, come = each.lines
    return f'+{come} -{gone}' if gone or come else ''


def _count(number: int) -> str:
    return str(number) if number else ''


def _keys(report: Report, paint: Paint) -> Iterator[str]:
    changed = [each for each in report.plan.decisions if each.changes and each.key]
    if changed:
        yield ''
        yield paint.strong(f'Keys ({len(changed)})')
    for each in changed:
        values = ' -> '.join(one_line(value, 50) for value in (each.before, each.after) if value is not None)
        yield f'  {KEY_MARKS[each.action]} {key_text(each.path, each.key)}{f": {values}" if values else ""}'


def _kept(report: Report, paint: Paint) -> Iterator[str]:
    kept = kept_decisions(report)
    if not kept:
        return
    yield ''
    yield paint.strong(f'Kept as they are ({len(kept)})')
    for each in kept:
        yield f'  = {key_text(each.path, each.key)}: {one_line(each.before, 60)}'
        if each.reason:
            yield f'      {one_line(each.reason)}'


def _open(conflicts: Sequence[Conflict], paint: Paint, verbose: bool) -> Iterator[str]:
    if not conflicts:
        return
    told = conflicts if verbose else conflicts[:OPEN]
    yield ''
    yield paint.warn(f'Waiting for a person ({len(conflicts)})')
    for each in told:
        yield f'  ? {key_text(each.path, each.key)}{f": {one_line(each.reason)}" if each.reason else ""}'
        if each.ours is not None or each.theirs is not None:
            wide = max(map(len, each.sides))
            yield f'      {each.sides[0]:<{wide}}  {one_line(each.ours, WIDTH)}'
            yield f'      {each.sides[1]:<{wide}}  {one_line(each.theirs, WIDTH)}'
    yield from (f'  ? {key_text(each.path, each.key)}' for each in conflicts[len(told) :])


def _review(report: Report, paint: Paint, verbose: bool) -> Iterator[str]:
    """Decisions that were taken and that a person should look at, such as a file kept that the standard dropped."""
    found = [each for each in report.plan.decisions if each.level is Level.REVIEW]
    if not found:
        return
    told = found if verbose else found[:OPEN]
    yield ''
    yield paint.warn(f'To review ({len(found)})')
    yield from (f'  {KEY_MARKS[each.action]} {key_text(each.path, each.key)}: {one_line(each.reason)}' for each in told)
    if len(found) > len(told):
        yield f'  ... and {len(found) - len(told)} more (-v lists them)'


def _findings_left(report: Report, paint: Paint) -> Iterator[str]:
    if report.findings:
        yield ''
        yield paint.strong(f'Findings left ({len(report.findings)})')
        for finding in report.findings[:OPEN]:
            yield from (f'  {line}' for line in _finding(finding, paint))
        if len(report.findings) > OPEN:
            yield f'  ... and {len(report.findings) - OPEN} more (trueup check lists them)'


def _notes(report: Report, paint: Paint, verbose: bool) -> Iterator[str]:
    notes = report.plan.notes
    if notes:
        yield ''
        yield paint.strong('Notes')
        yield from (f'  {one_line(note, 0 if verbose else 160)}' for note in (notes if verbose else notes[:OPEN]))
        if not verbose and len(notes) > OPEN:
            yield f'  ... and {len(notes) - OPEN} more (-v lists them)'


def _verification(report: Report, paint: Paint) -> Iterator[str]:
    if not report.verifications:
        return
    yield ''
    rows = [['verification', 'result', 'before', 'after', '']]
    for each in report.verifications:
        rows.append(
            [each.name, str(each.status), one_line(each.before or '-', 28), one_line(each.after or '-', 28), '']
        )
    for row, each in zip(rows[1:], report.verifications, strict=True):
        row[4] = one_line(each.detail, 120) if each.detail else ''
    marks = {Status.WORSE: 'bad', Status.BETTER: 'good', Status.UNVERIFIED: 'warn'}
    yield from columns(rows, '<<<<<', paint, tones=['', *(marks.get(each.status, '') for each in report.verifications)])


def _debt(debt: Debt, paint: Paint, verbose: bool) -> Iterator[str]:
    if debt.total:
        most = sorted(debt.by_rule.items(), key=lambda item: (-item[1], item[0]))
        shown = most if verbose else most[:4]
        rest = len(most) - len(shown)
        rules = ', '.join(f'{rule} {count}' for rule, count in shown) + (f', {rest} more rules' if rest else '')
        files = f' in {plural(len(debt.by_path), "file")}' if debt.by_path else ''
        yield ''
        yield f'{paint.strong("Debt")}: {plural(debt.total, "recorded finding")}{files} ({rules}); it may only shrink'


def _branch(report: Report, paint: Paint) -> Iterator[str]:
    if report.branch:
        backup = f' (backup {report.backup})' if report.backup else ''
        yield ''
        yield f'{paint.strong("Branch")}: {report.branch}{backup}'
        yield from (f'  {sha[:9]}  {one_line(subject, WIDTH)}' for sha, subject in report.commits)


def _next(report: Report, paint: Paint) -> Iterator[str]:
    if report.next_steps:
        yield ''
        yield paint.strong('Next')
        yield from (f'  {one_line(step)}' for step in report.next_steps)


# --- several services ------------------------------------------------------------------------------------------------


def _table(outcomes: Sequence[Outcome], paint: Paint) -> Iterator[str]:
    if not outcomes:
        yield 'no service'
        return
    rows = [['service', 'version', 'findings', 'open', 'status']]
    tones = ['']
    for outcome in outcomes:
        rows.append(_row(outcome))
        tones.append(TONES[status_word(outcome)])
    yield from columns(rows, '<<>><', paint, tones=tones, indent='')
    yield ''
    tally = Counter(status_word(outcome) for outcome in outcomes)
    yield f'{plural(len(outcomes), "service")}: {joined([f"{tally[word]} {word}" for word in TONES if tally[word]])}'


def _row(outcome: Outcome) -> list[str]:
    word = status_word(outcome)
    if not has_report(outcome):
        message = outcome.message if isinstance(outcome, (Refused, Failed)) else ''
        return [one_line(service_of(outcome), 48), '-', '-', '-', f'{word}: {one_line(message, 60)}']
    report = outcome.report
    first = next(iter(regressions(report)), '') if isinstance(outcome, Regressed) else ''
    status = f'{word}: {one_line(first, 60)}' if first else word
    shown = 'never adopted' if never_adopted(report) else versions(report) or '-'
    return [one_line(report.service, 48), shown, str(len(report.findings)), str(len(report.plan.conflicts)), status]
