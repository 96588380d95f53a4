from delay.model import delay


def test_delay():
    assert delay(10, True) == 15.0
