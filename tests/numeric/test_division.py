from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.division import divide, plan_of, quotient_loss, quotient_range
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare

from .computing import Computed, Integers, compute

MILLION = Range(-(10**6) << 16, 10**6 << 16)
PAIRS = [
    (Range(0, 10**8 << 16), Range(1 << 16, 1000 << 16), 16),
    (MILLION, Range(1, 1000), 0),
    (Range(0, 2_000_000), Range(1, 20), 16),
    (Range(0, 128 << 4), Range(1 << 4, 32 << 4), 4),
    (MILLION, Range(-(100 << 16), -1 << 16), 16),
    (Range(-(1 << 60), 1 << 60), Range(1 << 40, 1 << 61 - 1), 3),
    (Range(-5, 5), Range(3, 3), 20),
]


def quotients(function: Any, x: Integers, y: Integers, rx: Range, ry: Range, k: int) -> Integers:
    """`divide` on the pairs (x, y), which travel as one array of shares."""

    async def both(ctx: Context, v: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        quotient: ArithmeticShare = await divide(ctx, v[0], v[1], rx, ry, k)
        return quotient

    values: Integers = function(both, np.stack([x, y]), Range(0, 0), 16).values
    return values


def check(x: Integers, y: Integers, q: Integers, rx: Range, ry: Range, k: int) -> None:
    """Within the stated bound, exactly: |q y - x 2^k| <= loss y / 2^32."""
    loss = quotient_loss(rx, ry, k)
    for a, b, c in zip(x.tolist(), y.tolist(), q.tolist(), strict=True):
        assert abs(c * b - (a << k)) * ULP <= loss * abs(b)
    inside = quotient_range(rx, ry, k)
    assert inside.lo <= q.min()
    assert q.max() <= inside.hi


def some(r: Range, count: int, seed: int) -> Integers:
    rng = np.random.default_rng(seed)
    values = rng.integers(r.lo, r.hi, count, endpoint=True)
    small = np.clip(rng.integers(-50, 50, count), r.lo, r.hi)
    return np.concatenate([values, small, [r.lo, r.hi, r.lo, r.hi]])


@pytest.mark.parametrize(("rx", "ry", "k"), PAIRS)
def test_within_its_bound_over_both_ranges(computed: Computed, rx: Range, ry: Range, k: int) -> None:
    x, y = some(rx, 300, 1), some(ry, 300, 2)
    y[-2:] = y[-2:][::-1]
    check(x, y, quotients(computed, x, y, rx, ry, k), rx, ry, k)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_ranges(data: st.DataObject) -> None:
    k = data.draw(st.integers(0, 24))
    bits = st.integers(0, 45)
    hi = data.draw(bits.map(lambda i: 1 << i))
    rx = Range(data.draw(st.integers(-hi, hi)), hi)
    lowest = data.draw(bits.map(lambda i: 1 << i))
    ry = Range(lowest, data.draw(st.integers(lowest, lowest << data.draw(st.integers(0, 12)))))
    try:
        quotient_range(rx, ry, k)
    except LocalError as error:
        if error.code != "range-too-wide":
            raise
        return
    x, y = some(rx, 12, 3), some(ry, 12, 4)
    suite = data.draw(st.sampled_from(["beaver", "ideal"]))
    check(x, y, quotients(partial(compute, suite=suite), x, y, rx, ry, k), rx, ry, k)


def test_usual_ranges_lose_a_few_units_and_no_more() -> None:
    for x in (1 << 10, 10**6, 10**8):
        for y in (10, 100, 10**4):
            loss = quotient_loss(Range(-x << 16, x << 16), Range(1 << 16, y << 16), 16)
            assert loss <= 5 * ULP, (x, y)


def test_what_the_product_does_well_is_not_corrected() -> None:
    assert not plan_of(Range(-1 << 16, 1 << 16), Range(1 << 16, 4 << 16), 16).corrected
    assert plan_of(MILLION, Range(1 << 16, 4 << 16), 16).corrected


def test_a_correction_makes_the_loss_smaller() -> None:
    plan = plan_of(MILLION, Range(1 << 16, 1000 << 16), 16)
    assert plan.loss < plan.first_loss >> 8


@pytest.mark.parametrize("ry", [Range(0, 5), Range(-5, 5), Range(-5, 0)])
def test_divisors_that_may_be_zero_are_refused(ry: Range) -> None:
    with pytest.raises(LocalError) as refused:
        quotient_range(MILLION, ry, 16)
    assert refused.value.code == "domain"
    assert "np.maximum" in refused.value.remedy


def test_what_does_not_fit_is_refused() -> None:
    for x, y in ((Range(0, 1 << 61), Range(1, 2)), (Range(0, 5), Range(1, 1 << 61))):
        with pytest.raises(LocalError, match="range-too-wide"):
            quotient_range(x, y, 16)
