"""Material that stands on other material: the same however it is asked for, burned as any, never in a store."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trio
from kinds import ON_OTHERS, PLACE
from makers import insecure_workshops

from mpc.algebra.ring import Z64, Ring
from mpc.context import Root, Session
from mpc.errors import LocalError, PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.planning import CountingSupply
from mpc.side_by_side import run_all
from mpc.store import StoreSupply, StoreWriter, preprocess
from protocols.preprocessing import dealer as preprocessing_dealer
from protocols.preprocessing import demand
from protocols.preprocessing.bringing import MAX_PLACE
from protocols.preprocessing.dealer import Dealer, DealerLink, local_supplies, serve
from protocols.preprocessing.dealing import corrected
from protocols.preprocessing.demand import pack_demand, parse_demand
from protocols.preprocessing.expanding import matrix_stream, times_expanded
from protocols.preprocessing.kinds.past_product import PastProduct
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.preprocessing.kinds.weight_product import WeightProduct

HERE = (int(Root.STANDING), *PLACE)
BASE = WeightMask(Z64, (5, 4), 0)
USES = [((0, i), WeightProduct(Z64, rows, (5, 4), i % 2, 0, 1, PLACE)) for i, rows in enumerate((3, 1, 2, 0, 4))]


def whole(ring, seed, shape):
    """A matrix that is never held elsewhere."""
    return ring.draw(matrix_stream(ring, seed, shape), shape)


def check(kind, base, owners, users):
    """D = B A + R in the clear, for the A that the owner expands."""
    (seed,) = base
    a = whole(kind.ring, seed, kind.matrix)
    b, r = (kind.ring.reduce(part) for part in users[:2])
    expected = kind.ring.add(kind.ring.matmul(b, a.T if kind.transposed else a), r)
    np.testing.assert_array_equal(owners[2], expected)
    assert [part.size for part in owners[:2]] == [0, 0]
    assert users[2].size == 0


async def made(supplies, entries):
    """The pieces of all parties, each asked for on demand."""
    return [[await supply.make(*entry) for entry in entries] for supply in supplies]


@pytest.mark.parametrize("kind", ON_OTHERS, ids=repr)
def test_pieces_stand_on_what_their_owner_has(kind):
    where, base = kind.stands_on

    async def main():
        supplies = local_supplies(2)
        return await supplies[kind.owner].standing(where, base), await made(supplies, [((3,), kind)])

    standing, pieces = trio.run(main)
    check(kind, standing, pieces[kind.owner][0], pieces[kind.user][0])


def test_a_batch_gives_what_single_calls_give():
    async def main():
        seeds = [supply.dealing.seed for supply in local_supplies(2)]
        planned, single = local_supplies(2, seeds), local_supplies(2, seeds)
        for supply in planned:
            await supply.provide((0,), [*USES, ((9,), Triple(Z64, (2,), (2,)))])
        ready = [[supply.ready(*entry) for entry in USES] for supply in planned]
        return await single[0].standing(HERE, BASE), ready, await made(single, USES)

    base, ready, asked = trio.run(main)
    for i, (_, kind) in enumerate(USES):
        check(kind, base, ready[0][i], ready[1][i])
        for party in range(2):
            for x, y in zip(ready[party][i], asked[party][i], strict=True):
                np.testing.assert_array_equal(x, y)


def test_what_is_worked_out_comes_with_the_piece_and_only_to_what_stands_there():
    calls, other = [], ((9,), WeightProduct(Z64, 1, (5, 4), 0, 0, 1, PLACE[::-1]))

    async def work(kinds, materials):
        calls.append(len(kinds))
        return [(b, d, d, b.sum(keepdims=True)) for b, _, d in materials]

    async def main():
        user = local_supplies(2)[1]
        user.when_made(HERE, work)
        await user.provide((0,), [*USES, other])
        alone = await user.make((10,), USES[0][1])
        return [user.ready(*entry) for entry in USES], user.ready(*other), alone

    pieces, elsewhere, alone = trio.run(main)
    assert calls == [len(USES), 1]
    for piece in [*pieces, alone]:
        assert int(piece[3].reshape(())) == int(piece[0].sum(dtype=np.uint64))
    assert len(elsewhere) == 3


def test_each_piece_burns():
    async def main():
        for supply in local_supplies(2):
            await supply.make(*USES[0])
            with pytest.raises(SupplyError, match="material-spent"):
                await supply.make(*USES[0])
            await supply.provide((0,), USES[1:])
            supply.ready(*USES[1])
            with pytest.raises(SupplyError, match="material-spent"):
                await supply.make(*USES[1])

    trio.run(main)


def test_only_the_owner_receives_anything():
    assert [bool(corrected(kind, party, 2)) for _, kind in USES[:1] for party in range(2)] == [True, False]


def test_a_store_has_none_of_it(tmp_path: Path):
    """A store for a demand with such pieces has the others, and a run from it makes these as it goes."""
    entries = [USES[0], ((9,), Triple(Z64, (2,), (2,))), USES[1]]

    async def main():
        transports, agreements, supplies = memory_network(2), Agreement.simulate(2), local_supplies(2)
        sessions = [Session(*both, None, 2) for both in zip(transports, supplies, agreements, strict=True)]
        await run_all(
            [(partial(preprocess, s.root(), tmp_path / str(i), supplies[i], entries),) for i, s in enumerate(sessions)]
        )
        fresh = local_supplies(2)
        base, found = await fresh[0].standing(HERE, BASE), []
        for party, fallback in enumerate(fresh):
            with StoreSupply(tmp_path / str(party), fallback=fallback) as supply:
                supply.begin(0)
                assert supply.header.records == 1
                await supply.prepare(entries)
                found.append([supply.ready(*USES[0]), supply.ready(*USES[1])])
        return base, found

    base, found = trio.run(main)
    for i in range(2):
        check(USES[i][1], base, found[0][i], found[1][i])


@pytest.mark.parametrize("kind", ON_OTHERS, ids=repr)
def test_a_demand_of_it_survives_the_wire(kind):
    assert parse_demand(pack_demand([((4, 2), kind)]), dealt=True) == [((4, 2), kind)]


def test_what_it_weighs_is_bounded_with_what_is_drawn():
    """Pieces that are made together are held together: the dealer counts all their parts."""
    kind = WeightProduct(Z64, 10, (1000, 3), 0, 0, 1, PLACE)
    assert demand.words_at_once([((0,), kind)] * 5, 0, 2) >= 5 * (10 * 1000 + 2 * 10 * 3)
    assert demand.words_at_once([((0,), kind)], 1, 2) == 0
    of_no_rows = PastProduct(Z64, 0, 1, (2, 5000, 7), 1, PLACE)
    assert demand.words_at_once([((0,), of_no_rows)] * 5, 1, 2) >= 2 * 2 * 5000 * 7
    per_slice = demand.SLICE_WORDS // (10 * 1000 // 4)
    assert len(next(iter(demand.slices([((i,), kind) for i in range(2 * per_slice)], 2)))) <= per_slice + 1


def test_a_dealer_remembers_places_that_could_be_brought_alone():
    """A text's masks, which no party may bring, leave nothing behind; neither does a place that no message names."""
    dealer = Dealer(2)
    dealer.deal(0, USES)
    dealer.deal(1, [((1,), PastProduct(Z64, 1, 1, (1, 2, 2), 1, PLACE[::-1]))])
    dealer.deal(0, [((2,), WeightProduct(Z64, 1, (5, 4), 0, 0, 1, (1,) * MAX_PLACE))])
    dealer.bring(1, (7,), np.arange(4, dtype=np.uint64))
    assert dealer.places == 2
    with pytest.raises(SupplyError, match="material-spent"):
        dealer.bring(0, HERE, np.arange(4, dtype=np.uint64))


