"""The candidate that loses least, by noisy totals: nearly the least one, as private as is claimed, and nothing else."""

from __future__ import annotations

from itertools import product
from math import exp, log
from typing import Any

import numpy as np
import pytest
from private_statistics.survey import BOUNDS

import mpc
from mpc.errors import LocalError
from protocols import statistics
from protocols.privacy.neighbours import add_or_remove, substitute
from protocols.runs.simulating import simulate
from protocols.statistics import choices
from protocols.statistics.columns import Column


async def losses_of(ctx: mpc.Context, mine: Any, candidates: int, owners: tuple[int, ...] = (0, 1)) -> list[Any]:
    """A column for each candidate, of each owner's (values by candidate, there): with what is missing."""
    columns: list[list[Column]] = [[] for _ in range(candidates)]
    for owner in owners:
        there = await mpc.secret(ctx, owner, None if mine is None else mine[1])
        for place in range(candidates):
            values = None if mine is None else mine[0][:, place]
            columns[place].append(Column(await mpc.secret(ctx, owner, values, range=BOUNDS), there))
    return columns


def drawn(seed: int, better: int) -> tuple[Any, Any]:
    g = np.random.default_rng(seed)
    values = g.uniform(0, 2, (80, 3))
    values[:, better] -= 0.9
    return values, g.random(80) < 0.8


@pytest.mark.parametrize("near", [substitute(), add_or_remove()], ids=str)
@pytest.mark.parametrize(("suite", "better"), [("ideal", 0), ("beaver", 2)])
def test_the_least_one_is_told_where_it_is_clear(near, suite, better):
    rows = [drawn(seed, better) for seed in (1, 2)]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        losses = await losses_of(ctx, mine, 3)
        return await statistics.least(ctx, losses, privacy=mpc.Laplace(epsilon=5, neighbours=near), to=[0, 1])

    run = simulate(main, [*rows, None], suite=suite, check_costs=suite == "beaver")
    told = run.results[0]
    totals = sum(values[there].sum(axis=0) for values, there in rows)
    assert (told.place, told.candidates) == (better, 3)
    assert totals[told.place] < totals.min() + told.excess
    assert run.results[2] is None
    assert told.charge.ways[0].epsilon == 5
    assert str(told).startswith(f"{better} of 0 to 2, 95% sure")
    assert [reveal.shape for reveal in run.report.reveals] == [()]


def test_the_excess_is_that_of_the_noise():
    """Of two candidates noise of scale 4 is larger than t with probability exp(-t / 4) for each."""
    values = np.zeros((200, 2))
    values[:, 1] = 1.0

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        columns = [await mpc.secret(ctx, 0, None if mine is None else mine[:, place], range=(0, 1)) for place in (0, 1)]
        return await statistics.least(ctx, columns, privacy=mpc.Laplace(epsilon="0.5"))

    told = simulate(main, [values, None], suite="ideal").result
    assert told.place == 0
    assert told.excess == pytest.approx(2 * 1 / 0.5 * log(2 / 0.05), rel=0.01)


@pytest.mark.parametrize("near", [substitute(), add_or_remove()], ids=str)
def test_no_row_moves_a_score_further_than_is_said(near, monkeypatch):
    """All pairs of rows with two losses, in steps, as the noise is made for them; and what is told is near enough."""
    seen: list[tuple[Any, int]] = []

    def kept(scores: Any, moved: int, choice: Any) -> Any:
        seen.append((scores, moved))
        return np.argmax(scores), choice.noise(moved, scores.size)

    monkeypatch.setattr(choices, "noisy_argmax", kept)
    rows = [(a, b, there) for a, b, there in product((-1.0, 0.3, 2.0), (-1.0, 2.0), (True, False))]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        found = []
        for a, b, there in rows:
            own = np.array([[a, b], [0.1, 1.2]]), np.array([there, True])
            losses = await losses_of(ctx, own, 2, (0,))
            await statistics.least(ctx, losses, privacy=mpc.Laplace(epsilon=1, neighbours=near))
            scores = next(each for each, _ in reversed(seen) if each.context.session is ctx.session)
            found.append(await mpc.reveal(ctx, scores))
        return np.array(found)

    found = simulate(main, [None, None], suite="ideal").result
    moved = seen[-1][1]
    gone = [i for i, (_, _, there) in enumerate(rows) if not there]
    pairs = product(range(len(rows)), range(len(rows)) if near == substitute() else gone)
    furthest = max(np.abs(found[i] - found[j]).max() for i, j in pairs)
    assert moved - 4 <= furthest <= moved


def test_a_neighbour_changes_the_odds_by_no_more_than_epsilon():
    """Exactly, for all totals of a few steps: of the mechanism's own noise, by its probabilities."""
    a, far = exp(-1 / 2), np.arange(60)
    noise = (1 - a) * a**far

    def odds(scores: tuple[int, int]) -> float:
        first = scores[0] + far[:, None] >= scores[1] + far[None, :]
        return float((noise[:, None] * noise[None, :] * first).sum())

    for scores in product(range(-3, 4), repeat=2):
        for other in product(range(scores[0] - 1, scores[0] + 2), range(scores[1] - 1, scores[1] + 2)):
            assert odds(scores) <= exp(1) * odds(other) + 1e-9


@pytest.mark.parametrize("wrong", [[], "one", "column"])
def test_fewer_than_two_candidates_are_refused(wrong):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 1))
        given = {"one": [x], "column": x}.get(wrong, []) if isinstance(wrong, str) else wrong
        return await statistics.least(ctx, given, privacy=mpc.Laplace(epsilon=1))

    with pytest.raises(LocalError, match="wrong-shape"):
        simulate(main, [np.zeros(3), None], suite="ideal")
