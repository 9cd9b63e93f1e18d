"""How long a plan says that material takes: rounds are about those of a run, and work under keys is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.context import Context
from mpc.planning import NETWORKS
from protocols.paillier.product_form import Form
from protocols.preprocessing.making_time import (
    BATCH_ROUNDS,
    KEY_PRODUCTS,
    SETUP_ROUNDS,
    offline_rounds,
    offline_seconds,
    products_by_each,
    seconds_of,
)
from protocols.preprocessing.workshop import Workshop


def matrices(rows: int, terms: int, columns: int) -> Any:
    async def main(ctx: Context, mine: Any) -> None:
        a = await mpc.secret(ctx, 0, np.ones((rows, terms)) if ctx.me == 0 else None, range=(-1, 1))
        b = await mpc.secret(ctx, 1, np.ones((terms, columns)) if ctx.me == 1 else None, range=(-1, 1))
        await mpc.reveal(ctx, (a @ b).sum())

    return main


async def several(ctx: Context, mine: Any) -> None:
    x = await mpc.secret(ctx, 0, np.ones(10) if ctx.me == 0 else None, range=(-1, 1))
    await mpc.reveal(ctx, x * x)
    await mpc.reveal(ctx, x * x * x)
    await mpc.reveal(ctx, x > 0.5)


@pytest.mark.parametrize(("program", "maker", "batches"), [(several, "ot", 3), (matrices(4, 3, 2), "ot", 1)])
def test_rounds_are_about_those_of_a_run(
    program: Any, maker: str, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Workshop] = []
    start = Workshop.__init__

    def noting(workshop: Workshop, *args: Any, **options: Any) -> None:
        start(workshop, *args, **options)
        made.append(workshop)

    monkeypatch.setattr(Workshop, "__init__", noting)
    mpc.simulate(program, inputs=[None] * 2, preprocessing=maker)
    counted = max(workshop._planned.ctx.depth for workshop in made)
    planned = mpc.plan(program, inputs=[None] * 2, preprocessing=maker)
    assert abs(offline_rounds(planned.demand, maker, batches) - counted) <= BATCH_ROUNDS


def test_products_under_keys_are_those_of_their_form() -> None:
    """Of both directions; a party has as much to do as one takes."""
    demand = mpc.plan(matrices(20, 12, 8), inputs=[None] * 2, preprocessing="paillier").demand
    forms = [Form(2048, 64, 1, 20, 12, 8), Form(2048, 64, 1, 8, 12, 20)]
    one = min(forms, key=lambda form: form.work)
    assert products_by_each(demand, 2, "paillier") == one.work - 400 * (one.asked + one.answered) + KEY_PRODUCTS
    assert products_by_each(demand, 2, "ot") == products_by_each([], 2, "paillier") == 0


def test_few_products_take_longer_under_keys_than_by_transfers() -> None:
    """Fewer bytes, but as many rounds, and work beside."""
    demand = mpc.plan(matrices(20, 12, 8), inputs=[None] * 2, preprocessing="paillier").demand
    for network in NETWORKS:
        ot, paillier = (offline_seconds(demand, 2, maker, 1, network) for maker in ("ot", "paillier"))
        assert ot < paillier
        work = seconds_of(products_by_each(demand, 2, "paillier"))
        assert paillier >= work + SETUP_ROUNDS["paillier"] * NETWORKS[network].delay
    assert offline_seconds(demand, 2, "ot", 1, "wan") > (SETUP_ROUNDS["ot"] + BATCH_ROUNDS) * NETWORKS["wan"].delay


def test_nothing_takes_nothing() -> None:
    assert offline_seconds([], 2, "paillier", 1, "wan") == 0
    assert offline_rounds(mpc.plan(several, inputs=[None] * 2).demand, "dealer", 3) == 0
