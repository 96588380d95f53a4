"""Every answer of the template, one at a time: what the tests of the whole render."""

from __future__ import annotations

OPTIONS: dict[str, dict[str, object]] = {
    'defaults': {},
    'quality': {'scope': 'quality'},
    'config': {'scope': 'config'},
    'service_name': {'service_name': 'a'},
    'longest names': {
        'service_name': 'x' * 50,
        'package_name': 'p' * 50,
        'description': 'Zoë’s "quoted" \\ service <&> {{ braces }} # 🎯',
        'author_name': "Zoë O'Brien \"Z\"",
        'author_email': 'zoe@example.com',
    },
    'flat package': {'package_path': 'churn_service'},
    'deep package': {'package_path': 'python/src/churn_service'},
    'service_root': {'service_root': 'services/churn'},
    'keep packager': {'packaging': 'keep'},
    'quality, keep packager': {'scope': 'quality', 'packaging': 'keep'},
    'uv': {'packaging': 'uv'},
    'uv, no package, an index': {
        'packaging': 'uv',
        'is_package': False,
        'package_index_url': 'https://packages.example.com/simple/',
    },
    'quality, uv': {'scope': 'quality', 'packaging': 'uv'},
    'ruff': {'lint_tools': 'ruff'},
    'quality, ruff in hooks of the team': {'scope': 'quality', 'lint_tools': 'ruff', 'ruff_hooks': False},
    'quality, ruff beside black': {'scope': 'quality', 'lint_tools': 'ruff', 'ruff_format': False},
    'uv and ruff': {'packaging': 'uv', 'lint_tools': 'ruff', 'ruff_version': '0.15.2'},
    'old Python': {'scope': 'quality', 'python_min': '3.8'},
    'no package': {'is_package': False},
    'quality, no package': {'scope': 'quality', 'is_package': False},
    'python_min': {'python_min': '3.10'},
    'package_index_url': {'package_index_url': 'https://packages.example.com/simple/'},
    'port': {'port': 9999},
    'no pipeline': {'ci': []},
    'jenkins': {'ci': ['jenkins']},
    'github': {'ci': ['github']},
    'slow_hooks': {'slow_hooks': 'pre-commit'},
    'hooks_repo': {'hooks_repo': 'https://mirror.example.com/trueup.git'},
}
