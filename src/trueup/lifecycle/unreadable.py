"""Files of the standard that nobody can read key by key: not text, or with the markers of a merge committed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from trueup.model import Finding, Mode, Owner, Tree
from trueup.policy import Policies
from trueup.repo import Repo
from trueup.text.encoding import decode

NEEDS_A_PERSON = 'STD003'
# All three, each alone on its line: a heading underlined with `=======` is none of them.
MARKERS = re.compile(r'(?ms)^<{7} [^\n]*$.*?^={7}\r?$.*?^>{7} [^\n]*$')
TEAMS = (Owner.SEED, Owner.TEAM)


def unreadable(repo: Repo, theirs: Tree, policies: Policies, *, known: Collection[str] = ()) -> Iterator[Finding]:
    """One finding for each such file that is not `known` already; paths from the service."""
    for path, wanted in theirs.items():
        ours = repo.file(path)
        if ours is None or ours.data == wanted.data or path in known or Mode.LINK in (ours.mode, wanted.mode):
            continue
        text = decode(ours.data)
        if text is None:
            if decode(wanted.data) is not None and policies.owner(path) not in TEAMS:
                yield _finding(path, 'the file is not UTF-8 text, and can not be compared')
        elif found := MARKERS.search(text.text):
            yield _finding(path, 'the markers of a merge were left in it', text.text.count('\n', 0, found.start()) + 1)


def _finding(path: str, message: str, line: int = 0) -> Finding:
    return Finding(NEEDS_A_PERSON, path, message, line, hint='mend it by hand', fixable=False)
