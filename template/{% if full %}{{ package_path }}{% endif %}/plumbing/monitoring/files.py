"""The generated files as text: the same promises always give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from .alerts import alert_rules
from .dashboard import service_dashboard
from .rules import recording_rules
from .scenarios import rule_tests
from .slo import Slo, read_slo

PROMISES = 'slo.yml'
CHART = Path('chart') / 'files'
DEPLOYED = ('rules.yml', 'dashboard.json')
"""What the Helm chart brings to the cluster: it reads files of its own folder only."""
HEAD = '# Written by `make monitoring` from slo.yml: change that one.\n'


class _Dumper(yaml.SafeDumper):
    """Long expressions keep their lines, and nothing is written as an alias."""

    def ignore_aliases(self, data: object) -> bool:
        """Never."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar('tag:yaml.org,2002:str', value, style='|' if '\n' in value else None)


_Dumper.add_representer(str, _text)


def generated(folder: Path) -> dict[Path, str]:
    """Path and text of each file that comes from the promises in a folder; raises SloError."""
    made = texts(read_slo(folder / PROMISES))
    chart = folder.parent / CHART
    copies = {chart / name: made[name] for name in DEPLOYED} if chart.is_dir() else {}
    return {folder / name: text for name, text in made.items()} | copies


def texts(slo: Slo) -> dict[str, str]:
    """The same by name."""
    return {
        'rules.yml': _yaml({'groups': [*recording_rules(slo), *alert_rules(slo)]}),
        'rules_test.yml': _yaml(rule_tests(slo)),
        'dashboard.json': json.dumps(service_dashboard(slo), indent=2) + '\n',
    }


def _yaml(document: object) -> str:
    return HEAD + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10**6, allow_unicode=True)
