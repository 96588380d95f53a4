from pricer import price


def test_price():
    assert price(2) == 3.0
