from reco.settings import TOP_N


def test_top_n():
    assert TOP_N == 5
