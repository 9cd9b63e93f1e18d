"""Tables of several parties in the clear, and what is true of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import mpc
from protocols.synthetic import Domain, SyntheticData

DOMAIN: Domain = mpc.synthetic.domain(
    {"age": ("young", "middle", "old"), "job": range(1, 5), "sick": (False, True), "ward": ("a", "b")}
)
"""Jobs go with age, sickness with jobs, wards with nothing."""


def table(rows: int, seed: int) -> dict[str, npt.NDArray[Any]]:
    """So many rows."""
    dice = np.random.RandomState(seed)
    age = dice.choice(3, rows, p=[0.5, 0.3, 0.2])
    job = np.minimum(age + dice.choice(3, rows, p=[0.7, 0.2, 0.1]), 3)
    sick = dice.rand(rows) < 0.1 + 0.25 * job
    return {
        "age": np.array(DOMAIN.categories[0])[age],
        "job": job + 1,
        "sick": sick,
        "ward": np.array(DOMAIN.categories[3])[dice.choice(2, rows)],
    }


def marginal(table: Any, names: tuple[str, ...], domain: Domain = DOMAIN) -> npt.NDArray[np.int64]:
    """How many rows have which categories, one row after another."""
    places = [domain.names.index(name) for name in names]
    found = np.zeros([domain.sizes[place] for place in places], np.int64)
    for row in zip(*(table[name] for name in names), strict=True):
        found[tuple(domain.categories[place].index(value) for place, value in zip(places, row, strict=True))] += 1
    return found


def made(tables: Any, privacy: Any, domain: Domain = DOMAIN, **options: Any) -> tuple[SyntheticData, Any]:
    """The synthetic data of parties that each have a table, and the run's report; the same at all parties."""

    async def main(ctx: Any, mine: Any) -> SyntheticData:
        counts = [await mpc.synthetic.counts(ctx, owner, mine, domain) for owner in range(ctx.n)]
        return await mpc.synthetic.mst(ctx, counts, privacy=privacy)

    run = mpc.simulate(main, tables, **({"suite": "ideal"} | options))
    first, *others = run.results
    for other in others:
        for name, column in other.rows().items():
            assert np.array_equal(column, first.rows()[name])
    return first, run.report
