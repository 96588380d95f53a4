"""What a person reads at a terminal, whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from trueup.errors import UserError
from trueup.model import (
    Action,
    Changed,
    Clean,
    Conflicted,
    Decision,
    Drifted,
    Fact,
    Failed,
    Finding,
    Level,
    Outcome,
    Plan,
    Refused,
    Regressed,
    Report,
    Severity,
)
from trueup.report import render
from trueup.report._summary import key_text

from .samples import ADOPTED, CHECKED, FINDINGS, PLAN


def test_check_lists_findings_as_path_line_rule_message() -> None:
    """Editors jump to `path:line`; the hint says what to do."""
    assert render(Drifted(CHECKED), 'text') == (
        'pyproject.toml:12  TU101  line-length is 100, the standard has 120\n'
        '.pre-commit-config.yaml  TU201 (warning)  the hook trueup-lint is missing\n'
        '    hint: run `trueup fix`\n'
        'drifted: orders, standard v0.2.0: 2 findings (1 error, 1 warning), 1 fixable\n'
    )


def test_clean_check_is_one_line() -> None:
    """Nothing to do takes one line; kept differences are counted, and told only when asked."""
    report = replace(CHECKED, findings=(), plan=Plan(decisions=PLAN.decisions[1:3]))
    assert render(Clean(report), 'text') == 'clean: orders, standard v0.2.0 (2 differences of your own kept)\n'
    assert render(Clean(report), 'text', verbose=True) == (
        '\n'
        'Kept as they are (2)\n'
        '  = pyproject.toml::tool.mypy.strict: false\n'
        '      both sides changed it\n'
        '  = .env.example::DB_PASSWORD: ***\n'
        "      the team's\n"
        'clean: orders, standard v0.2.0 (2 differences of your own kept)\n'
    )


def test_drifted_service_that_another_verb_left_alone() -> None:
    """Nothing was written, so findings are told and not files; without findings the next step is."""
    drifted = Drifted(replace(ADOPTED, branch='', backup='', findings=FINDINGS[:1], plan=PLAN, verifications=()))
    assert render(drifted, 'text').startswith('pyproject.toml:12  TU101  ')
    assert (
        render(Drifted(Report('adopt', 's', next_steps=('git switch b',))), 'text')
        == 'drifted: s\n\nNext\n  git switch b\n'
    )


def test_notes_alone_are_clean() -> None:
    """A note is told and fails nothing."""
    note = Finding('TU9', 'a.toml', 'newer than the standard', severity=Severity.NOTE, fixable=False)
    assert render(Clean(replace(CHECKED, findings=(note,))), 'text') == (
        'a.toml  TU9 (note)  newer than the standard\nclean: orders, standard v0.2.0 (1 note)\n'
    )


def test_adopt_fits_one_screen() -> None:
    """The whole of an adoption, in the order in which a person asks."""
    assert render(Conflicted(ADOPTED), 'text') == (
        'adopt orders-scoring  standard v0.2.0\n'
        'open: 3 files, 2 decisions, 2 of your own kept, 1 key waits for a person\n'
        '\n'
        '  file                       lines  keys  kept  open\n'
        '  + noxfile.py      new      +1 -0     1\n'
        '  ~ pyproject.toml  changed  +2 -1     1     1     1\n'
        '  - setup.cfg       removed  +0 -1\n'
        '\n'
        'Waiting for a person (1)\n'
        '  ? pyproject.toml::tool.poetry.source[name=private].url: credentials in an address\n'
        '      service   https://ci:***@packages.example.com/simple\n'
        '      standard  https://packages.example.com/simple\n'
        '\n'
        'Notes\n'
        '  requirements.txt stays: Dockerfile:7 installs it\n'
        '\n'
        '  verification  result  before     after\n'
        '  install       same    installed  installed           Python 3.11\n'
        '  tests         worse   2 passed   1 passed, 1 failed  test_a.py::test_x: assert 1 == 2\n'
        '\n'
        'Debt: 4 recorded findings in 1 file (E501 3, W0611 1); it may only shrink\n'
        '\n'
        'Branch: trueup/adopt-v0.2.0 (backup refs/trueup/backup/1)\n'
        '  012345678  chore: add the standard files\n'
        '\n'
        'Next\n'
        '  git merge trueup/adopt-v0.2.0   # take it\n'
        '  trueup undo   # give it back\n'
    )


def test_what_was_kept_against_the_standard_is_listed_for_review() -> None:
    """A file that stays although the standard dropped it is not told only to those who ask for more."""
    reason = 'the standard dropped it; kept, because the service edited it'
    kept = Decision('Jenkinsfile', (), Action.KEEP, None, None, reason=reason, level=Level.REVIEW)
    report = Report('update', 's', version='v2', plan=Plan(decisions=(kept, *PLAN.decisions[:1])))
    expected = f'\nTo review (1)\n  = Jenkinsfile: {reason}\n'
    assert expected in render(Changed(report), 'text')
    assert expected in render(Drifted(replace(report, verb='check')), 'text')
    many = replace(report, plan=Plan(decisions=tuple(replace(kept, path=f'f{number}') for number in range(9))))
    assert 'To review (9)' in render(Changed(many), 'text') and '... and 3 more (-v' in render(Changed(many), 'text')
    assert 'f8: ' in render(Changed(many), 'text', verbose=True)


def test_large_plans_stay_on_one_screen() -> None:
    """A hundred files are counted, not listed; all open keys are still named."""
    decisions = tuple(Decision(f'f{number:03}.toml', ('a',), Action.CHANGE, '1', '2') for number in range(100))
    shown = render(Changed(Report('adopt', 's', version='v1', plan=Plan(decisions=decisions))), 'text')
    assert len(shown.splitlines()) <= 24
    assert '... and 86 more files (-v lists them)' in shown
    assert (
        len(render(Changed(Report('adopt', 's', plan=Plan(decisions=decisions))), 'text', verbose=True).splitlines())
        > 100
    )


def test_never_adopted_takes_at_most_25_lines() -> None:
    """The first look at a strange repository must not scare: files by weight, then what to do next."""
    findings = tuple(Finding('TU1', f'f{number % 40}.toml', 'x' * 300) for number in range(400))
    report = Report(
        'check', 'old', version='v1', facts=(Fact('python', '3.8'),), findings=findings, next_steps=('trueup adopt',)
    )
    lines = render(Drifted(report), 'text').splitlines()
    assert len(lines) <= 25
    assert lines[0] == 'old was never adopted; compared with the standard v1 by what was read from it:'
    assert lines[-4:] == ['drifted: 400 findings in 40 files', '', 'Next', '  trueup adopt']
    assert len(render(Drifted(report), 'text', verbose=True).splitlines()) > 400


def test_regression_says_what_got_worse() -> None:
    """The first line must name the broken test."""
    assert render(Regressed(ADOPTED), 'text').splitlines()[1] == (
        'regressed: the change was stopped; tests: test_a.py::test_x: assert 1 == 2'
    )


@pytest.mark.parametrize(
    ('outcome', 'shown'),
    [
        (Refused('s', 'dirty path', 'commit first'), 'refused: s: dirty path\nhint: commit first\n'),
        (Failed('s', 'boom', 70), 'failed: s: boom\n'),
    ],
)
def test_stopped(outcome: Outcome, shown: str) -> None:
    """Without a report there are two lines: what, and what next."""
    assert render(outcome, 'text') == shown


def test_several_services_give_one_table() -> None:
    """A scorecard: one line each, and the sum."""
    outcomes = [
        Clean(replace(CHECKED, findings=())),
        Drifted(replace(CHECKED, service='a', findings=FINDINGS)),
        Conflicted(ADOPTED),
        Drifted(Report('check', 'old', version='v0.2.0', facts=(Fact('python', '3.8'),), findings=FINDINGS)),
        Regressed(replace(ADOPTED, service='r')),
        Failed('f', 'no Git', 6),
    ]
    assert render(outcomes, 'text') == (
        'service         version        findings  open  status\n'
        'orders          v0.2.0                0     0  clean\n'
        'a               v0.2.0                2     0  drifted\n'
        'orders-scoring  v0.2.0                0     1  open\n'
        'old             never adopted         2     0  drifted\n'
        'r               v0.2.0                0     1  regressed: tests: test_a.py::test_x: assert 1 == 2\n'
        'f               -                     -     -  failed: no Git\n'
        '\n'
        '6 services: 1 clean, 1 open, 2 drifted, 1 regressed, 1 failed\n'
    )


def test_colour_only_decorates() -> None:
    """Taking the escape codes out gives the plain text: no meaning is in the colour alone."""
    for outcome in (Conflicted(ADOPTED), Drifted(CHECKED), [Clean(CHECKED), Regressed(ADOPTED)]):
        painted = render(outcome, 'text', colour=True)
        assert '\x1b[' in painted
        assert re.sub(r'\x1b\[\d+m', '', painted) == render(outcome, 'text')


def test_values_cannot_act_on_the_terminal() -> None:
    """A service's text may hold escape codes; they are spelled out."""
    decision = Decision('a\x1b[2J', ('k',), Action.KEEP, '\x1b]0;title\x07', None, reason='\u202eevil')
    shown = render(Changed(Report('adopt', 's\x1b[31m', plan=Plan(decisions=(decision,)))), 'text', verbose=True)
    assert '\x1b' not in shown and '\u202e' not in shown and '\x07' not in shown


def test_keys_are_spelled_as_policies_spell_them() -> None:
    """A key can be pasted into a waiver."""
    assert key_text('a.toml', ('tool', 'a.b', '[id=x]', 'rev')) == 'a.toml::tool."a.b"[id=x].rev'
    assert key_text('a.toml', ('we"ird',)) == 'a.toml::"we\\"ird"'
    assert key_text('Makefile', ()) == 'Makefile'


def test_unknown_format_is_a_usage_error() -> None:
    """The hint lists the formats."""
    with pytest.raises(UserError, match='unknown report format'):
        render(Clean(CHECKED), 'pdf')
