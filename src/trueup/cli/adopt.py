"""`trueup adopt`: bring an existing service under the standard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from trueup.cli._options import asker, make_run, shared, show
from trueup.cli._progress import steps
from trueup.lifecycle.adopt import adopt, resume
from trueup.lifecycle.answers import Ask
from trueup.lifecycle.run import Run
from trueup.model import Outcome


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared(
    'standard',
    'trust',
    'service_root',
    'answers',
    'defaults',
    'plan_only',
    'dev',
    'switch',
    'verify',
    'format',
    'quiet',
    'verbose',
)
@click.option(
    '--format-code',
    type=click.Choice(['none', 'all']),
    default='none',
    show_default=True,
    help='Format all code in a commit of its own.',
)
@click.option(
    '--constraints',
    default='',
    metavar='FILE',
    help='Versions that run today, as `pip freeze` prints them in the image: the first lock starts from them.',
)
@click.option(
    '--convert-tools', is_flag=True, help="Move from ruff to the standard's tools; without it a team's ruff stays."
)
@click.option(
    '--all-members', is_flag=True, help='Adopt every service folder of the repository: one branch, one report.'
)
@click.option('--continue', 'resumed', is_flag=True, help='End an adoption whose open decisions have been made.')
def command(path: Path, output: str, resumed: bool, all_members: bool, **options: object) -> int:
    """Bring the service at PATH under the standard, on a branch; your checkout stays as it is.

    Exit 0: done. 3: done, decisions wait for you. 4: something that worked would break; nothing was done.
    """
    run = make_run(options)
    verb: Callable[[Path, Run, Ask | None], Outcome] = adopt
    if all_members:
        from trueup.lifecycle.members import adopt_members, resume_members  # late: few repositories hold several

        if resumed:
            return show(resume_members(path, run), run, output)
        verb = adopt_members
    if resumed:
        return show([resume(path, run, 'adopt')], run, output)
    ask = asker(run)
    if ask is not None:  # a bar would draw over the questions
        return show([verb(path, run, ask)], run, output)
    with steps(run) as watched:
        outcome = verb(path, watched, None)
    return show([outcome], run, output)
