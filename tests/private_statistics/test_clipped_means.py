"""A mean between bounds that are found privately: its intervals hold, of what was clipped and of what was not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from private_statistics.survey import SURE

import mpc
from mpc.errors import LocalError
from protocols import statistics
from protocols.privacy.neighbours import add_or_remove, user
from protocols.privacy.users import Users
from protocols.runs.simulating import simulate

RANGE = (0.0, 1000.0)
DRAWS = np.random.default_rng(4)
HEAVY = np.clip(DRAWS.lognormal(3, 0.7, 3000), *RANGE)


@pytest.mark.parametrize("hidden", [False, True])
def test_both_intervals_hold_and_noise_is_made_for_the_bounds_that_were_found(hidden):
    """The bounds that are told are 45 ranks or more from others, noise of which has the scale of one rank."""
    given = np.where(np.arange(HEAVY.size) % 4 == 0, np.nan, HEAVY) if hidden else HEAVY
    there = given[~np.isnan(given)]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        if hidden:
            x: Any = await statistics.column(ctx, 0, mine, range=RANGE)
        else:
            x = await mpc.secret(ctx, 0, mine, range=RANGE)
        by: dict[str, Any] = {"privacy": mpc.Laplace(epsilon=16, neighbours=add_or_remove())}
        found = await statistics.clipped_mean(ctx, x, range=RANGE, confidence=SURE, **by)
        return found, await statistics.mean(ctx, x, confidence=SURE, **by)

    run = simulate(main, [given, None], suite="ideal")
    found, plain = run.result
    low, high = found.bounds
    assert 0 <= low < 30
    assert 60 < high < 400
    assert found.clipped.low <= np.clip(there, low, high).mean() <= found.clipped.high
    assert found.low <= there.mean() <= found.high
    assert found.clipped.high - found.clipped.low < (plain.high - plain.low) / 2
    charges = [found.tails.charge.ways[0].epsilon, found.clipped.charge.ways[0].epsilon]
    assert charges == [4, 12]
    assert str(found).startswith(f"clipped to {low:.6g} to {high:.6g}")


def test_of_few_values_the_interval_of_what_was_not_clipped_is_that_of_any():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=RANGE)
        return await statistics.clipped_mean(ctx, x, range=RANGE, privacy=mpc.Laplace(epsilon="0.1"))

    found = simulate(main, [np.array([1.0, 2, 3]), None], suite="ideal").result
    assert found.low <= RANGE[0] + 1e-3
    assert found.high >= RANGE[1] - 1e-3


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "tails that meet": ("amount-out-of-range", {"tail": "1/2"}),
    "a tail of all": ("amount-out-of-range", {"tail": 1}),
    "bounds that fall": ("bad-range", {"range": (1000, 0)}),
    "bounds of one value": ("bad-range", {"range": (5, 5)}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_meaning_is_refused(name):
    code, changed = REFUSED[name]

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=RANGE)
        with pytest.raises(LocalError) as caught:
            await statistics.clipped_mean(ctx, x, **{"range": RANGE, "privacy": mpc.Laplace(epsilon=1), **changed})
        return caught.value.code

    assert simulate(main, [HEAVY, None], suite="ideal").result == code


def test_of_a_user_so_many_rows_come_in_and_all_of_them_count_together():
    ids = np.array([1, 1, 1, 2, 3])

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        users = Users(ids if ctx.me == 0 else None, most_records=2)
        x = await statistics.column(ctx, 0, mine, range=(0, 10), users=users)
        noise = mpc.Laplace(epsilon=25, neighbours=add_or_remove(user(2)))
        return await statistics.sum(ctx, x, privacy=noise, confidence=SURE), x.values.shape

    found, shape = simulate(main, [np.array([1.0, np.nan, 9, 4, 5]), None]).result
    assert shape == (4,)
    assert found.low <= 1 + 4 + 5 <= found.high
