VERBS = {'met': '040', 'attacked': '190'}


def events(text):
    return [VERBS[word] for word in text.split() if VERBS.has_key(word)]
