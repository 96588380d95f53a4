"""The merge engine: one strategy per format, chosen by the file's name."""

from __future__ import annotations

import fnmatch

from trueup.merge import docker, ignore, ini, jenkins, json, make, markdown, python, requirements, text, toml, yaml
from trueup.merge._strategy import Strategy
from trueup.text.encoding import to_unix
from trueup.text.tree import Document, Malformed

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
    """The strategy for a file, by its name; text where no format is known, or where a template of another engine is."""
    folder, _, name = path.rpartition('/')
    if 'templates' in folder.split('/') and name.endswith(('.yaml', '.yml')):
        return text.STRATEGY  # of a Helm chart: YAML only after Helm has rendered it
    for strategy in STRATEGIES:
        if any(fnmatch.fnmatchcase(name, glob) for glob in strategy.globs):
            return strategy
    return text.STRATEGY


def document_of(path: str, text: str | None) -> Document | None:
    """The keys of a file with their places; None where it is missing, malformed, or of a format without keys."""
    grammar = strategy_for(path).grammar
    if text is None or grammar is None:
        return None
    try:
        return grammar.parse(to_unix(text))
    except Malformed:
        return None
