"""What is public of a study, and what a hospital gives that is none of it, is the same everywhere or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from survival.trials import made_up, run

import mpc
from mpc.errors import PeerError
from protocols.survival import concordance, cox, cox_with_open_steps, kaplan_meier, life_tables

STUDY = made_up(60, 2, months=6)
MONTHS = range(1, 7)
WIDE = [(-1, 1), (0, 1)]
EDGES = np.linspace(-3, 3, 5)


def own_end(me: int) -> Any:
    """A grid that each hospital takes from its own patients: of as many times, up to another end."""
    return np.linspace(1, 6 + me, 6)


ASKED: dict[str, Callable[[mpc.Context, Any], Any]] = {
    "curves": lambda ctx, mine: life_tables(ctx, mine, own_end(ctx.me), arms=2),
    "cox, grid": lambda ctx, mine: cox(ctx, mine, own_end(ctx.me), ranges=WIDE),
    "cox, ranges": lambda ctx, mine: cox(ctx, mine, MONTHS, ranges=[(-1, 1), (0, 1 + ctx.me)]),
    "open steps": lambda ctx, mine: cox_with_open_steps(ctx, mine, MONTHS, ranges=[(-1, 1), (0, 1 + ctx.me)]),
    "score": lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, ctx.me], edges=EDGES),
    "edges": lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, 1], edges=EDGES + ctx.me / 100),
}


@pytest.mark.parametrize("name", ASKED)
def test_hospitals_that_count_by_other_terms_are_noticed(name: str) -> None:
    """Their tables have the same shape, and added up they would be figures of nothing."""
    with pytest.raises(PeerError, match="public-values-differ"):
        run(STUDY, ASKED[name])


def test_one_time_otherwise_is_noticed_at_a_party_without_patients() -> None:
    async def main(ctx: mpc.Context, _: Any) -> Any:
        grid = [1, 2, 3 + ctx.me // 2]
        mine = STUDY.of_site(ctx.me) if ctx.me < 2 else None
        return await kaplan_meier(ctx, await life_tables(ctx, mine, grid, arms=2, sites=[0, 1]))

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(main, [None] * 3, suite="ideal")
