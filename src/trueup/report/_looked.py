"""What `check` prints: a finding a line, or for a service that was never adopted one short page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

from trueup.model import Clean, Decision, Finding, Report
from trueup.report._blocks import (
    WIDTH,
    debt_lines,
    finding_lines,
    kept_lines,
    next_lines,
    open_lines,
    review_lines,
    waived_line,
)
from trueup.report._paint import TONES, Paint, columns
from trueup.report._summary import (
    Reported,
    file_summaries,
    joined,
    kept_decisions,
    never_adopted,
    one_line,
    plural,
    status_word,
    versions,
)

FIRST_LOOK = 10
"""Files listed for a service that was never adopted."""


def check_lines(outcome: Reported, paint: Paint, verbose: bool) -> Iterator[str]:
    """Findings, open keys and waivers of one service, and the verdict in the last line."""
    report = outcome.report
    if never_adopted(report) and not verbose:
        yield from _first_look(report, paint)
        return
    decisions = {(each.path, each.key): each for each in report.plan.decisions if each.changes}
    for finding in report.findings:
        yield from finding_lines(finding, paint)
        decision = decisions.get((finding.path, finding.key))
        if verbose and decision is not None:
            yield from _decision(decision, paint)
    told = {(each.path, each.key) for each in report.findings}
    yield from open_lines([each for each in report.plan.conflicts if (each.path, each.key) not in told], paint, verbose)
    yield from review_lines(report, paint, verbose)
    if verbose:
        yield from kept_lines(report, paint)
    yield from (waived_line(finding, reason) for finding, reason in report.waived)
    yield _check_summary(outcome, paint)
    yield from debt_lines(report.debt, paint, verbose)
    yield from next_lines(report, paint)


def _decision(each: Decision, paint: Paint) -> Iterator[str]:
    """The decision behind a finding, in full."""
    if each.key:
        yield f'    before: {one_line(each.before, WIDTH)}'
        yield f'    after: {one_line(each.after, WIDTH)}'
    decided = f'decided by {one_line(each.heuristic)}' if each.heuristic else ''
    yield paint.quiet(
        f'    {joined([f"from {one_line(each.source)}" if each.source else "", decided, f"owner {each.owner}"])}'
    )


def _check_summary(outcome: Reported, paint: Paint) -> str:
    report = outcome.report
    word = status_word(outcome)
    name = joined([one_line(report.service), f'standard {versions(report)}' if versions(report) else ''])
    counts = _check_counts(report)
    if isinstance(outcome, Clean):
        return f'{paint.good(word)}: {name}{f" ({counts})" if counts else ""}'
    return f'{paint(word, TONES[word])}: {name}{f": {counts}" if counts else ""}'


def _check_counts(report: Report) -> str:
    weights = Counter(str(each.severity) for each in report.findings)
    count = joined([plural(weights[each], each) for each in ('error', 'warning', 'note') if weights[each]])
    fixable = sum(each.fixable for each in report.findings)
    kept = len(kept_decisions(report))
    word = 'note' if set(weights) == {'note'} else 'finding'
    parts = [
        plural(len(report.findings), word) if report.findings else '',
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
    if report.scores:
        marks = ', '.join(f'{each.topic} {each.met}/{each.total}' for each in report.scores)
        yield from wrap(
            f'has of the standard: {marks}', WIDTH, initial_indent='  ', subsequent_indent='  ', max_lines=2
        )
    yield ''
    lines = {each.path: f'+{each.lines[1]} -{each.lines[0]}' for each in file_summaries(report)}
    ranked = sorted(by_path.items(), key=lambda item: (item[1][0].fixable, -len(item[1]), item[0]))
    rows = [
        [path, lines.get(path, ''), str(len(found)), one_line(found[0].message, 60)]
        for path, found in ranked[:FIRST_LOOK]
    ]
    yield from columns([['adopt would touch', 'lines', 'findings', 'the first'], *rows], '<>><', paint)
    if len(ranked) > FIRST_LOOK:
        rest = ranked[FIRST_LOOK:]
        yield f'  ... and {sum(len(found) for _, found in rest)} in {plural(len(rest), "more file")} (-v lists them)'
    yield ''
    yield f'{paint.warn("drifted")}: {plural(len(report.findings), "finding")} in {plural(len(by_path), "file")}'
    yield from list(next_lines(report, paint))[:5]


def _fact_value(value: object) -> str:
    return ' '.join(map(str, value)) if isinstance(value, tuple) else str(value)
