"""Rules: what a render can't say. One module per topic, each with `RULES`, found by name in `TOPICS`."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules import images, kubernetes, lock, open_decisions, requirements, shadowing, team_tools, uv_lock
from trueup.rules._contract import Rule, Situation

TOPICS = (images, kubernetes, lock, open_decisions, requirements, shadowing, team_tools, uv_lock)
__all__ = ['RULES', 'Situation', 'run_rules']
RULES: tuple[Rule, ...] = tuple(sorted((rule for topic in TOPICS for rule in topic.RULES), key=lambda rule: rule.id))


def run_rules(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """All findings of all rules on one service."""
    for rule in RULES:
        yield from rule.check(repo, situation)
