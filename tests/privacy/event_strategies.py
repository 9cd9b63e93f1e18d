"""Events of every kind, as hypothesis draws them."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

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
from protocols.privacy.neighbours import Neighbours, add_or_remove

amounts = st.fractions(0, 4, max_denominator=1000)
scales = st.fractions(Fraction(1, 4), 50, max_denominator=1000)
deltas = st.fractions(0, Fraction(1, 100), max_denominator=10**9)


def simple_events(of: Neighbours) -> st.SearchStrategy[Event]:
    """Of one mechanism."""
    return st.one_of(
        st.builds(PureEvent, amounts, st.just(of)),
        st.builds(ApproximateEvent, amounts, deltas, st.just(of)),
        st.builds(ZcdpEvent, amounts, st.just(of)),
        st.builds(LaplaceEvent, scales, st.just(of)),
        st.builds(GaussianEvent, scales, st.just(of), st.booleans()),
    )


def events(of: Neighbours | None = None) -> st.SearchStrategy[Event]:
    """Of every kind, with the same neighbours."""
    return st.recursive(
        simple_events(of or add_or_remove()),
        lambda inner: st.one_of(
            st.builds(PoissonEvent, st.fractions(0, 1, max_denominator=1000), inner),
            st.builds(RepeatedEvent, inner, st.integers(1, 1000)),
            st.builds(lambda parts: ComposedEvent(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(NearEvent, inner, deltas),
        ),
        max_leaves=4,
    )
