"""Writes Markdown pages as HTML beside pdoc's: run with the interpreter that has pdoc, which brings markdown2.

`python _pages.py TARGET PAGE...`; each page lands under its own path, links between pages follow.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Sequence
from pathlib import Path

EXTRAS = ('fenced-code-blocks', 'tables', 'header-ids', 'cuddled-lists')
STYLE = (
    'body{max-width:50em;margin:2em auto;padding:0 1em;font:16px/1.5 sans-serif}pre{overflow:auto;padding:1em;'
    'background:#f4f4f4}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em}'
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body>
{body}
</body></html>
"""


def place(page: str) -> str:
    """Where a page lands."""
    return Path(page).with_suffix('.html').as_posix()


def linked(body: str) -> str:
    """The page with links to other pages' HTML; addresses elsewhere stay."""
    return re.sub(r'(href="(?!\w+:)[^"#]*?)\.md(#[^"]*)?"', r'\1.html\2"', body)


def main(argv: Sequence[str]) -> int:
    """Write the pages, and a list of them into pdoc's index."""
    import markdown2  # type: ignore[import-not-found]  # late: of the session's environment, not of ours

    target, pages = Path(argv[0]), argv[1:]
    rows = []
    for page in pages:
        text = Path(page).read_text(encoding='utf-8-sig')
        title = next((line.lstrip('# ').strip() for line in text.splitlines() if line.startswith('#')), page)
        body = linked(markdown2.markdown(text, extras=EXTRAS))
        path = target / place(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(title=html.escape(title), style=STYLE, body=body), encoding='utf-8')
        rows.append(f'<li><a href="{html.escape(place(page))}">{html.escape(title)}</a></li>')
    modules = sorted(path.name for path in target.glob('*.html') if path.name not in {place(page) for page in pages})
    rows += [f'<li><a href="{name}">{name.removesuffix(".html")}</a></li>' for name in modules if name != 'index.html']
    index = PAGE.format(title='Documentation', style=STYLE, body=f'<h1>Documentation</h1>\n<ul>{"".join(rows)}</ul>')
    (target / 'index.html').write_text(index, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
