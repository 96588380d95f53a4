"""Several YAML documents in a file: they come and go as wholes, known by kind and name."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.merge.three_way import merge
from trueup.policy import Policies

NAMES = st.lists(st.sampled_from('abcdef'), unique=True, min_size=1, max_size=5)


def _document(name: str, image: int = 1) -> str:
    return f'kind: Job\nmetadata:\n  name: {name}\nspec:\n  image: "{image}"\n  replicas: 2\n'


def _file(*documents: str) -> str:
    return '---\n'.join(documents)


def _names(text: str) -> list[str]:
    return [each['metadata']['name'] for each in yaml.safe_load_all(text) if each]


A, B, C, D = map(_document, 'abcd')
CASES = {
    'both add one': (_file(A, B), _file(A, B, C), _file(A, B, D), _file(A, B, D, C)),
    'the standard adds to one': (A, _document('a', 5), _file(A, C), _file(_document('a', 5), C)),
    'the service has more': (A, _file(A, C), _document('a', 5), _file(_document('a', 5), C)),
    'the standard removes one': (_file(A, B, C), _file(A, _document('b', 7), C), _file(B, C), _file(_document('b', 7), C)),
    'the standard puts one on top': (_file(A, B), _file(_document('a', 7), B), _file(C, A, B), _file(C, _document('a', 7), B)),
    'the service removed one': (_file(A, B, C), _file(A, C), _file(A, B, C, D), _file(A, C, D)),
}  # fmt: skip


@pytest.mark.parametrize('policies', [None, Policies.empty()], ids=['no owners', 'owners'])
@pytest.mark.parametrize('case', CASES)
def test_documents_come_and_go(case: str, policies: Policies | None) -> None:
    """A document that one side adds or removes does not touch the others."""
    base, ours, theirs, wanted = CASES[case]
    merged = merge(base, ours, theirs, path='k8s.yaml', policies=policies)
    assert merged.text == wanted
    assert not merged.conflicts


def test_a_document_that_the_service_changed_is_not_removed_unsaid() -> None:
    """The standard dropped it, the service works with it: a person decides."""
    ours = _file(_document('a', 5), B)
    merged = merge(_file(A, B), ours, B, path='k8s.yaml')
    assert merged.text == ours
    assert [conflict.key for conflict in merged.conflicts] == [('[document=Job/a]',)]


def test_documents_without_a_name_are_never_taken_for_each_other() -> None:
    """Where some went, the place says nothing: they are merged by line."""
    base, theirs = 'a: 1\n---\nb: 1\nc: 2\nd: 3\ne: 4\n---\nf: 1\n', 'b: 1\nc: 2\nd: 3\ne: 5\n---\nf: 1\n'
    merged = merge(base, base.replace('b: 1', 'b: 2'), theirs, path='values.yaml')
    assert merged.text == theirs.replace('b: 1', 'b: 2')


@settings(max_examples=150, deadline=None, derandomize=True)
@given(NAMES, NAMES, NAMES)
def test_no_document_is_lost_or_doubled(base: list[str], ours: list[str], theirs: list[str]) -> None:
    """Whatever came and went on either side, each document is there once if anybody still wants it."""
    texts = [_file(*map(_document, names)) for names in (base, ours, theirs)]
    merged = merge(texts[0], texts[1], texts[2], path='k8s.yaml')
    found = Counter(_names(merged.text))
    assert max(found.values()) == 1
    if not merged.conflicts:
        assert set(found) >= (set(ours) & set(theirs)) | (set(ours) - set(base)) | (set(theirs) - set(base))
