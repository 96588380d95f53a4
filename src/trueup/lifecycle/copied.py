"""Which of a service's files were copied by hand from a released version of the standard, and from which.

The figures behind the threshold: `benchmarks/base.py`, told in docs/explanation/adoption.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from trueup.lifecycle.likeness import similarity
from trueup.model import File
from trueup.repo import Repo
from trueup.standard import Standard, is_older
from trueup.template import render

COPIED = 0.8
"""Share of a render's lines found in a file above which the file counts as copied by hand from that version."""
TRIED = 12
"""How many versions, the newest that are not newer than the wanted one, are tried."""


def nearest_base(repo: Repo, standard: Standard, tag: str, answers: Mapping[str, object]) -> dict[str, File]:
    """For each file that was plainly copied by hand from a released version: that version's render of it."""
    best: dict[str, tuple[float, File]] = {}
    older = [name for name in standard.tags() if not is_older(tag, name)][-TRIED:]
    for name in reversed(older):
        rendered = render(standard, name, answers)
        for path, file in rendered.items():
            score = similarity(file, repo.file(path))
            if score >= COPIED and score > best.get(path, (0.0, file))[0]:
                best[path] = (score, file)
    return {path: file for path, (_, file) in best.items()}
