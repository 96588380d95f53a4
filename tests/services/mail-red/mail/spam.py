from packaging.version import Version

THRESHOLD = 0.7


def is_spam(score):
    Version('1')
    return score > THRESHOLD
