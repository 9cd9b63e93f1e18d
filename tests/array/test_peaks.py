"""What is known of elements together: a difference from the largest has one sign, and a softmax divides by no zero."""

import numpy as np
import pytest
from programs import UNIT

import mpc
from mpc.errors import LocalError
from protocols.array.near_extremes import near_max
from protocols.runs.simulating import simulate

X = np.random.default_rng(7).uniform(-3, 3, (3, 4, 3))


def revealed(function, value=X, range_=(-8, 8)):
    """What function(secret) reveals, and what it said of its range before."""
    said = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=range_)
        y = function(x)
        said.append(y.bounds)
        return await mpc.reveal(ctx, y)

    return simulate(main, [value, None]).result, said[0]


ALIGNED = {
    "all": lambda x: x - np.max(x),
    "axis 0": lambda x: x - np.max(x, axis=0),
    "axis 1": lambda x: x - np.max(x, axis=1)[:, None],
    "axis 2": lambda x: x - np.expand_dims(np.max(x, axis=2), 2),
    "axes 0, 1": lambda x: x - np.max(x, axis=(0, 1)),
    "axis -1, reshaped": lambda x: x - np.max(x, axis=-1).reshape(3, 4, 1),
    "of a part": lambda x: (lambda y: y - y.max(axis=1).reshape(2, 1, 3))(x[1:]),
}


@pytest.mark.parametrize("name", ALIGNED)
def test_differences_from_extremes_have_one_sign(name):
    function = ALIGNED[name]
    found, (lo, hi) = revealed(function)
    np.testing.assert_allclose(found, function(X), atol=2 * UNIT)
    assert (lo, hi) == (-16, 0)


def test_the_smallest_and_the_other_side():
    for function, bounds in (
        (lambda x: x - x.min(), (0, 16)),
        (lambda x: x.max() - x, (0, 16)),
        (lambda x: x.min() - x, (-16, 0)),
    ):
        found, said = revealed(function)
        np.testing.assert_allclose(found, function(X), atol=2 * UNIT)
        assert said == bounds


UNRELATED = {
    "turned": lambda x: x[0, :3] - np.max(x[0, :3], axis=0)[:, None],
    "flipped": lambda x: x - np.flip(np.max(x, axis=0)),
    "of another value": lambda x: x - (x * 0.5).max(),
    "doubled": lambda x: x - 2 * x.max(),
    "a part of it": lambda x: x - x[0].max(),
    "negated": lambda x: x - (-x).max(),
}


@pytest.mark.parametrize("name", UNRELATED)
def test_what_is_no_difference_from_the_largest_is_not_taken_for_one(name):
    function = UNRELATED[name]
    found, (lo, hi) = revealed(function)
    np.testing.assert_allclose(found, function(X), atol=4 * UNIT)
    assert lo < 0 < hi


def softmax(x, axis=None):
    e = np.exp(x - (np.max(x) if axis is None else np.expand_dims(np.max(x, axis=axis), axis)))
    return e / np.sum(e, axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [None, 0, 1, 2])
def test_a_textbook_softmax_needs_no_vouching(axis):
    found, (lo, hi) = revealed(lambda x: softmax(x, axis))
    np.testing.assert_allclose(found, softmax(X, axis), atol=6 * UNIT)
    assert lo >= -8 * UNIT
    assert hi <= 1 + 16 * UNIT


def test_a_softmax_over_a_wide_range_is_as_right():
    wide = np.array([500.0, -900.0, 499.0, 500.0])
    found, _ = revealed(softmax, wide, (-1000, 1000))
    np.testing.assert_allclose(found, softmax(wide), atol=6 * UNIT)


def test_a_sum_along_other_axes_knows_nothing():
    def wrong(x):
        e = np.exp(x - np.max(x, axis=0))
        return e / e.sum(axis=1, keepdims=True)

    with pytest.raises(LocalError, match="domain"):
        revealed(wrong)


def test_a_value_changed_in_place_is_no_longer_what_it_was():
    def wrong(x):
        d = x - x.max()
        d[0] = 5.0
        return d

    _, (_, hi) = revealed(wrong)
    assert hi >= 5

    def sums(x):
        e = np.exp(x - x.max())
        e *= 0.0
        return e / (e.sum() + 0.5)

    found, _ = revealed(sums)
    assert np.abs(found).max() <= 4 * UNIT


