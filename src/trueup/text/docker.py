"""Dockerfiles: stages, and instructions known by what they are about."""

from __future__ import annotations

import functools
import re

from trueup.text.tree import Document, Grammar, Kind, Malformed, Node, lead_of, line_end, map_data, numbered

INSTRUCTION = re.compile(r'[ \t]*(?P<name>[A-Za-z]+)[ \t]+(?P<rest>.*)', re.DOTALL)
HEREDOC = re.compile(r'<<-?["\']?(\w+)')
STAGE = re.compile(r'\bAS[ \t]+([\w.-]+)', re.IGNORECASE)
SINGLE = frozenset(
    {'FROM', 'CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'SHELL', 'STOPSIGNAL', 'MAINTAINER', 'USER', 'WORKDIR'}
)


def _end(text: str, position: int) -> int:
    """End of an instruction with its continuation lines (comments between them belong to it)."""
    end = line_end(text, position)
    while text[position:end].rstrip('\n').rstrip(' \t').endswith('\\') and end < len(text):
        position, end = end, line_end(text, end)
        while text[position:end].lstrip().startswith('#') and end < len(text):
            position, end = end, line_end(text, end)
    return end


def _key(name: str, rest: str) -> str:
    """By what an instruction is known inside its stage."""
    words = [word for word in rest.replace('\\\n', ' ').split() if not word.startswith('--')]
    if name in SINGLE or not words:
        return name
    if name in ('ENV', 'ARG', 'LABEL'):
        return f'{name} {words[0].split("=")[0]}'
    if name == 'RUN':
        return f'RUN {" ".join(words[:2])}' if words[0] in ('pip', 'poetry', 'uv', 'npm') else f'RUN {words[0]}'
    return f'{name} {" ".join(words)}'


def _instructions(text: str) -> list[tuple[str, str, Node]]:
    """Name, stage (for FROM) and node of each instruction."""
    found: list[tuple[str, str, Node]] = []
    position = floor = 0
    while position < len(text):
        line = text[position : line_end(text, position)]
        if not line.strip() or line.lstrip().startswith('#'):
            position = line_end(text, position)
            continue
        end = _end(text, position)
        whole = INSTRUCTION.fullmatch(text[position:end].rstrip())
        if whole is None or HEREDOC.search(whole['rest']):
            raise Malformed(f'an instruction that is not understood: {line.strip()}')
        name = whole['name'].upper()
        lead = lead_of(text, floor, position) if found else position
        data = ' '.join(whole['rest'].replace('\\\n', ' ').split())
        span = (position, position + len(text[position:end].rstrip()))
        node = Node(_key(name, whole['rest']), Kind.LEAF, lead, position, end, span, f'{name} {data}', after=position)
        stage = STAGE.search(whole['rest'])
        found.append((name, stage[1] if stage else '', node))
        position = floor = end
    return found


@functools.lru_cache(maxsize=64)
def parse_docker(text: str) -> Document:
    """The document of a Dockerfile; raises Malformed."""
    top: list[Node] = []
    stages: list[tuple[str, list[Node]]] = []
    for name, stage, node in _instructions(text):
        if name == 'FROM':
            stages.append((stage or f'stage {len(stages)}', [node]))
        elif stages:
            stages[-1][1].append(node)
        else:
            top.append(node)
    if not stages:
        raise Malformed('no FROM')
    nodes = [*_numbered(top)]
    for key, (_, inside) in zip(numbered([stage for stage, _ in stages]), stages, strict=True):
        children = _numbered(inside)
        start, end = children[0].start, children[-1].end
        body = children[0].body
        nodes.append(Node(key, Kind.MAP, start, body, end, (body, end), map_data(children), children, body))
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), tuple(nodes)))


def _numbered(nodes: list[Node]) -> tuple[Node, ...]:
    keys = numbered([node.key for node in nodes])
    return tuple(
        Node(key, node.kind, node.start, node.body, node.end, node.value, node.data, after=node.after)
        for key, node in zip(keys, nodes, strict=True)
    )


class Docker(Grammar):
    """Dockerfiles; an instruction of the standard goes behind what the service put at the same place."""

    name = 'Dockerfile'
    late = True
    spoken = True

    def parse(self, text: str) -> Document:
        return parse_docker(text)
