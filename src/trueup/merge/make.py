"""Makefiles by target and variable."""

from trueup.merge._strategy import Strategy
from trueup.text.make import Make

STRATEGY = Strategy('Makefile', ('Makefile', 'makefile', 'GNUmakefile', '*.mk'), Make(), both=True)
