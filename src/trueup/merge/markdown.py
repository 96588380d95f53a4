"""Markdown by section."""

from trueup.merge._strategy import Strategy
from trueup.text.markdown import Markdown

STRATEGY = Strategy('Markdown', ('*.md', '*.markdown'), Markdown(), whole=True)
