"""Which findings a person asked for: by severity, by id or prefix of ids, by file and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from trueup.errors import UserError
from trueup.model import Finding, Report, Severity
from trueup.policy import matches
from trueup.report.titles import TITLES
from trueup.text.keys import format_key

ID = re.compile(r'[A-Za-z]{2,3}[0-9]{0,3}')
MEANT = re.compile(r'[A-Za-z]{1,3}|[A-Za-z]+[0-9]+')
"""What a person writes who means an id; no file is called so."""
WEIGHT = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Selection:
    """Without `select` everything; `ignore` wins; entries are ids, prefixes, `FILEGLOB` or `FILEGLOB::KEYGLOB`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    least: Severity = Severity.NOTE

    def keeps(self, finding: Finding) -> bool:
        """Whether the finding is told and counts."""
        if WEIGHT[finding.severity] < WEIGHT[self.least]:
            return False
        if any(_speaks(entry, finding) for entry in self.ignore):
            return False
        return not self.select or any(_speaks(entry, finding) for entry in self.select)

    def narrow(self, report: Report) -> Report:
        """The report with what the selection keeps; an open key goes with its finding."""
        findings = tuple(each for each in report.findings if self.keeps(each))
        waived = tuple((each, reason) for each, reason in report.waived if self.keeps(each))
        left = {(each.path, each.key) for each in findings}
        conflicts = tuple(each for each in report.plan.conflicts if (each.path, each.key) in left)
        return replace(report, findings=findings, waived=waived, plan=replace(report.plan, conflicts=conflicts))


def read_selection(select: Iterable[str], ignore: Iterable[str], least: str) -> Selection:
    """The selection as options give it, ids also with commas; raises UserError for an id that there is not."""
    return Selection(tuple(_entries(select)), tuple(_entries(ignore)), Severity(least or 'note'))


def _entries(given: Iterable[str]) -> Iterable[str]:
    for text in given:
        # A key may hold a comma, a list of ids nothing else.
        for entry in re.split(r'[,\s]+', text) if re.fullmatch(r'[A-Za-z0-9,\s]+', text) else (text,):
            if entry:
                _require_known(entry)
                yield entry


def _require_known(entry: str) -> None:
    if not MEANT.fullmatch(entry) or ID.fullmatch(entry) and any(known.startswith(entry) for known in TITLES):
        return
    kinds = sorted({known.rstrip('0123456789') for known in TITLES})
    upper = entry.upper()
    near = (
        [upper] if any(known.startswith(upper) for known in TITLES) else difflib.get_close_matches(upper, TITLES, n=1)
    )
    hint = f'did you mean {near[0]}?' if near else f'ids begin with {", ".join(kinds)}; else give FILE or FILE::KEY'
    raise UserError(f'no finding has the id {entry!r}', hint=hint)


def _speaks(entry: str, finding: Finding) -> bool:
    if ID.fullmatch(entry):
        return finding.rule.startswith(entry)
    glob, _, key = entry.partition('::')
    if not (matches(glob, finding.path) or matches(f'**/{glob}', finding.path)):
        return False
    return not key or re.match(f'{_pattern(key)}(?=$|[.\\[])', format_key(finding.key)) is not None


def _pattern(glob: str) -> str:
    return ''.join({'*': '.*', '?': '.'}.get(part, re.escape(part)) for part in re.split(r'([*?])', glob))
