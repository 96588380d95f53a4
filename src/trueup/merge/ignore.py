"""Ignore files and CODEOWNERS line by line: the last match wins, so nothing is reordered."""

from trueup.merge._strategy import Strategy
from trueup.text.listing import Ordered

STRATEGY = Strategy(
    'ignore file',
    (
        '.gitignore',
        '.dockerignore',
        '.helmignore',
        '.npmignore',
        '.prettierignore',
        '.eslintignore',
        'CODEOWNERS',
        '.gitattributes',
        '.git-blame-ignore-revs',
    ),
    Ordered(),
)
