"""How far figures move between neighbours, by all small data: never further than the noise is made for."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from private_statistics.survey import Rows, Survey, survey

import mpc
from protocols import statistics
from protocols.privacy.neighbours import Neighbours, add_or_remove, substitute
from protocols.runs.simulating import simulate
from protocols.statistics import noisy_figures
from protocols.statistics.columns import Column
from protocols.statistics.distances import Distance, moved, row_of
from protocols.statistics.steps import Figure, as_far, exponent_of

VALUES = {int: (-1, 0, 2), float: (-1.0, 0.0, 2.0)}


def above(x: list[Any]) -> list[Any]:
    """Which values are, of those that are there."""
    return [Column(c.values > 0, c.valid) if isinstance(c, Column) else c > 0 for c in x]


STATISTICS: dict[str, Any] = {
    "count": lambda ctx, s, x, k, by: statistics.count(ctx, above(x), **by),
    "sum": lambda ctx, s, x, k, by: statistics.sum(ctx, x, **by),
    "mean": lambda ctx, s, x, k, by: statistics.mean(ctx, x, **by),
    "variance": lambda ctx, s, x, k, by: statistics.variance(ctx, x, **by),
    "histogram": lambda ctx, s, x, k, by: statistics.histogram(ctx, x, [-1, 0, 1, 2], **by),
    "crosstab": lambda ctx, s, x, k, by: statistics.crosstab(ctx, [k, k], [(0, 1), (1, 3)], **by),
    "sum_by": lambda ctx, s, x, k, by: statistics.sum_by(ctx, x, k, (0, 1), **by),
    "mean_by": lambda ctx, s, x, k, by: statistics.mean_by(ctx, x, k, (0, 1), **by),
}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No noise; of each reveal what it was made for, and the steps that are opened."""
    found: list[Any] = []
    asked: list[Distance] = []
    made: dict[int, Distance] = {}
    opens, moves = noisy_figures.reveal_charged, noisy_figures.moves_of

    async def opened(ctx: mpc.Context, x: Any, **options: Any) -> Any:
        values = await opens(ctx, x, **options)
        if ctx.me == 0:
            found.append((made[id(x)], np.asarray(values, object).astype(int)))
        return values

    def distance_of(distance: Distance) -> Any:
        asked.append(distance)
        return moves(distance)

    def noised(x: Any, sampler: Any) -> Any:
        made[id(x)] = asked[-1]
        return x

    monkeypatch.setattr(noisy_figures, "noised", noised)
    monkeypatch.setattr(noisy_figures, "moves_of", distance_of)
    monkeypatch.setattr(noisy_figures, "reveal_charged", opened)
    return found


def steps_of(seen: list[Any], row: tuple[Any, int, bool], kind: type, hidden: bool, near: Neighbours) -> list[Any]:
    """The distance and the steps of each statistic, of a row that changes and one that stays."""
    mine = Rows(np.array([row[0], kind(0.7)]), np.array([row[1], 1]), np.array([row[2], True]))
    seen.clear()

    async def main(ctx: mpc.Context, _: Any) -> None:
        s: Survey = await survey(ctx, mine, (0,))
        by = {"privacy": mpc.Laplace(epsilon=1, neighbours=near)}
        x, keys = (s.hidden, s.hidden_keys) if hidden else (s.x, s.keys)
        for ask in STATISTICS.values():
            await ask(ctx, s, x, keys, by)

    simulate(main, [None, None], suite="ideal")
    return list(seen)


def neighbours_of(rows: list[Any], hidden: bool, near: Neighbours) -> list[tuple[int, int]]:
    """Which rows may take one another's place: any, or one that is there and one that is not, or is zero."""
    pairs = product(range(len(rows)), repeat=2)
    if near == substitute():
        return list(pairs)
    gone = [not there if hidden else (value, key) == (0, 0) for value, key, there in rows]
    return [(i, j) for i, j in pairs if gone[j]]


