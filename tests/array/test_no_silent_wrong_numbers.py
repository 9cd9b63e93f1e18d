"""Wrong numbers that users of other systems met without a warning: here the right answer, or a refusal that teaches.

The names are those of the public reports, project and number.
"""

import operator

import numpy as np
import pytest
from programs import UNIT, revealed, revealing

import mpc
from mpc.errors import LocalError
from protocols.array import SecretArray
from protocols.array.evaluate import Evaluation
from protocols.array.functions import sigmoid
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate


def test_mp_spdz_1718_a_large_fixed_point_product_is_refused_with_the_bits_it_needs():
    ranges = [(0.0, 2.0**21)] * 2
    with pytest.raises(LocalError, match="range-exceeded") as caught:
        revealed(operator.mul, 1231234.0, 1231235.0, ranges=ranges)
    assert "74 bits or so" in str(caught.value) or "bits with 32 fractional bits, and 63 are safe" in caught.value.cause
    assert "within" in caught.value.remedy


def test_mp_spdz_1718_the_same_product_of_integers_is_right():
    assert int(revealed(operator.mul, 1231234, 1231235, ranges=[(0, 2**21)] * 2)) == 1231234 * 1231235


def test_mp_spdz_1718_with_fewer_fractional_bits_it_is_right_or_refused_never_wrong():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2**21))
        y = await mpc.secret(ctx, 1, mine, range=(0, 2**21))
        return await mpc.reveal(ctx, x * y)

    found = simulate(main, [1231234.0, 1231235.0], fractional_bits=8).result
    assert abs(found - 1231234 * 1231235) <= 2.0**-7


def test_what_does_not_fit_its_declared_range_is_refused_at_its_owner():
    with pytest.raises(LocalError, match="out-of-range"):
        revealed(operator.add, 1231234.0, 1.0)


async def _variance(ctx, mine):
    x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
    return await mpc.reveal(ctx, x.var())


def test_spu_182_variance_of_many_values_is_not_zero():
    values = np.random.default_rng(182).normal(0, 0.7, 200_000).clip(-4, 4)
    found = simulate(_variance, [values, None]).result
    assert abs(found - values.var()) < 1e-3


