from main import verdict


def test_verdict():
    assert verdict(6000, 'NL') == 'look'
    assert verdict(10, 'NL') == 'fine'
