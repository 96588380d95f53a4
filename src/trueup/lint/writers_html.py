"""A lint result as one HTML page that needs nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from html import escape

from trueup.lint.model import LintResult, Message

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --bad: #c0392b; --good: #1e8449 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 } td, th { text-align: left; padding: .3rem .6rem;
border-bottom: 1px solid var(--line); vertical-align: top } th { background: var(--soft) }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } code, pre { font-family: ui-monospace, monospace }
pre { margin: 0; white-space: pre-wrap; font-size: 13px } .failed { color: var(--bad) } .passed { color: var(--good) }
summary { cursor: pointer; padding: .3rem 0 }
"""


def write_html(result: LintResult) -> str:
    """Verdict, counts, then the findings file by file."""
    word = 'failed' if result.failed else 'passed'
    body = [
        f'<h1>Lint: <span class="{word}">{word}</span></h1>',
        f'<p>{result.checked} files checked{_score(result)}</p>',
        *(f'<p class="failed">{escape(reason)}</p>' for reason in result.reasons),
        *(f'<p>{escape(note)}</p>' for note in result.notes),
        _counts(result),
        *_files(result),
    ]
    return (
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>trueup lint</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<style>{STYLE}</style></head><body>\n' + '\n'.join(part for part in body if part) + '\n</body></html>\n'
        )
        .encode('utf-8', 'replace')
        .decode()
    )


def _score(result: LintResult) -> str:
    return '' if result.score is None else f', rated {result.score:.2f}/10 (fail-under {result.fail_under:g})'


def _counts(result: LintResult) -> str:
    new = Counter((message.tool, message.rule, message.symbol) for message in result.messages)
    known = Counter((message.tool, message.rule, message.symbol) for message in result.known)
    rows = sorted({*new, *known}, key=lambda rule: (-new[rule], -known[rule], rule))
    cells = [
        f'<tr><td>{escape(tool)}</td><td><code>{escape(rule)}</code> {escape(symbol)}</td>'
        f'<td class="n">{new[tool, rule, symbol]}</td><td class="n">{known[tool, rule, symbol]}</td></tr>'
        for tool, rule, symbol in rows
    ]
    head = '<tr><th>linter</th><th>rule</th><th class="n">new</th><th class="n">known</th></tr>'
    return f'<table>{head}{"".join(cells)}</table>' if cells else ''


def _files(result: LintResult) -> list[str]:
    groups: dict[str, list[Message]] = {}
    for message in result.messages:
        groups.setdefault(message.path, []).append(message)
    return [
        f'<details open><summary><code>{escape(path)}</code> ({len(messages)})</summary><table>'
        + ''.join(map(_row, messages))
        + '</table></details>'
        for path, messages in groups.items()
    ]


def _row(message: Message) -> str:
    place = f'{message.line}:{message.column}' if message.line else ''
    return (
        f'<tr><td class="n">{place}</td><td>{escape(message.tool)} <code>{escape(message.rule)}</code></td>'
        f'<td><pre>{escape(message.text)}</pre></td></tr>'
    )
