"""Whole parts, remainders and signs are exact on the encoded value; functions made of others keep their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import UNIT, agrees, revealed, revealing

import mpc
from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

halves = st.integers(-8, 8).map(lambda k: k / 2)
reals = st.one_of(fixed_arrays(-3, 3, 16, (2, 3)), hnp.arrays(np.float64, (2, 3), elements=halves))
wholes = hnp.arrays(np.int64, (2, 3), elements=st.integers(-1000, 1000))
divisors = st.sampled_from([1, 2, 3, 7, 64, 1000, -1, -3, -8])


@pytest.mark.slow
@given(n=party_counts(), x=reals)
def test_whole_parts(n, x):
    agrees(lambda a: (np.floor(a), np.ceil(a), np.trunc(a), np.rint(a), np.round(a), a.round(), np.fix(a)), x, n=n)


@pytest.mark.parametrize("ends", [(-9, 0), (-6, 6), (-5, 5), (-4, 4), (0, 70), (-1, 99)])
@pytest.mark.parametrize("scale", [0, 16])
def test_rounding_before_the_point_where_the_step_is_as_large_as_the_range(ends, scale):
    x = np.linspace(*ends, 7) if scale else np.arange(ends[0], ends[1] + 1)
    for places in (-1, -2, -3):
        found = revealed(lambda a, places=places: np.round(a, places), x, ranges=[ends])
        np.testing.assert_array_equal(found, np.round(x, places))


@pytest.mark.parametrize("decimals", [5, 20, 400, 10**12])
def test_decimals_finer_than_the_last_place_change_nothing(decimals):
    x = np.array([1.5, 0.0312, -7.3])
    run = revealing(lambda a: (np.round(a, decimals), np.round(a.astype(int), decimals), a), x)
    rounded, whole, same = run.result
    np.testing.assert_array_equal(rounded, same)
    np.testing.assert_array_equal(whole, np.trunc(x))
    assert run.report.reveals[0].error >= np.abs(rounded - np.round(x, min(decimals, 20))).max()
    assert revealed(lambda a: np.round(a, -decimals), x).tolist() == [0, 0, 0]


def test_the_margin_of_a_rounding_is_in_the_units_of_what_is_rounded():
    (decision,) = revealing(lambda a: np.round(a, 3), np.array([1.5, 7.3])).report.decisions
    assert decision.margin == pytest.approx(UNIT / 2)
    (decision,) = revealing(lambda a: np.rint(a), np.array([1.5, 7.3])).report.decisions
    assert decision.margin == pytest.approx(UNIT / 2)


def test_remainders_of_public_numbers_by_secrets():
    y = np.array([0.75, 2.0, -3.5])
    agrees(lambda a: (np.fmod(7, a), np.fmod([-7.5, 3.25, 9], a)), y[:2].repeat([1, 2]), ranges=[(0.5, 4)])
    agrees(lambda a: np.fmod(-7, a), y[2:], ranges=[(-4, -0.5)])


@given(x=reals)
def test_whole_parts_of_products_that_are_not_shortened_yet(x):
    agrees(lambda a: (np.floor(a * a), np.rint(a * a)), x)


def test_the_parts_of_a_product_are_those_of_its_exact_value():
    """The product lies two places of the product's scale below -17 and above it, which its short form does not tell."""
    x, y = np.array([34.0 - UNIT, 34.0, 34.0 + UNIT]), np.array([-0.5, -0.5, -0.5])
    fraction, whole, other = revealed(lambda a, b: (*np.modf(a * b), np.trunc(a * b)), x, y)
    np.testing.assert_array_equal(whole, [-16, -17, -17])
    np.testing.assert_array_equal(whole, other)
    np.testing.assert_allclose(fraction, [-1, 0, 0], atol=2 * UNIT)


@given(x=wholes)
def test_whole_numbers_are_their_whole_parts(x):
    agrees(lambda a: (np.floor(a), np.ceil(a), np.trunc(a), np.rint(a), np.round(a, 2)), x)


