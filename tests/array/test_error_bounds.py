"""What every value knows of its error, what a run says of it, and what is refused for losing too much."""

import math
from fractions import Fraction

import numpy as np
import pytest
from programs import UNIT, revealing

import mpc
from mpc.errors import LocalError
from protocols.array.losses import allowed_loss
from protocols.ranges import ULP, Range
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

SALARIES = np.full(20, 51000.0)
EVERYBODY = np.ones(20, np.int64)
LEVELS = np.array([[7e5, 0.501], [3e5, 0.499]])


def with_bounds(function, *values, bits=16, suite="beaver", preprocessing="dealer", tolerance=None):
    """What function(*secrets) reveals, and the bound that the report states; values are pairs (value, range)."""

    async def main(ctx, mine):
        secrets = [await mpc.secret(ctx, 0, v if ctx.me == 0 else None, range=r) for v, r in values]
        return await mpc.reveal(ctx, function(*secrets))

    done = simulate(
        main, [None] * 2, fractional_bits=bits, suite=suite, preprocessing=preprocessing, tolerance=tolerance
    )
    return done.result, done.report.reveals[0].error


RIGHT = {
    "a quotient of wide ranges": (lambda a, b: a / b, 60000, 0.1, (6e7, (0, 1e8)), (1000.0, (1, 1000))),
    "a mean of those who count": (
        lambda s, m: np.where(m > 0, s, 0).sum() / np.maximum(m.sum(), 1), 51000, 0.1,
        (SALARIES, (0, 100000)), (EVERYBODY, (0, 1)),
    ),
    "levels of several sizes": (
        lambda s: ((s - [5e5, 0.5]) / [2e5, 0.001]), [[1, 1], [-1, -1]], 0.01, (LEVELS, (0, 1e6)),
    ),
    "weights of several sizes": (
        lambda s: s @ np.array([100.5, 1e-5]), [3, 7], 1e-4, (np.array([[0, 3e5], [0, 7e5]]), (0, 1e6)),
    ),
    "a large amount and a rate": (lambda s: s * 1.19, 100000100 * 1.19, 1e-4, (100000100.0, (0, 2**27))),
    "a large amount in three": (lambda s: s / 3, 2**28 / 3, 1e-4, (2.0**28, (0, 2**28))),
    "a large whole amount in three": (lambda s: s / 3, 2**28 / 3, 1e-4, (2**28, (0, 2**28))),
    "a variance of large whole numbers": (
        np.var, 2 / 3, 1e-4, (np.array([1700000000, 1700000001, 1700000002]), (1700000000, 1700000100)),
    ),
    "a logarithm near the end of a mean's range": (
        lambda s: np.log(s.mean() - (2**20 - 0.01)), np.log(0.01), 0.01,
        (np.full(1000, 2**20), (2**20, 2**20 + 1000)),
    ),
    "factors below the last place": (lambda s: s * 0.1 * 0.1 * 0.1 * 0.1, 0.1, 1e-4, (1000.0, (-1024, 1024))),
    "a tiny factor": (lambda s: s * 1e-14, 1e-11, 1e-4, (1000.0, (-1024, 1024))),
    "a huge divisor": (lambda s: s / 1e15, 1e-12, 1e-4, (1000.0, (-1024, 1024))),
}  # fmt: skip


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
@pytest.mark.parametrize("name", RIGHT)
def test_numbers_that_were_wrong_are_right_and_as_right_as_they_say(name, suite):
    function, right, close, *values = RIGHT[name]
    found, error = with_bounds(function, *values, suite=suite)
    off = np.abs(found - np.asarray(right)).max()
    assert off <= close
    assert off <= error


def test_material_from_the_parties_makes_no_other_numbers():
    for name in ("a quotient of wide ranges", "weights of several sizes"):
        function, right, close, *values = RIGHT[name]
        found, error = with_bounds(function, *values, preprocessing="ot")
        assert np.abs(found - np.asarray(right)).max() <= min(close, error)


def test_a_quotient_with_4_fractional_bits():
    found, error = with_bounds(lambda a, b: a / b, (100.0, (0, 128)), (20.0, (1, 32)), bits=4)
    assert abs(found - 5) <= min(0.25, error)