@pytest.mark.parametrize(("kind", "hidden"), [(int, False), (float, True)])
def test_no_row_moves_them_further_than_the_noise_is_made_for(seen, kind, hidden):
    rows: list[Any] = list(product(VALUES[kind], (0, 1), (True,)))
    rows += [(kind(0), 0, False)] if hidden else [(kind(-1), 3, True), (kind(2), 3, True)]
    found = [steps_of(seen, row, kind, hidden, substitute()) for row in rows]
    claims = {
        near: [claimed for claimed, _ in steps_of(seen, rows[0], kind, hidden, near)]
        for near in (substitute(), add_or_remove())
    }
    for (near, claimed), (place, name) in product(claims.items(), enumerate(STATISTICS)):
        steps = [each[place][1] for each in found]
        apart = [np.abs(steps[i] - steps[j]) for i, j in neighbours_of(rows, hidden, near)]
        furthest = Distance(max(int(d.sum()) for d in apart), max(int((d**2).sum()) for d in apart))
        assert furthest.l1 <= claimed[place].l1, (name, near)
        assert furthest.l2_squared <= claimed[place].l2_squared, (name, near)
        assert claimed[place].l1 <= 2.5 * furthest.l1 + 4, (name, near)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_row_that_is_there_by_the_bit_of_another_party_or_by_none_becomes_zero(seen, parts):
    """Of party 0, beside a bit of party 1, or before a part of party 1 that has bits."""
    near = add_or_remove()

    async def main(ctx: mpc.Context, mine: Rows) -> None:
        s = await survey(ctx, mine)
        x, keys = ([Column(c[0], s.valid[1])] for c in (s.x, s.keys))
        if parts > 1:
            x, keys = ([c[0], Column(c[1], s.valid[1])] for c in (s.x, s.keys))
        for ask in STATISTICS.values():
            await ask(ctx, s, x, keys, {"privacy": mpc.Laplace(epsilon=1, neighbours=near)})

    for value, key in ((0, 0), (2, 1), (-1, 1)):
        theirs = [Rows(np.array([v]), np.array([k]), np.array([True])) for v, k in ((value, key), (1, 0))]
        simulate(main, theirs, suite="ideal")
    zero, *others = (seen[start : start + len(STATISTICS)] for start in range(0, len(seen), len(STATISTICS)))
    for row in others:
        for (claimed, steps), (_, moved_to), name in zip(zero, row, STATISTICS, strict=True):
            assert np.abs(steps - moved_to).sum() <= claimed.l1, name
            assert ((steps - moved_to) ** 2).sum() <= claimed.l2_squared, name


def test_how_far_rows_move_them_by_all_small_vectors():
    """Vectors of two coordinates within their ranges, in blocks; two rows of one unit."""
    ranges = (-1, 2), (1, 1)
    vectors = [np.array(v) for v in product(range(-1, 3), (1,))]
    for blocks, hidden, near in product((1, 2), (False, True), (substitute(), add_or_remove())):
        rows = [np.concatenate([v * (b == c) for c in range(blocks)]) for v in vectors for b in range(blocks)]
        none = [0 * rows[0]] * (hidden or blocks > 1 or near == add_or_remove())
        gone = none if near == add_or_remove() and hidden else rows + none
        one = [a - b for a in rows for b in gone]
        both = [a + b for a in one for b in one]
        claimed = moved(row_of(*ranges), 2, near, hidden=hidden, blocks=blocks)
        assert claimed == Distance(max(abs(v).sum() for v in both), max((v**2).sum() for v in both))


@pytest.mark.parametrize("largest", ["1/1000", "1", "3", "120", "1000000007"])
def test_steps_are_as_fine_as_noise_needs_and_no_finer_than_the_last_place(largest):
    size = Fraction(largest)
    exponent = exponent_of(size, 16)
    assert exponent <= 16
    assert size * Fraction(2) ** exponent <= 2**14
    assert exponent == 16 or size * Fraction(2) ** exponent > 2**13
    number = as_far(size, exponent)
    assert number == 0 or 2**number <= size * Fraction(2) ** exponent <= 2 ** (number + 1)


@pytest.mark.parametrize("exponent", [-3, 0, 5, 16, 18])
def test_figures_in_steps_are_off_by_less_than_one(exponent):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-100, 100))
        return await mpc.reveal(ctx, Figure(x, exponent).in_steps())

    x = np.array([-99.75, 0.5, 3.25, 64])
    found = simulate(main, [x, None]).result
    assert np.all(np.abs(found - x * 2.0**exponent) < (1 if exponent < 16 else 1e-9))
