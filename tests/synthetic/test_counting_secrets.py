"""Columns that are secrets are counted as those in the clear are, whoever has them, and each record in one row."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from synthetic_tables import DOMAIN as TEXTS

import mpc
from mpc.errors import ParleyError

DOMAIN = mpc.synthetic.domain({"age": range(3), "sick": (False, True), "job": (1, 2, 4)})
PAIR = mpc.synthetic.domain({"age": range(3), "sick": (False, True)})
ROWS = 40
DICE = np.random.RandomState(4)
AGE, SICK, JOB = DICE.randint(0, 3, ROWS), DICE.rand(ROWS) < 0.4, DICE.choice([1, 2, 4, 7], ROWS)


async def columns(ctx: Any, users: Any = None) -> dict[str, Any]:
    """Ages and jobs of one party, and who is sick of another."""
    return {
        "age": await mpc.secret(ctx, 0, AGE, range=(0, 2), users=users),
        "sick": await mpc.secret(ctx, 1, SICK, users=users),
        "job": await mpc.secret(ctx, 0, JOB, range=(0, 9), users=users),
    }


@pytest.mark.parametrize(("suite", "n"), [("ideal", 3), ("beaver", 2)])
def test_cells_are_those_of_the_rows_in_the_clear(suite: str, n: int) -> None:
    """But for what is no category, which is counted in no cell."""

    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, mpc.synthetic.counts_of(await columns(ctx), DOMAIN).cells)

    wider = mpc.synthetic.domain({**dict(zip(DOMAIN.names, DOMAIN.categories, strict=True)), "job": (1, 2, 4, 7)})
    right = wider.counted({"age": AGE, "sick": SICK, "job": JOB})
    cells = mpc.simulate(main, [None] * n, suite=suite, check_costs=True).result
    for marginal, place in DOMAIN.places.items():
        shape = [wider.sizes[i] for i in marginal]
        kept = tuple(slice(size) for size in (DOMAIN.sizes[i] for i in marginal))
        assert np.array_equal(cells[place], right[wider.places[marginal]].reshape(shape)[kept].reshape(-1))


def test_synthetic_data_of_columns_of_two_owners() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        users = mpc.privacy.Users(np.arange(ROWS) % 30, most_records=2)
        of = mpc.synthetic.counts_of(await columns(ctx, users), DOMAIN)
        noise = mpc.Gaussian(epsilon=1, delta="1e-6", neighbours=mpc.privacy.substitute(mpc.privacy.user(2)))
        return of.most_records, await mpc.synthetic.mst(ctx, [of], privacy=noise)

    most_records, data = mpc.simulate(main, [None, None], suite="ideal").result
    assert most_records == 2
    assert len(data.tree) == 2


@pytest.mark.parametrize("others", [0, 1])
def test_a_row_that_comes_moves_two_cells_where_zero_is_a_category(others: int) -> None:
    """How many there are is public, so that it was zero before; beside tables whose rows are hidden, too."""

    async def main(ctx: Any, mine: Any) -> Any:
        of = mpc.synthetic.counts_of(await columns(ctx), PAIR)
        hidden = [await mpc.synthetic.counts(ctx, 2, {"age": [1], "sick": [True]}, PAIR)]
        noise = mpc.Gaussian(rho=1, neighbours=mpc.privacy.add_or_remove())
        return (await mpc.synthetic.mst(ctx, [of, *hidden[:others]], privacy=noise)).deviations

    zero, other = (PAIR.counted({"age": [age], "sick": [sick]}) for age, sick in ((0, False), (2, True)))
    ends = [PAIR.places[0,].start, PAIR.places[0, 1].start, PAIR.cells]
    squares = [np.square(other - zero)[slice(*pair)].sum() for pair in pairwise(ends)]
    deviations = mpc.simulate(main, [None] * 3, suite="ideal").result
    assert np.allclose(np.square(deviations), squares)


async def joined(ctx: Any) -> dict[str, Any]:
    found = await columns(ctx)
    return {name: np.concatenate([column, column]) for name, column in found.items()}


async def shifted(ctx: Any) -> dict[str, Any]:
    found = await columns(ctx)
    return {**found, "job": np.roll(found["job"], 1)}


async def summed(ctx: Any) -> dict[str, Any]:
    found = await columns(ctx)
    return {**found, "age": np.concatenate([found["age"][1:], found["age"].sum().reshape(1)])}


async def shorter(ctx: Any) -> dict[str, Any]:
    found = await columns(ctx)
    return {**found, "age": found["age"][1:]}


async def missing(ctx: Any) -> dict[str, Any]:
    return {**await columns(ctx), "job": None}


async def of_other_users(ctx: Any) -> dict[str, Any]:
    """A party's rows twice, of users that are told apart."""
    parts = [await columns(ctx, mpc.privacy.Users(np.arange(ROWS) % 30, most_records=2)) for _ in range(2)]
    return {name: np.concatenate([part[name] for part in parts]) for name in DOMAIN.names}


@pytest.mark.parametrize("given", [joined, shifted, summed, of_other_users])
def test_a_record_in_several_rows_is_refused(given: Any) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return mpc.synthetic.counts_of(await given(ctx), DOMAIN)

    with pytest.raises(ParleyError, match="sensitivity-unknown"):
        mpc.simulate(main, [None, None], suite="ideal")


@pytest.mark.parametrize(("given", "domain"), [(shorter, DOMAIN), (missing, DOMAIN), (columns, TEXTS)])
def test_what_are_no_columns_of_the_domain_is_refused(given: Any, domain: Any) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return mpc.synthetic.counts_of(
            {**await given(ctx), "ward": await mpc.secret(ctx, 0, AGE, range=(0, 2))}, domain
        )

    with pytest.raises(ParleyError, match="wrong-categories"):
        mpc.simulate(main, [None, None], suite="ideal")


def test_categories_that_rounding_makes_one_are_refused() -> None:
    """A row would be counted in both cells, and move twice as many as noise is made for."""
    domain = mpc.synthetic.domain({"share": (0.1, 0.1 + 1e-7, 0.5), "sick": (False, True)})

    async def main(ctx: Any, mine: Any) -> Any:
        share = await mpc.secret(ctx, 0, np.full(ROWS, 0.1), range=(0, 1), kind="fixed")
        return mpc.synthetic.counts_of({"share": share, "sick": await mpc.secret(ctx, 1, SICK)}, domain)

    with pytest.raises(ParleyError, match="wrong-categories"):
        mpc.simulate(main, [None, None], suite="ideal")
