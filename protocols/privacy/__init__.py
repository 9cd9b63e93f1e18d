"""Differential privacy: exact amounts and noise, mechanisms, what they emit, and what it costs."""

from protocols.consent.keeper import is_refusal
from protocols.privacy.accounts import Cost, cost
from protocols.privacy.aggregates import Aggregate, clipped_sum, count, histogram, sums_by
from protocols.privacy.amounts import AnyNumber, amount
from protocols.privacy.amplification import Sees, on_a_sample, shuffled
from protocols.privacy.averages import mean, variance
from protocols.privacy.banded_inverse_kmul25 import BandedInverse, banded_inverse
from protocols.privacy.banded_matrix_cgmmrtx23 import banded_event
from protocols.privacy.binary_tree_dnpr10 import BinaryTree, binary_tree
from protocols.privacy.canaries import canaries, guess
from protocols.privacy.charging import charge_of
from protocols.privacy.clipping import Clipping, clipping
from protocols.privacy.correlated_noise import CorrelatedNoise
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import discrete_laplace
from protocols.privacy.errors_of_noise import (
    NoiseError,
    epsilon_for_error,
    gaussian_error,
    laplace_error,
    rho_for_error,
)
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
from protocols.privacy.filters import EpsilonFilter, Odometer, RenyiFilter, RhoFilter
from protocols.privacy.gradients_acgmmtz16 import NoisyGradients
from protocols.privacy.grid import Grid, grid
from protocols.privacy.group_privacy import for_groups, for_substitution
from protocols.privacy.local_responses_wbls17 import HadamardResponse, RandomizedResponse, UnaryEncoding
from protocols.privacy.mechanisms import Gaussian, Laplace, Released, drawn, release
from protocols.privacy.neighbours import Neighbours, add_or_remove, group, substitute, user
from protocols.privacy.noisy_answers import AboveThreshold, report_noisy_max
from protocols.privacy.odds import posterior_bound, power_bound
from protocols.privacy.one_run_mmc25 import gaussian_trade_off, refutes, trade_off_of, trade_off_of_pairs
from protocols.privacy.one_run_snj23 import Guessed
from protocols.privacy.prepaid import Prepaid, prepaid
from protocols.privacy.quantiles import quantile
from protocols.privacy.selection_ms20 import exponential_mechanism, permute_and_flip
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import Skellam
from protocols.privacy.training import FixedBatches, PoissonBatches, TrainingSchedule, noise_for, training_schedule
from protocols.privacy.training_choices import TrainingChoice, training_choices
from protocols.privacy.users import Users

__all__ = [
    "AboveThreshold",
    "Aggregate",
    "AnyNumber",
    "ApproximateEvent",
    "BandedInverse",
    "BinaryTree",
    "Clipping",
    "ComposedEvent",
    "CorrelatedNoise",
    "Cost",
    "EpsilonFilter",
    "Event",
    "FixedBatches",
    "Gaussian",
    "GaussianEvent",
    "Grid",
    "Guessed",
    "HadamardResponse",
    "Laplace",
    "LaplaceEvent",
    "NearEvent",
    "Neighbours",
    "NoiseError",
    "NoisyGradients",
    "Odometer",
    "PoissonBatches",
    "PoissonEvent",
    "Prepaid",
    "PureEvent",
    "RandomizedResponse",
    "Released",
    "RenyiFilter",
    "RepeatedEvent",
    "RhoFilter",
    "Sees",
    "Sensitivity",
    "Skellam",
    "TrainingChoice",
    "TrainingSchedule",
    "UnaryEncoding",
    "Users",
    "ZcdpEvent",
    "add_or_remove",
    "amount",
    "banded_event",
    "banded_inverse",
    "binary_tree",
    "canaries",
    "charge_of",
    "clipped_sum",
    "clipping",
    "cost",
    "count",
    "discrete_gaussian",
    "discrete_laplace",
    "drawn",
    "epsilon_for_error",
    "exponential_mechanism",
    "for_groups",
    "for_substitution",
    "gaussian_error",
    "gaussian_trade_off",
    "grid",
    "group",
    "guess",
    "histogram",
    "is_refusal",
    "laplace_error",
    "mean",
    "noise_for",
    "on_a_sample",
    "permute_and_flip",
    "posterior_bound",
    "power_bound",
    "prepaid",
    "quantile",
    "refutes",
    "release",
    "report_noisy_max",
    "rho_for_error",
    "shuffled",
    "substitute",
    "sums_by",
    "trade_off_of",
    "trade_off_of_pairs",
    "training_choices",
    "training_schedule",
    "user",
    "variance",
]
