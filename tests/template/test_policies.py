"""policies.toml speaks about everything that the template writes, and about nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.rendering import files
from tests.support.standard import ROOT
from tests.template.options import OPTIONS
from trueup.merge import strategy_for
from trueup.model import KeyPath, Owner
from trueup.policy import Policies, matches, parse_target
from trueup.text.tree import Node

Render = Callable[..., Path]
NEVER_WRITTEN = {Owner.TEAM}
PLACES = {'package_path': 'src/churn_service', 'standard_repo': 'file:///s', 'hooks_repo': 'file:///s'}


@pytest.fixture(name='policies')
def fixture_policies(standard: Path) -> Policies:
    """The policies as they are read for a service."""
    url = standard.as_uri()
    text = (ROOT / 'policies.toml').read_text()
    return Policies.parse(text, placeholders=PLACES | {'standard_repo': url, 'hooks_repo': url})


def keys(node: Node, path: KeyPath = ()) -> Iterator[KeyPath]:
    """All key paths of a document."""
    for child in node.children:
        yield (*path, child.key)
        yield from keys(child, (*path, child.key))


def written(rendered: Render) -> dict[str, set[KeyPath]]:
    """Keys by file, over all renders that have the default names and address; () is the file itself."""
    found: dict[str, set[KeyPath]] = {}
    for answers in OPTIONS.values():
        if {'service_name', 'package_name', 'package_path', 'hooks_repo'} & set(answers):
            continue
        for path, text in files(rendered(**answers)).items():
            grammar = strategy_for(path).grammar
            below = set(keys(grammar.parse(text).root)) if grammar else set()
            found.setdefault(path, {()}).update(below)
    return found


def test_every_file_has_an_owner_of_its_own(policies: Policies, rendered: Render) -> None:
    """What only `**` matched would be owned by accident."""
    for path in written(rendered):
        globs = [entry.target.glob for entry in policies.entries if matches(entry.target.glob, path)]
        assert [glob for glob in globs if glob.strip('*/')], path


def test_every_policy_speaks_about_something(policies: Policies, rendered: Render) -> None:
    """A pattern that matches nothing is a slip of the pen: the key would silently be `default`."""
    found = written(rendered)
    idle = [
        str(entry.target)
        for entry in policies.entries
        if entry.rule.owner not in NEVER_WRITTEN
        and not any(entry.target.key in below for path, below in found.items() if matches(entry.target.glob, path))
    ]
    assert not idle


@pytest.mark.parametrize(
    ('target', 'owner', 'closed'),
    [
        ('pyproject.toml::tool.black.line-length', 'required', True),
        ('pyproject.toml::tool.black.extend-exclude', 'required', True),
        ('pyproject.toml::tool.isort.known_first_party', 'default', False),
        ('pyproject.toml::tool.pylint.main.fail-under', 'floor', False),
        ('pyproject.toml::tool.pylint.main.disable', 'required', True),
        ('pyproject.toml::tool.pylint."messages control".disable', 'required', True),
        ('pyproject.toml::tool.pylint.main.py-version', 'default', False),
        ('pyproject.toml::tool.coverage.report.fail_under', 'floor', False),
        ('pyproject.toml::tool.coverage.run.omit', 'required', True),
        ('pyproject.toml::project.dependencies', 'team', False),
        ('pyproject.toml::project.requires-python', 'team', False),
        ('pyproject.toml::dependency-groups.test', 'default', False),
        ('pyproject.toml::tool.mypy', 'default', False),
        ('.pre-commit-config.yaml::repos[repo={repo}].rev', 'floor', False),
        ('.pre-commit-config.yaml::repos[repo={repo}].hooks[id=pylint].exclude', 'required', True),
        ('.pre-commit-config.yaml::repos[repo={repo}].hooks[id=trueup-lint]', 'default', False),
        ('.pre-commit-config.yaml::repos[repo=local]', 'default', False),
        ('Makefile::lint', 'required', False),
        ('Makefile::train', 'default', False),
        ('Makefile::own', 'default', False),
        ('noxfile.py::"register()"', 'required', False),
        ('src/churn_service/plumbing/logs.py', 'required', False),
        ('src/churn_service/app.py', 'seed', False),
        ('src/churn_service/api/v1.py', 'seed', False),
        ('tests/test_api.py', 'seed', False),
        ('config/default.yml', 'seed', False),
        ('README.md', 'seed', False),
        ('Dockerfile', 'default', False),
    ],
)
def test_owners(policies: Policies, standard: Path, target: str, owner: str, closed: bool) -> None:
    """Who decides what, spelled out for the places that matter most."""
    path, key = parse_target(target.replace('{repo}', standard.as_uri()))
    assert (policies.owner(path, key), policies.closed(path, key)) == (owner, closed)


def test_retired_files_are_not_written(policies: Policies, rendered: Render) -> None:
    """The standard would contradict itself."""
    files = {item.path for item in policies.retired if not item.key}
    assert not files & set(written(rendered))
    assert not [item for item in policies.retired if item.key and item.key in written(rendered).get(item.path, ())]
