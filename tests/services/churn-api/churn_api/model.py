import json
import logging
from pathlib import Path
import numpy as np

log = logging.getLogger(__name__)


class ChurnModel:
    def __init__(self, path, threshold = 0.5):
        raw = json.loads(Path(path).read_text())
        self.columns = raw['columns']
        self.intercept = raw['intercept']
        self.mean = np.array(raw['mean']); self.scale = np.array(raw['scale'])
        self.weights = np.array(raw['weights'])
        self.threshold = threshold

    def features(self, customer):
        row = {'tenure_months': customer.tenure_months, 'monthly_charge': customer.monthly_charge, 'support_calls': customer.support_calls, 'plan_monthly': 1.0 if customer.plan == 'monthly' else 0.0}
        return np.array([row[name] for name in self.columns], dtype=float)

    def score(self, customers):
        rows = np.vstack([self.features(c) for c in customers])
        z = self.intercept + ((rows - self.mean) / self.scale) @ self.weights
        p = 1 / (1 + np.exp(-z))
        l = [float(v) for v in p]
        log.info('scored %d customers' % len(l))
        return l


def load_model(path, threshold = 0.5):
    try:
        return ChurnModel(path, threshold)
    except Exception as e:
        log.error('could not load the model: %s' % e)
        raise
