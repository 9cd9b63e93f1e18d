"""Variances, deviations and correlations lie where they say, of values of any size, and are as right as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import revealed

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

RNG = np.random.default_rng(11)
INCOMES = RNG.integers(0, 10**6, 50)


def spread(function, values, range_, bits=16, **options):
    """What function(secret) gives, the bound that its report states, and the range that it had before."""
    known = []

    async def main(ctx, mine):
        result = function(await mpc.secret(ctx, 0, mine, range=range_))
        known.append(result.bounds)
        return await mpc.reveal(ctx, result)

    done = simulate(main, [values, None], fractional_bits=bits, **options)
    return done.result, done.report.reveals[0].error, known[0]


SPREADS = {
    "variance of incomes": (np.var, INCOMES, (0, 10**6), 1e-8),
    "variance of real incomes": (np.var, INCOMES * 1.0, (0, 1e6), 1e-7),
    "variance of incomes up to 100000": (np.var, INCOMES / 10, (0, 1e5), 1e-8),
    "deviation of incomes": (np.std, INCOMES, (0, 10**6), 1e-6),
    "deviation of real incomes": (np.std, INCOMES * 1.0, (0, 1e6), 1e-6),
    "deviation of prices up to 10^8": (np.std, INCOMES * 100, (0, 10**8), 1e-6),
    "deviation of squares": (lambda x: np.std(x * x), INCOMES / 1e3, (0, 1e3), 1e-6),
    "deviation of rates": (np.std, INCOMES / 1e8, (0, 0.01), 0.05),
    "deviation of bits": (np.std, INCOMES > 10**5, None, 1e-3),
    "sample deviation": (lambda x: np.std(x, ddof=1), INCOMES, (0, 10**6), 1e-6),
    "covariances of amounts": (np.cov, INCOMES.reshape(2, 25) / 10, (0, 1e5), 1e-6),
}


@pytest.mark.parametrize("bits", [16, 20])
@pytest.mark.parametrize("name", SPREADS)
def test_spreads_of_values_of_any_size_are_right_and_as_right_as_they_say(name, bits):
    function, values, range_, relative = SPREADS[name]
    found, error, (lo, hi) = spread(function, values, range_, bits)
    exact = function(values)
    assert np.abs(found - exact).max() <= min(error, relative * np.abs(exact).max() + 2.0 ** (2 - bits))
    assert np.all((lo <= found) & (found <= hi))


@settings(max_examples=8)
@given(
    value=st.floats(-1000, 1000), apart=st.sampled_from([0.0, 2.0**-16, 1e-3]), factor=st.sampled_from([0.5, 0.3, 1.0]),
    size=st.integers(2, 7), bits=st.sampled_from([8, 16, 20]),
)  # fmt: skip
def test_spreads_of_values_that_hardly_vary_are_within_their_range(value, apart, factor, size, bits):
    values = value + apart * np.arange(size)
    for function in (np.var, np.std, lambda x: np.sqrt(np.var(x) + 1)):
        found, error, (lo, hi) = spread(lambda x, f=function: f(x * factor), values, (-1024, 1024), bits, suite="ideal")
        assert lo <= found <= hi
        assert abs(found - function(values * factor)) <= error


CORRELATED = {
    "rates": ((0, 0.01), 16, 1e-3, lambda x: x * 0.002),
    "tight rates": ((0, 0.003), 20, 1e-4, lambda x: x * 0.002),
    "vital signs": ((0, 200), 16, 1e-3, lambda x: np.rint(40 + 150 * x).astype(np.int64)),
    "amounts": ((0, 1e5), 16, 1e-3, lambda x: 1e5 * x),
    "the like with 20 bits": ((0.5, 8), 20, 1e-4, lambda x: 0.5 + 7 * x),
    "the like with 24 bits": ((0.5, 8), 24, 1e-5, lambda x: 0.5 + 7 * x),
}


@pytest.mark.parametrize("name", CORRELATED)
def test_a_correlation_does_not_depend_on_the_unit(name):
    range_, bits, close, made = CORRELATED[name]
    base = RNG.random((60, 2))
    values = made(np.column_stack([base[:, 0], 0.8 * base[:, 0] + 0.2 * base[:, 1]]))
    found, _, _ = spread(lambda x: np.corrcoef(x, rowvar=False), values, range_, bits)
    assert np.abs(found - np.corrcoef(values, rowvar=False)).max() <= close
    assert np.abs(found).max() <= 1


def test_correlations_of_two_secrets_of_different_units():
    x, noise = RNG.random(40), RNG.random(40)

    async def main(ctx, mine):
        rate = await mpc.secret(ctx, 0, x * 0.01 if ctx.me == 0 else None, range=(0, 0.01))
        amount = await mpc.secret(ctx, 1, x * 1e5 + noise * 1e4 if ctx.me == 1 else None, range=(0, 2e5))
        return await mpc.reveal(ctx, np.corrcoef(rate, amount))

    found = simulate(main, [None, None]).result
    assert np.abs(found - np.corrcoef(x, x * 1e5 + noise * 1e4)).max() <= 1e-3


def test_a_variance_that_the_ring_does_not_hold_is_refused_by_its_name_and_so_is_a_sum():
    for function, range_, name in ((np.var, (0, 1e9), "var"), (np.mean, (0, 2**61), "sum")):
        with pytest.raises(LocalError, match="range-exceeded") as caught:
            spread(function, INCOMES[:5], range_)
        assert f"`{name}`" in caught.value.cause


def test_roots_of_what_only_rounding_makes_negative():
    """A standard error by secret weights, as it is written: sums, products and quotients of what is not negative."""
    rng = np.random.default_rng(5)
    x, w = rng.uniform(0, 2000, 51), rng.uniform(0.1, 1, 51)

    def error(x, w):
        mean = np.average(x, weights=w)
        variance, number = np.average((x - mean) ** 2, weights=w), w.sum() ** 2 / (w**2).sum()
        return np.sqrt(variance / number), np.sqrt(2 * variance.reshape(1)[0] / number + 0)

    found = revealed(error, x, w, ranges=[(0, 2000), (0.1, 1)])
    np.testing.assert_allclose(found, error(x, w), rtol=1e-4)
    constant = revealed(error, x * 0 + 7, w, ranges=[(0, 2000), (0.1, 1)])
    np.testing.assert_allclose(constant, 0, atol=0.05)


def test_roots_of_what_may_be_negative_are_refused():
    for below in (lambda x: x / 3, lambda x: x.sum() * 1.5, lambda x: 1 - x, lambda x: (x * x) * -1):
        with pytest.raises(LocalError, match="domain"):
            revealed(lambda x, below=below: np.sqrt(below(x)), [1.0, 2.5], ranges=[(-3, 3)])


def test_a_range_that_holds_where_a_condition_does_says_nothing_of_the_sign_elsewhere():
    """np.where shortens its operand there, which is then one value with the short form of it everywhere."""

    def rooted(x, y, w):
        product = x * y
        chosen = np.where(product < 0, w, product)
        return chosen, np.sqrt(product)

    with pytest.raises(LocalError, match="domain"):
        revealed(rooted, [-2.0, 1.0], [1.0, 1.0], [1.0, 1.0], ranges=[(-1000, 1000), (1, 1000), (0, 2**35)])


def test_a_mean_by_weights_lies_among_its_numbers():
    def lies(x, w):
        mean = np.average(x, weights=w)
        lo, hi = mean.bounds
        assert -1 - 2 * mean.error - 0.01 <= lo <= hi <= 200 + 2 * mean.error + 0.01
        return mean

    revealed(lies, np.array([1.0, 200.0]), np.array([0.1, 1.0]), ranges=[(-1, 200), (0.1, 1)])


def test_signs_are_known_of_what_was_computed_before():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2))
        z = x / (x + 1)
        assert z.range.lo < 0
        first = await mpc.reveal(ctx, np.sqrt(z))
        await mpc.compute(ctx, z)
        return first, await mpc.reveal(ctx, np.sqrt(z))

    for found in simulate(main, [np.array([0.0, 1.5]), None]).result:
        np.testing.assert_allclose(found, np.sqrt([0, 0.6]), atol=0.01)


def test_what_is_written_where_a_condition_holds_has_the_range_that_follows():
    def rooted(x):
        x[x < 0] = 0
        return np.sqrt(x)

    found = revealed(rooted, np.array([-1.0, 4.0]), ranges=[(-4, 10)])
    np.testing.assert_allclose(found, [0, 2], atol=0.001)