@given(n=party_counts(), x=wholes, y=divisors)
def test_quotients_and_remainders_of_whole_numbers(n, x, y):
    agrees(lambda a: (a // y, a % y, *divmod(a, y), np.mod(a, y)), x, n=n)


def test_quotients_at_the_edges_of_what_is_taken():
    """x times the inverse of 3 just fits; the divisor may be larger than x, and have more digits than a float has."""
    edge = 2**31 - 1
    x = np.array([edge, -edge, 0, 1, -1, edge - 1])
    agrees(lambda a: (a // 5, a % 5, a // edge, a % edge, a // (2**58 + 1), a % (2**58 + 1)), x)


@given(x=wholes)
def test_quotients_by_an_array(x):
    agrees(lambda a: (a // np.array([3, -4, 5]), a % np.array([3, -4, 5])), x)


@pytest.mark.parametrize(
    ("taken", "divisor", "lowest", "highest"),
    [((0, 90), 4, 0, 22), ((-9, 90), 4, -3, 22), ((-90, -9), 4, -23, -3), ((9, 90), np.array([2, 4]), 2, 45)],
)
def test_quotients_have_the_range_of_their_ends(taken, divisor, lowest, highest):
    """So that a quotient can be an index: the place of a quartile among a secret number of people."""

    async def main(ctx, mine):
        quotient = await mpc.secret(ctx, owner=0, value=mine, range=taken) // divisor
        return quotient.range.lo, quotient.range.hi

    assert mpc.simulate(main, [np.array([taken[1], taken[0]]), None], suite="ideal").result == (lowest, highest)


@given(x=reals, y=st.sampled_from([1, 0.5, 2.0, 3, -1.5, 0.375]))
def test_quotients_and_remainders_of_reals(x, y):
    agrees(lambda a: (a // y, a % y), x, ranges=[(-4, 4)])


@given(x=wholes)
def test_quotients_of_whole_numbers_by_a_fraction(x):
    agrees(lambda a: (a // 0.75, a % 0.75), x, ranges=[(-1000, 1000)])


@pytest.mark.slow
@given(x=reals)
def test_signs_and_kinds(x):
    agrees(lambda a: (np.sign(a), np.heaviside(a, 0.5), np.heaviside(a, a), a.astype(int), a.astype(bool)), x)
    agrees(
        lambda a: (np.signbit(a + 0.0), a.astype(float), (a > 0).astype(int), (a > 0).astype(float)), np.abs(x) + 0.0
    )


@given(x=wholes)
def test_signs_and_kinds_of_whole_numbers(x):
    agrees(lambda a: (np.sign(a), a.astype(float), a.astype(np.int32, copy=False), a.astype(bool)), x)


REFUSED = {
    "by zero": (lambda x: x // 0, "division-by-zero"),
    "by what is too small": (lambda x: x % 1e-9, "range-too-wide"),
    "by several that are too small": (lambda x: x // np.array([1e-300, 1.0]), "range-too-wide"),
    "by a secret that may be zero": (lambda x: x % x, "domain"),
    "to a date": (lambda x: x.astype("M8[D]"), "unsupported-operation"),
    "by what leaves no room": (lambda x: x // 1e15, "range-too-wide"),
    "by what has no inverse": (lambda x: x / 1e-310, "out-of-range"),
    "without room": (lambda x: x.within(0, 2.0**40) // 3, "range-too-wide"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError) as caught:
        revealed(use, np.array([1.0, 2.5]))
    assert caught.value.code == code


positive = hnp.arrays(np.float64, 5, elements=st.integers(1, 1 << 18).map(lambda k: k * UNIT + 0.125))
L, E = UNIT + 2.0**-21, UNIT


@given(x=positive)
def test_logarithms_keep_their_bounds(x):
    bounds = [(0.125, 5)]
    found = revealed(lambda a: (np.log2(a), np.log10(a), np.log1p(a)), x, ranges=bounds)
    exact = np.log2(x), np.log10(x), np.log1p(x)
    allowed = 1.45 * L + 2 * UNIT, L + 2 * UNIT, L
    for one, other, bound in zip(found, exact, allowed, strict=True):
        assert np.abs(one - other).max() <= bound


@pytest.mark.slow
@given(x=fixed_arrays(-4, 3, 16, 5), y=fixed_arrays(-4, 3, 16, 5))
def test_exponentials_keep_their_bounds(x, y):
    found = revealed(lambda a, b: (np.expm1(a), np.exp2(a), np.logaddexp(a, b)), x, y, ranges=[(-4, 3)] * 2)
    assert np.abs(found[0] - np.expm1(x)).max() <= (UNIT + 2.0**-24 * np.exp(x)).max()
    assert np.all(np.abs(found[1] - np.exp2(x)) <= UNIT + (2.0**-24 + 2 * UNIT) * np.exp2(x))
    assert np.abs(found[2] - np.logaddexp(x, y)).max() <= L + 2 * UNIT


@pytest.mark.slow
@given(x=fixed_arrays(-30, 30, 16, (3, 4)))
def test_softmax_of_any_range_needs_no_word(x):
    apart = x - x.max(-1, keepdims=True)
    expected = np.exp(apart) / np.exp(apart).sum(-1, keepdims=True)
    shares, logs, positive = revealed(lambda a: (mpc.softmax(a), mpc.log_softmax(a), mpc.relu(a)), x)
    assert np.abs(shares - expected).max() <= 8 * UNIT
    assert np.abs(logs - np.log(expected)).max() <= 16 * UNIT
    np.testing.assert_array_equal(positive, np.maximum(x, 0))


def test_rounding_by_python_is_rounding_by_numpy():
    found = revealed(lambda x: (round(x), math.floor(x), math.ceil(x), math.trunc(x)), -1.5)
    assert [float(one) for one in found] == [-2.0, -2.0, -1.0, -1.0]
