"""JSON by key."""

from trueup.merge._strategy import Strategy
from trueup.text.json import Json

STRATEGY = Strategy('JSON', ('*.json',), Json())
