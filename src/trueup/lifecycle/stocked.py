"""What stock `copier update` made of a service, beside what trueup's own update would have made of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trueup.errors import UserError
from trueup.git import GitError, run_git, text_of
from trueup.lifecycle.desired import Recorded, read_recorded
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, UNFINISHED, Service, work_tree
from trueup.lifecycle.unmerged import Unmerged, merged_by_line, normal
from trueup.lifecycle.update import Step, plan_between
from trueup.lifecycle.workspace import NO_HOOKS
from trueup.model import File
from trueup.plan import apply_to
from trueup.repo import Repo, read_file, repo_from_commit
from trueup.standard import is_older
from trueup.template import stock_update


@dataclass(frozen=True, slots=True)
class Stocked:
    """A service between two versions: as it was before, and what an update by key gives."""

    service: Service
    since: str
    before: Repo
    old: Recorded
    new: Recorded
    step: Step
    again: dict[str, Mapping[str, File]] = field(default_factory=dict)
    """Copier's own result, made once more, by how it shows conflicts."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Files of either render and what the plan writes, from the top of the repository."""
        prefix = self.service.prefix
        known = {prefix + path for path in (*self.step.base, *self.step.theirs)}
        return tuple(sorted(known | {change.path for change in self.step.plan.changes}))

    def had(self, path: str) -> File | None:
        """A file as the service had it before the update."""
        return self.before.file(path)

    def wanted(self, path: str) -> File | None:
        """A file as an update by key leaves it."""
        had = self.had(path)
        return apply_to({} if had is None else {path: had}, self.step.plan.changes).get(path)

    def sides(self, path: str) -> Unmerged:
        """Base, ours and theirs of a file."""
        name = path.removeprefix(self.service.prefix)
        return Unmerged(path, self.step.base.get(name), self.had(path), self.step.theirs.get(name))

    def is_as_left(self, path: str) -> bool:
        """Whether a file on disk is what Copier made of it: no person has touched it since."""
        item, disk = self.sides(path), normal(read_file(self.service.top / path))
        if item.theirs is None:
            return disk == normal(item.ours if item.base is None else None)
        if item.ours is None:
            return disk == normal(item.theirs if item.base is None else None)
        if item.base is not None and item.ours.data == item.base.data or path.endswith(ANSWERS_FILE):
            return disk == normal(item.theirs)
        if item.base is not None and item.base.data == item.theirs.data:
            return disk == normal(item.ours)
        if disk == merged_by_line(self.service.top, item):
            return True
        style = 'rej' if (self.service.top / f'{path}.rej').is_file() else 'inline'
        return disk == normal(self._made_again(style).get(path))

    def _made_again(self, style: str) -> Mapping[str, File]:
        """Run stock Copier once more on the service as it was, in a folder of its own."""
        if style not in self.again:
            self.again[style] = _copier_again(self, style)
        return self.again[style]


def stocked(service: Service, mine: Mapping[str, File | None], run: Run, since: str) -> Stocked | None:
    """The update that stock Copier made since a commit; None when the answers have not gone to a newer version.

    `mine` are files that are unmerged, as the service had them. Raises Refusal without trust.
    """
    folder = Path(text_of(service.top, 'rev-parse', '--absolute-git-dir'))
    if any((folder / name).exists() for name in UNFINISHED):
        return None
    whole = repo_from_commit(service.top, since)
    before = Repo({*whole.paths, *mine}, lambda path: mine[path] if path in mine else whole.file(path))
    inner = _below(before, service.prefix)
    if inner.text(ANSWERS_FILE) == work_tree(service).text(ANSWERS_FILE):
        return None
    old, new = read_recorded(service, inner, run), read_recorded(service, work_tree(service), run)
    if old is None or new is None or old.standard.address != new.standard.address or is_older(new.tag, old.tag):
        return None
    return Stocked(service, since, before, old, new, plan_between(service, inner, old, new, run))


def _below(repo: Repo, prefix: str) -> Repo:
    names = [path[len(prefix) :] for path in repo.paths if path.startswith(prefix)]
    return Repo(names, lambda path: repo.file(prefix + path))


def _copier_again(found: Stocked, style: str) -> Mapping[str, File]:
    service = found.service
    with tempfile.TemporaryDirectory(prefix='trueup-') as name:
        root = Path(name).resolve() / service.top.name
        run_git(service.top, 'clone', '--quiet', '--shared', '--no-checkout', str(service.top), str(root))
        run_git(root, *NO_HOOKS, 'checkout', '--quiet', '--detach', found.since)
        try:
            stock_update(found.new.standard, root / service.prefix, found.new.tag, found.new.answers, style=style)
        except (UserError, GitError):
            return {}
        return {path: file for path in found.paths if (file := read_file(root / path)) is not None}
