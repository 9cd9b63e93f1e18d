"""The array tier in a ring of 128 bits: whole numbers beyond int64 are exact, reals within the bounds stated."""

from fractions import Fraction

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

suites = pytest.mark.parametrize("suite", ["beaver", "ideal"])
MOST = 2**126 - 1
WHOLE, OTHERS = [2**100, -(2**99), 3, 0], [5, -(2**20), 2**25, -1]
RANGES = [(-(2**100), 2**100), (-(2**20), 2**25)]


def run(function, *values, ranges, suite="beaver", bits=16, ring=128, kinds=None, **options):
    """What `function(*secrets)` comes to; every party owns one value in turn."""

    async def main(ctx, mine):
        secrets = [
            await mpc.secret(
                ctx, i % 2, value if ctx.me == i % 2 else None, range=ranges[i], kind=kinds[i] if kinds else None
            )
            for i, value in enumerate(values)
        ]
        return await mpc.reveal(ctx, function(*secrets))

    return simulate(main, [None] * 2, suite=suite, fractional_bits=bits, ring=ring, check_costs=True, **options)


def column(values):
    return np.array([*values, None], object)[:-1]


EXACT = {
    "itself": lambda x, y: x,
    "sums": lambda x, y: x + y,
    "differences from a long number": lambda x, y: 2**110 - x,
    "products": lambda x, y: x * y,
    "a long public factor": lambda x, y: y * 2**100,
    "long public summands": lambda x, y: y - column([2**90, 1, -(2**91), 0]),
    "a negative": lambda x, y: -x,
    "a power": lambda x, y: y**5,
    "inner products": lambda x, y: y @ (y * 2**60),
    "a public matrix": lambda x, y: y @ column([2**90, -1, 2**64, 5]),
    "a sum": lambda x, y: np.sum(x),
    "cumulative sums": lambda x, y: np.cumsum(x),
    "sizes": lambda x, y: np.abs(x),
    "the largest": lambda x, y: np.max(x),
    "the smaller": lambda x, y: np.minimum(x, y),
    "between long bounds": lambda x, y: np.clip(x, -(2**98), 2**98),
    "sorted": lambda x, y: np.sort(x),
    "places": lambda x, y: np.argsort(x),
    "the place of the largest": lambda x, y: np.argmax(x),
    "below a long number": lambda x, y: x < 2**100,
    "above a long number": lambda x, y: x > -(2**99) - 1,
    "above one that nothing reaches": lambda x, y: x > 2**200,
    "the same as a long number": lambda x, y: x == 2**100,
    "compared": lambda x, y: x <= y,
    "chosen": lambda x, y: np.where(y > 0, x, -(2**98)),
    "chosen among public ones": lambda x, y: np.where(y > 0, column([2**98] * 4), 7),
    "indexed": lambda x, y: x[np.array([2, 0])],
    "joined": lambda x, y: np.concatenate([y, column([2**90])]),
    "floors": lambda x, y: y // 2**22,
    "remainders": lambda x, y: x % (2**90 + 1),
    "a polynomial": lambda x, y: np.polyval([2**70, 1], y),
    "counted": lambda x, y: np.count_nonzero(x),
}


@suites
@pytest.mark.parametrize("name", EXACT)
def test_whole_numbers_are_exact(suite, name):
    x, y = column(WHOLE), column(OTHERS)
    done = run(EXACT[name], x, y, ranges=RANGES, suite=suite)
    expected = np.asarray(EXACT[name](x, y))
    found = np.asarray(done.result)
    assert found.shape == expected.shape
    assert (found == expected).all()
    assert done.report.reveals[0].error == 0


def test_the_dtype_of_a_result_follows_from_its_range_alone():
    def dtypes(limit):
        done = run(lambda x: x, [1, 2], ranges=[(-limit, limit)])
        planned = run(lambda x: (x.dtype == done.result.dtype, x)[1], [1, 2], ranges=[(-limit, limit)])
        assert planned.result.dtype == done.result.dtype
        return done.result.dtype

    assert dtypes(2**63 - 1) == np.int64
    assert dtypes(2**63 + 1) == np.dtype(object)
    assert isinstance(run(lambda x: x.sum(), [1, 2], ranges=[(0, 2**70)]).result, int)
    assert run(lambda x: x > 0, [1, 2], ranges=[(0, 2**70)]).result.dtype == np.bool_


