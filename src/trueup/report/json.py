"""The report for programs: stable keys, described by docs/reference/report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from trueup.model import Change, Changed, Conflict, Decision, Fact, Failed, Finding, Outcome, Report, Verification
from trueup.report._summary import changed_keys, has_report, kept_decisions, key_text, line_counts, sign_of, status_word

SCHEMA = 1
"""Grows when a key changes its meaning or goes away; new keys don't count."""

Object = dict[str, Any]
FILE_WORDS = {'+': 'added', '-': 'removed', '~': 'changed', '=': 'kept'}


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """One document for any number of services; always complete, so `verbose` and `colour` change nothing."""
    del verbose, colour
    return json.dumps({'schema': SCHEMA, 'outcomes': [_outcome(each) for each in outcomes]}, indent=2) + '\n'


def _outcome(outcome: Outcome) -> Object:
    status = status_word(outcome).replace(' ', '-')
    if not has_report(outcome):
        code = outcome.exit_code if isinstance(outcome, Failed) else None
        return {
            'status': status,
            'service': outcome.service,  # type: ignore[union-attr]
            'message': outcome.message,  # type: ignore[union-attr]
            'hint': outcome.hint,  # type: ignore[union-attr]
            'exit_code': None if code is None else int(code),
        }
    planned = isinstance(outcome, Changed) and outcome.planned
    return {'status': status, 'planned': planned, **_report(outcome.report)}


def _report(report: Report) -> Object:
    return {
        'verb': report.verb,
        'service': report.service,
        'standard': report.standard,
        'version': report.version,
        'previous': report.previous,
        'branch': report.branch,
        'backup': report.backup,
        'summary': {
            'files': len(report.plan.changes),
            'changed': changed_keys(report),
            'kept': len(kept_decisions(report)),
            'open': len(report.plan.conflicts),
            'findings': len(report.findings),
            'waived': len(report.waived),
            'debt': report.debt.total,
        },
        'files': [_file(each) for each in report.plan.changes],
        'decisions': [_decision(each) for each in report.plan.decisions],
        'conflicts': [_conflict(each) for each in report.plan.conflicts],
        'notes': list(report.plan.notes),
        'facts': [_fact(each) for each in report.facts],
        'findings': [_finding(each) for each in report.findings],
        'waived': [{'finding': _finding(each), 'reason': reason} for each, reason in report.waived],
        'verifications': [_verification(each) for each in report.verifications],
        'debt': {
            'total': report.debt.total,
            'by_rule': dict(sorted(report.debt.by_rule.items())),
            'by_path': dict(sorted(report.debt.by_path.items())),
        },
        'commits': [{'sha': sha, 'subject': subject} for sha, subject in report.commits],
        'next_steps': list(report.next_steps),
        'scores': [{'topic': each.topic, 'met': each.met, 'total': each.total} for each in report.scores],
    }


def _file(change: Change) -> Object:
    gone, come = line_counts(change)
    return {
        'path': change.path,
        'action': FILE_WORDS[sign_of(change)],
        'mode_before': str(change.before.mode) if change.before else None,
        'mode_after': str(change.after.mode) if change.after else None,
        'lines_removed': gone,
        'lines_added': come,
    }


def _decision(each: Decision) -> Object:
    return {
        'path': each.path,
        'key': list(each.key),
        'name': key_text(each.path, each.key),
        'action': str(each.action),
        'before': each.before,
        'after': each.after,
        'owner': str(each.owner),
        'reason': each.reason,
        'source': each.source,
        'heuristic': each.heuristic,
        'level': str(each.level),
    }


def _conflict(each: Conflict) -> Object:
    return {
        'path': each.path,
        'key': list(each.key),
        'name': key_text(each.path, each.key),
        'base': each.base,
        'ours': each.ours,
        'theirs': each.theirs,
        'reason': each.reason,
    }


def _fact(each: Fact) -> Object:
    return {
        'name': each.name,
        'value': list(each.value) if isinstance(each.value, tuple) else each.value,
        'evidence': [{'path': where.path, 'line': where.line} for where in each.evidence],
        'confidence': each.confidence,
        'note': each.note,
    }


def _finding(each: Finding) -> Object:
    return {
        'rule': each.rule,
        'path': each.path,
        'line': each.line,
        'key': list(each.key),
        'name': key_text(each.path, each.key),
        'message': each.message,
        'severity': str(each.severity),
        'hint': each.hint,
        'reason': each.reason,
        'fixable': each.fixable,
    }


def _verification(each: Verification) -> Object:
    return {
        'name': each.name,
        'status': str(each.status).replace(' ', '-'),
        'before': each.before,
        'after': each.after,
        'detail': each.detail,
    }
