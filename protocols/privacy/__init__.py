"""Differential privacy: exact amounts and noise, mechanisms, what they emit, and what it costs."""

from protocols.privacy.aggregates import Aggregate, clipped_sum, count, histogram, sums_by
from protocols.privacy.amounts import AnyNumber, amount
from protocols.privacy.averages import mean, variance
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import discrete_laplace
from protocols.privacy.events import (
    ApproximateEvent,
    ComposedEvent,
    Event,
    GaussianEvent,
    LaplaceEvent,
    NearEvent,
    PoissonEvent,
    PureEvent,
    RepeatedEvent,
    ZcdpEvent,
)
from protocols.privacy.grid import Grid, grid
from protocols.privacy.local_responses_wbls17 import HadamardResponse, RandomizedResponse, UnaryEncoding
from protocols.privacy.mechanisms import Gaussian, Laplace, Released, drawn, release
from protocols.privacy.neighbours import Neighbours, add_or_remove, group, substitute, user
from protocols.privacy.noisy_answers import AboveThreshold, report_noisy_max
from protocols.privacy.quantiles import quantile
from protocols.privacy.selection_ms20 import exponential_mechanism, permute_and_flip
from protocols.privacy.sensitivity import Sensitivity

__all__ = [
    "AboveThreshold",
    "Aggregate",
    "AnyNumber",
    "ApproximateEvent",
    "ComposedEvent",
    "Event",
    "Gaussian",
    "GaussianEvent",
    "Grid",
    "HadamardResponse",
    "Laplace",
    "LaplaceEvent",
    "NearEvent",
    "Neighbours",
    "PoissonEvent",
    "PureEvent",
    "RandomizedResponse",
    "Released",
    "RepeatedEvent",
    "Sensitivity",
    "UnaryEncoding",
    "ZcdpEvent",
    "add_or_remove",
    "amount",
    "clipped_sum",
    "count",
    "discrete_gaussian",
    "discrete_laplace",
    "drawn",
    "exponential_mechanism",
    "grid",
    "group",
    "histogram",
    "mean",
    "permute_and_flip",
    "quantile",
    "release",
    "report_noisy_max",
    "substitute",
    "sums_by",
    "user",
    "variance",
]
