"""Models that are trained on data of several parties, who keep it, and models that one party has and another asks."""

from __future__ import annotations

from protocols.learning.kmeans_su16 import PrivateClusters, private_kmeans
from protocols.learning.linear_regression_wang18 import PrivateLinearModel, private_linear_regression
from protocols.learning.logistic_regression_bst14 import PrivateLogisticModel, private_logistic_regression
from protocols.learning.logistic_regression_kst12 import private_logistic_by_objective
from protocols.learning.vertical_logistic import LogisticModel, logistic_regression
from protocols.models.architectures import Bert, Llama
from protocols.models.calibrating import Calibration, calibrate
from protocols.models.loading import load
from protocols.models.model import Model
from protocols.models.predictor import Predictor
from protocols.models.public_file import write_public
from protocols.models.secret_model import SecretModel, secret_model
from protocols.transformer.declared import beyond_ranges
from protocols.transformer.embedding import classify, embed, nearest
from protocols.transformer.generating import Answer, generate
from protocols.transformer.private_model import PrivateModel, private_model

__all__ = [
    "Answer",
    "Bert",
    "Calibration",
    "Llama",
    "LogisticModel",
    "Model",
    "Predictor",
    "PrivateClusters",
    "PrivateLinearModel",
    "PrivateLogisticModel",
    "PrivateModel",
    "SecretModel",
    "beyond_ranges",
    "calibrate",
    "classify",
    "embed",
    "generate",
    "load",
    "logistic_regression",
    "nearest",
    "private_kmeans",
    "private_linear_regression",
    "private_logistic_by_objective",
    "private_logistic_regression",
    "private_model",
    "secret_model",
    "write_public",
]
