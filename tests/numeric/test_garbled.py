"""Numerical functions by garbled circuits: the nearest number there is, over whole ranges, in two rounds."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import pytest

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from protocols.numeric import exponential, garbled, logarithm, sine
from protocols.numeric import sigmoid as logistic
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

from .computing import Integers, compute, spread

pytestmark = pytest.mark.blocks

rings = pytest.mark.parametrize("ring", [Z64, Z128], ids=str)


def nearest(values: Integers, exact: list[Fraction]) -> bool:
    return all(abs(int(v) - e) <= Fraction(1, 2) for v, e in zip(values, exact, strict=True))


async def by_circuit(
    ctx: Context, function: garbled.Function, numbers: list[ArithmeticShare], ranges: list[Range]
) -> Any:
    steps, kinds = garbled.alone(function, tuple(garbled.kind_in(r, ctx.ring.bits) for r in ranges))
    (found,) = await garbled.compute(ctx, steps, kinds, numbers, np.broadcast_shapes(*(x.shape for x in numbers)))
    return found


def of_one(function: Any) -> Any:
    async def run(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> Any:
        return await by_circuit(ctx, function(r, f), [x], [r])

    return run


def quotients(x: Integers, y: Integers, rx: Range, ry: Range, k: int, ring: Z2k = Z64) -> Integers:
    async def both(ctx: Context, v: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        return await by_circuit(ctx, garbled.quotient(rx, ry, k), [v[0], v[1]], [rx, ry])

    found = compute(both, np.stack([x, y]), Range(0, 0), 16, ring=ring)
    assert found.rounds == 2
    return found.values


@pytest.mark.parametrize(
    ("rx", "ry", "k"),
    [
        (Range(-100, 100), Range(1, 9), 0),
        (Range(-100, 100), Range(-9, -1), 3),
        (Range(0, 63), Range(3, 17), 5),
        (Range(-8, 7), Range(1, 16), -2),
        (Range(5, 5), Range(7, 7), 4),
    ],
)
def test_every_quotient_of_small_ranges(rx: Range, ry: Range, k: int) -> None:
    x, y = (v.reshape(-1) for v in np.meshgrid(np.arange(rx.lo, rx.hi + 1), np.arange(ry.lo, ry.hi + 1)))
    exact = [Fraction(int(a), int(b)) * Fraction(2) ** k for a, b in zip(x, y, strict=True)]
    assert nearest(quotients(x, y, rx, ry, k), exact)


@rings
def test_quotients_of_wide_ranges(ring: Z2k) -> None:
    rx, ry = Range(-(1 << 40), 1 << 40), Range(1, 1 << 30)
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.integers(rx.lo, rx.hi, 200, endpoint=True), [rx.lo, rx.hi, 0, -1]])
    y = np.concatenate([rng.integers(1, 1 << rng.integers(1, 31, 200)), [1, 1, 1 << 30, 1 << 30]])
    exact = [Fraction(int(a) << 16, int(b)) for a, b in zip(x, y, strict=True)]
    assert nearest(quotients(x, y, rx, ry, 16, ring), exact)


def test_operands_broadcast() -> None:
    async def row_by_column(ctx: Context, v: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        operands = [v[:3].reshape((1, 3)), v[3:].reshape((2, 1))]
        return await by_circuit(ctx, garbled.quotient(r, r, 8), operands, [r, r])

    found = compute(row_by_column, [10, 20, 30, 3, 7], Range(1, 30), 16).values
    np.testing.assert_array_equal(found, np.rint(np.array([[10, 20, 30]]) * 256 / np.array([[3], [7]])).astype(int))


@rings
@pytest.mark.parametrize(("r", "f"), [(Range(1, 300), 4), (Range(1 << 10, 1 << 22), 16), (Range(-200, -3), 6)])
def test_reciprocals(r: Range, f: int, ring: Z2k) -> None:
    x = spread(r, 200)
    found = compute(of_one(garbled.reciprocal), x, r, f, ring=ring)
    assert found.rounds == 2
    assert nearest(found.values, [Fraction(1 << 2 * f, int(v)) for v in x])


@rings
@pytest.mark.parametrize(("r", "f"), [(Range(0, 300), 4), (Range(0, 1 << 40), 16), (Range(5, 5), 3)])
def test_roots(r: Range, f: int, ring: Z2k) -> None:
    x = spread(r, 200)
    found = compute(of_one(garbled.sqrt), x, r, f, ring=ring)
    assert found.rounds == 2
    for v, root in zip(x.tolist(), found.values.tolist(), strict=True):
        assert root == isqrt((v << f + 2) + 0) + 1 >> 1


@pytest.mark.parametrize(("r", "f"), [(Range(1, 300), 6), (Range(1 << 12, 1 << 26), 16)])
def test_inverse_roots(r: Range, f: int) -> None:
    x = spread(r, 150)
    found = compute(of_one(garbled.inverse_sqrt), x, r, f)
    assert found.rounds == 2
    with localcontext(prec=50):
        exact = [Decimal(1 << 3 * f).__truediv__(int(v)).sqrt() for v in x]
    assert all(abs(int(v) - e) <= Decimal("0.5000001") for v, e in zip(found.values, exact, strict=True))


@pytest.mark.parametrize("r", [Range(-8, 7), Range(0, 15), Range(-100, -3), Range(-(1 << 50), 1 << 50)])
@rings
def test_signs_and_zeros(r: Range, ring: Z2k) -> None:
    x = spread(r, 60)
    for function, expected in ((garbled.NEGATIVE, x < 0), (garbled.ZERO, x == 0)):

        async def as_numbers(ctx: Context, v: ArithmeticShare, r: Range, f: int, function: Any = function) -> Any:
            return await ctx.suite.bits_to_ring(ctx, await by_circuit(ctx, function, [v], [r]))

        np.testing.assert_array_equal(compute(as_numbers, x, r, ring=ring).values, expected)


FUNCTIONS: dict[str, Any] = {
    "exp": (garbled.exp, lambda x: x.exp(), exponential.exp_range, Range(-(12 << 16), 5 << 16)),
    "log": (garbled.log, lambda x: x.ln(), logarithm.log_range, Range(1, 900 << 16)),
    "sigmoid": (garbled.sigmoid, lambda x: 1 / (1 + (-x).exp()), logistic.sigmoid_range, Range(-(20 << 16), 20 << 16)),
    "tanh": (garbled.tanh, lambda x: 1 - 2 / (1 + (2 * x).exp()), logistic.tanh_range, Range(-(9 << 16), 9 << 16)),
    "sin": (garbled.sin, lambda x: of_float(np.sin, x), sine.sin_range, Range(-(40 << 16), 40 << 16)),
    "cos": (garbled.cos, lambda x: of_float(np.cos, x), sine.cos_range, Range(-(40 << 16), 40 << 16)),
}


def of_float(function: Any, x: Decimal) -> Decimal:
    return Decimal(float(function(float(x))))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("small", [False, True])
def test_smooth_functions_are_within_a_unit_and_their_ranges(name: str, small: bool) -> None:
    function, exact, range_of, r = FUNCTIONS[name]
    f = 16
    if small:
        r = Range(max(r.lo, 1 << 15), 3 << 15)
    x = spread(r, 120)
    found = compute(of_one(function), x, r, f)
    assert found.rounds == 2
    inside = range_of(r, f, 61)
    assert inside.lo <= found.values.min()
    assert found.values.max() <= inside.hi
    with localcontext(prec=40):
        for v, y in zip(x.tolist(), found.values.tolist(), strict=True):
            assert abs(y - exact(Decimal(v) / (1 << f)) * (1 << f)) <= Decimal("1.0000001")
