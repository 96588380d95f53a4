import pytest

from quotes import price
from quotes.app import create_app


@pytest.fixture
def client():
    return create_app().test_client()


def test_young_drivers_pay_more():
    assert price(19, 10000) > price(40, 10000)


def test_quote(client):
    answer = client.post('/quote', json={'age': 40, 'kilometres': 10000})
    assert answer.get_json() == {'price': 350.0, 'currency': 'EUR'}


def test_nonsense_is_refused(client):
    assert client.post('/quote', json={'age': 12, 'kilometres': 1}).status_code == 422


def test_health(client):
    assert client.get('/health').get_json() == {'status': 'ok'}
