"""The hooks file of a repository that holds several services: each hook looks at the folders of those that have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from trueup.errors import UserError
from trueup.lifecycle.service import ANSWERS_FILE, Service, work_tree
from trueup.standard import Standard, parse_address
from trueup.template import parse_answers, render

HOOKS_FILE = '.pre-commit-config.yaml'
HOOK = re.compile(r'^(?P<indent>\s*)- id: (?P<id>\S+)(?P<rest>[^\n]*)\n', re.MULTILINE)


def limited(text: str, service: Service, standard: Standard, tag: str) -> str:
    """The hooks of a service, for its folder and for those of its neighbours under the same standard that have them."""
    others = {prefix: _hooks(standard, tag, answers) for prefix, answers in neighbours(service, standard).items()}

    def limit(found: re.Match[str]) -> str:
        folders = [service.prefix, *(prefix for prefix, hooks in others.items() if found['id'] in hooks)]
        return f'{found[0]}{found["indent"]}  files: {pattern(folders)}\n'

    return HOOK.sub(limit, text)


def pattern(folders: Iterable[str]) -> str:
    """The expression for files in one of the folders; their names end with `/`."""
    names = sorted({re.escape(folder.rstrip('/')) for folder in folders})
    return f'^{names[0]}/' if len(names) == 1 else f'^({"|".join(names)})/'


def without(text: str, service: Service) -> str:
    """The hooks file once a service has left: hooks that its neighbours share go on without its folder."""
    name = re.escape(service.prefix.rstrip('/'))

    def shorten(found: re.Match[str]) -> str:
        rest = [each for each in found['names'].split('|') if each != name]
        return f'{found["head"]}{pattern(map(_unescaped, rest))}'

    return re.sub(r'(?m)^(?P<head>\s+files: )\^\((?P<names>[^)\n]*)\)/', shorten, text)


def _unescaped(name: str) -> str:
    return re.sub(r'\\(.)', r'\1', name)


def neighbours(service: Service, standard: Standard) -> dict[str, Mapping[str, object]]:
    """Folder -> answers of the other services in the repository that are under the same standard."""
    repo = work_tree(service, below='')
    found: dict[str, Mapping[str, object]] = {}
    for path in repo.paths:
        folder, _, name = path.rpartition('/')
        if name == ANSWERS_FILE and folder and f'{folder}/' != service.prefix:
            try:
                answers = parse_answers(repo.text(path) or '', where=path)
                same = parse_address(str(answers['_src_path'])).url == standard.address.url
            except (UserError, KeyError):  # told when that service is looked at
                continue
            if same:
                found[f'{folder}/'] = answers
    return found


def _hooks(standard: Standard, tag: str, answers: Mapping[str, object]) -> set[str]:
    """Ids of the hooks that a service has; none if its answers do not fit this version."""
    try:
        file = render(standard, tag, {**answers, 'service_root': '.'}).get(HOOKS_FILE)
    except UserError:
        return set()
    return {match['id'] for match in HOOK.finditer(file.data.decode())} if file else set()
