"""The keyed documents: nothing of a text is lost in its tree, and one change touches one place."""

from __future__ import annotations

import pytest

from trueup.merge import STRATEGIES, strategy_for
from trueup.model import KeyPath
from trueup.text.keys import format_key
from trueup.text.tree import Document, Kind, Malformed, Node, render

TAB = '\t'
SAMPLES = {
    'pyproject.toml': '''# top

[project]  # meta
name = 'x'
"odd key".deep = 1
authors = [{ name = "A", email = "a@b.c" }]
dependencies = [
    # web
    "fastapi>=0.1",  # api
    "uvicorn[standard]",

    "numpy" ]
when = 1979-05-27 07:32:00
text = """
# no comment
[no.table]
"""

[[tool.source]]
name = "one"
[[tool.source]]
name = "two"
[tool.source.sub]
x = 1

[tool.black]
line-length = 120''',
    'values.yaml': '''# top

# about a
a: &anchor
  b: 1   # one
  # deep
  c: [x, "y z", {k: v}]
d: *anchor
"e f":
- name: n
  list:
    - - p
      - q
-
  name: m
text: |+
  # no comment
  key: no

folded: >-
  one
  two
empty:
last: {}
''',
    'many.yaml': '---\na: 1\n---\nb: 2\n',
    'setup.cfg': '''; top
[metadata]
name = x
long_description = file: README.md
classifiers =
    A
    # inside
    B

[flake8]
ignore=E1,E2
empty =
flag
''',
    'Makefile': f'''# top
SHELL := /bin/bash
ifeq ($(CI),true)
FLAGS = -q
endif

.PHONY: all \\
        test
all: test ; @echo done

# tests
test: export X = 1
test: a.py \\
      b.py
{TAB}pytest $(FLAGS)

{TAB}echo end
%.html: %.md
{TAB}pandoc $<
define BLOCK
x: y
endef
''',
    '.gitignore': '# python\n*.pyc\n\n!keep.pyc\n\\#odd\n*.pyc\n',
    'requirements.txt': '# top\n-r base.txt\nFlask[async] >= 2 ; python_version > "3"  # why\nx @ git+https://e.com/x#egg=x\n'
    'numpy==1.0 \\\n    --hash=sha256:abc\n',
    'Dockerfile': '''# syntax=docker/dockerfile:1
ARG PY=3.12
FROM python:$PY AS build
RUN apt-get update \\
    # why
    && apt-get install -y gcc
COPY --chown=1 a b ./
FROM python:$PY
COPY --from=build /x /y
ENV A=1 B=2
CMD ["x"]
''',
    'Jenkinsfile': '''// top
pipeline {
    agent { label 'x' }
    environment {
        A = credentials('a')
    }
    stages {
        stage('One { two') {
            steps {
                sh """
                  if true; then {
                    echo 1
                  }
                """
                sh(
                    script: 'x',
                )
            }
        }
    }
}
''',
    'README.md': '''intro

# One

text

```sh
# no heading
```

## Two ##
### Two
''',
    'app.py': '''#!/usr/bin/env python
"""Doc."""
from __future__ import annotations
import os, sys
from a import (
    b,  # first
    c as d,
)
from . import e

X: int = 1
y.z = 'é'


@deco(
    1,
)
def f(x):
    return x


class C:
    pass


if __name__ == '__main__':
    f(1)
''',
    'settings.json': '{"a": {"b": [1, 2, {"c": null}], "d": []},\n "e": "x\\"y", "f": [{"id": 1}, {"id": 2}]}\n',
}


def parse(path: str) -> Document:
    """The document of a sample."""
    grammar = strategy_for(path).grammar
    assert grammar is not None
    return grammar.parse(SAMPLES[path])


def leaves(node: Node, path: KeyPath = ()) -> list[KeyPath]:
    """Paths of all values."""
    if node.kind is Kind.LEAF:
        return [path]
    return [leaf for child in node.children for leaf in leaves(child, (*path, child.key))]


def test_every_format_has_a_sample() -> None:
    """A grammar without a sample is not tested here."""
    assert {strategy_for(path).name for path in SAMPLES} == {strategy.name for strategy in STRATEGIES}


@pytest.mark.parametrize('path', SAMPLES)
def test_a_tree_renders_to_the_same_text(path: str) -> None:
    """render(parse(x)) == x; of TOML, whose tables may be scattered, every value is where it says."""
    document = parse(path)
    if path != 'pyproject.toml':
        assert render(document) == SAMPLES[path]
    for key in leaves(document.root):
        node = document.find(key)
        assert node is not None and node.start <= node.body <= node.value[0] <= node.value[1] <= node.end


