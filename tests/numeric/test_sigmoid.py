from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.numeric.sigmoid import CENTRE, KNOTS, RIGHT, sigmoid, sigmoid_range, tanh, tanh_range
from protocols.ranges import Range

from .computing import Computed, Integers, compute, refused

WIDEST = (1 << 61) - 1
REALS = [(-1e13, 1e13), (-9, 9), (-1, 1), (2, 3), (8, 20), (-20, -8), (-3, 50), (-50, 3), (1.6875, 9.125), (0, 0)]


def logistic(x: Integers, f: int) -> npt.NDArray[np.float64]:
    clipped: npt.NDArray[np.float64] = np.clip(np.ldexp(x.astype(float), -f), -60, 60)
    return np.asarray(1 / (1 + np.exp(-clipped)))


def check(x: Integers, y: Integers, r: Range, f: int) -> None:
    assert (np.abs(np.ldexp(y.astype(float), -f) - logistic(x, f)) <= 1.1e-4 + 2.0**-f).all()
    inside = sigmoid_range(r, f)
    assert 0 <= inside.lo <= y.min()
    assert y.max() <= inside.hi <= 1 << f


def points(r: Range, f: int, count: int = 4000) -> Integers:
    near = np.linspace(max(r.lo, -(10 << f)), min(r.hi, 10 << f), count).clip(r.lo, r.hi).astype(np.int64)
    knots = np.array([int(knot * 2**f) + d for knot in KNOTS for d in (-1, 0, 1)])
    return np.concatenate([near, knots.clip(r.lo, r.hi), [r.lo, r.hi]])


@pytest.mark.parametrize(("lo", "hi"), REALS)
def test_within_its_bound_over_the_whole_range(computed: Computed, lo: float, hi: float) -> None:
    r = Range.of_reals(lo, hi, 16)
    x = points(r, 16)
    check(x, computed(sigmoid, x, r).values, r, 16)


def test_every_input_from_minus_10_to_10_at_16_bits() -> None:
    r = Range(-(10 << 16), 10 << 16)
    x = np.arange(r.lo, r.hi + 1)
    y = compute(sigmoid, x, r, suite="ideal").values
    check(x, y, r, 16)
    assert 1.05e-4 < np.abs(y / 65536 - logistic(x, 16)).max() < 1.2e-4


@pytest.mark.slow
def test_every_input_from_minus_10_to_10_at_16_bits_on_shares() -> None:
    r = Range(-(10 << 16), 10 << 16)
    x = np.arange(r.lo, r.hi + 1)
    check(x, compute(sigmoid, x, r).values, r, 16)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    f = data.draw(st.integers(0, 24))
    span = st.one_of(st.integers(-WIDEST, WIDEST), st.integers(-(10 << f), 10 << f))
    lo, hi = sorted((data.draw(span), data.draw(span)))
    inside = st.one_of(st.integers(lo, hi), st.integers(max(lo, min(hi, -(9 << f))), min(hi, max(lo, 9 << f))))
    x = np.array([*data.draw(st.lists(inside, max_size=20)), lo, hi], np.int64)
    y = compute(sigmoid, x, Range(lo, hi), f, suite=data.draw(st.sampled_from(["beaver", "ideal"]))).values
    check(x, y, Range(lo, hi), f)


def test_saturates_exactly(computed: Computed) -> None:
    x = np.array([-WIDEST, -(10 << 16), 10 << 16, WIDEST])
    assert computed(sigmoid, x, Range(-WIDEST, WIDEST)).values.tolist() == [0, 0, 65536, 65536]


def test_tanh(computed: Computed) -> None:
    r = Range.of_reals(-1e6, 1e6, 16)
    x = points(r, 16)
    y = computed(tanh, x, r).values
    assert np.abs(y / 65536 - np.tanh(x / 65536)).max() <= 2.2e-4 + 2.0**-16
    assert tanh_range(r, 16) == Range(-65536, 65536)


@pytest.mark.parametrize(
    ("lo", "hi", "f", "rounds"),
    [(-1e9, 1e9, 16, 8), (-3, 3, 16, 8), (-1, 1, 16, 7), (10, 11, 16, 0), (-9, 9, 20, 9), (2, 3, 20, 8)],
)
def test_rounds_are_those_of_the_docstring(lo: float, hi: float, f: int, rounds: int) -> None:
    r = Range.of_reals(lo, hi, f)
    assert compute(sigmoid, [r.lo, r.hi], r, f).rounds == rounds


def test_numbers_that_do_not_fit_are_refused_before_anything_is_sent() -> None:
    for function, r in ((sigmoid, Range(0, 1 << 61)), (tanh, Range(0, 1 << 60))):
        assert refused(function, r, 16).code == "range-too-wide"


def minimax(lo: float, hi: float, powers: range, top: float, points: int = 2001) -> float:
    """The error of the best polynomial with these powers that stays below `top`, by a linear programme on Chebyshev's
    points; an odd one about (0, 1/2) where the powers are odd."""
    from scipy.optimize import linprog  # here, for it takes half a second of every process that collects this

    x = lo + (np.cos(np.pi * np.arange(points) / (points - 1)) + 1) / 2 * (hi - lo)
    y = 1 / (1 + np.exp(-x)) - (0.5 if powers.start else 0)
    terms, one = np.stack([(x / hi) ** power for power in powers], 1), np.ones((points, 1))
    best = linprog(
        [0] * len(powers) + [1],
        np.vstack([np.hstack([terms, -one]), np.hstack([-terms, -one]), np.hstack([terms, 0 * one])]),
        np.concatenate([y, -y, np.full(points, top)]),
        bounds=[(None, None)] * len(powers) + [(0, None)],
    )
    return float(best.x[-1])


def test_the_coefficients_are_the_best_ones() -> None:
    pieces = (
        (CENTRE, KNOTS[1], KNOTS[2], minimax(0, KNOTS[2], range(1, 6, 2), 1)),
        (RIGHT, KNOTS[2], KNOTS[3], minimax(KNOTS[2], KNOTS[3], range(7), 1 - 2**-14)),
    )
    for piece, lo, hi, least in pieces:
        x = np.linspace(lo, hi, 100_001)
        value = np.polynomial.polynomial.polyval(x, piece)
        error = np.abs(value - 1 / (1 + np.exp(-x))).max()
        assert error < least + 1e-7
        assert value.max() < 1 - 2**-14 + 1e-7
