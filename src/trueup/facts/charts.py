"""Helm charts and plain Kubernetes manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._view import View, at
from trueup.model import Fact

MANIFEST = re.compile(r'^kind:\s*(Deployment|StatefulSet|InferenceService|SeldonDeployment|CronJob)\s*$', re.MULTILINE)
LISTED = 10


def read(view: View) -> Iterator[Fact]:
    """`chart` for each chart of the service's own (sub-charts left out) and `manifests`."""
    charts = view.named(r'([^/]+/)*chart\.ya?ml')
    folders = [path.rpartition('/')[0] for path in charts]
    for path, folder in zip(charts, folders, strict=True):
        if not re.search(r'(^|/)charts/[^/]+$', folder) or not any(
            folder.startswith(f'{other}/charts/') for other in folders
        ):
            named = next(((line, found[1]) for line, found in view.search(path, r'^name:\s*["\']?([\w.-]+)')), (0, ''))
            yield Fact('chart', folder or '.', (at(path, named[0]),), note=named[1])
    plain = [
        path
        for path in view.named(r'([^/]+/)*[^/]+\.ya?ml')
        if not any(path.startswith(f'{folder}/') for folder in folders) and MANIFEST.search(view.text(path) or '')
    ]
    if plain:
        yield Fact('manifests', tuple(plain[:LISTED]), tuple(at(path) for path in plain[:3]), 0.9)
