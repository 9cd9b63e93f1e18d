"""Samples and shuffles protect against those who do not see them, and nobody else."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.amplification import Sees, on_a_sample, shuffled
from protocols.privacy.events import ApproximateEvent, LaplaceEvent, PoissonEvent, PureEvent
from protocols.privacy.neighbours import add_or_remove, substitute

LOCAL = PureEvent(1, substitute())


@given(st.fractions(Fraction(1, 10), 4, max_denominator=100), st.integers(10, 10**7))
def test_shuffling_gives_the_closed_bound_or_nothing(epsilon, people):
    local = PureEvent(epsilon, substitute())
    mixed = shuffled(local, people, "1e-6", sees=Sees.OUTPUT_ALONE)
    e = float(epsilon)
    spread = 8 * sqrt(exp(e) * log(4e6) / people) + 8 * exp(e) / people
    bound = log(1 + (exp(e) - 1) / (exp(e) + 1) * spread)
    if e <= log(people / (16 * log(2e6))) and bound < e:
        assert float(mixed.epsilon) == pytest.approx(bound)
        assert float(mixed.epsilon) >= bound * (1 - 1e-12)
        assert mixed.delta == Fraction(1, 10**6)
    else:
        assert mixed == local


def test_nothing_is_hidden_from_whoever_sees_who_sent_what():
    assert shuffled(LOCAL, 10**6, "1e-6", sees=Sees.WHO_TOOK_PART) == LOCAL
    assert on_a_sample(LOCAL, "0.01", sees=Sees.WHO_TOOK_PART) == LOCAL
    assert on_a_sample(LOCAL, "0.01", sees=Sees.OUTPUT_ALONE) == PoissonEvent("0.01", LOCAL)


def test_laplace_noise_of_each_is_shuffled_as_its_epsilon():
    ways = [shuffled(local, 10**6, "1e-6", sees=Sees.OUTPUT_ALONE) for local in (LOCAL, LaplaceEvent(1, substitute()))]
    assert ways[0] == ways[1]
    assert isinstance(ways[0], ApproximateEvent)
    assert ways[0].epsilon < Fraction(1, 10)


def test_one_more_or_less_is_not_shuffled():
    with pytest.raises(LocalError, match="other-neighbours"):
        shuffled(PureEvent(1, add_or_remove()), 10**6, "1e-6", sees=Sees.OUTPUT_ALONE)
