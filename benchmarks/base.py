"""How alike files are that were copied from a template, and files that only have the same name.

    python benchmarks/base.py --templates ADDRESS=CLONE... --projects CLONE... [--copies TEMPLATE=SERVICE...] [--foreign FOLDER...]

The question behind the threshold above which `adopt` takes a file for copied by hand (`lifecycle/copied.py`). Known copies:
each file of a project with a Copier history, as it was before three of its past updates, against the render that it was made
from (nobody wrote down which version, says the search); and, with --copies, services that people made by copying a public
repository. Foreign: files of the same name in other people's services, against every render and every copied repository.
Prints, for thresholds, how many of either kind are above; and how often the most similar version is the true one.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / 'benchmarks')]

from _updates import ANSWERS, Templates, Update, address, git, read_folder, updates  # noqa: E402

from trueup.lifecycle.copied import COPIED, TRIED, may_be_copied  # noqa: E402  # the checkout is no package
from trueup.lifecycle.likeness import likeness, similarity, size  # noqa: E402
from trueup.model import File  # noqa: E402
from trueup.repo import repo_from_tree  # noqa: E402

LEVELS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
LOCKS = ('poetry.lock', 'uv.lock', 'pdm.lock', 'CHANGELOG.md', ANSWERS)
SAMPLES = 3


class Pair(NamedTuple):
    """One file of a template and the file of a service that has its name."""

    path: str
    lines: int
    score: float
    counts: bool
    """Whether the search looks at it at all."""


def pairs(template: Mapping[str, str], service: Mapping[str, str]) -> Iterator[Pair]:
    """The files that both have and that hold anything."""
    for path in sorted(template.keys() & service.keys()):
        rendered = File(template[path].encode())
        if path.rpartition('/')[2] not in LOCKS and size(rendered):
            score = similarity(rendered, File(service[path].encode()))
            yield Pair(path, size(rendered), score, may_be_copied(path, rendered))


def sampled(found: Sequence[Update]) -> list[Update]:
    """A few updates of a history, evenly spread."""
    step = max(1, len(found) // SAMPLES)
    return list(found[::step][:SAMPLES])


def tree_at(repo: Path, commit: str) -> dict[str, str]:
    """The text files of a commit."""
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / 'tree.tar'
        git(repo, 'archive', '--output', str(packed), commit)
        with tarfile.open(packed) as archive:
            archive.extractall(Path(folder) / 'tree', filter='data')
        return read_folder(Path(folder) / 'tree')


def best_tags(update: Update, templates: Templates, service: Mapping[str, str]) -> tuple[int, int]:
    """Of the copied files, how many have the true version's text as the most similar one of the versions tried."""
    clone = templates.clone(str(update.old['_src_path']))
    asked = {key: value for key, value in update.old.items() if key[0] != '_'}
    true = templates.render(update.old, asked)
    if clone is None or true is None:
        return 0, 0
    tags = git(clone, 'tag', '--sort=-creatordate', '--merged', 'HEAD').split()
    now = str(update.old['_commit'])
    at = next((number for number, tag in enumerate(tags) if tag.lstrip('v') == now.lstrip('v')), None)
    if at is None:
        return 0, 0
    around = tags[max(0, at - 3) : at + TRIED - 3]
    renders = [tree for tag in around if (tree := templates.render({**update.old, '_commit': tag}, asked))]
    ours = {path: File(text.encode()) for path, text in service.items()}
    # As the search does it: of versions that are as similar, the one that is most similar as a whole.
    renders.sort(
        key=lambda tree: likeness({path: File(text.encode()) for path, text in tree.items()}, repo_from_tree(ours)),
        reverse=True,
    )
    right = total = 0
    for pair in pairs(true, service):
        known = [tree[pair.path] for tree in renders if pair.path in tree]
        if pair.score < COPIED or not pair.counts or len(set(known)) < 2:
            continue
        file = File(service[pair.path].encode())
        nearest = max(known, key=lambda text: similarity(File(text.encode()), file))
        total += 1
        right += nearest == true[pair.path]
    return right, total


def main(argv: Sequence[str]) -> int:
    """Print both distributions."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--templates', nargs='+', default=[])
    parser.add_argument('--projects', nargs='+', type=Path, default=[])
    parser.add_argument('--copies', nargs='+', default=[])
    parser.add_argument('--foreign', nargs='+', type=Path, default=[])
    parser.add_argument('--show', type=float, default=0.0, help='print the foreign files above this similarity')
    given = parser.parse_args(argv)
    named = [item.partition('=') for item in given.templates]
    clones = {address(name): Path(clone).resolve() for name, _, clone in named}
    made: list[Pair] = []
    wholes: list[Mapping[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        templates = Templates(clones, Path(folder))
        right = total = 0
        for project in given.projects:
            for update in sampled(list(updates(project))):
                asked = {key: value for key, value in update.old.items() if key[0] != '_'}
                render = templates.render(update.old, asked)
                if render is None:
                    continue
                service = tree_at(update.repo, f'{update.commit}~1')
                made += pairs(render, service)
                wholes.append(render)
                found = best_tags(update, templates, service)
                right, total = right + found[0], total + found[1]
    copied = _copied(given.copies, wholes)
    others = {place.name: read_folder(place) for place in given.foreign}
    foreign = [pair for tree in others.values() for whole in wholes for pair in pairs(whole, tree)]
    _table({'made with Copier': made, 'copied by hand': copied, 'foreign': foreign})
    print(f'\nthe most similar of up to {TRIED} versions is the true one, or equal to it: {right} of {total} files')
    for pair in sorted({pair for pair in foreign if given.show and pair.counts and pair.score >= given.show}):
        print(f'  foreign  {pair.score:.2f}  {pair.lines:4}  {pair.path}')
    return 0


def _copied(given: Sequence[str], wholes: list[Mapping[str, str]]) -> list[Pair]:
    found: list[Pair] = []
    for item in given:
        template, _, service = item.partition('=')
        tree = read_folder(Path(template))
        found += pairs(tree, read_folder(Path(service)))
        if tree not in wholes:
            wholes.append(tree)
    return found


def _table(kinds: Mapping[str, Sequence[Pair]]) -> None:
    """The share of each kind above each level; files whose likeness says nothing stand in a column of their own."""
    columns = {name: [pair for pair in found if pair.counts] for name, found in kinds.items()}
    columns['foreign, but shared or small'] = [pair for pair in kinds['foreign'] if not pair.counts]
    print('| at least | ' + ' | '.join(f'{name} ({len(found)})' for name, found in columns.items()) + ' |')
    print('|---|' + '---|' * len(columns))
    for level in LEVELS:
        shares = [sum(pair.score >= level for pair in found) / max(1, len(found)) for found in columns.values()]
        mark = ' (the threshold)' if level == COPIED else ''
        print(f'| {level:.2f}{mark} | ' + ' | '.join(f'{100 * share:.1f} %' for share in shares) + ' |')


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
