"""No material of a product serves twice: not in a session, not where one ends in the middle, not in the next one.

With a dealer at the other end of a transport, as between machines.
"""

import numpy as np
import pytest
import trio

import mpc
from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.errors import PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.standing import Standing
from mpc.testing.transcripts import RecordingTransport
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import DealerLink, serve
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.weights.matrix import StandingMatrix
from protocols.weights.product import product
from protocols.weights.standing import stand

W = np.array([[3, -4], [5, 32767], [-32768, 1]])
X = np.array([[1, 2, 3], [2**64 - 7, 2**63, 0]], np.uint64)
DEALER = 2


async def in_session(main, record=None):
    """Run `main` for two parties with a dealer at work beside them; what they send goes into `record`."""
    record = [] if record is None else record
    network = [RecordingTransport(t, record) for t in memory_network(3, ["owner", "user", "dealer"])]
    results = []

    async def parties():
        links = [DealerLink(endpoint, DEALER) for endpoint in network[:2]]
        supplies = [await link.supply() for link in links]

        async def run(ctx, mine):
            result = await main(ctx)
            links[ctx.me].done()
            return result

        runs = await run_in_memory(
            run, [None] * 2, supplies, Setting(SUITE), transports=network[:2], agreements=Agreement.simulate(3)[:2]
        )
        results.extend(run.result for run in runs)

    async def deal():
        await serve(network[DEALER], 2)
        await network[DEALER].finish({})

    await run_all([(parties,), (deal,)])
    return results


async def weights(ctx, w=W):
    return await stand(ctx, "layer", 0, w if ctx.me == 0 else None, w.shape)


async def values(ctx, x=X):
    return await ctx.suite.input(ctx, 1, x if ctx.me == 1 else None, x.shape)


async def both_ways(ctx, x, held):
    """x W W^T, and x[:1] W beside it."""
    z, first = await mpc.together(ctx, (product, x, held), (product, x[:1], held))
    return await product(ctx, z, held, True), first


def test_products_with_a_dealer_elsewhere_are_right():
    async def main(ctx):
        held = await weights(ctx)
        return await ctx.suite.open(ctx, *await both_ways(ctx, await values(ctx), held))

    for z, first in trio.run(in_session, main):
        signed = W.astype(np.uint64)
        np.testing.assert_array_equal(z, X @ signed @ signed.T)
        np.testing.assert_array_equal(first, X[:1] @ signed)


def test_what_an_owner_has_kept_stands_at_the_dealer_too(tmp_path):
    """In two sessions over the wire: the second one sends no F, and its products are right."""

    async def main(ctx):
        folder = tmp_path / str(ctx.me)
        held = await stand(ctx, "layer", 0, W if ctx.me == 0 else None, W.shape, folder=folder)
        return await ctx.suite.open(ctx, *await both_ways(ctx, await values(ctx), held))

    for _ in range(2):
        signed = W.astype(np.uint64)
        np.testing.assert_array_equal(trio.run(in_session, main)[1][0], X @ signed @ signed.T)


BROUGHT = [
    np.array([0, 1, 2, 3, 4], np.uint64),
    np.array([1, 7, 1, 2, 3], np.uint64),
    np.array([1, 7, 1, 2, 3, 4, 5], np.uint64),
    np.array([1, 2**32, 1, 2, 3, 4], np.uint64),
    np.array([2**63, 1], np.uint64),
    np.arange(17, 39, dtype=np.uint64),
    np.ones((2, 3), np.uint64),
]


@pytest.mark.parametrize("words", BROUGHT, ids=lambda words: str(words.shape))
def test_what_is_no_place_with_a_seed_names_who_brings_it(words):
    async def main(ctx):
        if ctx.me == 0:
            ctx.session.transport.send(DEALER, Message((1, 0), 0, 0, words))

    with pytest.raises(PeerError, match="malformed-message") as caught:
        trio.run(in_session, main)
    assert caught.value.party == "owner"


def test_nothing_is_brought_twice_nor_late():
    seed, held = np.arange(4, dtype=np.uint64), StandingMatrix(
        "layer", 0, W.shape, 0, Standing("layer", WeightMask(Z64, W.shape, 0))
    )  # fmt: skip

    async def twice(ctx):
        if ctx.me == 0:
            for _ in range(2):
                ctx.session.supply._tell((6, 1), seed)

    async def late(ctx):
        if ctx.me == 0:
            await ctx.take(held.use(1, False))
            ctx.session.supply._tell(held.where, seed)

    for main in (twice, late):
        with pytest.raises(PeerError, match="material-spent") as caught:
            trio.run(in_session, main)
        assert caught.value.party == "owner"


def told(w, x):
    """All that the dealer receives in a run, as bytes, in no order: which of two calls asks first is chance."""
    record = []

    async def main(ctx):
        held = await weights(ctx, w)
        await both_ways(ctx, await values(ctx, x), held)

    trio.run(in_session, main, record)
    sent = [s for s in record if s.to == DEALER]
    return sorted((s.sender, s.message.array.tobytes()) for s in sent)


def test_the_dealer_is_told_the_same_whatever_weights_and_values_are():
    assert told(W, X) == told(np.zeros_like(W), np.zeros_like(X))


def again(ctx, at=(9,)):
    """A context at a place of which there may be only one."""
    return Context(ctx.session, at, "twin", 0, 0, "")


def test_a_second_product_of_one_place_ends_before_anything_is_sent():
    record = []

    async def main(ctx):
        held, x = await weights(ctx), await values(ctx)
        await product(again(ctx), x, held)
        sent = len(record)
        with pytest.raises(SupplyError, match="material-spent"):
            await product(again(ctx), x, held)
        with pytest.raises(SupplyError, match="material-spent"):
            await product(again(ctx), x[:1], held)
        assert not [s for s in record[sent:] if s.to == 0 and s.message.tag[0] == 9]

    trio.run(in_session, main, record)


def test_a_product_that_ended_after_its_material_was_taken_is_never_repeated():
    """The user is stopped with B in hand, before E leaves: B is burned at the user, and D at owner and dealer."""

    async def main(ctx):
        held, x = await weights(ctx), await values(ctx)
        kind, place = held.use(2, False), again(ctx).child("product")
        await place.take(kind)  # where the product would go on, the call ends
        with pytest.raises(SupplyError, match="material-spent"):
            await product(again(ctx), x, held)
        return ctx.session.supply

    supplies = trio.run(in_session, main)
    with pytest.raises(SupplyError, match="material-spent"):
        trio.run(supplies[1].make, (9, 1, 1), WeightProduct(Z64, 2, W.shape, 0, 0, 1, (1,)))


def test_the_dealer_deals_a_place_once():
    async def main(ctx):
        held = await weights(ctx)
        if ctx.me == 0:
            link = ctx.session.supply._fetch
            await link([((9, 1), held.use(2, False))], None)
            await link([((9, 1), held.use(2, False))], None)

    with pytest.raises(PeerError, match="material-spent"):
        trio.run(in_session, main)


def test_another_session_has_other_masks_for_the_same_weights_and_places():
    """What owner and user hold of a mask and of one place, in two sessions, has nothing in common."""

    async def main(ctx):
        held = await weights(ctx)
        parts = await ctx.take(held.use(2, False))
        seen = [] if held.masked is None else [held.masked]
        return [int(word) for part in (*parts, *seen) for word in part.reshape(-1)]

    words = [word for _ in range(2) for result in trio.run(in_session, main) for word in result]
    assert len(words) == 2 * (2 * 2 + 6 + 4 + 6)
    assert len(set(words)) == len(words)  # of 40 words of 64 bits two are alike with probability 2^-54
