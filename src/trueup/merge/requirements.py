"""Requirements files of pip by normalised name."""

from trueup.merge._strategy import Strategy
from trueup.text.listing import Requirements

STRATEGY = Strategy('requirements', ('*requirements*.txt', '*requirements*.in', 'constraints*.txt'), Requirements())
