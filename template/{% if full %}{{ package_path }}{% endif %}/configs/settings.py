"""The settings of this service: add groups beside those of the standard, and their values to config/default.yml."""

from __future__ import annotations

from ..plumbing.settings import Group, ServiceSettings


class TrainingSettings(Group):
    """How the model is trained."""

    test_share: float = 0.25
    seed: int = 7
    regularisation: float = 1.0


class Settings(ServiceSettings):
    """Everything that can be configured."""

    training: TrainingSettings = TrainingSettings()
