from typing import Dict

from packaging.version import Version

RATES = {'EUR': 1.0, 'USD': 1.08}  # type: Dict[str, float]


def convert(amount, currency):
    assert Version('1')
    return amount * RATES[currency]


def main():
    print(convert(1, 'USD'))
