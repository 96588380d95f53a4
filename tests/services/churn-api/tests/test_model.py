from churn_api import settings
from churn_api.model import load_model
from churn_api.schemas import Customer


def make_model():
    return load_model(settings.HERE / 'data' / 'weights.json')


def test_long_tenure_lowers_the_score():
    new, old = make_model().score([
        Customer(tenure_months=1, monthly_charge=60),
        Customer(tenure_months=72, monthly_charge=60),
    ])
    assert old < new


def test_threshold_from_environment(monkeypatch):
    monkeypatch.setenv('CHURN_THRESHOLD', '0.9')
    assert settings.load()['model']['threshold'] == 0.9
