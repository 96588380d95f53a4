"""How a team works together on a service: owners, messages, notebooks, documents, by what Git and hooks really do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.rendering import files, render
from tests.template.options import OPTIONS
from trueup.hooks.commit_message import KINDS, complaint
from trueup.sessions._changes import CONFIGURATION

Render = Callable[..., Path]
CELL = {
    'cell_type': 'code',
    'execution_count': 1,
    'metadata': {},
    'outputs': [{'text': ['patient 4711']}],
    'source': [],
}
NOTEBOOK = json.dumps({'cells': [CELL], 'metadata': {}, 'nbformat': 4, 'nbformat_minor': 5}, indent=1) + '\n'


def hooks(root: Path) -> tuple[list[str], list[str]]:
    """Kinds of hooks that are installed, and the hooks by name."""
    document = yaml.safe_load((root / '.pre-commit-config.yaml').read_text())
    return document['default_install_hook_types'], [hook['id'] for hook in document['repos'][0]['hooks']]


def test_owners_are_written_when_asked(rendered: Render) -> None:
    """CODEOWNERS blocks merges: a file with a guess in it would stop a team."""
    assert 'CODEOWNERS' not in files(rendered())
    written = files(rendered(**OPTIONS['codeowners']))['CODEOWNERS'].splitlines()
    assert written[-1] == '* @acme/ranking zoe@example.com'


def test_documents_follow_the_answers(rendered: Render) -> None:
    """None of them where governance is not wanted, as for a proof of concept."""
    names = {'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'}
    assert names <= set(files(rendered()))
    for name in ('no governance', 'poc', 'quality', 'config'):
        assert not names & set(files(rendered(**OPTIONS[name]))), name
    assert '<https://security.example.com/report>' in files(rendered(**OPTIONS['security_contact']))['SECURITY.md']
    assert 'the owner named in `pyproject.toml`' in files(rendered())['SECURITY.md']
    assert 'Conventional Commits' not in files(rendered(**OPTIONS['free messages']))['CONTRIBUTING.md']


def test_messages_and_notebooks_follow_the_answers(rendered: Render) -> None:
    """A hook is asked for, with its kind; without the answer neither is there."""
    kinds, names = hooks(rendered())
    assert kinds == ['pre-commit', 'commit-msg', 'pre-push'] and {'commit-message', 'nbstripout'} <= set(names)
    assert hooks(rendered(**OPTIONS['free messages']))[0] == ['pre-commit', 'pre-push']
    assert 'commit-message' not in hooks(rendered(**OPTIONS['free messages']))[1]
    assert 'nbstripout' not in hooks(rendered(**OPTIONS['notebooks as they are']))[1]
    assert not {'commit-message', 'nbstripout'} & set(hooks(rendered(scope='quality'))[1])


def test_one_list_of_kinds(rendered: Render) -> None:
    """What the hook takes, what the document explains and what the changelog is made of are the same."""
    (table,) = re.findall(r'(?s)\| kind \|.*?\n\n', files(rendered())['CONTRIBUTING.md'])
    explained = set(re.findall(r'[a-z]+', ' '.join(re.findall(r'`([a-z]+)(?:!?: \.\.\.)?`', table))))
    assert explained == set(KINDS) == set(re.findall(r'\b(?:' + '|'.join(KINDS) + r')\b', CONFIGURATION)) & set(KINDS)
    assert not [kind for kind in KINDS if complaint(f'{kind}(x)!: y')]


@pytest.mark.e2e
@pytest.mark.network
def test_commits_of_a_generated_service(standard: Path, tmp_path: Path) -> None:
    """A message without a kind stops the commit; a notebook is committed without the results of its run."""
    root = render(standard, tmp_path / 'churn-service', packaging='keep')
    skipped = [name for name in hooks(root)[1] if name not in ('commit-message', 'nbstripout')]
    environment = os.environ | {'SKIP': ','.join(skipped), 'PRE_COMMIT_HOME': str(tmp_path / 'hooks')}

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        who = ('-c', 'user.name=T', '-c', 'user.email=t@example.com')
        return subprocess.run(
            ['git', *who, *arguments], cwd=root, env=environment, check=False, capture_output=True, text=True
        )

    git('init', '-q', '-b', 'main')
    (root / 'look.ipynb').write_text(NOTEBOOK)
    git('add', '-A')
    subprocess.run([sys.executable, '-m', 'pre_commit', 'install'], cwd=root, env=environment, check=True)
    done = git('commit', '-m', 'feat: start')
    assert done.returncode == 1 and 'look.ipynb: stripped of the results of 1 cell' in done.stderr + done.stdout
    git('add', '-A')
    done = git('commit', '-m', 'Added everything')
    assert done.returncode == 1 and 'does not begin with a kind' in done.stderr + done.stdout
    done = git('commit', '-m', 'feat: start')
    assert done.returncode == 0, done.stderr
    assert '4711' not in git('show', 'HEAD:look.ipynb').stdout
    assert git('log', '--format=%s').stdout == 'feat: start\n'
