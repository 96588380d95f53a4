"""The hooks that any repository may use; each is a sibling module with a `HOOK`, imported only when it is wanted."""

from __future__ import annotations

import importlib

from trueup.errors import UserError
from trueup.hooks._hook import Hook

IDS = (
    'black',
    'commit-message',
    'flake8',
    'isort',
    'nbstripout',
    'poetry-check',
    'pylint',
    'pytest',
    'ruff-check',
    'ruff-format',
    'trueup-check',
    'trueup-format',
    'trueup-lint',
    'uv-check',
)


def find_hook(hook_id: str) -> Hook:
    """The hook with that id, importing its module and no other; raises UserError for an unknown id."""
    if hook_id not in IDS:
        raise UserError(f'no hook {hook_id!r}', where='trueup-hook', hint=f'hooks: {", ".join(IDS)}')
    hook = importlib.import_module(f'trueup.hooks.{hook_id.replace("-", "_")}').HOOK
    assert isinstance(hook, Hook)
    return hook
