"""A new service from the standard: copied, in Git, locked, with a first commit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from trueup.errors import Missing, Refusal
from trueup.git import GitError, run_git
from trueup.lifecycle.answers import require_questions, typed
from trueup.lifecycle.around import HOOKS_FILE
from trueup.lifecycle.desired import remember_trust
from trueup.lifecycle.locking import LOCK_SECONDS
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import NO_HOOKS
from trueup.model import Changed, Outcome, Report
from trueup.packaging.lock import lock, public_index
from trueup.packaging.uv_lock import lock_with_uv
from trueup.recipe import read_recipe
from trueup.standard import choose_tag, open_standard, version_of, wanted_address
from trueup.template import read_tree, recorded_answers, render_new


def new(destination: Path, run: Run, *, with_lock: bool = True) -> Outcome:
    """Changed with the new service; raises Refusal when the folder holds anything, Missing without Poetry."""
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise Refusal(
            'the folder is not empty', where=str(destination), hint='give a new one, or `trueup adopt` the service'
        )
    settings = run.settings
    address = wanted_address(settings, run.user, '')
    standard = open_standard(address, need=address.tag, dev=settings.dev)
    tag = choose_tag(standard, address.tag)
    recipe = read_recipe(standard, tag)
    require_questions(settings.answers, recipe)
    answers: dict[str, object] = {'scope': 'full'} if 'scope' in recipe.stored else {}
    answers |= {key: typed(value) for key, value in settings.answers.items()}
    locks = with_lock and 'packaging' in recipe.stored and answers.get('packaging', 'poetry') == 'poetry'
    if locks and shutil.which('poetry') is None:
        raise Missing('Poetry was not found', hint='install it (pipx install poetry), or give --no-lock')
    existed = destination.exists()
    try:
        run.say(f'copying the template of {tag}')
        render_new(standard, tag, answers, destination, ask=not settings.defaults)
        steps = _first_commit(destination, run, tag, with_lock)
    except BaseException:
        shutil.rmtree(destination, ignore_errors=True)
        if existed:
            destination.mkdir(exist_ok=True)
        raise
    service = Service(destination.resolve(), '')
    remember_trust(service, standard.address.url)
    return Changed(Report('new', destination.name, standard.address.url, version_of(tag), next_steps=steps))


def _first_commit(destination: Path, run: Run, tag: str, with_lock: bool) -> tuple[str, ...]:
    answers = recorded_answers(read_tree(destination))
    steps = [f'cd {destination}']
    if with_lock and answers.get('packaging') == 'poetry':
        run.say('locking the dependencies with Poetry')
        result = lock(destination, index_url=public_index(answers) or None, timeout=LOCK_SECONDS)
        if not result.ok:
            steps.append(f'poetry lock   # it failed: {result.reason}')
    if with_lock and answers.get('packaging') == 'uv' and not lock_with_uv(destination):
        steps.append('uv lock   # it was not run, or it failed')
    run_git(destination, 'init', '--quiet', '--initial-branch=main')
    run_git(destination, '-c', 'core.autocrlf=false', 'add', '--all')
    try:
        run_git(destination, 'var', 'GIT_AUTHOR_IDENT')
        who: tuple[str, ...] = ()
    except GitError:
        who = ('-c', 'user.name=trueup', '-c', 'user.email=trueup@localhost')
    run_git(
        destination, *NO_HOOKS, *who, 'commit', '--quiet', '--no-verify', '-m', f'feat: start from the standard {tag}'
    )
    if (destination / 'noxfile.py').is_file():
        steps.append(f'{"nox" if os.name != "nt" else "py -m nox"} -s lint tests')
    if (destination / HOOKS_FILE).is_file():
        steps.append('pre-commit install')
    return tuple(steps)
