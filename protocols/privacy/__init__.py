"""Differential privacy: exact amounts, what mechanisms emit, and what it costs."""

from protocols.privacy.accounts import Cost, cost
from protocols.privacy.amounts import AnyNumber, amount
from protocols.privacy.amplification import Sees, on_a_sample, shuffled
from protocols.privacy.charging import charge_of
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
from protocols.privacy.group_privacy import for_groups, for_substitution
from protocols.privacy.neighbours import Neighbours, add_or_remove, group, substitute, user
from protocols.privacy.odds import posterior_bound, power_bound
from protocols.privacy.training import FixedBatches, PoissonBatches, TrainingSchedule, noise_for, training_schedule

__all__ = [
    "AnyNumber",
    "ApproximateEvent",
    "ComposedEvent",
    "Cost",
    "EpsilonFilter",
    "Event",
    "FixedBatches",
    "GaussianEvent",
    "LaplaceEvent",
    "NearEvent",
    "Neighbours",
    "NoiseError",
    "Odometer",
    "PoissonBatches",
    "PoissonEvent",
    "PureEvent",
    "RenyiFilter",
    "RepeatedEvent",
    "RhoFilter",
    "Sees",
    "TrainingSchedule",
    "ZcdpEvent",
    "add_or_remove",
    "amount",
    "charge_of",
    "cost",
    "epsilon_for_error",
    "for_groups",
    "for_substitution",
    "gaussian_error",
    "group",
    "laplace_error",
    "noise_for",
    "on_a_sample",
    "posterior_bound",
    "power_bound",
    "rho_for_error",
    "shuffled",
    "substitute",
    "training_schedule",
    "user",
]
