from rates.main import convert


def test_convert():
    assert convert(100, 'USD') == 108
