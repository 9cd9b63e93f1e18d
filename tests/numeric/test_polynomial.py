from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev

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
