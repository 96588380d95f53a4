from packaging.version import Version


def main():
    return Version('1.0')
