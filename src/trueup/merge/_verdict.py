"""Who wins one key: the owner's word first, then the three-way comparison."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from packaging.version import Version

from trueup.merge._words import ALIKE, REVIEWED, as_version, likeness, merge_ended, merge_words
from trueup.model import KeyPath, Level, Owner
from trueup.policy import Rule
from trueup.text.identity import requirement_name
from trueup.text.keys import is_item
from trueup.text.tree import Kind, Node

RANGES = frozenset({'python', 'requires-python', 'python_requires'})
"""Keys whose versions say what is allowed, so that a higher one is not better."""
PIN = re.compile(r'v?\d+(?:\.\w+)*')


class Side(NamedTuple):
    """A value on one side: its node and its text, aligned to the service's."""

    node: Node
    text: str


class Verdict(NamedTuple):
    """Which value stands (`ours`, `theirs`, or `text`: a third one), and why."""

    take: str
    heuristic: str
    reason: str = ''
    level: Level = Level.APPLIED
    text: str = ''
    conflict: bool = False
    said: bool = True


class Question(NamedTuple):
    """One key on three sides; `first` says that there is no base at all, `both` that insertions may stand together."""

    path: KeyPath
    base: Side | None
    ours: Side | None
    theirs: Side | None
    rule: Rule | None = None
    first: bool = False
    both: bool = False


QUIET = Verdict('ours', 'service', said=False)


def same(one: Side | None, two: Side | None) -> bool:
    """Whether two sides mean the same."""
    if one is None or two is None:
        return one is two
    return one.node.kind is two.node.kind and one.node.data == two.node.data


def judge(question: Question) -> Verdict:
    """Decide one key that is not a container on both sides."""
    if same(question.ours, question.theirs):
        return QUIET
    rule = question.rule
    if rule is None:
        return _three_way(question)
    if rule.owner is Owner.TEAM:
        return _kept(question, 'team', 'the team owns it')
    if rule.owner is Owner.SEED:
        return _seed(question)
    if rule.closed and question.theirs is None and question.base is None:
        return Verdict('theirs', 'closed', rule.reason or 'additions here need a waiver')
    if rule.owner is Owner.REQUIRED:
        return _required(question, rule)
    if rule.owner is Owner.FLOOR:
        return _floor(question, rule)
    return _three_way(question)


def _kept(question: Question, heuristic: str, reason: str, level: Level = Level.APPLIED) -> Verdict:
    """Ours stands; said only where the standard has, or had, something there."""
    return Verdict('ours', heuristic, reason, level, said=bool(question.theirs or question.base))


def _required(question: Question, rule: Rule) -> Verdict:
    reason = rule.reason or 'the standard requires it'
    if question.theirs is not None:
        return Verdict('theirs', 'required', reason)
    if question.base is not None:
        return Verdict('theirs', 'required', 'the standard no longer has it')
    return QUIET


def _floor(question: Question, rule: Rule) -> Verdict:
    if question.theirs is None:
        return _three_way(question)
    if question.ours is None:
        return Verdict('theirs', 'floor', rule.reason or 'the standard requires it')
    if at_least(question.ours, question.theirs):
        return Verdict('ours', 'floor', 'stricter or newer than the standard')
    return Verdict('theirs', 'floor', rule.reason or 'below the standard')


def _seed(question: Question) -> Verdict:
    if question.ours is None and question.base is None:
        return Verdict('theirs', 'seed', 'the standard brings it for the first time')
    reason = 'the service deleted it' if question.ours is None else "the standard's start, now the team's"
    return _kept(question, 'seed', reason)


def _three_way(question: Question) -> Verdict:
    _, base, ours, theirs, rule, first, _ = question
    if first:
        return _two_way(question)
    if same(base, theirs):
        reason = 'the service deleted it' if ours is None else 'the service changed it, the standard did not'
        return _kept(question, 'only the service changed', reason)
    if same(base, ours):
        if theirs is None and base is not None and ours is not None and _words(ours.text) - _words(base.text):
            reason = 'the standard removed it, the service had changed only remarks in it'
            return Verdict('theirs', 'removed with remarks', reason, Level.NOTED)
        reason = 'the standard changed it, the service did not'
        if theirs is None or ours is None:
            reason = 'the standard removed it' if theirs is None else 'the standard added it'
        return Verdict('theirs', 'only the standard changed', reason)
    if ours is None:
        reason = 'the service deleted it, the standard changed it'
        return Verdict(
            'ours', 'deleted by the service', reason, Level.REVIEW, conflict=rule is None and _rewritten(base, theirs)
        )
    if theirs is None:
        if base is not None and _shortened(base, ours):
            reason = 'the standard removed it, the service had only shortened it'
            return Verdict('theirs', 'shortened', reason, Level.NOTED)
        reason = 'the service changed it, the standard removed it'
        return Verdict('ours', 'removed by the standard', reason, Level.REVIEW, conflict=rule is None)
    return _merged(question) or Verdict('ours', 'both changed', 'both changed it', Level.NOTED, conflict=rule is None)


