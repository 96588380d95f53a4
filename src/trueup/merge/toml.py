"""TOML by table and key."""

from trueup.merge._strategy import Strategy
from trueup.text.toml import Toml

STRATEGY = Strategy('TOML', ('*.toml', 'Pipfile'), Toml())
