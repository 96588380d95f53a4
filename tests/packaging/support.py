"""Small helpers of the packaging tests: a service in memory, converted."""

from __future__ import annotations

from trueup.model import File
from trueup.packaging.convert import Conversion, convert
from trueup.repo import Repo, repo_from_tree

ANSWERS: dict[str, object] = {
    'service_name': 'my-service',
    'description': 'Serves a model',
    'author_name': 'Ada',
    'author_email': 'ada@example.org',
    'python_min': '3.10',
    'package_name': 'app',
    'package_path': 'app',
    'is_package': False,
    'package_index_url': '',
    'packaging': 'poetry',
}


def repo(files: dict[str, str | bytes]) -> Repo:
    """A service in memory."""
    return repo_from_tree(
        {path: File(text if isinstance(text, bytes) else text.encode()) for path, text in files.items()}
    )


def converted(files: dict[str, str | bytes], **answers: object) -> Conversion:
    """The conversion of a service in memory."""
    return convert(repo(files), answers=ANSWERS | answers)


def text_of(conversion: Conversion) -> str:
    """The new file, which must be there."""
    assert conversion.pyproject is not None
    return conversion.pyproject
