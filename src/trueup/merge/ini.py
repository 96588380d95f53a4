"""INI and cfg files by section and option."""

from trueup.merge._strategy import Strategy
from trueup.text.ini import Ini

STRATEGY = Strategy(
    'INI', ('*.ini', '*.cfg', '.flake8', '.pylintrc', 'pylintrc', '.coveragerc', '.isort.cfg', '.pypirc'), Ini()
)
