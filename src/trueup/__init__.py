"""trueup brings Python ML services up to a team's standard and keeps them there."""

__version__ = '0.1.0.dev0'
