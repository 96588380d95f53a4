"""What a report may never tell, and what it must still tell."""

from __future__ import annotations

import pytest

from trueup.model import Action, Changed, Conflicted, Decision, Failed, Plan, Refused, Report
from trueup.report import WRITERS, render
from trueup.report._masking import mask, names_secret

from .samples import ADOPTED, SECRET

# Put together here, so that no scanner takes this file for a leak.
GITHUB = 'ghp_' + 'a1B2' * 9
AWS = 'AKIA' + 'IOSFODNN7EXAMPLE'
KEY = '-----BEGIN RSA ' + 'PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA ' + 'PRIVATE KEY-----'


@pytest.mark.parametrize(
    ('text', 'masked'),
    [
        ('https://user:pa55word@host/simple', 'https://user:***@host/simple'),
        ('https://pa55@word:x@host/', 'https://***@word:x@host/'),
        (f'https://{GITHUB}@github.com/a/b.git', 'https://***@github.com/a/b.git'),
        ('postgres://app:s3cr3t@db:5432/x', 'postgres://app:***@db:5432/x'),
        ('redis://:s3cr3t@cache:6379', 'redis://:***@cache:6379'),
        ('password=s3cr3t', 'password=***'),
        ("password = 's3 cr3t'", "password = '***'"),
        ('DB_PASSWORD: "s3cr3t"', 'DB_PASSWORD: "***"'),
        ('export API_KEY=abc123def', 'export API_KEY=***'),
        ('accessToken: abc123def', 'accessToken: ***'),
        ('{"client_secret": "abc123def", "a": 1}', '{"client_secret": "***", "a": 1}'),
        ("os.environ['API_TOKEN'] = 'abc123def'", "os.environ['API_TOKEN'] = '***'"),
        ('token: str = "abc123def"', 'token: str = "***"'),
        ('twine upload --password s3cr3t dist/*', 'twine upload --password *** dist/*'),
        ('Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer ***'),
        ('https://x.blob.core/y?sv=1&sig=abc%2Fdef', 'https://x.blob.core/y?sv=1&sig=***'),
        (f'id {AWS} end', 'id *** end'),
        (f'x{KEY}y', 'x***y'),
    ],
)
def test_masked(text: str, masked: str) -> None:
    """Tokens, credentials in addresses, assignments and keys are hidden; what surrounds them stays readable."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    'text',
    [
        'https://packages.example.com/simple',
        'ssh://git@github.com/a/b.git',
        'git@github.com:a/b.git',
        'password = ${DB_PASSWORD}',
        'https://ci:${TOKEN}@host/',
        'password: "{{ .Values.password }}"',
        'max_tokens = 512',
        'tokenizer = "bert-base-uncased"',
        'id-token: write',
        'secretName: orders-tls',
        'passwordSecretRef: db',
        'password: str',
        'password=os.environ["X"]',
        'persist-credentials: false',
        'line-length = 120',
        'the token is missing',
        'def read(token): return 1',
        'fastapi>=0.68,<0.69',
    ],
)
def test_left_alone(text: str) -> None:
    """Names, references and ordinary settings are not secrets; masking them would hide the reason of a decision."""
    assert mask(text) == text


def test_masking_twice_changes_nothing() -> None:
    """A report may be masked by two layers."""
    text = f'https://a:b1@h/ password="x y" {AWS} token=abcdef1234'
    assert mask(mask(text)) == mask(text)


def test_secret_names() -> None:
    """A key's name alone can tell that its value is secret."""
    assert [name for name in ('DB_PASSWORD', 'apiKey', 'x.token', 'tokens', 'secretName', 'rev') if names_secret(name)] == [
        'DB_PASSWORD',
        'apiKey',
        'x.token',
    ]  # fmt: skip


@pytest.mark.parametrize('name', sorted(WRITERS))
@pytest.mark.parametrize('verbose', [False, True])
def test_no_format_tells_a_secret(name: str, verbose: bool) -> None:
    """One shared function, so every format is as safe as the others."""
    plan = Plan(decisions=(Decision('a.py', ('password',), Action.KEEP, SECRET, None, reason=f'token={SECRET}'),))
    outcomes = [
        Conflicted(ADOPTED),
        Changed(Report('adopt', 'x', plan=plan, next_steps=(f'git clone https://a:{SECRET}@h/',))),
        Failed('s', f'cannot fetch https://u:{SECRET}@h/x', 70, f'password={SECRET}'),
        Refused('s', f'https://{SECRET}@h/x'),
    ]
    for outcome in outcomes:
        assert SECRET not in render(outcome, name, verbose=verbose)
    assert SECRET not in render(outcomes, name, verbose=verbose)
