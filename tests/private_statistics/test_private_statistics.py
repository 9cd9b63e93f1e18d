"""Statistics on what several parties have: what numpy gives, but for noise that their intervals hold; charged once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from private_statistics.survey import BOUNDS, SURE, Array, Rows, joined, survey

import mpc
from mpc.accounts.plain import plain
from mpc.errors import LocalError
from protocols import statistics
from protocols.consent.keeper import Asked, NoKeeper
from protocols.privacy.neighbours import add_or_remove, group, substitute
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate
from protocols.statistics.columns import Column
from protocols.statistics.estimate import Estimate, Interval

MOST = mpc.Laplace(epsilon=25)
CATEGORIES = (0, 3, 1)
EDGES = np.array([-1.0, 0.0, 0.5, 2.0])

Case = tuple[str, bool]


async def released(ctx: mpc.Context, mine: Rows, hidden: bool, noise: Any) -> dict[str, Any]:
    """Every statistic, of rows that may be missing or of all."""
    s = await survey(ctx, mine)
    x, keys = (s.hidden, s.hidden_keys) if hidden else (s.x, s.keys)
    above = [Column(v > 0, w) for v, w in zip(s.x, s.valid, strict=True)] if hidden else [v > 0 for v in s.x]
    by: dict[str, Any] = {"privacy": noise, "confidence": SURE}
    return {
        "count": await statistics.count(ctx, above, **by),
        "sum": await statistics.sum(ctx, x, range=(-0.5, 3), **by),
        "mean": await statistics.mean(ctx, x, **by),
        "filled": await statistics.mean(ctx, x, missing=0.5, **by),
        "variance": await statistics.variance(ctx, x, **by),
        "histogram": await statistics.histogram(ctx, x, EDGES, **by),
        "value_counts": await statistics.value_counts(ctx, keys, CATEGORIES, **by),
        "crosstab": await statistics.crosstab(ctx, [keys, above, keys], [CATEGORIES, (0, 1), (0, 1, 2)], **by),
        "sum_by": await statistics.sum_by(ctx, x, keys, CATEGORIES, **by),
        "mean_by": await statistics.mean_by(ctx, x, keys, CATEGORIES, range=(0, 1), **by),
    }


def exact(rows: list[Rows], hidden: bool) -> dict[str, Array]:
    """What numpy says."""
    x, keys = (joined(rows, name, there=hidden) for name in ("values", "keys"))
    every = joined(rows, "values", there=False)
    there = joined(rows, "there", there=False) | (not hidden)
    cells = [[[np.sum((keys == k) & ((x > 0) == a) & (keys == o)) for o in (0, 1, 2)] for a in (0, 1)]
             for k in CATEGORIES]  # fmt: skip
    groups = [x[keys == k] for k in CATEGORIES]
    return {
        "count": np.sum(x > 0),
        "sum": np.clip(x, -0.5, 2).sum(),
        "mean": x.mean(),
        "filled": np.where(there, every, 0.5).mean(),
        "variance": x.var(),
        "histogram": np.histogram(x, EDGES)[0],
        "value_counts": np.array([len(g) for g in groups]),
        "crosstab": np.array(cells),
        "sum_by": np.array([g.sum() for g in groups]),
        "mean_by": np.array([np.clip(g, 0, 1).mean() for g in groups]),
    }


@pytest.mark.parametrize("kind", [int, float])
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("suite", "n", "noise"),
    [
        ("ideal", 2, mpc.Laplace(epsilon=25, neighbours=add_or_remove())),
        ("ideal", 2, mpc.Gaussian(epsilon=15, delta="1e-7")),
        ("beaver", 3, MOST),
    ],
)
def test_they_are_what_numpy_gives_but_for_noise_within_their_intervals(kind, hidden, suite, n, noise):
    rows = [Rows.drawn(seed, 40, kind) for seed in (1, 2)]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await released(ctx, mine, hidden, noise)

    found = simulate(main, [*rows, None][:n], suite=suite, check_costs=suite == "beaver").result
    for name, wanted in exact(rows, hidden).items():
        slack = 2.0**-12 if kind is float else 0
        estimate = found[name]
        assert np.shape(estimate.values) == np.shape(wanted), name
        assert np.all(estimate.low - slack <= wanted), name
        assert np.all(wanted <= estimate.high + slack), name
        assert np.max(np.abs(estimate.values - wanted)) < 8, name
        assert np.all(estimate.low <= estimate.high), name


@dataclass
class Purse(NoKeeper):
    """Notes what is spent."""

    spent: list[Any] = field(default_factory=list)

    def reserve(self, asked: Asked) -> int:
        """Each charge."""
        self.spent.extend(asked.charges)
        return 0


@pytest.mark.parametrize("noise", [mpc.Laplace(epsilon=1), mpc.Gaussian(epsilon=1, delta="1e-6")])
def test_each_is_charged_once_and_no_more_than_was_asked_for(noise):
    rows = Rows.drawn(3, 10, int)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        ctx.session.keeper = purse = Purse()
        return await released(ctx, mine, True, noise), purse.spent

    run = simulate(main, [rows, rows])
    found, spent = run.result
    assert [e.charge for e in found.values()] == spent
    most = noise.delta if isinstance(noise, mpc.Gaussian) else 2e-14
    assert all(price.ways[0].epsilon == 1 and price.ways[0].delta <= most for price in spent)
    assert len(run.report.reveals) == len(found)


def test_nine_in_ten_intervals_of_nine_in_ten_hold():
    """Of 700 groups, with noise of their own each: 90% hold, and 80% or fewer by chance below 10^-14."""
    keys, values = np.repeat(np.arange(700), 3), np.tile([0, 1, 1], 700)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, values, range=(0, 1))
        k = await mpc.secret(ctx, 0, keys, range=(0, 699))
        by: dict[str, Any] = {"privacy": mpc.Laplace(epsilon="0.7"), "confidence": "0.9"}
        return (
            await statistics.value_counts(ctx, k, range(700), **by),
            await statistics.sum_by(ctx, x, k, range(700), **by),
            await statistics.mean_by(ctx, x, k, range(700), **by),
        )

    for estimate, wanted in zip(simulate(main, [None, None]).result, (3, 2, 2 / 3), strict=True):
        inside = np.mean((estimate.low <= wanted) & (wanted <= estimate.high))
        assert inside > 0.8


def test_missing_values_come_in_as_such_and_only_receivers_learn():
    given = np.array([1.0, np.nan, 2.0, np.nan])

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        c = await statistics.column(ctx, 0, mine, range=BOUNDS)
        found = await statistics.mean(ctx, c, privacy=MOST, confidence=SURE, to=1)
        return found, await statistics.count(ctx, c.valid, privacy=MOST, confidence=SURE)

    (none, _), (found, number) = simulate(main, [given, None]).results
    assert none is None
    assert found.low <= 1.5 <= found.high
    assert number.low <= 2 <= number.high


def test_of_nobody_they_are_noise_within_their_bounds():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        c = await statistics.column(ctx, 0, mine, range=BOUNDS)
        by = {"privacy": mpc.Laplace(epsilon=1)}
        return await statistics.mean(ctx, c, **by), await statistics.variance(ctx, c, **by)

    mean, variance = simulate(main, [np.full(3, np.nan), None]).result
    assert BOUNDS[0] <= mean.low <= mean.values <= mean.high <= BOUNDS[1]
    assert 0 <= variance.low <= variance.high <= 9 / 4


def test_what_was_paid_for_beforehand_may_be_a_statistic():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 1))
        ctx.session.keeper = purse = Purse()
        async with mpc.privacy.prepaid(ctx, [mpc.Laplace(epsilon=9)] * 2, elements=2) as paid:
            first = await statistics.mean(ctx, x, privacy=paid.step(), confidence=SURE)
            second = await statistics.value_counts(ctx, x, [0, 1], privacy=paid.step())
        return first, second, len(purse.spent)

    first, second, charges = simulate(main, [np.array([0, 1, 1]), None]).result
    assert first.low <= 2 / 3 <= first.high
    assert second.charge == first.charge
    assert charges == 1


@pytest.mark.parametrize(
    "noise",
    [
        mpc.InParts(mpc.Laplace(epsilon=9), honest=2),
        mpc.InParts(mpc.Gaussian(epsilon=9, delta="1e-7")),
        mpc.InParts(mpc.Skellam(epsilon=9, delta="1e-6")),
    ],
)
def test_noise_may_come_in_parts(noise):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 1))
        return await statistics.value_counts(ctx, x, [0, 1], privacy=noise, confidence=SURE)

    found = simulate(main, [np.array([0, 1, 1]), None, None], suite="ideal").result
    assert np.all(found.low <= [1, 2])
    assert np.all(found.high >= [1, 2])
    assert found.charge.ways[0].epsilon == 9


@pytest.mark.parametrize(
    ("privacy", "said"),
    [
        (None, "no privacy= is given"),
        (mpc.Laplace(epsilon=1, sensitivity=1), "privacy= declares a sensitivity"),
        (mpc.InParts(mpc.Laplace(epsilon=1)), "privacy= is noise in parts, of which this statistic takes none"),
        (mpc.Gaussian(rho=1), "privacy= is of type Gaussian"),
    ],
)
def test_of_noise_that_is_refused_the_one_cause_is_said(privacy: Any, said: str) -> None:
    async def main(ctx: mpc.Context, mine: Any) -> str:
        x = await mpc.secret(ctx, 0, np.ones(4) if ctx.me == 0 else None, range=(0, 1))
        with pytest.raises(LocalError, match="wrong-privacy") as caught:
            await statistics.quantile(ctx, x, ["1/2"], [0, 1], privacy=privacy)
        return caught.value.cause

    assert simulate(main, [None, None]).results == [said] * 2


def test_a_plan_counts_them():
    rows = Rows.drawn(1, 8, int)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await released(ctx, rows, True, MOST)

    assert len(plan(main, [None, None]).report.reveals) == 10


async def _mean(ctx: mpc.Context, x: Any, **options: Any) -> Any:
    return await statistics.mean(ctx, x, **{"privacy": MOST, **options})


REFUSED: dict[str, tuple[str, Any]] = {
    "no noise": ("wrong-privacy", lambda ctx, s: _mean(ctx, s.x, privacy=None)),
    "noise of one party": ("wrong-privacy", lambda ctx, s: _mean(ctx, s.x, privacy=mpc.privacy.Laplace(epsilon=1))),
    "a sensitivity": ("wrong-privacy", lambda ctx, s: _mean(ctx, s.x, privacy=mpc.Laplace(epsilon=1, sensitivity=1))),
    "a vouched range": ("not-bounded", lambda ctx, s: _mean(ctx, s.x[0].within(0, 1), range=(0, 1))),
    "sorted rows": ("sensitivity-unknown", lambda ctx, s: _mean(ctx, np.sort(s.x[0]))),
    "bounds that fall": ("bad-range", lambda ctx, s: _mean(ctx, s.x, range=(1, 0))),
    "bounds that are none": ("bad-range", lambda ctx, s: _mean(ctx, s.x, range=(0, float("nan")))),
    "one bound": ("bad-range", lambda ctx, s: _mean(ctx, s.x, range=1)),
    "chances below all bounds": (
        "delta-too-small", lambda ctx, s: statistics.private_keys(ctx, s.keys, privacy=MOST, delta="1e-80"),
    ),
    "no rows": ("never-moved", lambda ctx, s: _mean(ctx, s.x[0][:0])),
    "no column": ("wrong-shape", lambda ctx, s: _mean(ctx, s.x[0].reshape(2, 2))),
    "numbers beyond bits": ("not-a-bit", lambda ctx, s: statistics.count(ctx, s.keys, privacy=MOST)),
    "a truth value": ("not-secret", lambda ctx, s: statistics.count(ctx, False, privacy=MOST)),
    "no parts": ("wrong-shape", lambda ctx, s: _mean(ctx, [])),
    "other bits": ("wrong-shape", lambda ctx, s: _mean(ctx, Column(s.x[0], s.valid[0][:2]))),
    "validity of numbers": ("not-a-bit", lambda ctx, s: _mean(ctx, Column(s.x[0], s.keys[0]))),
    "clear data": ("not-secret", lambda ctx, s: _mean(ctx, [np.ones(4)])),
    "a sure interval": ("amount-out-of-range", lambda ctx, s: _mean(ctx, s.x, confidence=1)),
    "numbers counted": ("not-a-bit", lambda ctx, s: statistics.count(ctx, s.x, privacy=MOST)),
    "lengths": (
        "wrong-shape",
        lambda ctx, s: statistics.sum_by(ctx, s.x, [s.keys[1], s.keys[0][:3]], CATEGORIES, privacy=MOST),
    ),
    "categories twice": (
        "wrong-categories", lambda ctx, s: statistics.value_counts(ctx, s.keys, [1, 1], privacy=MOST),
    ),
    "categories of one": (
        "wrong-categories", lambda ctx, s: statistics.crosstab(ctx, [s.keys, s.keys], [[1]], privacy=MOST),
    ),
    "keys of reals": ("bad-kind", lambda ctx, s: statistics.value_counts(ctx, s.x, [1], privacy=MOST)),
    "edges that fall": ("bad-bins", lambda ctx, s: statistics.histogram(ctx, s.x, [1, 1, 2], privacy=MOST)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_promised_is_refused_before_anything_is_spent(name):
    code, asked = REFUSED[name]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        s = await survey(ctx, mine)
        ctx.session.keeper = purse = Purse()
        with pytest.raises(LocalError) as caught:
            await asked(ctx, s)
        return caught.value.code, caught.value.line is not None, purse.spent

    rows = Rows.drawn(5, 4, float)
    assert simulate(main, [rows, rows]).result == (code, True, [])


def test_a_party_in_several_parts_counts_as_often():
    """One unit is in as many rows as its owner has parts, times the records of a group."""
    rows = Rows.drawn(4, 3, int)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        s = await survey(ctx, mine)
        noise = mpc.Laplace(epsilon=1, neighbours=substitute(group(2)))
        held = [
            statistics.columns.records(ctx, noise.neighbours, *columns).rows
            for columns in ([s.x], [[s.x[0], s.x[0]]], [s.x, s.keys], [[s.x[0], s.x[1], s.x[0] + s.x[1]]])
        ]
        return held

    assert simulate(main, [rows, rows]).result == [2, 4, 2, 4]


def test_intervals_of_quotients_differences_and_squares_hold_all_of_them():
    g = np.random.default_rng(8)
    ends = np.sort(g.uniform(-3, 3, (2, 500)), 0)
    below = np.sort(g.uniform(0.1, 3, (2, 500)), 0)
    first, second = Interval(*ends), Interval(*below)
    for part in np.linspace(0, 1, 5):
        a, b = (i.low + part * (i.high - i.low) for i in (first, second))
        for found, wanted in ((first.over(second), a / b), (first.less(second), a - b), (first.square(), a * a)):
            assert np.all(found.low <= wanted + 1e-12)
            assert np.all(wanted <= found.high + 1e-12)


def test_an_estimate_says_what_it_is():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await statistics.value_counts(ctx, await mpc.secret(ctx, 0, mine, range=(0, 1)), [0, 1], privacy=MOST)

    found = simulate(main, [np.array([0, 1, 1] * 10), None]).result
    assert isinstance(found, Estimate)
    assert str(found).startswith(f"{found.values} (each within 0, 95% sure); epsilon 25 with delta")
    assert str(found).endswith("substituting one record")


def test_results_say_themselves_in_words_and_are_plain_data_for_others():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        s = await survey(ctx, mine)
        keys = await statistics.private_keys(ctx, s.keys, privacy=mpc.Laplace(epsilon=20), delta="1e-6")
        return await _mean(ctx, s.x, range=(0, 1)), keys

    run = simulate(main, [Rows.drawn(seed, 40, float) for seed in (1, 2)], suite="ideal")
    mean, keys = run.result
    assert repr(mean) == f"<Estimate: {mean}>"
    told = plain(run.result)
    assert told[0] == {
        "in_words": str(mean), "values": mean.values, "low": mean.low, "high": mean.high, "confidence": "19/20",
        "neighbours": "substituting one record", "charge": str(mean.charge),
    }  # fmt: skip
    assert told[1]["keys"] == keys.keys.tolist()
    assert told[1]["counts"]["charge"] == str(keys.counts.charge)
    assert str(mean) in repr(run)


def test_counts_of_flags_and_among_what_is_known():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        flags = await mpc.secret(ctx, 0, mine, range=(0, 1))
        some = await statistics.column(ctx, 1, [1.0, np.nan, 0, 3, np.nan, 2] * 10, range=(0, 3))
        asked = [
            flags, Column(flags, some.values > 0), some == 1, some != 1, some < 2, some <= 2, some > 1, some >= 1,
        ]  # fmt: skip
        found = [await statistics.count(ctx, x, privacy=MOST, confidence=SURE) for x in asked]
        return [each.low <= 10 * true <= each.high for each, true in zip(found, [4, 2, 1, 3, 2, 3, 2, 3], strict=True)]

    assert all(simulate(main, [np.tile([1, 1, 0, 1, 1, 0], 10), None], suite="ideal").result)


def test_a_wrong_amount_names_the_line_that_asks_for_it():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return mpc.Laplace(epsilon=0)

    with pytest.raises(LocalError) as caught:
        simulate(main, [None, None], suite="ideal")
    assert caught.value.line == f"test_private_statistics.py:{main.__code__.co_firstlineno + 1}"


def test_an_interval_that_noise_says_nothing_of_is_all_between_the_bounds():
    low, high = np.array([5.0, -9, -50, 1, 2]), np.array([6.0, -8, 60, 2, 7])
    found = Interval(low, high).within(0.0, 4.0, unknown=np.array([False, False, False, True, False]))
    assert found.low.tolist() == [0, 0, 0, 0, 2]
    assert found.high.tolist() == [4, 4, 4, 4, 4]


def test_a_mean_of_a_category_that_may_have_no_records_may_be_anything():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        ages = await mpc.secret(ctx, 0, mine, range=(0, 60))
        noise = mpc.Laplace(epsilon=5)
        return await statistics.mean_by(ctx, ages, ages, [30, 55], privacy=noise, confidence=SURE)

    found = simulate(main, [np.repeat([30, 31], 400), None], suite="ideal").result
    assert (found.low[1], found.high[1]) == (0, 60)
    assert 25 < found.low[0] <= found.high[0] < 35


def test_deviations_and_medians_are_those_of_variances_and_quantiles():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 20))
        asked: dict[str, Any] = {"privacy": MOST, "confidence": SURE}
        return await statistics.std(ctx, x, **asked), await statistics.median(ctx, x, range(21), **asked)

    values = np.arange(2000) % 15
    spread, middle = simulate(main, [values, None], suite="ideal").result
    assert spread.low <= np.std(values) <= spread.high
    assert abs(spread.values - np.std(values)) < 0.5
    assert spread.high - spread.low < 2
    assert abs(middle.value - np.median(values)) <= 1.5
