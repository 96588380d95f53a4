"""Golden merges: three texts, the fourth and what is said about it, one file per situation."""

from __future__ import annotations

import pytest

from tests.merge.cases import Case, cases, said


@pytest.mark.parametrize('case', cases(), ids=lambda case: case.name)
def test_output_and_decisions_are_as_written_in_the_case(case: Case) -> None:
    """The whole result and the whole list of decisions are compared: nothing may change by the way."""
    merged = case.merged()
    assert merged.text + '# said\n' + said(merged) == case.texts['output'] + '# said\n' + case.texts['said']


@pytest.mark.parametrize('case', cases(), ids=lambda case: case.name)
def test_a_second_merge_over_the_new_standard_changes_nothing(case: Case) -> None:
    """After a merge the standard is the base; checking against it again must find the text at rest."""
    merged = case.merged()
    again = case._replace(texts=case.texts | {'base': case.texts['theirs'], 'ours': merged.text}).merged()
    assert again.text == merged.text
    assert [decision for decision in again.decisions if decision.changes] == []


def test_there_is_a_case_for_each_format() -> None:
    """A format without a golden file is a format whose output nobody looked at."""
    names = {case.name for case in cases()}
    prefixes = {name.split('_')[0] for name in names}
    assert prefixes >= {
        'docker', 'ignore', 'ini', 'jenkins', 'json', 'make', 'markdown', 'python', 'requirements', 'text', 'toml',
        'yaml',
    }  # fmt: skip
    assert names >= {'ignore_codeowners', 'ignore_two_way', 'yaml_documents', 'yaml_template_is_text'}
