"""Puts a trained model where a Triton server finds it: `python -m <package>.plumbing.model_repository`.

Layout, as Triton wants it: <repository>/<model>/config.pbtxt and <version>/model.py, beside which lies what the store
holds of that version. `requirements.txt` names what the server's image must hold to read it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version as installed
from pathlib import Path

import numpy as np

from .model_store import Feature, ModelError, ModelStore
from .open_inference.rows import OUTPUT
from .open_inference.tensors import datatype_of

CODE = 'model.py'
CONFIGURATION = 'config.pbtxt'
REQUIREMENTS = 'requirements.txt'
NEEDS = ('numpy', 'scikit-learn', 'skops')
BATCH = 1000
HEAD = """# Written by `make triton` from the features of the model; what is below the outputs is yours to tune.
"""
TUNING = """version_policy { latest { num_versions: 2 } }
instance_group [ { kind: KIND_CPU, count: 1 } ]
dynamic_batching { max_queue_delay_microseconds: 500 }
"""


def configuration(name: str, features: Sequence[Feature], tuning: str = TUNING) -> str:
    """The model's config.pbtxt: one input for each feature, any number of rows up to a batch."""
    inputs = [_tensor('input', feature.name, datatype_of(np.dtype(feature.dtype))) for feature in features]
    head = f'name: "{name}"\nbackend: "python"\nmax_batch_size: {BATCH}\n'
    return HEAD + head + ''.join([*inputs, _tensor('output', OUTPUT, 'FP64')]) + tuning


def _tensor(kind: str, name: str, datatype: str) -> str:
    # Triton calls texts STRING here, and BYTES everywhere else.
    kept = 'STRING' if datatype == 'BYTES' else datatype
    fields = f'name: "{name}", data_type: TYPE_{kept}, dims: [ 1 ]'
    return kind + ' [ { ' + fields + ' } ]\n'


def export(store: ModelStore, repository: Path, version: int | None = None) -> Path:
    """Put a version, or the newest, into the repository; returns its folder. It appears whole or not at all."""
    signature = store.load(version).signature
    model = repository / signature.name
    code = model / CODE
    if not code.is_file():
        raise ModelError(f'{code} is missing: the code that answers in Triton')
    config = model / CONFIGURATION
    tuning = _tuning(config.read_text(encoding='utf-8')) if config.is_file() else TUNING
    config.write_text(configuration(signature.name, signature.features, tuning), encoding='utf-8', newline='\n')
    needs = ''.join(f'{name}=={installed(name)}\n' for name in NEEDS)
    (repository / REQUIREMENTS).write_text(needs, encoding='utf-8', newline='\n')
    target = model / str(signature.version)
    with tempfile.TemporaryDirectory(dir=model, prefix='.exporting-') as scratch:
        folder = Path(shutil.copytree(store.root / str(signature.version), Path(scratch) / target.name))
        shutil.copy(code, folder / CODE)
        if target.exists():
            os.rename(target, Path(scratch) / 'old')
        os.rename(folder, target)
    return target


def _tuning(text: str) -> str:
    """What stands behind the last output: the team's own."""
    lines = text.splitlines(keepends=True)
    last = max((number for number, line in enumerate(lines) if line.startswith('output')), default=-1)
    return ''.join(lines[last + 1 :]) if last >= 0 else TUNING


def main(argv: Sequence[str] | None = None) -> int:
    """0: the model is there. 2: there is none, or no place for it."""
    parser = argparse.ArgumentParser(prog='model_repository', description='Put a trained model where Triton finds it.')
    parser.add_argument('--artifacts', type=Path, default=Path('artifacts'), help='folder of trained models')
    parser.add_argument('--repository', type=Path, default=Path('model_repository'), help="Triton's folder of models")
    parser.add_argument('--version', type=int, help='which one; the newest without it')
    chosen = parser.parse_args(argv)
    try:
        sys.stdout.write(f'{export(ModelStore(chosen.artifacts), chosen.repository, chosen.version)}\n')
    except ModelError as error:
        sys.stderr.write(f'error: {error}\n')
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
