"""Rows brought to a common size, against numpy."""

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.numeric.layer_norm import _inverse_of, layer_norm, reciprocal_norm
from protocols.ranges import Range

from .computing import compute, run

F = 12
SEED = np.random.default_rng(17)
every_suite = pytest.mark.parametrize("suite", ["beaver", "ideal", "replicated3"])
BOUNDS = 0.0025, 1300.0
RELATIVE = {"beaver": 2.0**-13, "ideal": 2.0**-19, "replicated3": 2.0**-19}


def computed(norm, x, epsilon, bounds, suite="beaver"):
    async def function(ctx, x, r, f):
        return await norm(ctx, x, f, epsilon, bounds)

    return compute(function, np.rint(x * 2.0**F).astype(np.int64), Range(0, 0), F, suite)


def rows(shape, sizes):
    """Rows of about these root mean squares, as multiples of 2^-F."""
    x = SEED.normal(0, 1, shape)
    x *= np.asarray(sizes)[..., None] / np.sqrt((x**2).mean(-1, keepdims=True))
    return np.rint(x * 2**F) / 2**F


@every_suite
@pytest.mark.parametrize("n", [1, 7, 64])
def test_reciprocals_of_norms(suite, n):
    x = rows((4, n), [0.06, 1, 7, 30])
    found = computed(reciprocal_norm, x, 1e-5, (0.0025, 10_000), suite).values / 2.0 ** (2 * F)
    exact = 1 / np.sqrt((x**2).mean(-1, keepdims=True) + round(1e-5 * n * 4**F) / n / 4**F)
    assert found.shape == (4, 1)
    assert (abs(found - exact) <= RELATIVE[suite] * exact + 2.0 ** (1 - 2 * F)).all()


@pytest.mark.parametrize("deviation", np.geomspace(0.06, 30, 8))
def test_the_whole_range_of_a_language_model(deviation):
    x = rows((3, 576), [deviation] * 3)
    found = computed(reciprocal_norm, x, 1e-5, BOUNDS).values / 2.0 ** (2 * F)
    exact = 1 / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5)
    assert (abs(found - exact) <= RELATIVE["beaver"] * exact + 2.0 ** (1 - 2 * F)).all()


@every_suite
@pytest.mark.parametrize("n", [2, 9, 384])
def test_rows_less_their_mean(suite, n):
    x = SEED.normal(0, 1, (5, n))
    x = (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True) * [[0.1], [0.5], [1], [4], [11]]
    x = np.rint((x + SEED.uniform(-5, 5, (5, 1))) * 2**F) / 2**F
    variance, bounds = x.var(-1, keepdims=True), (0.009, 122)
    found = computed(layer_norm, x, 1e-12, bounds, suite).values / 2.0**F
    exact = (x - x.mean(-1, keepdims=True)) / np.sqrt(variance + 1e-12)
    assert (abs(found - exact) <= RELATIVE[suite] * abs(exact) + 2.0 ** (1 - F)).all()


def test_roots_of_every_size_a_model_may_have():
    """Some two thousand of them, evenly by their logarithms."""
    x = rows((2000, 8), np.geomspace(0.051, 36, 2000))
    found = computed(reciprocal_norm, x, 1e-5, BOUNDS).values / 2.0 ** (2 * F)
    exact = 1 / np.sqrt((x**2).mean(-1, keepdims=True) + round(1e-5 * 8 * 4**F) / 8 / 4**F)
    assert (abs(found - exact) <= RELATIVE["beaver"] * exact + 2.0 ** (1 - 2 * F)).all()


def test_epsilon_counts():
    x = np.full((1, 4), 0.25)
    found = computed(reciprocal_norm, x, 0.5, (0.05, 1)).values / 2.0 ** (2 * F)
    assert found == pytest.approx(1 / np.sqrt(0.5625), rel=2.0**-12)


@pytest.mark.parametrize(
    ("bounds", "code"), [((0, 1), "domain"), ((-1, 1), "domain"), ((2, 1), "domain"), ((1, 1e9), "range-too-wide")]
)
@pytest.mark.parametrize("norm", [layer_norm, reciprocal_norm])
def test_bounds_that_cannot_be_are_refused_before_anything_is_sent(norm, bounds, code):
    async def function(ctx, x, r, f):
        return await norm(ctx, x, f, 0.0, bounds)

    runs = run(function, np.ones((1, 8192)), Range(0, 0), F, collect=True)
    assert {party.error.code for party in runs if isinstance(party.error, LocalError)} == {code}
    assert all(party.session.ledger.bytes_sent == 0 for party in runs)


def test_the_reciprocal_has_the_bits_that_are_asked_for():
    async def function(ctx, x, r, f):
        return await reciprocal_norm(ctx, x, f, 0.0, BOUNDS, result=17)

    found = compute(function, np.full((1, 8), 3 << F), Range(0, 0), F).values
    assert found / 2.0**17 == pytest.approx(1 / 3, abs=2.0**-14)


def test_few_rounds():
    x = rows((2, 64), [1, 3])
    assert computed(reciprocal_norm, x, 1e-5, BOUNDS).rounds == 7
    assert computed(layer_norm, x, 1e-12, (0.01, 100.0)).rounds == 9


@pytest.mark.parametrize("n", [1, 2, 3, 384, 576, 147_456])
def test_public_factors_are_near_the_inverse(n):
    factor, bits = _inverse_of(n, 13)
    assert 0 < factor < 1 << 14
    assert abs(factor * n / 2**bits - 1) <= 2.0**-13
