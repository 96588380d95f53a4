"""Writes the description of the API: `python -m <package>.api.docs [FILE]`, openapi.json by default."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..app import create_app
from ..configs.settings import Settings
from ..plumbing.settings import settings_or_exit


def main(target: Path) -> None:
    """Write openapi.json."""
    target.parent.mkdir(parents=True, exist_ok=True)
    description = create_app(settings_or_exit(Settings)).openapi()
    target.write_text(json.dumps(description, indent=2, sort_keys=True) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main(Path(sys.argv[1] if len(sys.argv) > 1 else 'openapi.json'))