KEYS = {
    'pyproject.toml': [
        'project.name', 'project."odd key".deep', 'project.authors[name=A].name', 'project.authors[name=A].email',
        'project.dependencies[name=fastapi]', 'project.dependencies[name=uvicorn]', 'project.dependencies[name=numpy]',
        'project.when', 'project.text', 'tool.source[name=one].name', 'tool.source[name=two].name',
        'tool.source[name=two].sub.x', 'tool.black.line-length',
    ],
    'values.yaml': [
        'a.b', 'a.c', 'd', '"e f"[name=n].name', '"e f"[name=n].list', '"e f"[name=m].name', 'text', 'folded', 'empty',
    ],
    'many.yaml': ['[document=0].a', '[document=1].b'],
    'setup.cfg': [
        'metadata.name', 'metadata.long_description', 'metadata.classifiers', 'flake8.ignore', 'flake8.empty',
        'flake8.flag',
    ],
    'Makefile': [
        '"SHELL="', '"ifeq ($(CI),true)"', '".PHONY"[=all]', '".PHONY"[=test]', 'all', 'test', '"test~2"', '"%.html"',
        '"define BLOCK"',
    ],
    '.gitignore': ['[=*.pyc]', '[=!keep.pyc]', '[="\\\\#odd"]', '[=*.pyc]~2'],
    'requirements.txt': ['[=-r base.txt]', 'flask', 'x', 'numpy'],
    'Dockerfile': [
        '"ARG PY"', 'build.FROM', 'build."RUN apt-get"', 'build."COPY a b ./"', '"stage 1".FROM',
        '"stage 1"."COPY /x /y"', '"stage 1"."ENV A"', '"stage 1".CMD',
    ],
    'Jenkinsfile': [
        'pipeline.agent', 'pipeline.environment.A', 'pipeline.stages."stage(\'One { two\')".steps."sh \\"\\"\\""',
        'pipeline.stages."stage(\'One { two\')".steps."sh("',
    ],
    'README.md': ['top', 'One', 'Two', '"Two~2"'],
    'app.py': [
        '__doc__', '"from __future__"[=annotations]', '"import os, sys"', '"from a"[=b]', '"from a"[=c as d]',
        '"from ."[=e]', 'X', '"y.z"', 'f', 'C', '"if __name__ == \'__main__\':"',
    ],
    'settings.json': ['a.b', 'e', 'f'],
}  # fmt: skip


@pytest.mark.parametrize('path', SAMPLES)
def test_keys_are_as_policies_spell_them(path: str) -> None:
    """The whole list of values of a sample, in the spelling of the reference."""
    assert [format_key(key) for key in leaves(parse(path).root)] == KEYS[path]


@pytest.mark.parametrize('path', SAMPLES)
def test_any_value_may_be_replaced_by_itself(path: str) -> None:
    """Setting what is there changes no byte."""
    grammar, document = strategy_for(path).grammar, parse(path)
    assert grammar is not None
    for key in leaves(document.root):
        assert grammar.replace(document, key, document) == SAMPLES[path], key
        node = document.find(key)
        assert node is not None
        assert grammar.set_text(document, key, document.source(node)) == SAMPLES[path]


@pytest.mark.parametrize('path', [path for path in SAMPLES if path != 'many.yaml'])
def test_any_value_may_be_taken_out_and_put_back(path: str) -> None:
    """Out: the key is gone and the text still parses. Back, beside its neighbours: the meaning is the same again."""
    grammar, document = strategy_for(path).grammar, parse(path)
    assert grammar is not None
    for key in leaves(document.root):
        parent = document.find(key[:-1])
        if parent is None or len(parent.children) == 1 or key[-1] == 'FROM' or '~' in key[-1]:
            continue
        if f'{key[-1]}~2' in parent.keys:
            continue
        without = grammar.parse(grammar.remove(document, key))
        assert without.find(key) is None, key
        if without.find(key[:-1]) is None:
            continue  # it was what its list item is known by
        back = grammar.parse(grammar.insert(without, key, document))
        assert back.root.data == document.root.data, key


@pytest.mark.parametrize(
    ('path', 'text', 'reason'),
    [
        ('a.toml', 'a = 1\na = 2\n', 'not valid TOML: Cannot overwrite a value'),
        ('a.yaml', 'a: 1\na: 2\n', "the key 'a' stands twice"),
        ('a.yaml', 'a: [\n', 'not valid YAML: line 2: '),
        ('a.yaml', '? [a]\n: 1\n', 'line 1: a key that is not a plain value'),
        ('a.ini', 'a = 1\n', 'not valid INI: File contains no section headers.'),
        ('a.json', '{"a": 1, "a": 2}', "not valid JSON: the key 'a' stands twice"),
        ('a.py', 'def f(:\n', 'not valid Python: '),
        ('a.py', 'a = 1; b = 2\n', 'line 1: two statements on one line'),
        ('Dockerfile', 'RUN <<EOF\nx\nEOF\n', 'an instruction that is not understood: RUN <<EOF'),
        ('Jenkinsfile', 'a {\n', 'a brace is not closed'),
    ],
)
def test_what_is_malformed_is_named(path: str, text: str, reason: str) -> None:
    """One line that a person can act on."""
    grammar = strategy_for(path).grammar
    assert grammar is not None
    with pytest.raises(Malformed) as caught:
        grammar.parse(text)
    assert str(caught.value).startswith(reason)
    assert '\n' not in str(caught.value)
