"""JUnit XML as Jenkins and other CI servers read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

FORBIDDEN = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
"""Characters that XML 1.0 can't hold, not even escaped."""
COUNTED = {'failures': 'failure', 'errors': 'error', 'skipped': 'skipped'}


class Verdict(NamedTuple):
    """Why a case did not pass: one line, all of it, and its kind, which readers want of all but skipped cases."""

    tag: Literal['failure', 'error', 'skipped']
    message: str
    text: str = ''
    type: str = ''


class Case(NamedTuple):
    """One test; without a verdict it passed."""

    name: str
    verdict: Verdict | None = None
    output: str = ''


class Suite(NamedTuple):
    """Cases that belong together; `place` is what CI servers file them under."""

    name: str
    place: str
    cases: Sequence[Case]
    properties: Mapping[str, str] = {}


def write(name: str, suites: Sequence[Suite]) -> str:
    """The document, counted."""
    root = Element('testsuites', name=name)
    root.extend(_suite(each) for each in suites)
    for count in ('tests', 'failures', 'errors'):
        root.set(count, str(sum(int(suite.get(count, '0')) for suite in root)))
    indent(root)
    text: str = tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(suite: Suite) -> Element:
    found = Element('testsuite', name=legal(suite.name))
    if suite.properties:
        properties = SubElement(found, 'properties')
        for name, value in suite.properties.items():
            SubElement(properties, 'property', name=name, value=legal(value))
    found.extend(_case(each, suite.place) for each in suite.cases)
    found.set('tests', str(len(suite.cases)))
    for name, tag in COUNTED.items():
        found.set(name, str(sum(bool(case.verdict and case.verdict.tag == tag) for case in suite.cases)))
    return found


def _case(case: Case, place: str) -> Element:
    found = Element('testcase', name=legal(case.name), classname=legal(place))
    if case.verdict:
        kind = {'type': case.verdict.type} if case.verdict.type else {}
        told = SubElement(found, case.verdict.tag, {**kind, 'message': legal(case.verdict.message)})
        told.text = legal(case.verdict.text) or None
    if case.output:
        SubElement(found, 'system-out').text = legal(case.output)
    return found


def legal(text: str) -> str:
    """The text with what XML can't hold spelled out."""
    return FORBIDDEN.sub(lambda found: found[0].encode('unicode_escape', 'surrogatepass').decode(), text)