def _two_way(question: Question) -> Verdict:
    if question.ours is None:
        return Verdict('theirs', 'added', 'the standard has it, the service has not')
    if question.theirs is None:
        return QUIET
    reason = "the service's own value" if question.rule is not None else 'both have it and there is no base'
    return Verdict('ours', 'no base', reason, Level.NOTED, conflict=question.rule is None)


def _merged(question: Question) -> Verdict | None:
    """A third value out of two changed ones, None if there is no sure one."""
    path, base, ours, theirs, _, _, both = question
    if ours is None or theirs is None:
        return None
    if base is None:
        return _both_added(path, ours, theirs)
    sides = (base, ours, theirs)
    if question.path[-1] in RANGES:
        return _inside(ours, theirs)
    if any(side.node.kind is not Kind.LEAF for side in sides):
        return None
    if not all(isinstance(side.node.data, str) for side in sides):
        return None
    named = _bracketed([side.text.strip() for side in sides])
    if named is not None:
        return Verdict('text', 'list of both', 'both changed the list, in different items', Level.NOTED, named)
    if any('\n' in side.text for side in sides):
        merged = merge_ended(base.text, ours.text, theirs.text, both=both)
        if merged.open:
            return None
        return Verdict('text', merged.heuristic, 'both changed it, in different lines', merged.level, merged.text)
    listed = merge_listing(base.text, ours.text, theirs.text)
    found = (listed, 'words') if listed is not None else merge_words(base.text, ours.text, theirs.text, both=both)
    if found is None:
        return None
    text, rule = found
    if rule == 'newer version' and text in (ours.text, theirs.text):
        take = 'ours' if text == ours.text else 'theirs'
        return Verdict(take, rule, 'both raised it: the newer one stands')
    level = Level.REVIEW if rule in REVIEWED else Level.NOTED
    return Verdict('text', rule, 'both changed it, in different words', level, text)


def _rewritten(base: Side | None, theirs: Side | None) -> bool:
    """Whether the standard made something else of a longer text, so that what the service deleted was not that."""
    if base is None or theirs is None or '\n' not in theirs.text.strip():
        return False
    return likeness(base.text, theirs.text) < ALIKE


def _shortened(base: Side, ours: Side) -> bool:
    """Whether the service did nothing but take words out."""
    return not _words(ours.text) - _words(base.text) and not _within(ours.node) - _within(base.node)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r'\S+', text))


def _within(node: Node) -> Counter[str]:
    """The words of all that a node holds: the text of a table may be no more than its header."""
    if not node.children:
        return Counter(re.findall(r'[\w.]+|[^\w\s,"\'\[\]]+', str(node.data)))
    named = [child.key for child in node.children if node.kind is Kind.MAP]
    return Counter(named) + sum((_within(child) for child in node.children), Counter())


def _inside(ours: Side, theirs: Side) -> Verdict | None:
    """Both raised the lowest Python: the service's range stands where it lies inside that of the standard."""
    found = [LOWEST.fullmatch(side.text.strip().strip('"\'')) for side in (ours, theirs)]
    if found[0] is None or found[1] is None:
        return None
    mine, yours = (Version(match[1]) for match in found if match is not None)
    if mine < yours:
        return None
    return Verdict('ours', 'range inside', "both raised it: the service's range lies inside", Level.NOTED)


LOWEST = re.compile(r'>=\s*(\d{1,9}(?:\.\d{1,9})*)')


def _both_added(path: KeyPath, ours: Side, theirs: Side) -> Verdict | None:
    """Both brought the same requirement, or the same name with settings on one side."""
    if not path or not is_item(path[-1]):
        return None
    if {ours.node.kind, theirs.node.kind} == {Kind.LEAF, Kind.MAP}:
        mapped, take = (ours, 'ours') if ours.node.kind is Kind.MAP else (theirs, 'theirs')
        bare = theirs if mapped is ours else ours
        if mapped.node.keys == (bare.node.data,):
            return Verdict(take, 'both added', 'both added it, one of them with settings', Level.NOTED)
        return None
    found = [BOUND.fullmatch(side.node.data) if isinstance(side.node.data, str) else None for side in (ours, theirs)]
    if found[0] is None or found[1] is None or found[0]['head'] != found[1]['head']:
        return None
    mine, yours = (as_version(match['version']) for match in found if match is not None)
    if mine is None or yours is None:
        return None
    return Verdict('ours' if mine > yours else 'theirs', 'newer version', 'both added it: the newer one stands')


