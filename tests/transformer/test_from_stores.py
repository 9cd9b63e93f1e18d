"""Models asked with material of stores that a dealer made: without one, beside the parties' own, with one again."""

from __future__ import annotations

import pytest
import trio

import mpc
from mpc import learning
from mpc.context import Root
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.simulation import Setting, run_in_memory
from mpc.store import StoreSupply, preprocess
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.planning import plan
from protocols.runs.simulating import MAKERS, Check, workshops
from tests.transformer.asked import ENCODER, USER, asks, cosine, own
from tests.transformer.test_generating import ANSWER, generated


async def embeds(ctx, mine):
    return await mpc.reveal(ctx, await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, [[3, 5]])), to=USER)


async def generates(ctx, mine):
    return (await generated(ctx, most=2, ends=False)).tokens


def from_stores(program, n, folder, demand, fallbacks, **network):
    """What all parties get of a program with stores of this demand."""

    async def makes(ctx, mine):
        await preprocess(ctx, folder / str(ctx.me), ctx.session.supply, demand)

    async def runs(ctx, mine):
        await ctx.session.supply.agree(ctx.session.root(Root.STORES))
        await ctx.session.supply.prepare(demand if fallbacks[0] is None else ())
        return await program(ctx, mine)

    async def main():
        await run_in_memory(makes, [None] * n, local_supplies(n), Setting(SUITE))
        supplies = [StoreSupply(folder / str(i), fallback=fallbacks[i]) for i in range(n)]
        try:
            return await run_in_memory(runs, [None] * n, supplies, Setting(SUITE), **network)
        finally:
            for supply in supplies:
                supply.close()

    return [run.result for run in trio.run(main)]


def test_a_store_embeds_without_a_dealer(tmp_path):
    demand = plan(embeds, [None] * 2, stored=True).demand
    assert all(kind.stands_on is None for _, kind in demand)
    results = from_stores(embeds, 2, tmp_path, demand, [None] * 2)
    assert cosine(results[USER][0], ENCODER.clear.embed_tokens([3, 5])) > 0.999


@pytest.mark.parametrize("n", [2, 3])
def test_a_store_generates_without_a_dealer(tmp_path, n):
    demand = plan(generates, [None] * n, stored=True).demand
    results = from_stores(generates, n, tmp_path, demand, [None] * n)
    assert results[USER] == ANSWER[:2]


def test_a_dealer_as_fallback_masks_the_weights(tmp_path):
    """What a store leaves out of a plan with masks is what the dealer in the session makes."""
    demand = plan(embeds, [None] * 2).demand
    assert any(kind.stands_on for _, kind in demand)
    results = from_stores(embeds, 2, tmp_path, demand, local_supplies(2))
    assert cosine(results[USER][0], ENCODER.clear.embed_tokens([3, 5])) > 0.999


def test_where_parties_make_what_is_missing_weights_are_shared(tmp_path):
    transports, agreements = memory_network(2), Agreement.simulate(2)
    made = workshops(transports, agreements, MAKERS["ot"](Check.NOTHING))
    demand = plan(embeds, [None] * 2, stored=True).demand
    results = from_stores(embeds, 2, tmp_path, demand, made, transports=transports, agreements=agreements)
    assert cosine(results[USER][0], ENCODER.clear.embed_tokens([3, 5])) > 0.999
