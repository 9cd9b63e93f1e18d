"""x // d and x % d by public fractions are those of the float that d is; whole parts carry their operand's error."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import UNIT, agrees, revealed, revealing

import mpc
from mpc.errors import LocalError

FRACTIONS = [0.1, 0.01, 0.3, 1 / 3, 1e-3, 0.7, -0.1, 2.0**-20, 1e-6]


@pytest.mark.parametrize("d", FRACTIONS)
def test_whole_numbers_by_a_fraction_are_numpys(d):
    """numpy's remainder of floats is exact; of a secret one it is off by the last place."""
    x = np.array([900, 16000, 1, 3, 0, -7, -16000, 12345])
    done = revealing(lambda a: (a // d, a % d), x, ranges=[(-16000, 16000)])
    assert done.result[0].tolist() == (x // d).tolist()
    whole, rest = (reveal.error for reveal in done.report.reveals)
    assert whole == 0
    assert np.abs(done.result[1] - x % d).max() <= rest <= UNIT
    assert not done.report.decisions


@settings(max_examples=10)
@given(
    x=st.lists(st.integers(-100 << 16, 100 << 16), min_size=1, max_size=5), d=st.floats(2.0**-10, 90), f=st.booleans()
)
def test_encoded_reals_by_any_fraction_are_exact(x, d, f):
    values = np.array([float(d) * k for k in range(3)] + [unit * UNIT for unit in x])
    values = np.rint(values / UNIT) * UNIT
    d = -d if f else d
    whole, rest = revealed(lambda a: (a // d, a % d), values, ranges=[(-300, 300)])
    right = [Fraction(value) // Fraction(d) for value in values]
    assert whole.tolist() == right
    assert (
        np.abs(rest - [float(Fraction(v) - q * Fraction(d)) for v, q in zip(values, right, strict=True)]).max() <= UNIT
    )


def test_prices_in_cents_of_amounts_up_to_100000():
    x = np.array([1000.25, 99999.75, 12.5])
    agrees(lambda a: (a // 0.01, a // 0.1), x, ranges=[(0, 1e5)])


def test_divisors_of_very_different_sizes_are_right_or_refused():
    """0.1 and 333.3 are whole in no units that the ring holds: numbers very near to a multiple may be taken for it."""
    x, several = np.array([35, 70025]), np.array([[0.1], [333.3]])
    done = revealing(lambda a: a // several, x / 100, ranges=[(0, 1000)])
    assert done.result.tolist() == (x / 100 // several).tolist()
    (decision,) = revealing(lambda a: a // several, x, ranges=[(0, 10**5)]).report.decisions
    assert 0 < decision.margin < 1e-6
    with pytest.raises(LocalError, match="loses-too-much") as caught:
        revealed(lambda a: a // np.array([[1e-7], [1e9 / 3]]), x / 1e5, ranges=[(0, 1)])
    assert caught.value.line.startswith("test_public_divisors.py")


def test_a_product_by_what_leaves_it_no_room_is_shortened_first():
    agrees(lambda a: (a * a // 10, a * a % 10), np.array([300.25, 17.5]), ranges=[(0, 1000)], units=3)


def test_whole_parts_of_what_is_off_by_many_steps_say_so():
    """Products of numbers with 4 fractional bits are off by hundreds."""

    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, 9999.96 if ctx.me == 0 else None, range=(0, 1e4))
        b = await mpc.secret(ctx, 1, 9999.97 if ctx.me == 1 else None, range=(1, 1e4))
        p = a * b
        parts = (
            np.floor(p),
            np.ceil(p),
            np.rint(p),
            np.trunc(p),
            p.astype(int),
            p // 10,
            p // 0.3,
            np.round(p, -2),
            p // b,
        )
        return await mpc.reveal(ctx, *parts)

    run = mpc.simulate(main, [None, None], fractional_bits=4)
    exact = Fraction(999996, 100) * Fraction(999997, 100)
    ways = [1, 1, 1, 1, 1, 10, Fraction(0.3), 100, None]
    for found, reveal, step in zip(run.result, run.report.reveals, ways, strict=True):
        right = exact / Fraction(999997, 100) if step is None else exact / step if step in (10, 0.3) else exact
        assert abs(Fraction(float(found)) - right) <= reveal.error + (step or 1)
        assert reveal.error >= abs(Fraction(float(found)) - right) - (step or 1)
        assert reveal.error > 0
    assert run.report.reveals[0].error == 626


def test_tolerance_refuses_a_whole_part_that_may_be_another():
    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine, range=(0, 1e4))
        return await mpc.reveal(ctx, np.floor(a * a), tolerance=0.1)

    with pytest.raises(LocalError, match="tolerance-exceeded"):
        mpc.simulate(main, [1.5, None], fractional_bits=4)


def test_whole_parts_of_what_is_off_by_less_than_a_step_are_exact_if_decided_as_shown():
    done = revealing(lambda a: (np.floor(a), np.rint(a), a.astype(int), a // 3), np.array([1.3]), ranges=[(0, 8)])
    assert [reveal.error for reveal in done.report.reveals] == [0, 0, 0, 0]
    assert done.report.decisions


@pytest.mark.parametrize("d", [3, -3, 10, 2**40 + 1, 1, 7 * 2**60])
@pytest.mark.parametrize("most", [100, 110, 124])
def test_wide_numbers_by_small_ones_are_divided_by_parts(d, most):
    edges = [q * int(d) + near for q in (2 ** (most - 62), -5, 2**20) for near in (-1, 0, 1)]
    values = [2**most - 1, -(2**most), 2 ** (most - 3) + 12345, 7, 0, -1, *edges]
    values = [value for value in values if abs(value) <= 2**most]

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-(2**most), 2**most))
        return await mpc.reveal(ctx, x // d)

    (whole,) = {
        tuple(result.tolist()) for result in mpc.simulate(main, [np.array(values, object), None], ring=128).results
    }
    assert list(whole) == [Fraction(value) // Fraction(d) for value in values]


def test_wide_remainders_and_several_divisors():
    values, several = [2**60 + 3, -(2**60), 12345678901, 0], np.array([[3], [10], [2**10]])
    agrees(lambda x: (x // several, x % several, x // 3, x % -7), np.array(values), ranges=[(-(2**60), 2**60 + 3)])
    reals = np.array([2.0**39 + 1.25, 7.5, 0.0])
    agrees(lambda x: (x // 3, x % 3, x // 0.75), reals, ranges=[(0, 2.0**40)])