BOUND = re.compile(r'(?P<head>[\w.-]+(?:\[[^\]]*\])?\s*(?:>=|~=))\s*(?P<version>\d[\w.]*)')
"""A requirement with one lower bound and no marker."""
ITEM = r'[^\s,"\'<>=~^{}]*(?:\{[^\s{}]*\}[^\s,"\'<>=~^{}]*)*'
"""A word of a listing; what stands in braces is one, as in `py{310,311}`."""
COMMAS = re.compile(rf'(?P<open>["\']?)(?P<items>{ITEM}(?:\s*,\s*{ITEM})+,?)(?P=open)')
REMARK = re.compile(r'\s+[#;].*$')


def merge_listing(base: str, ours: str, theirs: str) -> str | None:
    """Merge values that list words with commas, as sets in the order of ours."""
    texts = [text.strip() for text in (base, ours, theirs)]
    remarks = [match[0] if (match := REMARK.search(text)) else '' for text in texts]
    if remarks[0] == remarks[2]:
        texts = [text.removesuffix(remark) for text, remark in zip(texts, remarks, strict=True)]
    found = [COMMAS.fullmatch(text) for text in texts]
    if found[1] is None or found[2] is None:
        return None
    low, mine, yours = (
        [part.strip() for part in re.findall(ITEM, match['items'] if match else text) if part.strip()]
        for match, text in zip(found, texts, strict=True)
    )
    result = _united(low, mine, yours)
    if result == mine:
        return ours
    comma = re.search(r',\s*', found[1]['items'])
    tail = remarks[1] if remarks[0] == remarks[2] else ''
    return found[1]['open'] + (comma[0] if comma else ',').join(result) + found[1]['open'] + tail


STRING = r'"[^"\n]*"|\'[^\'\n]*\''
BRACKETS = re.compile(
    rf'(?P<head>[\w.]+(?: *: *[\w.\[\], ]+)?\s*=\s*)(?P<open>[\[(])(?P<items>\s*(?:{STRING})(?:\s*,\s*(?:{STRING}))*)\s*,?\s*[\])]'
)


def _bracketed(texts: list[str]) -> str | None:
    """Merge strings that are listed in brackets and given a name, as `__all__` is; None where ours has several lines."""
    found = [BRACKETS.fullmatch(text) for text in texts]
    if found[0] is None or found[1] is None or found[2] is None or '\n' in texts[1]:
        return None
    heads = {(match['head'].replace(' ', ''), match['open']) for match in found if match is not None}
    if len(heads) > 1:
        return None
    low, mine, yours = (re.findall(STRING, match['items'].replace("'", '"')) for match in found if match is not None)
    spelled = dict(zip(mine, re.findall(STRING, found[1]['items']), strict=True))
    quote = found[1]['items'].strip()[0]
    items = [spelled.get(item, item.replace('"', quote)) for item in _united(low, mine, yours)]
    start, end = found[1].span('items')
    return texts[1][:start] + ', '.join(items) + texts[1][end:] if items else None


def _united(low: list[str], mine: list[str], yours: list[str]) -> list[str]:
    """What both sides made of a list: words of the standard go beside the neighbours that they have there."""
    result = [item for item in mine if item not in low or item in yours]
    for at, item in enumerate(yours):
        if item in low or item in result:
            continue
        before = [one for one in yours[:at] if one in result]
        behind = [one for one in yours[at + 1 :] if one in result]
        place = result.index(before[-1]) + 1 if before else result.index(behind[0]) if behind else len(result)
        result.insert(place, item)
    return result


def at_least(ours: Side, theirs: Side) -> bool:
    """Whether a value is as strict or as new as another; False where that can not be said."""
    mine, yours = ours.node.data, theirs.node.data
    low, high = _number(yours), _number(mine)
    if low is not None and high is not None:
        return high >= low
    first, second = lowest(ours.text), lowest(theirs.text)
    return first is not None and second is not None and first >= second


def _number(data: object) -> float | None:
    if isinstance(data, tuple) and len(data) == 2 and data[0] in ('int', 'float', 'bool'):
        text = str(data[1]).lower()
        return float({'true': '1', 'false': '0'}.get(text, text))
    return None


def lowest(text: str) -> Version | None:
    """The version that a pin, a `rev` or a requirement begins with, None if there is none."""
    text = text.strip().strip('"\'')
    named = requirement_name(text)
    if named is not None and not PIN.fullmatch(text):
        text = text[len(re.match(r'[\w.-]+\s*(\[[^\]]*\])?', text)[0]) :]  # type: ignore[index]
    bounds = [part.strip() for part in text.split(';')[0].split(',')]
    for bound in bounds:
        found = re.fullmatch(r'(?:===?|>=?|~=|~|\^)?\s*(v?\d[\w.]*)', bound)
        if found:
            return as_version(found[1])
    return None
