def train():
@@ours
    return 1
@@middle
    return 2
@@theirs
