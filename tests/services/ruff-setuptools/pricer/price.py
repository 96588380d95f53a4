from packaging.version import Version


def price(size: int) -> float:
    return size * 1.5 if Version("1") else 0.0
