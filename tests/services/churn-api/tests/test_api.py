import pytest
from fastapi.testclient import TestClient

from churn_api.main import app

CUSTOMER = {'tenure_months': 3, 'monthly_charge': 70, 'support_calls': 4, 'plan': 'monthly'}


@pytest.fixture
def client():
    with TestClient(app) as c:
        yield c


def test_health(client):
    assert client.get('/health').json()['status'] == 'ok'


def test_health_without_model():
    assert TestClient(app).get('/health').status_code == 503


def test_predict(client):
    score = client.post('/predict', json=CUSTOMER).json()
    assert score['will_churn'] is True
    assert score['probability'] == pytest.approx(0.878, abs=0.001)


def test_predict_refuses_nonsense(client):
    assert client.post('/predict', json={**CUSTOMER, 'tenure_months': -1}).status_code == 422


def test_batch_gives_one_score_each(client):
    loyal = {**CUSTOMER, 'tenure_months': 60, 'support_calls': 0, 'plan': 'yearly'}
    scores = client.post('/predict/batch', json=[CUSTOMER, loyal]).json()
    assert [s['will_churn'] for s in scores] == [True, False]


def test_batch_refuses_an_empty_list(client):
    assert client.post('/predict/batch', json=[]).status_code == 422
