from scorer.app import app, score


def test_score():
    assert score([{'tenure': 10, 'visits': 2}]) == [3.0]


def test_no_json():
    assert app.test_client().post('/score', data='x').status_code == 400
