import packaging


def answer():
    return packaging.__name__