def test_a_softmax_of_negatives_needs_no_vouching():
    for shares in (
        lambda x: (lambda e: e / e.sum())(np.exp(-(x - x.min()))),
        lambda x: (lambda e: e / e.sum())(np.exp(np.negative(-(x - x.max())))),
    ):
        found, _ = revealed(shares)
        np.testing.assert_allclose(found, shares(X), atol=8 * UNIT)


@pytest.mark.parametrize("known", [{}, {"axis": 0}, {"axis": 1}, {"axis": 1, "keepdims": True}, {"axis": (0, 1)}])
def test_the_largest_less_the_smallest_is_not_negative(known):
    """So that a scale from 0 to 1 divides by a span, as people write it."""

    def scaled(x):
        low, span = x.min(**known), x.max(**known) - x.min(**known)
        if isinstance(span, mpc.SecretArray):
            assert span.bounds == (0, 16)
            assert (x.min(**known) - x.max(**known)).bounds == (-16, 0)
        wide = known.get("axis") == 1 and not known.get("keepdims")
        return (x - (low[:, None] if wide else low)) / ((span[:, None] if wide else span) + 0.5)

    x = np.array([[1.0, -2, 3], [7, 0, 8]])
    found, _ = revealed(scaled, x)
    np.testing.assert_allclose(found, scaled(x), atol=0.01)


def test_spans_of_others_may_be_negative():
    for apart in (
        lambda x: x.max(0) - (x + 1).min(0), lambda x: x.max(0) - x.min(1)[0], lambda x: x.max(0) - x[0],
        lambda x: x.max(0) - x.max(0) * 1.5,
    ):  # fmt: skip
        _, (lo, _) = revealed(apart, np.array([[1.0, -2], [-7, 0]]))
        assert lo < 0


def test_axes_count_from_the_result_s_first():
    """Where what is subtracted has more dimensions, the difference has an axis before those of the extreme."""

    def sums(x):
        first = np.exp(x - x.max()[None, None]).sum(axis=0)
        square = x[:4].reshape(2, 2)
        return (
            first,
            np.exp(square - square.max(axis=0)[None, None, :]).sum(axis=0),
            np.exp(x - x.max()[None, None]).sum(),
        )

    x = np.array([0.5, 1.0, 5.5, 6.0])
    for part in range(3):
        found, (lo, hi) = revealed(lambda x, part=part: sums(x)[part], x)
        right = sums(x)[part]
        np.testing.assert_allclose(found, right, atol=0.001)
        assert lo - 0.001 <= right.min() <= right.max() <= hi + 0.001


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [-1, 0, (0, 1)])
def test_with_tables_something_near_the_largest_is_subtracted(name, axis):
    """In fewer rounds than with the largest itself, which is taken where x may lie further off; and as right."""
    x_of_many = np.random.default_rng(8).uniform(-3, 3, (64, 12))
    of_numpy = {"softmax": softmax, "log_softmax": lambda x, axis: np.log(softmax(x, axis))}[name]

    def function(x):
        return getattr(mpc, name)(x, axis)

    runs = {}
    for most in (127, 128):

        async def main(ctx, mine, most=most):
            x = await mpc.secret(ctx, 0, mine, range=(-most, most))
            return await mpc.reveal(ctx, function(x))

        runs[most] = simulate(main, [x_of_many, None], check_costs=True)
        np.testing.assert_allclose(runs[most].result, of_numpy(x_of_many, axis), atol=8 * UNIT)
    assert "step_mask" in runs[127].report.material
    assert "step_mask" not in runs[128].report.material
    assert runs[127].report.rounds < runs[128].report.rounds


def test_few_elements_are_compared_in_all_pairs():
    """Which takes one round, and then the largest is found as soon."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        return await mpc.reveal(ctx, mpc.softmax(x))

    simulation = simulate(main, [X, None])
    np.testing.assert_allclose(simulation.result, softmax(X, -1), atol=8 * UNIT)
    assert "step_mask" not in simulation.report.material


def test_without_a_dealer_the_largest_is_subtracted():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        return await mpc.reveal(ctx, mpc.softmax(x))

    simulation = simulate(main, [X[0], None], preprocessing="ot")
    np.testing.assert_allclose(simulation.result, softmax(X[0], -1), atol=8 * UNIT)
    assert "step_mask" not in simulation.report.material


def test_a_difference_from_what_is_near_has_its_bounds():
    said = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        y = x - near_max(x, -1)
        said.append(y.bounds)
        return await mpc.reveal(ctx, y)

    found = simulate(main, [np.random.default_rng(9).uniform(-8, 8, (50, 20)), None]).result
    assert said[0] == (-17, 0.5)
    assert (found < 0.5).all()
    assert (found.max(-1) >= -0.5).all()
