"""Python modules."""

from trueup.merge._strategy import Strategy

STRATEGY = Strategy('Python', ('*.py', '*.pyi'), whole=True, both=True)
