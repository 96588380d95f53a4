"""The parts of the text report that several verbs show: open keys, findings, verification, debt, branch, next steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.model import Action, Conflict, Debt, Finding, Level, Report, Severity, Status
from trueup.report._paint import Paint, columns
from trueup.report._summary import kept_decisions, key_text, one_line, plural

OPEN = 6
"""Open keys told with both values before the rest is listed by name."""
WIDTH = 100
KEY_MARKS = {Action.ADD: '+', Action.CHANGE: '~', Action.REMOVE: '-', Action.MOVE: '>', Action.KEEP: '='}


def finding_lines(finding: Finding, paint: Paint) -> Iterator[str]:
    """A finding: where, which rule, what, and why; editors jump to the first word."""
    where = f'{finding.path}:{finding.line}' if finding.line else finding.path
    weight = '' if finding.severity is Severity.ERROR else f' ({finding.severity})'
    yield f'{paint.strong(where)}  {finding.rule}{weight}  {one_line(finding.message)}'
    if finding.reason:
        yield f'    why: {one_line(finding.reason)}'
    if finding.hint:
        yield f'    hint: {one_line(finding.hint)}'


def waived_line(finding: Finding, reason: str) -> str:
    """A finding that a waiver keeps from failing."""
    return f'{key_text(finding.path, finding.key)}  {finding.rule}  waived: {one_line(reason)}'


def kept_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Differences that stay, each with its reason."""
    kept = kept_decisions(report)
    if not kept:
        return
    yield ''
    yield paint.strong(f'Kept as they are ({len(kept)})')
    for each in kept:
        yield f'  = {key_text(each.path, each.key)}: {one_line(each.before, 60)}'
        if each.reason:
            yield f'      {one_line(each.reason)}'


def open_lines(conflicts: Sequence[Conflict], paint: Paint, verbose: bool) -> Iterator[str]:
    """What a person must decide, with both values; the first few in full, each by name."""
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


def review_lines(report: Report, paint: Paint, verbose: bool) -> Iterator[str]:
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


def findings_left_lines(report: Report, paint: Paint) -> Iterator[str]:
    """What is still wrong after a change."""
    if report.findings:
        yield ''
        yield paint.strong(f'Findings left ({len(report.findings)})')
        for finding in report.findings[:OPEN]:
            yield from (f'  {line}' for line in finding_lines(finding, paint))
        if len(report.findings) > OPEN:
            yield f'  ... and {len(report.findings) - OPEN} more (trueup check lists them)'


def notes_lines(report: Report, paint: Paint, verbose: bool) -> Iterator[str]:
    """What else a person should know."""
    notes = report.plan.notes
    if notes:
        yield ''
        yield paint.strong('Notes')
        yield from (f'  {one_line(note, 0 if verbose else 160)}' for note in (notes if verbose else notes[:OPEN]))
        if not verbose and len(notes) > OPEN:
            yield f'  ... and {len(notes) - OPEN} more (-v lists them)'


def verification_lines(report: Report, paint: Paint) -> Iterator[str]:
    """What was compared before and after."""
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


def debt_lines(debt: Debt, paint: Paint, verbose: bool) -> Iterator[str]:
    """Recorded findings of before adoption, counted."""
    if debt.total:
        most = sorted(debt.by_rule.items(), key=lambda item: (-item[1], item[0]))
        shown = most if verbose else most[:4]
        rest = len(most) - len(shown)
        rules = ', '.join(f'{rule} {count}' for rule, count in shown) + (f', {rest} more rules' if rest else '')
        files = f' in {plural(len(debt.by_path), "file")}' if debt.by_path else ''
        yield ''
        yield f'{paint.strong("Debt")}: {plural(debt.total, "recorded finding")}{files} ({rules}); it may only shrink'


def branch_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Where the change lies, and its commits."""
    if report.branch:
        backup = f' (backup {report.backup})' if report.backup else ''
        yield ''
        yield f'{paint.strong("Branch")}: {report.branch}{backup}'
        yield from (f'  {sha[:9]}  {one_line(subject, WIDTH)}' for sha, subject in report.commits)


def next_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Commands to go on with."""
    if report.next_steps:
        yield ''
        yield paint.strong('Next')
        yield from (f'  {one_line(step)}' for step in report.next_steps)
