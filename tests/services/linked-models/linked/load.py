import pathlib

from packaging.version import Version


def size(path):
    return len(pathlib.Path(path).read_bytes()) if Version('1') else 0
