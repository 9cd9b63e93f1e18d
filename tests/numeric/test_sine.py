"""Sines, cosines and the error function: bounds, ranges and rounds, and public sines that are alike everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from math import erf as erf_of
from math import sin as sin_of

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from protocols.numeric import sine
from protocols.numeric.error_function import erf, erf_loss, erf_range, waves
from protocols.numeric.sine import (
    PI,
    cos,
    cos_range,
    sin,
    sin_loss,
    sin_range,
    sine_of_turns,
    sum_of_waves,
)
from protocols.numeric.turns import Wave, sine_of_public_turns
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare

from .computing import Computed, Integers, compute, refused, run, spread

WIDEST = (1 << 61) - 1


def exact(x: int, f: int, quarter: Decimal = Decimal(0)) -> float:
    """sin(x / 2^f + a quarter of a turn), from decimals: floats hold no such x."""
    return float(sine_of_turns(Decimal(x) / (1 << f) / (2 * PI) + quarter))


def exact_erf(x: int, f: int) -> float:
    return erf_of(x / 2**f)


FUNCTIONS = {
    "sin": (sin, exact, sin_loss, sin_range),
    "cos": (cos, lambda x, f: exact(x, f, Decimal("0.25")), sin_loss, cos_range),
    "erf": (erf, exact_erf, erf_loss, erf_range),
}


def check(name: str, x: Integers, y: Integers, r: Range, f: int) -> None:
    _, right, loss, range_of = FUNCTIONS[name]
    expected = np.array([right(int(v), f) for v in x]) * 2.0**f
    assert np.abs(y - expected).max(initial=0) <= loss(r, f) / ULP
    inside = range_of(r, f)
    assert inside.lo <= y.min(initial=inside.lo)
    assert y.max(initial=inside.hi) <= inside.hi


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("lo", "hi"), [(-3.2, 3.2), (-1, 1), (2, 3), (-1000, 900), (-4, 4), (-7, 4), (5, 9), (-9, -4), (0, 0)]
)
def test_within_its_bound_over_the_whole_range(computed: Computed, name: str, lo: float, hi: float) -> None:
    r = Range.of_reals(lo, hi, 16)
    x = spread(r, 300)
    check(name, x, computed(FUNCTIONS[name][0], x, r).values, r, 16)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_unit_in_the_last_place_at_16_bits(name: str) -> None:
    loss = FUNCTIONS[name][2]
    assert loss(Range.of_reals(-1000, 1000, 16), 16) < 1.1 * ULP


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FUNCTIONS)))
    f = data.draw(st.integers(0, 24))
    span = st.one_of(st.integers(-WIDEST, WIDEST), st.integers(-(10 << f), 10 << f))
    lo, hi = sorted((data.draw(span), data.draw(span)))
    x = np.array([*data.draw(st.lists(st.integers(lo, hi), max_size=20)), lo, hi], np.int64)
    suite, n = data.draw(st.sampled_from([("beaver", 2), ("beaver", 5), ("ideal", 3)]))
    check(name, x, compute(FUNCTIONS[name][0], x, Range(lo, hi), f, suite, n).values, Range(lo, hi), f)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_ranges_hold_every_value_and_are_no_wider_than_those_that_are_taken(data: st.DataObject) -> None:
    f = 12
    lo, hi = sorted(data.draw(st.tuples(*[st.integers(-(20 << f), 20 << f)] * 2)))
    points = np.unique(np.linspace(lo, hi, 999).astype(np.int64))
    step = (hi - lo) / 900 + 1
    for name, (_, right, loss, range_of) in FUNCTIONS.items():
        values = [right(int(x), f) * 2**f for x in points[:: 1 if name == "erf" else 9]]
        inside = range_of(Range(lo, hi), f)
        slack = loss(Range(lo, hi), f) / ULP + 2
        assert inside.lo <= min(values) <= inside.lo + 9 * 1.2 * step + slack
        assert inside.hi - 9 * 1.2 * step - slack <= max(values) <= inside.hi


def test_the_error_function_saturates_exactly(computed: Computed) -> None:
    x = np.array([-WIDEST, -(5 << 16), 5 << 16, WIDEST])
    assert computed(erf, x, Range(-WIDEST, WIDEST)).values.tolist() == [-65536, -65536, 65536, 65536]


@pytest.mark.parametrize(("n", "rounds"), [(2, 3), (3, 5), (4, 5), (5, 7)])
def test_rounds_grow_with_the_logarithm_of_the_parties(n: int, rounds: int) -> None:
    r = Range.of_reals(-3, 3, 16)
    for function in (sin, cos, erf):
        assert compute(function, [1, 2], r, n=n).rounds == rounds


def test_beyond_the_knots_the_comparisons_take_the_rounds() -> None:
    """Those of keys for few values of two parties whom a dealer serves, else those of edaBits."""
    assert compute(erf, [1], Range.of_reals(-9, 9, 16)).rounds == 4
    for n, rounds in [(2, 4), (3, 10)]:
        assert compute(erf, [1], Range.of_reals(-(1 << 30), 9, 16), n=n).rounds == rounds
    assert compute(erf, [5 << 16], Range.of_reals(5, 9, 16)).rounds == 0


@pytest.mark.parametrize("function", [sin, cos, erf])
def test_what_cannot_be_is_refused(function) -> None:  # type: ignore[no-untyped-def]
    assert refused(function, Range(0, 1 << 61), 16).code == "range-too-wide"
    assert refused(function, Range(0, 1), 25).code == "too-many-fractional-bits"


def test_public_sines_are_those_of_decimals_and_made_of_exact_steps() -> None:
    turns = np.concatenate([np.linspace(-0.5, 0.5, 1001), [0.25, -0.25, 1e-12]])
    right = np.array([float(sine_of_turns(Decimal(float(u)))) for u in turns])
    assert np.abs(sine_of_public_turns(turns) - right).max() < 2.0**-50
    assert np.abs(right - np.sin(2 * np.pi * turns)).max() < 1e-15
    one_by_one = np.array([sine_of_public_turns(np.array([u]))[0] for u in turns])
    assert np.array_equal(sine_of_public_turns(turns), one_by_one)
    assert abs(sin_of(1.0) - float(sine_of_turns(1 / (2 * PI)))) < 1e-15


def test_a_sum_of_waves_is_that_of_its_sines(computed: Computed) -> None:
    series = [Wave(1, 0.5), Wave(2, -0.25), Wave(7, 0.125)]

    async def summed(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        return await sum_of_waves(ctx, x.scale(1 << 48), series)

    x = np.arange(-(1 << 15), 1 << 15, 331)
    y = computed(summed, x, Range(-(1 << 16), 1 << 16)).values / 2.0**60
    right = sum(wave.a * np.sin(2 * np.pi * wave.k * x / 65536) for wave in series)
    assert np.abs(y - right).max() < 2.0**-26


def test_waves_that_are_left_out_are_smaller_than_said() -> None:
    for f in (0, 8, 16, 24):
        rest = [wave.a for wave in waves(24)][len(waves(f)) :]
        assert sum(rest) < 2.0 ** -(f + 4)
    u = np.linspace(-4, 4, 201)
    series = sum(float(wave.a) * np.sin(2 * np.pi * wave.k * u / 16) for wave in waves(24))
    assert np.abs(series - np.array([erf_of(v) for v in u])).max() < 2.0**-24


@pytest.mark.parametrize("angle", [0, 100_000, -(1 << 20)])
def test_what_is_opened_is_uniform_whatever_the_angle(monkeypatch: pytest.MonkeyPatch, angle: int) -> None:
    """The top bits of the masked angle that party 0 sees: chi-square of 16 cells, beyond 95 once in 10^12."""
    opened: list[int] = []
    factors = sine._factors

    def watched(ctx: Context, c: Words, waves: Sequence[Wave]) -> tuple[Words, Words]:
        if ctx.me == 0:
            opened.extend((Z64.to_signed(c) >> 60).tolist())
        return factors(ctx, c, waves)

    monkeypatch.setattr(sine, "_factors", watched)
    run(sin, np.full(4000, angle), Range.of_reals(-30, 30, 16), 16)
    counts = Counter(opened)
    assert sum((counts[cell] - 250) ** 2 / 250 for cell in range(-8, 8)) < 95
