"""Numerical functions in a ring of 128 bits: within their bounds, on wider ranges and with more fractional bits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from math import erf
from typing import Any

import numpy as np
import pytest

from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric import error_function, exponential, garbled, logarithm, reciprocal, sigmoid, sine, square_root
from protocols.numeric.division import divide, quotient_loss, quotient_range
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare

from .computing import compute

ROOM = 125
Exact = Callable[[Decimal], Decimal]


def logistic(x: Decimal) -> Decimal:
    return 1 / (1 + min(-x, Decimal(10**4)).exp())


FUNCTIONS: dict[str, tuple[Any, Any, Any, Exact]] = {
    "exp": (exponential.exp, exponential.exp_range, exponential.exp_loss, lambda x: x.exp()),
    "log": (logarithm.log, logarithm.log_range, logarithm.log_loss, lambda x: x.ln()),
    "sqrt": (square_root.sqrt, square_root.sqrt_range, square_root.sqrt_loss, lambda x: x.sqrt()),
    "1 / sqrt": (
        square_root.inverse_sqrt, square_root.inverse_sqrt_range, square_root.inverse_sqrt_loss, lambda x: 1 / x.sqrt(),
    ),
    "1 / x": (reciprocal.reciprocal, reciprocal.reciprocal_range, reciprocal.reciprocal_loss, lambda x: 1 / x),
    "sigmoid": (sigmoid.sigmoid, sigmoid.sigmoid_range, sigmoid.sigmoid_loss, logistic),
    "sin": (sine.sin, sine.sin_range, sine.sin_loss, lambda x: sine.sine_of_turns(x / sine.TWO_PI)),
    "cos": (sine.cos, sine.cos_range, sine.sin_loss, lambda x: sine.sine_of_turns(x / sine.TWO_PI + Decimal("0.25"))),
    "erf": (error_function.erf, error_function.erf_range, error_function.erf_loss, lambda x: Decimal(erf(x))),
    "tanh": (sigmoid.tanh, sigmoid.tanh_range, sigmoid.tanh_loss, lambda x: 2 * logistic(2 * x) - 1),
}  # fmt: skip
CASES = [
    ("exp", -(200 << 16), 75 << 16, 16), ("exp", -(50 << 40), 58 << 40, 40), ("exp", 0, 21 << 48, 48),
    ("log", 1, (1 << 124), 16), ("log", 1 << 30, 1 << 90, 40),
    ("sqrt", 0, 1 << 124, 16), ("sqrt", 1 << 30, 1 << 80, 40),
    ("1 / sqrt", 1 << 8, 1 << 124, 16), ("1 / sqrt", 1 << 30, 1 << 80, 40),
    ("1 / x", 1, 1 << 124, 16), ("1 / x", 1 << 36, 1 << 60, 40), ("1 / x", 3 << 40, 5 << 40, 40),
    ("1 / x", 1 << 4, 1 << 10, 30), ("sigmoid", -(1 << 120), 1 << 120, 16), ("tanh", -(3 << 40), 2 << 40, 40),
    ("sin", -(1 << 70), 1 << 80, 16), ("cos", -(9 << 40), 7 << 40, 40), ("erf", -(1 << 100), 1 << 100, 16),
    ("erf", -(3 << 40), 2 << 40, 40), ("sin", -(9 << 48), 7 << 60, 48), ("cos", -(1 << 50), 0, 48),
    ("erf", -(5 << 48), 7 << 48, 48), ("erf", -(6 << 24), 5 << 24, 24),
]  # fmt: skip


def spread(lo: int, hi: int) -> list[int]:
    """Integers all over a range, as dense near its small end, with both ends."""
    powers = [sign << i for i in range(125) for sign in (1, -1)]
    steps = [lo + (hi - lo) * i // 60 for i in range(61)]
    return sorted(
        {v for v in (lo, lo + 1, hi - 1, hi, *powers, *steps, *(p + p // 3 for p in powers)) if lo <= v <= hi}
    )


@pytest.mark.parametrize(("name", "lo", "hi", "f"), CASES)
def test_within_its_bound_over_the_whole_range(name: str, lo: int, hi: int, f: int) -> None:
    function, range_of, loss_of, exact = FUNCTIONS[name]
    x, r = spread(lo, hi), Range(lo, hi)
    y = compute(function, np.array(x, object), r, f, ring=Z128, n=3 if f == 16 else 2).values
    loss, inside = loss_of(r, f, ROOM), range_of(r, f, ROOM)
    with localcontext(prec=120):
        unit = Decimal(1 << f)
        for a, b in zip(x, y, strict=True):
            assert abs(Decimal(int(b)) - exact(Decimal(a) / unit) * unit) * ULP <= loss, a
    assert inside.lo <= min(y)
    assert max(y) <= inside.hi


CIRCUITS = {
    "exp": garbled.exp, "log": garbled.log, "sqrt": garbled.sqrt, "1 / sqrt": garbled.inverse_sqrt,
    "1 / x": garbled.reciprocal, "sigmoid": garbled.sigmoid, "tanh": garbled.tanh, "sin": garbled.sin,
    "cos": garbled.cos,
}  # fmt: skip


@pytest.mark.blocks
@pytest.mark.parametrize(("name", "lo", "hi", "f"), [case for case in CASES if case[0] in CIRCUITS])
def test_circuits_are_within_the_same_bounds(name: str, lo: int, hi: int, f: int) -> None:
    """Of numbers as wide as arithmetic takes them."""
    _, range_of, loss_of, exact = FUNCTIONS[name]
    x, r = spread(lo, hi), Range(lo, hi)

    async def by_circuit(ctx: Context, v: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        steps, kinds = garbled.alone(CIRCUITS[name](r, f), (garbled.kind_in(r, ctx.ring.bits),))
        (found,) = await garbled.compute(ctx, steps, kinds, [v], v.shape)
        return found

    y = compute(by_circuit, np.array(x, object), r, f, ring=Z128).values
    loss, inside = loss_of(r, f, ROOM), range_of(r, f, ROOM)
    with localcontext(prec=120):
        unit = Decimal(1 << f)
        for a, b in zip(x, y, strict=True):
            assert abs(Decimal(int(b)) - exact(Decimal(a) / unit) * unit) * ULP <= loss, a
    assert inside.lo <= min(y)
    assert max(y) <= inside.hi


def test_a_reciprocal_has_the_bits_that_the_ring_has_room_for() -> None:
    wide, narrow = (reciprocal.reciprocal_loss(Range(1 << 40, 1 << 42), 40, room) for room in (ROOM, 61))
    assert wide <= 3 * ULP
    assert narrow > 1000 * ULP


QUOTIENTS = [
    (Range(-(1 << 100), 1 << 100), Range(1, 3), 16), (Range(0, 1 << 80), Range(1 << 16, 1 << 40), 16),
    (Range(-(1 << 70), 1 << 70), Range(1 << 40, 1 << 60), 40), (Range(0, 1 << 120), Range(1 << 100, 1 << 120), 3),
]  # fmt: skip


@pytest.mark.parametrize(("rx", "ry", "k"), QUOTIENTS)
def test_quotients_within_their_bound(rx: Range, ry: Range, k: int) -> None:
    x = spread(rx.lo, rx.hi)
    y = (spread(ry.lo, ry.hi) * len(x))[: len(x)][::-1]

    async def both(ctx: Context, v: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        quotient: ArithmeticShare = await divide(ctx, v[0], v[1], rx, ry, k)
        return quotient

    q = compute(both, np.array([x, y], object), Range(0, 0), 16, ring=Z128).values
    loss, inside = quotient_loss(rx, ry, k, ROOM), quotient_range(rx, ry, k, 0, ROOM)
    for a, b, c in zip(x, y, q, strict=True):
        assert abs(c * b - (a << k)) * ULP <= loss * b
    assert inside.lo <= min(q)
    assert max(q) <= inside.hi
    assert loss <= max(8 * ULP, inside.magnitude * ULP >> 20)


def test_what_the_wider_ring_has_no_room_for_is_refused() -> None:
    for range_of in (logarithm.log_range, square_root.sqrt_range, sigmoid.sigmoid_range, reciprocal.reciprocal_range):
        with pytest.raises(LocalError, match="range-too-wide"):
            range_of(Range(1, 1 << ROOM), 16, ROOM)
    with pytest.raises(LocalError, match="too-many-fractional-bits"):
        exponential.exp_range(Range(0, 1), 49, ROOM)
    with pytest.raises(LocalError, match="range-too-wide"):
        exponential.exp_range(Range(0, 76 << 16), 16, ROOM)
