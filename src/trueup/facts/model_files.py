"""Trained models that are kept in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._view import View, at, is_test
from trueup.model import Fact

FORMATS = {
    **dict.fromkeys(('pkl', 'pickle', 'joblib', 'dill', 'sav', 'skops'), 'pickle'),
    **dict.fromkeys(('h5', 'hdf5', 'keras', 'tflite', 'pb'), 'tensorflow'),
    **dict.fromkeys(('pt', 'pth', 'ckpt', 'mar', 'torchscript'), 'pytorch'),
    **dict.fromkeys(('onnx',), 'onnx'),
    **dict.fromkeys(('safetensors',), 'safetensors'),
    **dict.fromkeys(('gguf', 'ggml'), 'ggml'),
    **dict.fromkeys(('cbm',), 'catboost'),
    **dict.fromkeys(('bst', 'ubj', 'xgb'), 'xgboost'),
    **dict.fromkeys(('pmml',), 'pmml'),
    **dict.fromkeys(('weights',), 'darknet'),
}
MODEL_WORDS = ('model', 'artifact', 'artefact', 'weights', 'checkpoint')
LISTED = 20


def read(view: View) -> Iterator[Fact]:
    """`model_files` per format, with what is dangerous or absent about them."""
    found: dict[str, list[str]] = {}
    for path in view.paths:
        if not is_test(path) and (kind := _format(path)):
            found.setdefault(kind, []).append(path)
    for kind, paths in sorted(found.items()):
        notes = [kind] + (['runs code when loaded'] if kind in ('pickle', 'pytorch') else [])
        if any(_is_pointer(view, path) for path in paths):
            notes.append('kept in Git LFS')
        yield Fact('model_files', tuple(paths[:LISTED]), tuple(at(path) for path in paths[:3]), 1.0, ', '.join(notes))
    tracked = [path for path in view.paths if path.endswith('.dvc')]
    if tracked:
        yield Fact('model_files', tuple(tracked[:LISTED]), tuple(at(path) for path in tracked[:3]), 0.7, 'kept in DVC')


def _format(path: str) -> str:
    name = path.rsplit('/', 1)[-1].lower()
    suffix = name.rsplit('.', 1)[-1] if '.' in name else ''
    if suffix in FORMATS:
        return FORMATS[suffix]
    inside = any(word in folder.lower() for folder in path.split('/')[:-1] for word in MODEL_WORDS)
    if inside and suffix == 'json' and any(word in name for word in ('xgb', 'booster')):
        return 'xgboost'
    return 'other' if inside and suffix in ('bin', 'model', 'npz', 'npy') else ''


def _is_pointer(view: View, path: str) -> bool:
    found = view.repo.file(path)
    return found is not None and found.data[:40].startswith(b'version https://git-lfs')