def test_comparisons_with_public_floats_keep_the_last_unit():
    for value, range_, bound in ((2048.0, (0, 4096), 2048.0**2), (-2048.0, (-4096, 4096), 2048.0**2)):
        assert with_bounds(lambda s, b=bound: s * s <= b, (value, range_))[0]
        assert not with_bounds(lambda s, b=bound: s * s < b, (value, range_))[0]
    for low in (2**60, 2**60 - 1):
        assert with_bounds(lambda s: s <= 2.0**60, (low, (0, 2**60)))[0]
    assert not with_bounds(lambda s: s < 2.0**60, (2**60, (0, 2**60)))[0]
    assert with_bounds(lambda s: s < 2.0**60, (2**60 - 1, (0, 2**60)))[0]


def test_public_numbers_beside_products_that_carry_more_fractional_bits():
    found, error = with_bounds(lambda x: np.minimum(x * x * 0.3, 5) + (x * x * 0.3 + 7.5), (0.9, (-1, 1)), bits=20)
    assert abs(found - (2 * 0.243 + 7.5)) <= error


def test_a_factor_for_which_there_is_hardly_room_is_taken_in_many_parts_and_none_is_left_out():
    rng = np.random.default_rng(5)
    x = np.rint(rng.uniform(-(2**33), 2**33, (3, 3)))
    matrix = rng.uniform(-0.5, 0.5, (3, 3))
    found, error = with_bounds(lambda s: s @ matrix, (x, (-(2**34), 2**34)))
    off = np.abs(found.astype(np.longdouble) - x.astype(np.longdouble) @ matrix.astype(np.longdouble)).max()
    assert 0 < off <= error < 2e-3


def test_a_range_given_to_a_mean_is_true():
    async def main(ctx, mine):
        s = await mpc.secret(ctx, 0, mine, range=(2**20, 2**20 + 1000))
        m = s.mean()
        assert m.bounds[0] <= 2**20 + 0.5 <= m.bounds[1]
        assert m.bounds[0] > 2**20 - 4 * UNIT
        return await mpc.reveal(ctx, m)

    assert abs(simulate(main, [np.full(1000, 2**20), None]).result - 2**20) < 4 * UNIT


SINGLE = {
    "exp": (np.exp, np.exp, np.linspace(-4, 4, 4001)),
    "log": (np.log, np.log, np.linspace(0.25, 8, 4001)),
    "sqrt": (np.sqrt, np.sqrt, np.linspace(0.25, 8, 4001)),
    "inverse_sqrt": (mpc.inverse_sqrt, lambda x: 1 / np.sqrt(x), np.linspace(0.25, 8, 4001)),
    "reciprocal": (np.reciprocal, np.reciprocal, np.linspace(0.25, 8, 4001)),
    "sigmoid": (mpc.sigmoid, lambda x: 1 / (1 + np.exp(-x)), np.linspace(-12, 12, 4001)),
    "tanh": (np.tanh, np.tanh, np.linspace(-6, 6, 4001)),
    "sin": (np.sin, np.sin, np.linspace(-100, 100, 4001)),
    "cos": (np.cos, np.cos, np.linspace(-100, 100, 4001)),
    "tan": (np.tan, np.tan, np.linspace(-1.4, 1.4, 4001)),
    "erf": (mpc.erf, np.vectorize(math.erf), np.linspace(-6, 6, 4001)),
    "quotient": (lambda x: 1000 * x / (x + 1), lambda x: 1000 * x / (x + 1), np.linspace(0.25, 8, 4001)),
    "public factor": (lambda x: x * 0.3, lambda x: x * 0.3, np.linspace(-8, 8, 4001)),
    "square": (np.square, np.square, np.linspace(-8, 8, 4001)),
    "mean": (lambda x: x.reshape(-1, 3).mean(1), lambda x: x.reshape(-1, 3).mean(1), np.linspace(-8, 8, 3999)),
    "variance": (lambda x: x.reshape(-1, 3).var(1), lambda x: x.reshape(-1, 3).var(1), np.linspace(-8, 8, 3999)),
}


@pytest.mark.parametrize("name", SINGLE)
def test_the_bound_of_one_function_is_at_most_8_times_the_worst_error(name):
    function, exact, points = SINGLE[name]
    points = np.rint(points * 65536) / 65536

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(points.min(), points.max()))
        x = x.within(points.min(), points.max(), error=0)
        return await mpc.reveal(ctx, function(x))

    done = simulate(main, [points, None])
    worst = np.abs(done.result - exact(points)).max()
    assert worst <= done.report.reveals[0].error <= 8 * worst


