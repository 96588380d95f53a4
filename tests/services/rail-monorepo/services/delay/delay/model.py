from packaging.version import Version


def delay(minutes, rain):
    if Version('1.0') < Version('2.0'):
        minutes = minutes * 1.1
    return round(minutes + (4 if rain else 0), 1)
