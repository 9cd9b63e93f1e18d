"""Differential privacy: exact amounts, what mechanisms emit, and what it costs."""

from protocols.privacy.amounts import AnyNumber, amount
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
from protocols.privacy.neighbours import Neighbours, add_or_remove, group, substitute, user

__all__ = [
    "AnyNumber",
    "ApproximateEvent",
    "ComposedEvent",
    "Event",
    "GaussianEvent",
    "LaplaceEvent",
    "NearEvent",
    "Neighbours",
    "PoissonEvent",
    "PureEvent",
    "RepeatedEvent",
    "ZcdpEvent",
    "add_or_remove",
    "amount",
    "group",
    "substitute",
    "user",
]
