"""What a service should have: its recorded standard, the render of a version, and the plan that leads there."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.lifecycle.around import HOOKS_FILE, limited
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, Service, files_of, work_tree
from trueup.lineage import Lineage, parse_lineage
from trueup.model import File, Plan, Tree
from trueup.plan import Context, interesting, joined, plan, prefixed
from trueup.policy import Policies
from trueup.recipe import read_recipe, written_once
from trueup.repo import Repo
from trueup.report import looks_secret
from trueup.settings import STANDARD_VARIABLE
from trueup.standard import (
    Standard,
    consented,
    installed_from,
    open_standard,
    parse_address,
    require_tagged,
    require_trust,
)
from trueup.template import FOLDER_KEY, parse_answers, render
from trueup.waivers import Waiver, read_waivers

OTHER_ANSWERS = re.compile(r'(?:[^/]*/)?[^/]*copier[^/]*\.ya?ml')
"""Names that templates give to their answers file with `_answers_file`."""
SOURCE = re.compile(r'(?m)^_src_path:\s*["\']?([^"\'\s]+)')
TRUSTED = 'trusted'


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a service's answers file says, with the standard opened."""

    answers: Mapping[str, object]
    standard: Standard
    tag: str


def read_recorded(service: Service, repo: Repo, run: Run, *, fresh: bool = False) -> Recorded | None:
    """The standard and version a service is under, None when it was never adopted; raises Refusal without trust.

    `fresh` asks the standard for versions that are newer than what is kept of it here.
    """
    text = repo.text(ANSWERS_FILE)
    if text is None:
        if ANSWERS_FILE in repo:
            raise UserError('not a UTF-8 text file', where=service.prefix + ANSWERS_FILE, hint='restore it from Git')
        _require_no_other(service, repo, run)
        return None
    where = service.prefix + ANSWERS_FILE
    answers = parse_answers(text, where=where)
    require_no_secrets(answers, where=where)
    address = require_trust(str(answers['_src_path']), trusted_addresses(service, run), where=where)
    address = consented(address, run.settings, run.user)
    tag = require_tagged(str(answers['_commit']), where=where)
    need = '' if fresh else tag
    standard = run.opened.get((address.url, need)) or open_standard(address, need=need)
    run.opened[address.url, need] = standard
    return Recorded(for_folder(service, standard, tag, answers), standard, tag)


def _require_no_other(service: Service, repo: Repo, run: Run) -> None:
    """Raises UserError where the answers to a standard that is trusted here stand in a file of another name."""
    for path in repo.paths:
        text = repo.text(path) if OTHER_ANSWERS.fullmatch(path) else None
        source = SOURCE.search(text or '')
        if source is not None and _is_trusted(source[1], trusted_addresses(service, run)):
            hint = f'git mv {path} {ANSWERS_FILE}   # stock Copier looks there too'
            raise UserError(f'the answers stand in {path}', where=service.prefix or '.', hint=hint)


def _is_trusted(spelling: str, trusted: tuple[str, ...]) -> bool:
    try:
        require_trust(spelling, trusted, where='')
    except UserError:
        return False
    return True


def for_folder(service: Service, standard: Standard, tag: str, answers: Mapping[str, object]) -> Mapping[str, object]:
    """The answers, with the name of the service's folder where it matters to the template."""
    if standard.commit(tag) is None or not read_recipe(standard, tag).folder_matters(answers):
        return answers
    return {**answers, FOLDER_KEY: service.name}


def require_no_secrets(answers: Mapping[str, object], *, where: str) -> None:
    """Raises Refusal naming the first answer that looks like a secret: answers are committed, and rendered into files."""
    for name, value in answers.items():
        if isinstance(value, str) and looks_secret(name, value):
            raise Refusal(
                f'the answer {name} looks like a secret',
                where=where,
                hint='take it out of the file and of the history, revoke it, and give it to the service at run time',
            )


def trusted_addresses(service: Service, run: Run) -> tuple[str, ...]:
    """Standards that the user, the environment, the installation or an earlier `--standard` here named."""
    noted = service.state / TRUSTED
    earlier = noted.read_text(encoding='utf-8').splitlines() if noted.is_file() else []
    return (
        run.settings.standard,
        os.environ.get(STANDARD_VARIABLE, ''),
        run.user.standard,
        *run.user.trusted,
        installed_from(),
        *earlier,
    )


