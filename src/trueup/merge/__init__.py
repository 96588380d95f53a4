"""The merge engine: one strategy per format, chosen by the file's name."""

from __future__ import annotations

import fnmatch

from trueup.merge import docker, ignore, ini, jenkins, json, make, markdown, python, requirements, text, toml, yaml
from trueup.merge._strategy import Strategy

STRATEGIES: tuple[Strategy, ...] = (
    docker.STRATEGY,
    ignore.STRATEGY,
    ini.STRATEGY,
    jenkins.STRATEGY,
    json.STRATEGY,
    make.STRATEGY,
    markdown.STRATEGY,
    python.STRATEGY,
    requirements.STRATEGY,
    toml.STRATEGY,
    yaml.STRATEGY,
)


def strategy_for(path: str) -> Strategy:
    """The strategy for a file, by its name; text where no format is known."""
    name = path.rpartition('/')[2]
    for strategy in STRATEGIES:
        if any(fnmatch.fnmatchcase(name, glob) for glob in strategy.globs):
            return strategy
    return text.STRATEGY
