"""The few shapes of a Grafana dashboard that ours is made of, and their layout in rows."""

from __future__ import annotations

from typing import NamedTuple

SOURCE = {'type': 'prometheus', 'uid': '${datasource}'}
WIDTH = 24
Json = dict[str, object]


class Query(NamedTuple):
    """A PromQL expression and how its series are called."""

    expr: str
    legend: str = ''
    instant: bool = False
    heatmap: bool = False


class Panel(NamedTuple):
    """One picture; `steps` colour it from a value on."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = 'timeseries'
    width: int = 8
    height: int = 8
    about: str = ''
    steps: tuple[tuple[float | None, str], ...] = ()
    highest: float | None = None


class Row(NamedTuple):
    """A heading with the panels below it."""

    title: str
    panels: tuple[Panel, ...]


def dashboard(*, uid: str, title: str, tags: list[str], variables: list[Json], rows: list[Row]) -> Json:
    """The whole document, as Grafana's provisioning and its import take it."""
    return {
        'uid': uid,
        'title': title,
        'tags': tags,
        'schemaVersion': 39,
        'version': 1,
        'editable': True,
        'graphTooltip': 1,
        'refresh': '30s',
        'time': {'from': 'now-6h', 'to': 'now'},
        'timezone': 'browser',
        'annotations': {'list': []},
        'links': [],
        'templating': {'list': variables},
        'panels': _laid_out(rows),
    }


def datasource_variable() -> Json:
    """Which Prometheus to ask."""
    return {'name': 'datasource', 'label': 'Prometheus', 'type': 'datasource', 'query': 'prometheus', 'hide': 0}


def label_variable(name: str, query: str) -> Json:
    """Values of a label, all of them by default."""
    return {
        'name': name,
        'label': name.capitalize(),
        'type': 'query',
        'datasource': SOURCE,
        'query': {'query': query, 'refId': name},
        'definition': query,
        'refresh': 2,
        'sort': 1,
        'multi': True,
        'includeAll': True,
        'allValue': '.*',
        'current': {'text': ['All'], 'value': ['$__all']},
        'hide': 0,
    }


def _laid_out(rows: list[Row]) -> list[Json]:
    panels: list[Json] = []
    top = 0
    for row in rows:
        place = {'x': 0, 'y': top, 'w': WIDTH, 'h': 1}
        panels.append(
            {
                'id': len(panels) + 1,
                'type': 'row',
                'title': row.title,
                'collapsed': False,
                'gridPos': place,
                'panels': [],
            }
        )
        top += 1
        left = line = 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                left, top, line = 0, top + line, 0
            place = {'x': left, 'y': top, 'w': panel.width, 'h': panel.height}
            panels.append({'id': len(panels) + 1, 'gridPos': place, **_drawn(panel)})
            left, line = left + panel.width, max(line, panel.height)
        top += line
    return panels


def _drawn(panel: Panel) -> Json:
    steps = panel.steps or ((None, 'green'),)
    defaults: Json = {
        'unit': panel.unit,
        'color': {'mode': 'thresholds' if panel.steps else 'palette-classic'},
        'thresholds': {'mode': 'absolute', 'steps': [{'value': value, 'color': color} for value, color in steps]},
        **CUSTOM.get(panel.kind, {}),
    }
    if panel.kind == 'timeseries':
        defaults['min'] = 0
        defaults['color'] = {'mode': 'palette-classic'}
    if panel.highest is not None:
        defaults['max'] = panel.highest
    return {
        'type': panel.kind,
        'title': panel.title,
        'description': panel.about,
        'datasource': SOURCE,
        'fieldConfig': {'defaults': defaults, 'overrides': []},
        'options': OPTIONS[panel.kind],
        'targets': [_target(query, number) for number, query in enumerate(panel.queries)],
        **({'transformations': TABLE} if panel.kind == 'table' else {}),
    }


def _target(query: Query, number: int) -> Json:
    return {
        'refId': chr(ord('A') + number),
        'datasource': SOURCE,
        'editorMode': 'code',
        'expr': query.expr,
        'legendFormat': query.legend or '__auto',
        'instant': query.instant,
        'range': not query.instant,
        'format': 'heatmap' if query.heatmap else 'table' if query.instant and not query.legend else 'time_series',
    }


CUSTOM: dict[str, Json] = {
    'timeseries': {
        'custom': {
            'drawStyle': 'line',
            'lineWidth': 1,
            'fillOpacity': 10,
            'showPoints': 'never',
            'spanNulls': False,
            'thresholdsStyle': {'mode': 'off'},
        }
    },
}
OPTIONS: dict[str, Json] = {
    'timeseries': {
        'legend': {'displayMode': 'list', 'placement': 'bottom', 'showLegend': True, 'calcs': []},
        'tooltip': {'mode': 'multi', 'sort': 'desc'},
    },
    'stat': {
        'colorMode': 'value',
        'graphMode': 'none',
        'justifyMode': 'auto',
        'textMode': 'auto',
        'orientation': 'auto',
        'reduceOptions': {'calcs': ['lastNotNull'], 'fields': '', 'values': False},
    },
    'heatmap': {
        'calculate': False,
        'cellGap': 1,
        'color': {'mode': 'scheme', 'scheme': 'Oranges', 'steps': 64, 'exponent': 0.5, 'fill': 'dark-orange'},
        'exemplars': {'color': 'rgba(255,0,255,0.7)'},
        'filterValues': {'le': 1e-09},
        'legend': {'show': True},
        'rowsFrame': {'layout': 'auto'},
        'tooltip': {'mode': 'single', 'yHistogram': False, 'showColorScale': False},
        'yAxis': {'axisPlacement': 'left', 'reverse': False, 'unit': 's'},
    },
    'table': {
        'showHeader': True,
        'cellHeight': 'sm',
        'footer': {'show': False, 'reducer': ['sum'], 'countRows': False},
    },
}
TABLE: list[Json] = [
    {
        'id': 'organize',
        'options': {
            'excludeByName': {'Time': True, 'Value': True, '__name__': True, 'job': True},
            'indexByName': {},
            'renameByName': {},
        },
    }
]
