"""Quantiles by noisy scores: near what numpy gives, as many ranks off as is said, and exactly as private as claimed."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import exp
from typing import Any

import numpy as np
import pytest
from private_statistics.survey import SURE, Array, Rows, Survey, joined, survey

import mpc
from mpc.errors import LocalError
from protocols import statistics
from protocols.privacy.neighbours import add_or_remove, substitute
from protocols.runs.simulating import simulate
from protocols.statistics import quantiles
from protocols.statistics.columns import records

EDGES = np.array([-1.0, -0.5, 0, 0.5, 1, 2])
PARTS = [0, "0.1", "1/2", "0.9", 1]


def ranks_off(values: Any, low: float, high: float, q: Any, top: float) -> float:
    """How far q n is from the ranks of an interval, which is closed above if it is the last."""
    below = np.sum(values < low) * (low > EDGES[0])
    upto = np.sum(values < high) if high < top else len(values)
    wanted = Fraction(q) * len(values)
    return float(max(below - wanted, wanted - upto, 0))


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(("suite", "n"), [("ideal", 2), ("beaver", 3)])
def test_they_are_as_few_ranks_off_as_is_said(hidden, suite, n):
    rows = [Rows.drawn(seed, 150, float) for seed in (1, 2)]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        s = await survey(ctx, mine)
        x = s.hidden if hidden else s.x
        noise = mpc.Laplace(epsilon=20, neighbours=add_or_remove() if hidden else substitute())
        one = await statistics.quantile(ctx, x, "1/2", EDGES, privacy=noise, confidence=SURE)
        return one, await statistics.quantile(ctx, x, PARTS, EDGES, privacy=noise, confidence=SURE)

    one, several = simulate(main, [*rows, None][:n], suite=suite, check_costs=suite == "beaver").result
    values = joined(rows, "values", there=hidden)
    assert ranks_off(values, one.low, one.high, "1/2", EDGES[-1]) <= one.ranks
    assert one.value == (one.low + one.high) / 2
    for q, low, high in zip(PARTS, several.low, several.high, strict=True):
        assert ranks_off(values, low, high, q, EDGES[-1]) <= several.ranks
    assert several.charge.ways[0].epsilon == one.charge.ways[0].epsilon == 20
    assert str(one).count("ranks") == 1


@pytest.mark.parametrize(
    ("held", "edges", "low", "high"),
    [
        ((0, 100), [20, 30, 31, 60], [0, 30, 60], [20, 31, 100]),
        ((3, 100), [3, 30, 31, 60], [3, 30, 60], [30, 31, 100]),
        ((0, 99), [20, 30, 31, 99], [0, 30, 31], [20, 31, 99]),
        ((0.3, 99.1), [0.3, 30, 99.1], [0.3, 30, 30], [30, 99.1, 99.1]),
    ],
)
def test_values_beyond_the_edges_are_told_as_far_as_they_are_held(held, edges, low, high):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=held)
        return await statistics.quantile(ctx, x, ["1/20", "1/2", 1], edges, privacy=mpc.Laplace(epsilon=25))

    values = np.repeat([3, 30, 99], 100).astype(type(held[1]))
    found = simulate(main, [values, None]).result
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No noise; the scores, and what their noise would be made for."""
    found: list[Any] = []
    original = quantiles._scores

    def kept(below: Any, n: Any, parts: Any) -> Any:
        found.append(original(below, n, parts))
        return found[-1]

    monkeypatch.setattr(quantiles, "_scores", kept)
    return found


@pytest.mark.parametrize("near", [substitute(), add_or_remove()], ids=str)
@pytest.mark.parametrize("hidden", [False, True])
def test_no_row_moves_a_score_further_than_is_said(scores, near, hidden):
    rows = list(product((-1.0, 0.0, 0.7, 2.0), (True, False) if hidden else (True,)))
    parts = quantiles._parts_of(["1/4", "1/2"])

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        found = []
        for value, there in rows:
            mine = Rows(np.array([value, 0.1, 1.2]), np.zeros(3, np.int64), np.array([there, True, True]))
            s: Survey = await survey(ctx, mine, (0,))
            x = s.hidden if hidden else s.x
            held = records(ctx, near, x)
            below, n = quantiles._below(held, EDGES), quantiles.there(held.valid, held.count)
            found.append(await mpc.reveal(ctx, quantiles._scores(below, n, parts)))
        return parts.moved(held, near.relation), found

    moved, found = simulate(main, [None, None], suite="ideal").result
    gone = [i for i, (value, there) in enumerate(rows) if not there or (not hidden and value == 0)]
    pairs = product(range(len(rows)), range(len(rows)) if near == substitute() else gone)
    assert max(np.abs(found[i] - found[j]).max() for i, j in pairs) == moved or (near == substitute() and hidden)
    assert all(np.abs(found[i] - found[j]).max() <= moved for i, j in product(range(len(rows)), gone))


def told(scores: tuple[int, ...], scale: float, far: int = 150) -> Array:
    """How likely each place is told: the first of the largest, of scores with geometric noise."""
    a, g = exp(-1 / scale), np.arange(far)
    chances = []
    for i, own in enumerate(scores):
        chance = (1 - a) * a**g
        for j, s in enumerate(scores):
            if j != i:
                chance *= 1 - a ** np.maximum(own + g - s - (j < i) + 1, 0)
        chances.append(chance.sum())
    return np.array(chances)


@pytest.mark.parametrize("moved", [1, 2])
def test_what_is_told_is_as_private_as_is_claimed(moved):
    """Exactly: no place is more than e^epsilon times as likely on scores that lie `moved` apart; some nearly so."""
    epsilon, furthest = 1.0, 0.0
    grid = list(product((-3, -1, 0), repeat=3))
    for one in grid:
        p = told(one, 2 * moved / epsilon)
        assert abs(sum(p) - 1) < 1e-9
        for change in product((-moved, 0, moved), repeat=3):
            q = told(tuple(np.add(one, change)), 2 * moved / epsilon)
            furthest = max(furthest, (p / q).max())
    assert 0.7 * exp(epsilon) < furthest <= exp(epsilon) * (1 + 1e-9)


def test_with_noise_of_half_the_scale_it_would_not_be():
    p, q = told((0, -6, -6), 1.0), told((-1, -5, -5), 1.0)
    assert (q / p).max() > exp(1)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "gaussian": ("wrong-privacy", {"privacy": mpc.Gaussian(rho=1)}),
    "beyond one": ("amount-out-of-range", {"q": "3/2"}),
    "too fine": ("amount-out-of-range", {"q": "1/100003"}),
    "none": ("amount-out-of-range", {"q": []}),
    "falling edges": ("bad-bins", {"edges": [3, 2, 1]}),
    "one interval": ("bad-bins", {"edges": [0, 1]}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_meaning_is_refused(name):
    code, changed = REFUSED[name]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 100))
        asked = {"q": "1/2", "edges": EDGES, "privacy": mpc.Laplace(epsilon=1), **changed}
        with pytest.raises(LocalError) as caught:
            await statistics.quantile(ctx, x, **asked)
        return caught.value.code

    assert simulate(main, [np.arange(3), None]).result == code
