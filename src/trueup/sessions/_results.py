"""What the reports of test runs say: counts of JUnit, the percentage of Cobertura."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree


def read_junit(path: Path) -> dict[str, int]:
    """Counts of a JUnit report, empty if there is none that can be read."""
    try:
        suites = list(ElementTree.parse(path).getroot().iter('testsuite'))
    except (OSError, ElementTree.ParseError):
        return {}
    count = {
        name: sum(int(suite.get(name, '0')) for suite in suites) for name in ('tests', 'failures', 'errors', 'skipped')
    }
    passed = count['tests'] - count['failures'] - count['errors'] - count['skipped']
    return {
        'total': count['tests'],
        'passed': passed,
        'failed': count['failures'],
        'errors': count['errors'],
        'skipped': count['skipped'],
    }


def read_coverage(path: Path) -> float | None:
    """Percentage covered according to a Cobertura report, None if there is none or it measured nothing.

    Of lines and, where they are measured, of branches together: the number that `fail_under` is held against.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    count = {
        name: sum(int(root.get(f'{kind}-{name}', '0')) for kind in ('lines', 'branches'))
        for name in ('valid', 'covered')
    }
    return round(100 * count['covered'] / count['valid'], 1) if count['valid'] else None
