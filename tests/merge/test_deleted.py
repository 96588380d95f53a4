"""What one side deleted and the other changed is said, whichever side it was and wherever it stood."""

from __future__ import annotations

import pytest

from trueup.merge.three_way import merge
from trueup.model import Level

ENTRIES = {
    'a.yml': '{0}: {1}\n', 'a.toml': '{0} = {1}\n', 'setup.cfg': '{0} = {1}\n', 'a.json': '  "{0}": {1}',
    'requirements.txt': '{0}=={1}\n', 'CODEOWNERS': '/{0} @team{1}\n', 'Makefile': '{0}:\n\techo {1}\n\n',
    'Dockerfile': 'ENV {0}={1}\n', 'a.py': '{0} = {1}\n', 'README.md': '## {0}\n\ntext {1}\n\n',
    'Jenkinsfile': '{0} = {1}\n', 'NOTES': '{0} says {1}\n',
}  # fmt: skip
ITEMS = {'aa': 1, 'bb': 1, 'cc': 1}


def written(path: str, items: dict[str, int]) -> str:
    """A file of a format that holds the items."""
    entries = [ENTRIES[path].format(*item) for item in items.items()]
    if path == 'a.json':
        return '{\n' + ',\n'.join(entries) + '\n}\n'
    return ('[s]\n' if path == 'setup.cfg' else '') + ''.join(entries)


@pytest.mark.parametrize('deleted', ['ours', 'theirs'])
@pytest.mark.parametrize('name', ITEMS)
@pytest.mark.parametrize('path', ENTRIES)
def test_a_deletion_against_a_change_is_never_silent(path: str, name: str, deleted: str) -> None:
    """The line merge takes a deletion for part of a rewritten line: what was deleted would be back, unsaid."""
    without = {key: value for key, value in ITEMS.items() if key != name}
    sides = written(path, without), written(path, {**ITEMS, name: 2, 'dd': 9})
    ours, theirs = sides if deleted == 'ours' else sides[::-1]
    merged = merge(written(path, ITEMS), ours, theirs, path=path)
    assert merged.conflicts or any(decision.level is not Level.APPLIED for decision in merged.decisions)