@pytest.mark.parametrize("brings", [True, False])
def test_a_party_that_floods_a_dealer_with_places_is_named(monkeypatch, brings):
    monkeypatch.setattr(preprocessing_dealer, "MOST_PLACES", 3)
    uses = [((i,), WeightProduct(Z64, 1, (5, 4), 0, 0, 1, (i,))) for i in range(4)]

    async def honest(link):
        await link.supply()
        link.done()

    async def floods(link):
        await link.supply()
        for path, kind in uses:
            link.tell(path, np.zeros(4, np.uint64)) if brings else await link.fetch([(path, kind)], None)
        link.done()

    async def main():
        network = memory_network(3, ["north", "south", "dealer"])
        links = [DealerLink(end, 2) for end in network[:2]]
        await run_all([(floods, links[0]), (honest, links[1]), (serve, network[2], 2)])

    with pytest.raises(PeerError, match="too-many-elements") as caught:
        trio.run(main)
    assert caught.value.party == "north"


def test_what_is_expanded_for_one_demand_is_bounded():
    """An entry of a hundred bytes has 32 GiB expanded: a slice has one such matrix, and a demand of two is refused."""
    vast = [((i,), WeightProduct(Z64, 1, (1 << 16, 1 << 16), i % 2, 0, 1, (i // 2,))) for i in range(6)]
    parts = list(demand.slices([*USES, *vast], 2))
    assert parts == [USES, vast[:2], vast[2:4], vast[4:]]
    for part in parts:
        assert demand.unpack_request(demand.pack_request(None, part), "north") == (None, list(part))
    with pytest.raises(PeerError, match="malformed-message"):
        demand.unpack_request(demand.pack_request(None, vast[1:3]), "north")


@pytest.mark.parametrize(
    "arguments",
    [
        (3, (5, 4), 0, 0, 0, PLACE),
        (3, (5, 4), 2, 0, 1, PLACE),
        (3, (5,), 0, 0, 1, PLACE),
        (3, (1 << 20, 1 << 20), 0, 0, 1, PLACE),
        (3, (5, 4), 0, 0, 1, ()),
    ],
    ids=repr,
)
def test_what_is_no_product_is_refused(arguments):
    with pytest.raises(LocalError, match="wrong-parameter"):
        WeightProduct(Z64, *arguments)


@pytest.mark.parametrize("ring", [Z64, Ring(7)], ids=str)
@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (0, 3), (3, 0), (5, 3001)], ids=str)
def test_products_by_a_matrix_that_is_never_held(ring, shape):
    seed = np.arange(4, dtype=np.uint64)
    a = whole(ring, seed, shape)
    rng = np.random.default_rng(3)
    for transposed, inner in ((False, shape[0]), (True, shape[1])):
        x = ring.reduce(rng.integers(0, 2**63, (2, inner), np.uint64))
        product = times_expanded(ring, x, seed, shape, transposed=transposed)
        np.testing.assert_array_equal(product, ring.matmul(x, a.T if transposed else a))


def test_seeds_rings_and_shapes_have_streams_of_their_own():
    seed, other = np.arange(4, dtype=np.uint64), np.arange(1, 5, dtype=np.uint64)
    of = [(Z64, seed, (4, 4)), (Z64, other, (4, 4)), (Z64, seed, (2, 8)), (Ring(63), seed, (4, 4))]
    words = [word for each in of for word in whole(*each).reshape(-1).tolist()]
    assert len(set(words)) == len(words)


def test_what_is_brought_stands_only_where_its_owner_draws_it_alone():
    """Another party's words at that place, or words of another form, change nothing."""

    async def main(party, words):
        supplies = local_supplies(2)
        kind = USES[0][1]
        if words is not None:
            supplies[party].bring(HERE, words)
        standing = await supplies[0].standing(HERE, BASE)
        return standing, await made(supplies, [((3,), kind)]), kind

    seed = np.arange(7, 11, dtype=np.uint64)
    for party, words in ((0, seed), (1, seed), (0, seed[:3])):
        standing, pieces, kind = trio.run(main, party, words)
        check(kind, standing, pieces[0][0], pieces[1][0])
        assert np.array_equal(standing[0], seed) == (party == 0 and words.size == 4)


def test_only_who_deals_is_brought_anything(tmp_path: Path):
    """A store has it of its fallback; between the parties alone nothing stands on other material; a plan makes none."""
    seed, supplies = np.arange(4, dtype=np.uint64), local_supplies(2)
    with StoreWriter(tmp_path / "s", party=0, n=2, ring=64, session=bytes(32), maker="", trust="", dealt=True) as store:
        store.add((1,), Triple(Z64, (1,), (1,)), (np.zeros(1, np.uint64),) * 3)
    with StoreSupply(tmp_path / "s", fallback=supplies[0]) as supply:
        supply.bring(HERE, seed)
        supply.when_made(HERE, None)
    assert np.array_equal(supplies[0].dealing.brought[HERE], seed)
    with StoreSupply(tmp_path / "s") as alone:
        alone.when_made(HERE, None)
        with pytest.raises(SupplyError, match="store-standing"):
            alone.bring(HERE, seed)
    workshop, _ = insecure_workshops(2)
    workshop.when_made(HERE, None)
    with pytest.raises(LocalError, match="no-maker"):
        workshop.bring(HERE, seed)
    plan = CountingSupply(dealt=True)
    plan.when_made(HERE, None)
    plan.bring(HERE, seed)
    assert plan.demand == []
