from packaging.version import Version
from itsdangerous import Signer
from rules import *


def verdict(amount, country):
    if amount > LIMIT or country in WATCHED:
        return 'look'
    return 'fine'


def signed(text):
    return Signer('change-me').sign(text)


if __name__ == '__main__':
    print(Version('1.0'), verdict(10, 'NL'))
