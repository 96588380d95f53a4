"""What the sessions that push have in common: the version of what is delivered, and when it may be."""

from __future__ import annotations

from collections.abc import Collection

from packaging.version import Version

from trueup.errors import Refusal, UserError
from trueup.sessions._options import Options
from trueup.sessions._version import SNAPSHOT, line_of, read_version, snapshot

PUSH = '--push'
"""The argument of sessions that hand over what they made."""


def tag_of(options: Options, words: Collection[str]) -> str:
    """The version of what is made, a snapshot's if that is asked.

    Raises UserError without a place to push to, Refusal where HEAD is not the release that would be pushed.
    """
    push = PUSH in words
    if push and not options.image:
        raise UserError('no registry to push to', where='pyproject.toml', hint='[tool.trueup.sessions] image')
    if SNAPSHOT in words:
        return semantic(snapshot(options, line_of(options)))
    try:
        version = read_version(options)
    except UserError:
        if push:
            raise
        return '0'  # what is only built needs no version
    if push and not (line := line_of(options)).is_at(version):
        hint = f'nox -s image helm -- {SNAPSHOT} {PUSH} pushes a commit between releases'
        raise Refusal(f'HEAD does not bear the tag {line.tag(version)}', where='push', hint=hint)
    return semantic(version)


def semantic(version: Version) -> str:
    """A version as Helm and registries take it: https://semver.org; 1.2.3.dev4 is 1.2.3-dev.4."""
    numbers = '.'.join(str(number) for number in [*version.release, 0, 0][:3])
    before = [f'{version.pre[0]}.{version.pre[1]}'] if version.pre else []
    before += [f'dev.{version.dev}'] if version.dev is not None else []
    before += [f'post.{version.post}'] if version.post is not None else []
    return '-'.join([numbers, *(['.'.join(before)] if before else [])])