def test_errors_of_what_is_exact_are_zero_and_others_are_those_of_the_encoding():
    async def main(ctx, mine):
        whole = await mpc.secret(ctx, 0, np.array([1, 2]) if ctx.me == 0 else None)
        real = await mpc.secret(ctx, 1, np.array([0.1, 0.2]) if ctx.me == 1 else None)
        bit = whole > 1
        assert whole.error == (whole * whole + 3).sum().error == bit.error == 0
        assert real.error == UNIT / 2
        assert (real + real).error == (-real - real).error == UNIT
        assert (real * 4).error == real.sum().error * 2 == 2 * UNIT
        assert (real * 0.5).error == UNIT / 4
        assert np.maximum(real, 0.3).error == abs(real).error == UNIT / 2 <= np.where(bit, real, 0.3).error
        assert (real + 0.3).error == pytest.approx(UNIT / 2 + abs(0.3 - round(0.3 / UNIT) * UNIT))
        assert 1024 * UNIT < (real * real).error < 1024.1 * UNIT
        return await mpc.reveal(ctx, whole, real)

    report = simulate(main, [None, None]).report
    assert [reveal.error for reveal in report.reveals] == [0, UNIT / 2]


def test_a_bound_that_one_knows_better_is_vouched_for():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
        assert x.within(-0.5, 0.5).error == UNIT / 2
        assert x.within(-0.5, 0.5, error=0).error == 0
        assert x.within(-0.5, 0.5, error=0.25).error == 0.25
        for nonsense in (-1, np.nan, np.inf):
            with pytest.raises(LocalError, match="bad-error"):
                x.within(-1, 1, error=nonsense)
        alias = x.within(-1, 1, error=0)
        return await mpc.reveal(ctx, x * x, alias * alias)

    done = simulate(main, [0.5, None])
    assert done.result == (0.25, 0.25)
    with_error, without = (reveal.error for reveal in done.report.reveals)
    assert with_error > 2 * UNIT > without


def test_reals_of_a_protocol_have_a_bound_only_if_one_is_vouched_for():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
        share = await mpc.share_of(ctx, x * x)
        unknown = mpc.secret_from(ctx, share, kind="fixed", range=(-1, 1))
        vouched = mpc.secret_from(ctx, share, kind="fixed", range=(-1, 1), error=0.125)
        assert (unknown.error, vouched.error) == (np.inf, 0.125)
        with pytest.raises(LocalError, match="bad-error"):
            mpc.secret_from(ctx, share, kind="fixed", error=-1)
        return await mpc.reveal(ctx, unknown + 1, vouched + 1)

    reveals = simulate(main, [0.5, None]).report.reveals
    assert [reveal.error for reveal in reveals] == [np.inf, 0.125]


def test_what_a_float64_cannot_hold_of_a_revealed_value_is_in_its_bound():
    large, small = 2.0**43, 3 * UNIT
    found, error = with_bounds(lambda x, y: (x + y).within(0, 2**44, error=0), (large, (0, 2**44)), (small, (0, 1)))
    off = abs(Fraction(float(found)) - Fraction(large) - Fraction(small))
    assert 0 < off <= error < 2**10 * UNIT


def test_aliases_with_other_bounds_share_one_value_and_its_forms():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
        y = x * x
        return await mpc.reveal(ctx, y == y.within(0, 1, error=0.5))

    assert simulate(main, [np.linspace(-1, 1, 500), None]).result.all()


def iterated(ctx, x, times=40):
    for _ in range(times):
        x = (x * 1.5).within(-1024, 1024)
    return x


@pytest.mark.parametrize("where", ["run", "reveal", "plan"])
def test_a_tolerance_is_enforced_before_anything_of_the_reveal_is_sent(where):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        first = await mpc.reveal(ctx, x)
        sent = ctx.session.ledger.bytes_sent
        try:
            await mpc.reveal(ctx, iterated(ctx, x), tolerance=0.01 if where == "reveal" else None)
        finally:
            assert ctx.session.ledger.bytes_sent == sent
        return first

    begin = plan if where == "plan" else simulate
    with pytest.raises(LocalError) as refused:
        begin(main, [np.ones(3), None], tolerance=None if where == "reveal" else 0.01)
    assert refused.value.code == "tolerance-exceeded"
    assert "0.01 is tolerated" in refused.value.cause
    assert refused.value.line.startswith("test_error_bounds.py")


def test_a_tolerance_that_holds_lets_the_value_pass():
    found, error = with_bounds(lambda x: x * x, (np.array([0.5, 0.25]), (-1, 1)), tolerance=1e-3)
    assert np.array_equal(found, [0.25, 0.0625])
    assert error <= 1e-3