def test_spu_182_variance_of_a_hundred_million_values_is_decided_before_anything_is_sent():
    """Its nodes are checked on ranges alone: 10^8 squares of at most 64 fit, so a run of them cannot wrap."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, np.zeros(1, np.float32) if ctx.me == 0 else None, range=(-4, 4))
        x = SecretArray(x.node._replace(shape=(10**8,)))
        variance = x.var()
        Evaluation(ctx, [variance.node])
        return variance.bounds

    lo, hi = simulate(main, [None, None]).result
    assert lo <= 0 <= 16 <= hi < 100


def test_spu_182_a_sum_that_could_wrap_is_refused():
    values = np.ones(100_000)
    with pytest.raises(LocalError, match="range-exceeded"):
        revealed(lambda x: (x * x).sum() * (x * x).sum(), values, ranges=[(0, 1000)])


def test_crypten_decodes_a_million_values_exactly():
    values = np.rint(np.random.default_rng(1).uniform(-1000, 1000, 1_000_000) / UNIT) * UNIT
    np.testing.assert_array_equal(revealed(lambda x: x, values, check_costs=False), values)


def test_crypten_a_million_products_are_all_right():
    """No rare large error: a masked truncation that wraps would show in one of a million."""
    rng = np.random.default_rng(2)
    x, y = (rng.uniform(-100, 100, 1_000_000) for _ in range(2))
    found = revealed(operator.mul, x, y, ranges=[(-100, 100)] * 2, check_costs=False)
    assert np.abs(found - x * y).max() <= (100 + 1.5) * UNIT


@pytest.mark.parametrize("n", [4, 5])
def test_crypten_381_more_than_three_parties_are_right(n):
    rng = np.random.default_rng(n)
    values = [rng.uniform(-50, 50, 200) for _ in range(n)]

    def program(*secrets):
        total = sum(secrets[1:], secrets[0])
        return total / n, secrets[0] * secrets[-1], np.maximum(secrets[0], secrets[1]), total > 0

    mean, product, larger, positive = revealed(program, *values, n=n)
    total = np.sum(values, axis=0)
    assert np.abs(mean - total / n).max() < 4 * UNIT
    assert np.abs(product - values[0] * values[-1]).max() < 80 * UNIT
    np.testing.assert_allclose(larger, np.maximum(values[0], values[1]), rtol=0, atol=UNIT)
    assert (positive == (total > 0))[np.abs(total) > n * UNIT].all()


def test_crypten_344_an_accuracy_is_a_share_of_one():
    rng = np.random.default_rng(344)
    truth, guess = rng.random(20_000) < 0.5, rng.random(20_000) < 0.5
    hits, accuracy = revealed(lambda a, b: ((a == b).sum(), (a == b).mean()), truth, guess)
    assert int(hits) == int((truth == guess).sum())
    assert abs(accuracy - (truth == guess).mean()) < 1e-4
    assert 0 <= accuracy <= 1


def test_crypten_224_reciprocals_beyond_500_are_right():
    values = np.array([1.0, 3.0, 499.0, 501.0, 1000.0, 30_000.0])
    found = revealed(np.reciprocal, values, ranges=[(1.0, 2.0**15)])
    assert np.abs(found - 1 / values).max() < 4 * UNIT


def test_crypten_224_a_reciprocal_of_a_range_with_zero_is_refused():
    with pytest.raises(LocalError) as caught:
        revealed(np.reciprocal, np.array([1.0]), ranges=[(-1.0, 1.0)])
    assert caught.value.remedy


def test_exp_at_four_is_right():
    values = np.array([-4.0, 0.0, 1.0, 4.0])
    found = revealed(np.exp, values, ranges=[(-4.0, 4.0)])
    assert np.abs(found / np.exp(values) - 1).max() < 1e-2
    assert abs(found[-1] - np.exp(4)) < 1e-2


def test_a_sigmoid_is_good_to_a_thousandth_everywhere():
    values = np.linspace(-30, 30, 601)
    found = revealed(sigmoid, values, ranges=[(-40.0, 40.0)])
    assert np.abs(found - 1 / (1 + np.exp(-values))).max() <= 1e-3


def test_large_integers_are_compared_exactly():
    """2^60 and 2^60 + 1 are one float: a threshold that went through one would be wrong."""
    values = np.array([2**60 - 1, 2**60, 2**60 + 1])
    threshold = 2**60 + 1
    less, at_most, more = revealed(
        lambda x: (x < threshold, x <= threshold - 2, x > threshold - 1), values, ranges=[(0, 2**61)]
    )
    assert less.tolist() == [True, True, False]
    assert at_most.tolist() == [True, False, False]
    assert more.tolist() == [False, False, True]


def test_values_at_opposite_ends_of_the_ring_are_compared_exactly():
    x, y = np.array([2**61 + 5, 2**61 + 6]), np.array([-(2**61) - 5, -(2**61) - 9])
    ranges = [(2**61, 2**61 + 10), (-(2**61) - 10, -(2**61))]
    less, more, equal = revealed(lambda a, b: (a < b, a > b, a == b), x, y, ranges=ranges)
    assert less.tolist() == [False, False]
    assert more.tolist() == [True, True]
    assert equal.tolist() == [False, False]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_public_nan_or_infinity_gets_in(bad):
    operations = [
        lambda x: x + bad, lambda x: bad - x, lambda x: x * bad, lambda x: x / bad,
        lambda x: np.where(x > 0, x, bad), lambda x: np.maximum(x, bad), lambda x: x @ np.array([bad, 1.0]),
    ]  # fmt: skip
    if np.isnan(bad):  # secrets are compared with infinity, which is beyond them all
        operations += [lambda x: x < bad, lambda x: x == bad, lambda x: np.digitize(x, [0.0, bad])]
    for operation in operations:
        with pytest.raises(LocalError, match="not-a-number"):
            revealed(operation, np.array([1.0, 2.0]))


def test_a_refused_program_sends_nothing_but_shapes():
    """The owner's headers are all that has gone when an expression is refused."""
    sent = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2**21))
        y = await mpc.secret(ctx, 1, mine, range=(0, 2**21))
        before = ctx.session.ledger.bytes_sent
        z = x * y
        w = (x + y).sum()
        with pytest.raises(LocalError, match="range-exceeded"):
            await mpc.reveal(ctx, w, z)
        sent.append(ctx.session.ledger.bytes_sent - before)
        return await mpc.reveal(ctx, w)

    found = simulate(main, [np.array([3.0]), np.array([4.0])]).result
    assert float(found) == 7.0
    assert sent == [0, 0]


def test_a_refusal_names_the_line_of_the_program():
    with pytest.raises(LocalError, match="range-exceeded") as caught:
        revealed(lambda x, y: x * y, 1.0, 2.0, ranges=[(0, 2.0**30)] * 2)
    assert caught.value.line.startswith("test_no_silent_wrong_numbers.py:")


def test_a_plan_refuses_as_a_run_does():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2**30))
        return await mpc.reveal(ctx, x * x * 1.5)

    with pytest.raises(LocalError, match="range-exceeded"):
        plan(main, [np.array([1.0]), None])


def test_a_vouched_range_takes_the_place_of_the_inferred_one():
    found = revealing(
        lambda x, y: (x * 1).within(0, 4) * (y * 1).within(0, 4), 1.5, 2.5, ranges=[(0, 2.0**30)] * 2
    ).result
    assert abs(found - 3.75) < 4 * UNIT