@suites
@pytest.mark.parametrize("length", [1, 3, 64, 65, 130])
def test_truth_values_come_in(suite, length):
    truths = np.random.default_rng(length).random(length) < 0.5
    for expression in (lambda b: b, lambda b: b.sum(), lambda b: ~b & truths):
        assert np.array_equal(run(expression, truths, ranges=[None], suite=suite).result, expression(truths))
    for one in (True, False):
        assert run(lambda b: b, np.array(one), ranges=[None], suite=suite).result == one


@suites
def test_the_largest_numbers(suite):
    ends = [MOST, -MOST, 0]
    assert run(lambda x: x, ends, ranges=[(-MOST, MOST)], suite=suite).result.tolist() == ends
    for outside in (MOST + 1, -MOST - 1):
        with pytest.raises(LocalError, match="out-of-range"):
            run(lambda x: x, [outside], ranges=[(-MOST, MOST)], suite=suite)
    with pytest.raises(LocalError, match="range-exceeded"):
        run(lambda x: x + x, ends, ranges=[(-MOST, MOST)], suite=suite)


@pytest.mark.parametrize(
    "given", [[-1, 2**63], (2**64, 1), np.array([2**64 - 1, 0], np.uint64), column([np.int64(-3), 2**70])], ids=repr
)
def test_inputs_of_any_integers(given):
    done = run(lambda x: x * 2 + 1, given, ranges=[(-(2**70), 2**70)])
    assert done.result.tolist() == [2 * int(v) + 1 for v in given]


def test_reals_beyond_53_bits_come_in_and_out():
    values = [2.0**60 + 2**10, -1e20, 1.5, 2.0**-20]
    done = run(lambda x: x, values, ranges=[(-1e21, 1e21)], bits=20)
    np.testing.assert_array_equal(done.result, values)
    whole = run(lambda x: x, [1e25, -3.0], ranges=[(-1e26, 1e26)], kinds=["int"])
    assert whole.result.tolist() == [int(1e25), -3]


@pytest.mark.parametrize("kind", ["int", "fixed"])
@pytest.mark.parametrize("bound", [2**100, 2.0**100])
def test_a_comparison_with_a_float_or_integer_keeps_the_last_unit(kind, bound):
    values = [2**100 - 1, 2**100, 2**100 + 1]
    for compare, expected in (
        (lambda x: x <= bound, [True, True, False]), (lambda x: x < bound, [True, False, False]),
        (lambda x: x >= bound, [False, True, True]), (lambda x: x > bound, [False, False, True]),
    ):  # fmt: skip
        assert run(compare, values, ranges=[(0, 2**101)], kinds=[kind]).result.tolist() == expected


def off(found, exact):
    return max(abs(Fraction(float(a)) - Fraction(b)) for a, b in zip(np.ravel(found), np.ravel(exact), strict=True))


LONG = [2**60 + 12345 * i * i for i in range(7)]
MEAN = Fraction(sum(LONG), 7)


@suites
@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (lambda x: x.mean(), [MEAN]),
        (lambda x: x[:4].mean(), [Fraction(sum(LONG[:4]), 4)]),
        (lambda x: x.var(), [sum((v - MEAN) ** 2 for v in LONG) / 7]),
        (lambda x: x / 3, [Fraction(v, 3) for v in LONG]),
        (lambda x: x * 1e-9, [Fraction(1e-9) * v for v in LONG]),
        (lambda x: (x - 2**60) * 0.1 + 2.0**59, [Fraction(0.1) * (v - 2**60) + 2**59 for v in LONG]),
    ],
)
def test_reals_of_long_numbers_are_within_their_bound(suite, function, exact):
    done = run(function, LONG, ranges=[(2**60, 2**60 + 2**40)], suite=suite)
    bound = done.report.reveals[0].error
    assert off(done.result, exact) <= bound
    assert bound <= 2.0**31


