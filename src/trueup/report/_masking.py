"""Hides what looks like a secret, the same way in every format: nothing secret may leave in a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from trueup.model import Conflict, Decision, Fact, Failed, Outcome, Refused
from trueup.report._walk import map_text

MASK = '***'

# Words at the end of a name that make its value a secret: `db_password`, `accessToken`, `aws.secret-access-key`.
WORDS = (
    r'(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|(?:api|access|account|secret|private|signing)[_-]?key)'
)
SECRET_NAME = re.compile(rf'(?:^|.*[^a-z])?{WORDS}$|.*{WORDS}$', re.IGNORECASE)
SECRET_QUERY = r'(?:sig|signature|x-amz-(?:signature|credential|security-token)|sas)'

# Values that name where a secret is, or that can't be one.
HARMLESS = re.compile(
    r"""(?xi) (?: [\[\]{}()<>|,;]* | true | false | null | none | nil | yes | no | on | off | read | write | inherit
    | changeme | required | optional | str(?:ing)? | str \| none | secretstr | \*{3,} | -?\d{1,4} | "" | '' )"""
)
REFERENCE = re.compile(
    r"""["']?(?:\$|%\(|%[A-Za-z_]+%|\{\{|<[^>]*>|os\.|env\b|environ|getenv|settings\.|config\.|vault:|file:)"""
)

SHAPES = re.compile(
    r"""(?x)
    -----BEGIN[ A-Z0-9]*PRIVATE[ ]KEY(?:[ ]BLOCK)?-----.*?(?:-----END[ A-Z0-9]*PRIVATE[ ]KEY(?:[ ]BLOCK)?-----|\Z)
    | \b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bgl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_.-]{16,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,}
    | \b(?:sk|rk|pk)[-_](?:live|test|proj|ant|svcacct)[-_][A-Za-z0-9_-]{16,} | \bsk-[A-Za-z0-9]{32,}
    | \bAIza[0-9A-Za-z_-]{35} | \bya29\.[0-9A-Za-z_-]{20,}
    | \bpypi-[A-Za-z0-9_-]{40,} | \bnpm_[A-Za-z0-9]{30,} | \bhf_[A-Za-z0-9]{30,} | \bdop_v1_[a-f0-9]{32,}
    | \bdapi[a-f0-9]{32}\b
    | \beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    """,
    re.DOTALL,
)
URL_PASSWORD = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<user>[^\s:/@'\"?#]*):(?P<password>[^\s/'\"?#]+)@", re.IGNORECASE
)
URL_USER = re.compile(r"(?P<scheme>\b(?:git\+)?https?://)(?P<user>[^\s:/@'\"?#]+)@", re.IGNORECASE)
HEADER = re.compile(r'(?P<name>\b(?:Bearer|Basic)\s+)(?P<value>[A-Za-z0-9._~+/=-]{12,})', re.IGNORECASE)
ASSIGNED = re.compile(rf"""(?xi)
    (?P<name> (?<![A-Za-z0-9]) [A-Za-z0-9_.-]{{0,60}}? {WORDS} ["']?\]?
        (?:\s{{0,8}}(?::\s*[A-Za-z]+\s*=|:=|=>|==?|:)\s{{0,8}}) )
    (?P<value> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | [^\s,;&"')}}\]]+ )
    """)
OPTION = re.compile(rf"""(?i)(?P<name>--(?:[a-z-]+-)?{WORDS}\s+)(?P<value>"[^"]*"|'[^']*'|[^\s-][^\s]*)""")
QUERY = re.compile(rf'(?i)(?P<name>[?&]{SECRET_QUERY}=)(?P<value>[^&\s"\']+)')


def mask(text: str) -> str:
    """The text with every part that looks like a secret replaced by `***`; names, hosts and references stay."""
    text = SHAPES.sub(MASK, text)
    text = URL_PASSWORD.sub(_masked_password, text)
    text = URL_USER.sub(lambda found: f'{found["scheme"]}{found["user"] if found["user"] == "git" else MASK}@', text)
    for pattern in (HEADER, QUERY, OPTION, ASSIGNED):
        text = pattern.sub(_masked_value, text)
    return text


def names_secret(name: str) -> bool:
    """Whether a key of this name holds a secret."""
    return SECRET_NAME.match(name.strip('"\'')) is not None


def looks_secret(name: str, value: str) -> bool:
    """Whether a value of that name is one that no report would show."""
    line = f'{name} = "{value}"'
    known = any(pattern.search(value) for pattern in (SHAPES, URL_PASSWORD, URL_USER))
    return known or (names_secret(name) and mask(line) != line)


def mask_outcome(outcome: Outcome) -> Outcome:
    """The outcome with every text in it masked, also values whose key tells that they are secret."""
    if isinstance(outcome, (Refused, Failed)):
        return map_text(outcome, mask)
    report = outcome.report
    plan = replace(
        report.plan,
        changes=(),
        decisions=tuple(_masked_decision(each) for each in report.plan.decisions),
        conflicts=tuple(_masked_conflict(each) for each in report.plan.conflicts),
    )
    facts = tuple(_masked_fact(each) for each in report.facts)
    masked = map_text(replace(report, plan=plan, facts=facts), mask)
    # The bytes of files never reach a report: only their paths and counts do.
    return replace(outcome, report=replace(masked, plan=replace(masked.plan, changes=report.plan.changes)))


def _masked_password(found: re.Match[str]) -> str:
    password = found['password']
    kept = password if REFERENCE.match(password) else MASK
    return f'{found["scheme"]}{found["user"]}:{kept}@'


def _masked_value(found: re.Match[str]) -> str:
    value = found['value']
    bare = value.strip('"\'')
    if HARMLESS.fullmatch(bare) or REFERENCE.match(bare) or bare.endswith(('(', '://')):
        return found[0]
    quote = value[0] if value[0] in '"\'' else ''
    return f'{found["name"]}{quote}{MASK}{quote}'


def _masked_decision(each: Decision) -> Decision:
    if not (each.key and names_secret(each.key[-1])):
        return each
    return replace(each, before=_hidden(each.before), after=_hidden(each.after))


def _masked_conflict(each: Conflict) -> Conflict:
    if not (each.key and names_secret(each.key[-1])):
        return each
    return replace(each, base=_hidden(each.base), ours=_hidden(each.ours), theirs=_hidden(each.theirs))


def _masked_fact(each: Fact) -> Fact:
    if isinstance(each.value, Mapping):
        return replace(each, value={key: _hidden(v) or '' if names_secret(key) else v for key, v in each.value.items()})
    if isinstance(each.value, str) and names_secret(each.name):
        return replace(each, value=_hidden(each.value))
    return each


def _hidden(value: str | None) -> str | None:
    if value is None:
        return None
    bare = value.strip().strip('"\'')
    return value if HARMLESS.fullmatch(bare) or REFERENCE.match(bare) else MASK
