from starlette.testclient import TestClient

from ranker.app import app


def test_the_better_offer_comes_first():
    offers = [{"price": 3.0, "rating": 1.0}, {"price": 3.0, "rating": 5.0}]
    answer = TestClient(app).post("/rank", json=offers)
    assert answer.json()[0]["rating"] == 5.0
