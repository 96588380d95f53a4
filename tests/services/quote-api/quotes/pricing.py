import math


def price(age, kilometres):
    """Price of a year in euros."""
    if age < 18: raise ValueError('too young')
    base = 420 if age < 25 else 260
    return round(base + 0.9*math.sqrt(kilometres), 2)