def test_bounds_beyond_use_are_said_to_be_none():
    async def main(ctx, mine):
        x = (await mpc.secret(ctx, 0, mine)).within(-1, 1)
        return await mpc.reveal(ctx, iterated(ctx, x).within(-1, 1), x * 1e-14)

    iteration, nearly_zero = (reveal.error for reveal in simulate(main, [1e-9, None]).report.reveals)
    assert iteration == np.inf
    assert 0 < nearly_zero < 16 * UNIT


def test_decisions_are_reported_with_the_margin_in_which_they_could_go_the_other_way():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
        n = await mpc.secret(ctx, 1, 3 if ctx.me == 1 else None)
        greater = x > 0.5  # a decision
        largest, size = np.maximum(x, 0.25), abs(x)  # the same on both sides
        equal = n == 3  # exact
        return await mpc.reveal(ctx, greater, largest, size, equal, mpc.sigmoid(x).max())

    report = simulate(main, [np.array([0.1, 0.7]), None]).report
    (decision,) = report.decisions
    assert decision.margin == UNIT / 2
    assert decision.line.startswith("test_error_bounds.py")
    assert report.to_json()["decisions"] == [{"line": decision.line, "margin": UNIT / 2}]
    assert [reveal.decided for reveal in report.reveals] == [True, False, False, False, False]


def test_what_follows_from_a_decision_is_said_to_whatever_is_made_of_it():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
        above = x > 0.5
        share = above.mean()
        await mpc.reveal(ctx, above.sum(), x.mean())
        await mpc.reveal(ctx, share, share * x.sum(), np.where(above, x, 0.25), x.sum())
        later = mpc.secret_from(ctx, await mpc.share_of(ctx, share * 2), kind="fixed", range=(0, 2), error=0.25)
        return await mpc.reveal(ctx, later)

    inputs = [np.array([0.1, 0.7]), None]
    report = simulate(main, inputs).report
    assert [reveal.decided for reveal in report.reveals] == [True, False, True, True, True, False, True]
    assert [reveal.decided for reveal in plan(main, inputs).report.reveals] == [r.decided for r in report.reveals]
    shown = repr(report)
    assert "+- 0.25, if decided as shown below" in shown
    assert shown.count("if decided") == 5
    assert "could go the other way within" in shown


def test_a_margin_beyond_use_is_said_to_be_none():
    async def main(ctx, mine):
        x = (await mpc.secret(ctx, 0, mine)).within(-1, 1)
        return await mpc.reveal(ctx, (iterated(ctx, x).within(-1, 1) > 0).mean())

    report = simulate(main, [np.array([0.5, -0.5]), None]).report
    assert [decision.margin for decision in report.decisions] == [np.inf]
    assert "no useful bound" in repr(report)


def test_a_plan_knows_the_bounds_and_the_decisions_of_the_run():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0.5, 4))
        y = np.where(x > 1, np.log(x), x / (x + 1))
        return await mpc.reveal(ctx, y, np.exp(x).mean())

    data = [np.array([0.6, 3.0]), None]
    planned, run = plan(main, data).report, simulate(main, data).report
    assert [r.error for r in planned.reveals] == [r.error for r in run.reveals]
    assert planned.decisions == run.decisions != ()


@pytest.mark.parametrize("bits", [16, 17, 20, 24])
def test_sigmoid_and_tanh_lose_no_more_than_their_share_with_any_fractional_bits(bits):
    points = np.rint(np.linspace(-12, 12, 300) * 2**bits) / 2**bits

    async def main(ctx, mine):
        x = (await mpc.secret(ctx, 0, mine, range=(-12, 12))).within(-12, 12, error=0)
        return await mpc.reveal(ctx, mpc.sigmoid(x), np.tanh(x))

    done = simulate(main, [points, None], fractional_bits=bits)
    allowed = allowed_loss(Range(0, 1 << bits), bits, bits) / ULP / 2**bits
    for found, right, reveal in zip(
        done.result, (1 / (1 + np.exp(-points)), np.tanh(points)), done.report.reveals, strict=True
    ):
        assert np.abs(found - right).max() <= reveal.error <= allowed + 2.0**-bits


def test_what_loses_too_much_is_refused_with_the_line_and_the_way_out():
    with pytest.raises(LocalError) as refused:
        revealing(np.sqrt, 2.0**40, ranges=[(0, 2.0**44)])
    assert refused.value.code == "loses-too-much"
    assert refused.value.line is not None
    assert "ranges" in refused.value.remedy
