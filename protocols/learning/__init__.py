"""Models that are trained on data of several parties, who keep it."""

from __future__ import annotations

from protocols.learning.vertical_logistic import LogisticModel, logistic_regression

__all__ = ["LogisticModel", "logistic_regression"]
