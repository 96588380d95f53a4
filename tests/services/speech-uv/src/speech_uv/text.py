from packaging.version import Version


def clean(text: str) -> str:
    return ' '.join(text.split())


MINIMUM = Version('1.0')