def test_a_mean_of_a_power_of_two_loses_what_a_float_does():
    done = run(lambda x: x.mean(), LONG[:4], ranges=[(2**60, 2**61)])
    assert done.report.reveals[0].error <= 2**61 * 2.0**-52


def test_a_sum_of_many_long_numbers():
    values = column([2**90 - i for i in range(2**12)])
    assert run(lambda x: x.sum(), values, ranges=[(0, 2**90)], suite="ideal").result == sum(values)
    with pytest.raises(LocalError, match="range-exceeded"):
        run(lambda x: (x * 2**25).sum(), values, ranges=[(0, 2**90)], suite="ideal")


@pytest.mark.parametrize(
    ("function", "exact", "most"),
    [
        (lambda x: 1 / x, lambda x: 1 / x, 3e-12), (lambda x: x / (x + 1), lambda x: x / (x + 1), 1e-11),
        (np.exp, np.exp, 2e-8), (np.log, np.log, 3e-12), (np.sqrt, np.sqrt, 3e-12), (mpc.sigmoid, None, 1e-11),
        (np.sin, np.sin, 1e-6),
    ],
)  # fmt: skip
def test_functions_with_40_fractional_bits(function, exact, most):
    values = np.array([1.0, 2.5, 9.75])
    done = run(function, values, ranges=[(1, 10)], bits=40)
    expected = 1 / (1 + np.exp(-values)) if exact is None else exact(values)
    assert np.abs(done.result - expected).max() <= done.report.reveals[0].error <= most


def test_products_of_reals_are_compared_with_one_public_number():
    values = np.array([7.5, -5.0])
    for function in (lambda x: np.abs(x * x), lambda x: np.where(x * x * x > 0, 1, 0), lambda x: x * x == 25):
        found = run(function, values, ranges=[(-10, 10)], bits=40).result
        np.testing.assert_allclose(found, function(values), atol=1e-9)


def test_a_refusal_in_64_bits_names_the_wider_ring_where_that_helps():
    for function, value in ((lambda x: x * x, 1), (lambda x: x, 2**70), (lambda x: x * 2**70, 1)):
        with pytest.raises(LocalError) as caught:
            run(function, [value], ranges=[(-(2**40), 2**40)], ring=64)
        assert "--ring 128" in caught.value.remedy
    with pytest.raises(LocalError) as caught:
        run(lambda x: x.within(-(2**130), 2**130), [1], ranges=[(0, 1)], ring=64)
    assert "--ring" not in caught.value.remedy


def test_what_a_ring_of_64_bits_compares_with_a_longer_number():
    assert run(lambda x: x < 2**70, [1, -1], ranges=[(-2, 2)], ring=64).result.tolist() == [True, True]


def test_other_rings_are_refused():
    for ring in (32, 96, 129):
        with pytest.raises(LocalError, match="wrong-ring"):
            run(lambda x: x, [1], ranges=[(0, 1)], ring=ring)


@pytest.mark.parametrize("preprocessing", ["ot", "silent"])
def test_material_from_the_parties_themselves(preprocessing):
    x, y = column(WHOLE), column(OTHERS)
    function = lambda x, y: np.where(x > y, x * y, np.sort(x))  # noqa: E731
    done = run(function, x, y, ranges=RANGES, preprocessing=preprocessing)
    assert (done.result == function(x, y)).all()


def test_a_plan_counts_what_a_run_takes():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=RANGES[0])
        y = await mpc.secret(ctx, 1, mine, range=RANGES[1])
        return await mpc.reveal(ctx, np.sort(x * y), x / 7, (x > y).sum(), np.sqrt(y + 2**21))

    inputs = [column(WHOLE), column(OTHERS)]
    planned = plan(main, inputs, ring=128).report
    done = simulate(main, inputs, ring=128, check_costs=True).report
    assert planned.rounds == done.rounds
    assert planned.bytes_sent == done.bytes_sent
    assert planned.material == done.material
