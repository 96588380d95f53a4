"""Compares what `trueup facts` says of public services with what a person read in them before.

    python benchmarks/facts.py FOLDER [--judged FILE] [--all]

FOLDER holds checkouts, named `owner+name` or `name`; those that are not there are left out and counted. The readings are in
`facts_judged.toml`. Prints one line for each value that is wrong (with --all for each value), how many are right per
kind, and the longest time.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

JUDGED = Path(__file__).with_name('facts_judged.toml')
KINDS = {
    'name': 'name',
    'package': 'package_path',
    'framework': 'framework',
    'python': 'python_min',
    'entry': 'entry_point',
}
"""What was judged, and the fact that answers it."""
GUESS = 0.7
"""Below, a fact is a guess: right where a person could not tell either."""
GOAL_SHARE, GOAL_SECONDS = 0.9, 5.0


def checkout(folder: Path, repository: str) -> Path | None:
    """The checkout of a repository, None when there is none."""
    owner, _, name = repository.partition('/')
    places = (folder / f'{owner}+{name}', folder / name)
    return next((place for place in places if place.is_dir()), None)


def read(service: Path) -> tuple[dict[str, tuple[str, float]], float]:
    """The facts that were judged with their scores, and the seconds that the command took."""
    command = [sys.executable, '-m', 'trueup', 'facts', str(service), '--format', 'json']
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    found = json.loads(done.stdout)['facts']
    wanted = set(KINDS.values())
    best: dict[str, tuple[str, float]] = {}
    for fact in sorted(found, key=lambda fact: -fact['score']):
        if fact['name'] in wanted:
            best.setdefault(fact['name'], (str(fact['value']), fact['score']))
    return best, seconds


def is_right(kind: str, accepted: Sequence[str], value: str, score: float) -> bool:
    """Whether a value is one of the readings; names are compared as package indexes do."""
    if kind == 'name':
        return _plain(value) in map(_plain, accepted)
    return value in accepted or ('' in accepted and (not value or score < GUESS))


def _plain(name: str) -> str:
    return re.sub(r'[-_. ]+', '-', name).lower()


def main(argv: Sequence[str]) -> int:
    """Compare every service that is there; 1 when a kind is right too seldom or a service takes too long."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--judged', type=Path, default=JUDGED)
    parser.add_argument('--all', action='store_true')
    given = parser.parse_args(argv)
    judged = tomllib.loads(given.judged.read_text(encoding='utf-8'))['service']
    right: Counter[str] = Counter()
    longest, there = 0.0, 0
    for service in judged:
        place = checkout(given.folder, service['repository'])
        if place is None:
            continue
        there += 1
        facts, seconds = read(place / service.get('root', '.'))
        longest = max(longest, seconds)
        for kind in _compare(service, facts, told=given.all):
            right[kind] += 1
    print(f'\nservices: {there} of {len(judged)}; longest {longest:.1f} s (goal {GOAL_SECONDS:.0f} s)')
    for kind in KINDS:
        print(f'{kind:<10} {right[kind]} of {there} right ({100 * right[kind] / max(there, 1):.0f} %)')
    share = right.total() / max(1, there * len(KINDS))
    print(f'all        {right.total()} of {there * len(KINDS)} right ({100 * share:.0f} %)')
    return int(share < GOAL_SHARE or longest > GOAL_SECONDS)


def _compare(service: Mapping[str, Any], facts: Mapping[str, tuple[str, float]], *, told: bool) -> list[str]:
    """The kinds that are right; prints the others."""
    found = []
    label = '::'.join(filter(None, (service['repository'], service.get('root', ''))))
    for kind, fact in KINDS.items():
        value, score = facts.get(fact, ('', 0.0))
        good = is_right(kind, service[kind], value, score)
        found += [kind] if good else []
        if told or not good:
            word = 'right' if good else 'wrong'
            print(f'{word}  {label}  {kind}: {value!r} ({score:.2f}), read: {" or ".join(map(repr, service[kind]))}')
    return found


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
