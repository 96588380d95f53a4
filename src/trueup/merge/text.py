"""Any other text, line by line as `git merge-file` does."""

from trueup.merge._strategy import Strategy

STRATEGY = Strategy('text', ('*',), whole=True)
