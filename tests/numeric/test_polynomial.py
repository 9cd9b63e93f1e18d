from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from protocols.numeric import exponential, logarithm
from protocols.numeric.fixed_point import quotient_rounded
from protocols.numeric.polynomial import evaluate, fixed
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

from .computing import Computed, compute

FITS: dict[str, tuple[tuple[float, ...], Callable[[Any], Any], float]] = {
    "logarithm": (logarithm.COEFFICIENTS, lambda t: np.log(0.75 + t / 4), 2.6e-7),
    "exponential": (exponential.COEFFICIENTS, lambda t: 2 ** ((1 + t) / 2), 6e-11),
}


@pytest.mark.parametrize("name", FITS)
def test_coefficients_interpolate_at_chebyshevs_points(name: str) -> None:
    coefficients, function, bound = FITS[name]
    again = chebyshev.cheb2poly(chebyshev.chebinterpolate(function, 7))
    assert np.abs(again - coefficients).max() < 1e-11
    t = np.linspace(-1, 1, 100_001)
    assert np.abs(np.polynomial.polynomial.polyval(t, coefficients) - function(t)).max() < bound


@pytest.mark.parametrize(
    ("coefficients", "function", "bound"),
    [
        (logarithm.FINE, lambda t: (Decimal("0.75") + t / 4).ln(), Decimal(2) ** -43),
        (exponential.FINE, lambda t: (Decimal(2).ln() * (1 + t) / 2).exp(), Decimal(2) ** -50),
    ],
)
def test_finer_coefficients_are_as_near_as_stated(
    coefficients: tuple[float, ...], function: Callable[[Decimal], Decimal], bound: Decimal
) -> None:
    assert len(coefficients) == 16
    for i in range(-250, 251):
        t = Decimal(i) / 250
        value = Decimal(0)
        for c in reversed(coefficients):
            value = value * t + Decimal(c)
        assert abs(value - function(t)) < bound


def test_sixteen_coefficients_take_two_rounds_more() -> None:
    p = 50

    async def at(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        return await evaluate(ctx, x, logarithm.FINE, p)

    t = np.array([i * (1 << p) // 40 for i in range(-40, 41)], object)
    found = compute(at, t, Range(-(1 << p), 1 << p), ring=Z128)
    assert found.rounds == 7
    for a, y in zip(t, found.values, strict=True):
        exact = (Decimal("0.75") + Decimal(int(a)) / (1 << p) / 4).ln()
        assert abs(Decimal(int(y)) / (1 << 2 * p) - exact) < Decimal(2) ** -43 + 16 * Decimal(2) ** -p


@pytest.mark.parametrize("name", FITS)
def test_evaluation_is_as_exact_as_stated(computed: Computed, name: str) -> None:
    coefficients, function, bound = FITS[name]
    p = 28

    async def at(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        return await evaluate(ctx, x, coefficients, p)

    t = np.linspace(-(1 << p), 1 << p, 20_001).astype(np.int64)
    y = computed(at, t, Range(-(1 << p), 1 << p)).values / 2.0 ** (2 * p)
    assert np.abs(y - function(t / 2.0**p)).max() < bound + 7.2 * 2.0**-p


def test_five_rounds() -> None:
    async def at(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        return await evaluate(ctx, x, logarithm.COEFFICIENTS, 28)

    assert compute(at, [0], Range(0, 0)).rounds == 5


def test_rounding_of_constants() -> None:
    assert [quotient_rounded(15, e) for e in (2, 0, -1, -4, -5, -9)] == [60, 15, 8, 1, 0, 0]
    assert fixed(-0.3, 10) == -307
