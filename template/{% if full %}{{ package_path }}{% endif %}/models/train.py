"""Trains the model on the bundled data and saves it as the next version: `make train`."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from ..configs.settings import Settings, TrainingSettings
from ..data_preparation.dataset import SAMPLE, read_dataset
from ..data_preparation.features import features
from ..plumbing.logs import configure_logging
from ..plumbing.model_store import ModelStore, Signature
from ..plumbing.settings import settings_or_exit
from .predictor import to_rows

NAME = 'customer-churn'
logger = logging.getLogger(__name__)


def train(store: ModelStore, settings: TrainingSettings, data: Path = SAMPLE) -> Signature:
    """Fit, measure on data that was held out, save; returns the signature with the new version."""
    customers, targets = read_dataset(data)
    signature = Signature(
        name=NAME, features=features(), metrics={}, trained_at=datetime.now(timezone.utc).isoformat(timespec='seconds')
    )
    known, held_out, known_targets, held_out_targets = train_test_split(
        signature.matrix(to_rows(customers)),
        targets,
        test_size=settings.test_share,
        random_state=settings.seed,
        stratify=targets,
    )
    model = Pipeline([('scale', StandardScaler()), ('classify', LogisticRegression(C=settings.regularisation))])
    model.fit(known, known_targets)
    score = roc_auc_score(held_out_targets, model.predict_proba(held_out)[:, 1])
    return store.save(
        model, Signature(signature.name, signature.features, {'roc_auc': float(score)}, signature.trained_at)
    )


def main() -> None:
    """Train with the configured settings."""
    settings = settings_or_exit(Settings)
    configure_logging(settings.logging)
    signature = train(ModelStore(settings.model.path), settings.training)
    logger.info('trained', extra={'version': signature.version, **signature.metrics})


if __name__ == '__main__':
    main()