def remember_trust(service: Service, url: str) -> None:
    """Note, for this clone only, that the user named this standard."""
    noted = service.state / TRUSTED
    known = noted.read_text(encoding='utf-8').splitlines() if noted.is_file() else []
    if url not in known:
        noted.parent.mkdir(parents=True, exist_ok=True)
        noted.write_text(''.join(f'{line}\n' for line in (*known, url)), encoding='utf-8')


def policies_at(standard: Standard, tag: str, answers: Mapping[str, object]) -> Policies:
    """Who owns what at a version; without a policies.toml every key is `default`, but for what Copier writes once."""
    where = f'policies.toml of {tag}'
    text = _file_at(standard, tag, 'policies.toml')
    found = Policies.empty()
    if text is not None:
        found = _parsed(text, where, tuple(sorted(placeholders(standard, answers).items())))
    return found.chosen(answers).with_once(written_once(standard, tag))


@functools.lru_cache(maxsize=32)
def _parsed(text: str, where: str, values: tuple[tuple[str, str], ...]) -> Policies:
    """Policies by their content: many services of one standard share them."""
    return Policies.parse(text, where=where, placeholders=dict(values))


def lineage_at(standard: Standard, tag: str, answers: Mapping[str, object]) -> Lineage:
    """The values that keys had in the versions up to `tag`; empty where the standard keeps no record."""
    text = _file_at(standard, tag, 'lineage.json')
    if text is None:
        return Lineage()
    return parse_lineage(text, where=f'lineage.json of {tag}').placed(placeholders(standard, answers))


def _file_at(standard: Standard, tag: str, path: str) -> str | None:
    try:
        return standard.file(tag, path)
    except UnicodeDecodeError as error:
        raise UserError('not UTF-8 text', where=f'{path} of {tag}', hint='tell the owners of the standard') from error


def placeholders(standard: Standard, answers: Mapping[str, object]) -> dict[str, str]:
    """What stands for `{package_path}`, `{standard_repo}` and `{hooks_repo}` in the policies."""
    url = standard.address.url
    repository = Path(url).as_uri() if url.startswith('/') else url
    hooks = str(answers.get('hooks_repo') or repository)
    path = str(answers.get('package_path') or answers.get('package_name') or 'src')
    return {'package_path': path, 'standard_repo': repository, 'hooks_repo': hooks}


def waivers_of(repo: Repo) -> tuple[Waiver, ...]:
    """The service's recorded exceptions; a service without pyproject.toml has none."""
    text = repo.text('pyproject.toml')
    return () if text is None else read_waivers(text)


def active_targets(waivers: tuple[Waiver, ...], run: Run) -> tuple[str, ...]:
    """Targets of waivers that have not expired."""
    return tuple(waiver.target for waiver in waivers if not waiver.expired(run.today))


def plan_service(
    service: Service,
    repo: Repo,
    trees: tuple[Tree | None, Tree],
    context: Context,
    *,
    outer: tuple[Tree | None, Tree] | None,
) -> Plan:
    """The plan of a service and, inside a larger repository, of the hooks file at its root; paths from the top."""
    base, theirs = trees
    inner = plan(base, files_of(repo, interesting(repo.paths, trees, context.policies)), theirs, context)
    if not service.prefix or outer is None:
        return prefixed(inner, service.prefix)
    top = work_tree(service, below='')
    around = plan(outer[0], files_of(top, outer[1]), outer[1], replace(context, retire=False))
    return joined((prefixed(inner, service.prefix), around))


def outer_tree(
    service: Service, standard: Standard, tag: str, answers: Mapping[str, object], *, commit: str = ''
) -> dict[str, File] | None:
    """The hooks file that the repository around a service should have: the service's hooks, for the folders that have them.

    None for a service that is its repository. pre-commit reads one configuration, at the root.
    """
    if not service.prefix:
        return None
    alone = render(standard, tag, {**answers, 'service_root': '.'}, commit=commit)
    file = alone.get(HOOKS_FILE)
    if file is None:
        return {}
    return {HOOKS_FILE: replace(file, data=limited(file.data.decode(), service, standard, tag).encode())}


def same_standard(recorded: Standard, spelling: str) -> bool:
    """Whether `--standard` names the standard that the service is under."""
    return parse_address(spelling).url == recorded.address.url
