"""Models that are trained on data of several parties, who keep it."""

from __future__ import annotations

from protocols.learning.linear_regression_wang18 import PrivateLinearModel, private_linear_regression
from protocols.learning.vertical_logistic import LogisticModel, logistic_regression

__all__ = [
    "LogisticModel",
    "PrivateLinearModel",
    "logistic_regression",
    "private_linear_regression",
]
