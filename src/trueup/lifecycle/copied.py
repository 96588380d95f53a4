"""Which of a service's files were copied by hand from a released version of the standard, and from which.

The figures behind the threshold: `benchmarks/base.py`, told in docs/explanation/adoption.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from trueup.lifecycle.likeness import likeness, similarity, size
from trueup.model import File
from trueup.repo import Repo
from trueup.standard import Standard, is_older
from trueup.template import render

COPIED = 0.65
"""Share of a render's lines found in a file from which on the file counts as copied by hand from that version."""
FEWEST = 5
"""Lines that a file must have at least: of fewer, a foreign file has most by chance."""
SHARED = frozenset({'.gitignore', 'LICENSE', 'LICENSE.txt', 'LICENSE.md', 'CODE_OF_CONDUCT.md'})
"""Names of files that everybody copies from the same third place: their likeness says nothing."""
TRIED = 12
"""How many versions, the newest that are not newer than the wanted one, are tried."""


def nearest_base(repo: Repo, standard: Standard, tag: str, answers: Mapping[str, object]) -> dict[str, File]:
    """For each file that was plainly copied by hand from a released version: that version's render of it.

    Of versions that a file is as similar to, the one that the whole service is most similar to counts.
    """
    older = [name for name in standard.tags() if not is_older(tag, name)][-TRIED:]
    renders = [render(standard, name, answers) for name in reversed(older)]
    best: dict[str, tuple[float, File]] = {}
    for rendered in sorted(renders, key=lambda tree: likeness(tree, repo), reverse=True):
        for path, file in rendered.items():
            score = similarity(file, repo.file(path)) if may_be_copied(path, file) else 0.0
            if score >= COPIED and score > best.get(path, (0.0, file))[0]:
                best[path] = (score, file)
    return {path: file for path, (_, file) in best.items()}


def may_be_copied(path: str, rendered: File) -> bool:
    """Whether likeness says anything about a file."""
    return path.rpartition('/')[2] not in SHARED and size(rendered) >= FEWEST
