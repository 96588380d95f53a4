"""What a person reads at a terminal: at most one screen for one service, one table for several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from trueup.model import Changed, Drifted, Failed, Outcome, Refused, Regressed, Report
from trueup.report._blocks import (
    branch_lines,
    debt_lines,
    findings_left_lines,
    next_lines,
    notes_lines,
    open_lines,
    review_lines,
    verification_lines,
)
from trueup.report._looked import check_lines
from trueup.report._paint import TONES, Paint, columns
from trueup.report._summary import (
    FileSummary,
    Reported,
    changed_keys,
    file_summaries,
    has_report,
    joined,
    kept_decisions,
    never_adopted,
    one_line,
    plural,
    regressions,
    service_of,
    status_word,
    versions,
    visible,
)
from trueup.report._tree import tree_lines
from trueup.report._walk import map_text

FILES = 14
"""Files listed before the rest is counted; `verbose` lists all."""
NOTHING_TO_LIST = {'new': 'a service in a folder of its own', 'undo': 'taken back'}


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
            yield from check_lines(outcome, paint, verbose) if _is_check(outcome) else _change(outcome, paint, verbose)


def _is_check(outcome: Reported) -> bool:
    """Whether nothing was written: `check`, or another verb that found a drifted service and left it."""
    return outcome.report.verb == 'check' or (isinstance(outcome, Drifted) and not outcome.report.backup)


def _change(outcome: Reported, paint: Paint, verbose: bool) -> Iterator[str]:
    report = outcome.report
    standard = f'  standard {versions(report)}' if versions(report) else ''
    yield f'{paint.strong(f"{report.verb} {one_line(report.service)}")}{standard}'
    yield f'{getattr(paint, TONES[status_word(outcome)])(status_word(outcome))}: {_verdict(outcome, report)}'
    if verbose or (isinstance(outcome, Changed) and outcome.planned):
        tree = list(tree_lines(report, paint, verbose))
        yield from ['', *tree] if tree else []
    else:
        yield from _files(file_summaries(report), paint)
    yield from open_lines(report.plan.conflicts, paint, verbose)
    yield from review_lines(report, paint, verbose)
    yield from findings_left_lines(report, paint)
    yield from notes_lines(report, paint, verbose)
    yield from verification_lines(report, paint)
    yield from debt_lines(report.debt, paint, verbose)
    yield from branch_lines(report, paint)
    yield from next_lines(report, paint)


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


def _files(files: tuple[FileSummary, ...], paint: Paint) -> Iterator[str]:
    listed = tuple(each for each in files if each.sign != '=' or each.open)
    if not listed:
        return
    shown = listed[:FILES]
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
