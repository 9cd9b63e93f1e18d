"""The dealer's material is right, handed out once, and the same whether it was planned or asked for on the way."""

from functools import partial
from math import prod

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds import DEALT, kinds, product
from material import check
from trio.testing import wait_all_tasks_blocked

from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.errors import LocalError, PeerError, SupplyError
from mpc.intake import MAX_ELEMENTS
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_seed, party_counts
from mpc.testing.wrapping import WrappedTransport
from protocols.beaver import SUITE
from protocols.circuits.known import remember
from protocols.preprocessing import demand
from protocols.preprocessing.dealer import Dealer, DealerLink, local_supplies, serve
from protocols.preprocessing.dealing import corrected
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.triple import Triple

by_kind = pytest.mark.parametrize("kind", DEALT, ids=repr)


async def make_all(supplies, path, kind):
    return [await supply.make(path, kind) for supply in supplies]


@by_kind
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_shares_recombine_to_the_correlation(kind, n):
    check(kind, trio.run(make_all, local_supplies(n), (0, 1), kind))


@given(n=party_counts(), kind=kinds)
def test_shares_of_any_kind_recombine(n, kind):
    if getattr(kind, "owner", 0) < n:
        check(kind, trio.run(make_all, local_supplies(n), (3,), kind))


@by_kind
def test_clear_parts_are_known_to_their_holder_only(kind):
    materials = trio.run(make_all, local_supplies(3), (0, 1), kind)
    for i, part in enumerate(kind.parts()):
        if part.sharing == "clear":
            assert [m[i].size > 0 for m in materials] == [j == part.holder and prod(part.shape) > 0 for j in range(3)]


@by_kind
def test_planned_material_equals_material_made_on_demand(kind):
    """Under the same seeds: prepare and ready, or make, is the same stream."""
    seeds = [insecure_seed("dealt", i) for i in range(3)]

    async def both():
        planned, spontaneous = local_supplies(3, seeds), local_supplies(3, seeds)
        for supply in planned:
            await supply.prepare([((1, 2), kind), ((1, 3), kind)])
        first = [supply.ready((1, 2), kind) for supply in planned]
        return first, await make_all(spontaneous, (1, 2), kind), [supply.ready((1, 3), kind) for supply in planned]

    first, made, other = trio.run(both)
    check(kind, first)
    for a, b in zip(first, made, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)
    check(kind, other)


def test_two_paths_and_two_kinds_get_independent_material():
    async def take():
        (supply, _) = local_supplies(2)
        kind = RandomValue(Z64, (100,))
        drawn = [await supply.make((0, k), kind) for k in range(3)]
        return [*drawn, await supply.make((0, 3), Triple(Z64, (100,), (100,)))]

    words = [material[0].tobytes() for material in trio.run(take)]
    assert len(set(words)) == len(words)


@by_kind
def test_material_is_burned_when_it_is_taken(kind):
    async def twice(first, second):
        for supply in local_supplies(2):
            await supply.prepare([((0,), kind)])
            for way in (first, second):
                result = getattr(supply, way)((0,), kind)
                material = await result if way == "make" else result
                if material is None:
                    await supply.make((0,), kind)

    for first in ("ready", "make"):
        for second in ("ready", "make"):
            with pytest.raises(SupplyError, match="material-spent"):
                trio.run(twice, first, second)


def test_the_dealer_deals_a_path_to_a_party_once():
    dealer, kind = Dealer(2), Triple(Z64, (1,), (1,))
    dealer.deal(1, [((0,), kind)])
    with pytest.raises(SupplyError, match="material-spent"):
        dealer.deal(1, [((0,), kind)])


def test_a_plan_that_foresaw_another_kind_is_topped_up():
    """A program that branches on a revealed value takes, at a path of the plan, something the plan did not foresee."""
    planned, real = Triple(Z64, (2,), (2,)), Triple(Z64, (3,), (3,))

    async def top_up():
        supplies = local_supplies(3)
        for supply in supplies:
            await supply.prepare([((0,), planned)])
        assert all(supply.ready((0,), real) is None for supply in supplies)
        return await make_all(supplies, (0,), real)

    check(real, trio.run(top_up))


def test_a_context_that_takes_on_one_path_twice_is_stopped():
    async def main(ctx, mine):
        twin = Context(ctx.session, (9,), "twin", 0, 0, "")
        again = Context(ctx.session, (9,), "twin", 0, 0, "")
        kind = Triple(Z64, (1,), (1,))
        await twin.take(kind)
        await again.take(kind)

    with pytest.raises(SupplyError, match="material-spent"):
        trio.run(run_in_memory, main, [None, None], local_supplies(2), Setting(SUITE))


async def with_dealer(n, *parties, max_elements=MAX_ELEMENTS, around=WrappedTransport):
    """Run the dealer and one function for each party, each with its link to the dealer."""
    network = memory_network(n + 1, [f"p{i}" for i in range(n)] + ["dealer"])
    links = [DealerLink(endpoint, n) for endpoint in network[:n]]
    results = [None] * n

    async def party(i):
        results[i] = await parties[i](links[i])
        await network[i].finish({})

    async def deal():
        try:
            await serve(around(network[n]), n, max_elements=max_elements)
        except PeerError as error:
            network[n].fail(error.code, error.cause, error.party)
            raise
        await network[n].finish({})

    await run_all([(deal,), *((party, i) for i in range(n))])
    return results


@pytest.mark.parametrize("n", [2, 3, 5])
def test_material_over_the_wire_is_right(n):
    plan = [((0, i), kind) for i, kind in enumerate(DEALT)]

    async def party(link):
        supply = await link.supply()
        await supply.prepare(plan)
        early = [supply.ready(path, kind) for path, kind in plan]
        late = [await supply.make((1, i), kind) for i, kind in enumerate(DEALT)]
        link.done()
        return early, late, supply.received_bytes

    results = trio.run(with_dealer, n, *[party] * n)
    for k, kind in enumerate(DEALT):
        check(kind, [early[k] for early, _, _ in results])
        check(kind, [late[k] for _, late, _ in results])
    corrections = [sum(demand.correction_words(kind, i, n) for kind in DEALT) for i in range(n)]
    assert [received for _, _, received in results] == [16 * words for words in corrections]


def test_parties_with_different_plans_are_told():
    def party(count):
        async def ask(link):
            supply = await link.supply()
            await supply.prepare([((0, i), Triple(Z64, (2,), (2,))) for i in range(count)])
            link.done()

        return ask

    with pytest.raises(PeerError, match="different-plan") as caught:
        trio.run(with_dealer, 2, party(3), party(4))
    assert caught.value.party in ("p0", "p1", "dealer")


def test_a_second_request_for_the_same_path_is_refused_by_the_dealer():
    async def honest(link):
        await link.supply()
        link.done()

    async def greedy(link):
        await link.supply()
        for _ in range(2):
            await link.fetch([((0,), Triple(Z64, (2,), (2,)))], None)
        link.done()

    with pytest.raises(PeerError, match="material-spent") as caught:
        trio.run(with_dealer, 2, honest, greedy)
    assert caught.value.party == "p1"


def test_a_demand_that_takes_too_much_is_refused_before_it_is_made():
    """Some thirty bytes would make the dealer hold 2^27 words; it names who asked, and makes none of them."""
    limit, kind = 1 << 16, Triple(Z64, (1 << 15,), (1 << 15,))
    assert demand.words_at_once([((0,), kind)], 1, 2) == 1 << 17
    assert demand.words_at_once([((0,), kind)], 0, 2) == 0

    async def honest(link):
        await link.supply()
        link.done()

    async def greedy(link):
        await link.supply()
        await link.fetch([((0,), kind)], None)

    with pytest.raises(PeerError, match="too-many-elements") as caught:
        trio.run(partial(with_dealer, 2, honest, greedy, max_elements=limit))
    assert caught.value.party == "p1"
    assert "131072" in caught.value.cause


def test_what_is_not_taken_away_leaves_no_room_for_more():
    """There is room for one answer: the second is made when the first has left, and not before."""
    own = [InputMask(Z64, (4,), i) for i in range(2)]
    taken, made, seen = [trio.Event(), trio.Event()], [], []

    class Slow(WrappedTransport):
        def send(self, to, message):
            made.extend([to] if message.tag[0] else [])
            return super().send(to, message)

        async def drained(self, to):
            await taken[to].wait()

    async def party(i, link):
        await link.supply()
        await link.fetch([((0,), own[i])], None)
        seen.append(i)
        await wait_all_tasks_blocked()
        assert made == seen
        taken[i].set()
        link.done()

    words = demand.words_at_once([((0,), own[0])], 0, 2)
    trio.run(partial(with_dealer, 2, *(partial(party, i) for i in range(2)), max_elements=words, around=Slow))
    assert sorted(seen) == [0, 1]


def batched(*items):
    """A request for one batch: what it is part of, and what stands in for its entries."""
    place = demand.msgpack.packb([[0], 0])
    return after(len(place).to_bytes(4, "little") + place + demand.msgpack.packb(list(items)))


def after(request, circuits=b"\x90"):
    """A request after the circuits that it is of, none by default."""
    return len(circuits).to_bytes(8, "little") + circuits + request


BAD = [
    b"P\xc1", b"\xff" * 8, after(b"X\x93\x01\x02"), after(b"\xff\xff\xff\xff"), after(b"\x01\0\0\0\xc0\xc1"),
    after(b"\x02\0\0\0\x92\x01\x90"), after(b"", b"\x91\x01"), after(b"", b"\x91\xc4\x01\x90"), after(b"", b"\x80"),
    after(b"", b"\xdd\xff\xff\xff\xff"), after(b"", b"\x91\xa1c"),
    batched([[1], "garbling", [64, [1] * 8, 3, 0, 1, 0, 1]]),
    batched([[1], "garbling", [64, [*remember(product)], 3, 2, 1, 0, 1]]),
    batched([[1], "garbling", [64, [*remember(product)], 3, 0, 2, 0, 1]]),
    batched([[1], "garbling", [64, [*remember(product)], 0, 0, 1, 0, 1]]),
    batched([[1], "garbling", [64, [*remember(product)], 1 << 32, 0, 1, 0, 1]]),
    batched([[1], "matrix_triple", [64, [3], [3]]]),
    batched([[1], "matrix_triple", [64, [2, 3], [4, 5]]]),
    batched([[1], "truncation_pair", [64, [3], 65]]),
    batched([[1], "triple", [64, [3], [4]]]),
    batched([[1], "one_of_many", [64, 1, 70, 1, 0, 1]]),
    batched([[1], "one_of_many", [64, 1, 2, 1, 5, 1]]),
    batched([[1], "__init__", [64, [1], [1]]]),
    *(
        batched([[1], "past_product", [64, rows, 1, kept, 1, [5]]])
        for rows, kept in ((1, [1, (1 << 32) - 1, 1]), (0, [1, 1 << 31, 1 << 31]), (1, [1 << 14, 1 << 14, 1]),
                           (0, [1 << 20, 1 << 20, 1 << 30]), (0, [0, 1 << 32, 1 << 32]))
    ),
    batched([[1], "matrix_triple", [64, [0, 1 << 32], [1 << 32, 1 << 32]]]),
]  # fmt: skip


@pytest.mark.parametrize("request_bytes", BAD, ids=repr)
def test_a_request_that_makes_no_sense_names_its_sender(request_bytes):
    async def honest(link):
        await link.supply()
        link.done()

    async def confused(link):
        await link.supply()
        link._transport.send(2, Message((1, 0), 0, 0, np.frombuffer(request_bytes, np.uint8)))
        link.done()

    with pytest.raises(PeerError, match="malformed-message") as caught:
        trio.run(with_dealer, 2, honest, confused)
    assert caught.value.party == "p1"


@pytest.mark.parametrize(
    ("fails", "code"), [(MemoryError, "too-many-elements"), (ValueError, "malformed-message")], ids=str
)
def test_what_cannot_be_made_ends_with_the_name_of_who_asked(monkeypatch, fails, code):
    def deal(self, party, entries):
        raise fails

    async def honest(link):
        await link.supply()
        link.done()

    async def greedy(link):
        await link.supply()
        await link.fetch([((0,), Triple(Z64, (2,), (2,)))], None)

    monkeypatch.setattr(Dealer, "deal", deal)
    with pytest.raises(PeerError, match=code) as caught:
        trio.run(with_dealer, 2, honest, greedy)
    assert caught.value.party == "p1"


@pytest.mark.parametrize("answer", [np.zeros(3, np.uint64), np.zeros(32, np.uint8), np.zeros((1, 2), np.uint64)])
def test_corrections_of_another_size_are_refused(answer):
    async def main():
        party, dealer = memory_network(2, ["p0", "dealer"])
        dealer.send(0, Message((0,), 0, 0, np.zeros(32, np.uint8)))
        dealer.send(0, Message((1, 0), 0, 0, answer))
        supply = await DealerLink(party, 1).supply()
        await supply.make((0,), Triple(Z64, (2,), (2,)))

    with pytest.raises(PeerError, match="malformed-message"):
        trio.run(main)


@settings(max_examples=50)
@given(length=st.integers(0, 40))
def test_a_seed_of_another_size_is_refused(length):
    async def main():
        party, dealer = memory_network(2, ["p0", "dealer"])
        dealer.send(0, Message((0,), 0, 0, np.zeros(length, np.uint8)))
        await DealerLink(party, 1).supply()

    if length == 32:
        trio.run(main)
    else:
        with pytest.raises(PeerError, match="malformed-message"):
            trio.run(main)


def test_only_the_last_party_and_holders_receive_corrections():
    for n in (2, 3, 5):
        for kind in DEALT:
            receivers = [i for i in range(n) if corrected(kind, i, n)]
            holders = {part.holder for part in kind.parts()[kind.drawn :] if part.sharing == "clear"}
            assert all(i == n - 1 or i in holders for i in receivers)
    assert corrected(AndTriple(Z64, (1,), (1,)), 1, 2)


def test_a_ring_without_words_is_no_kind():
    with pytest.raises(LocalError, match="wrong-ring"):
        demand.Ring(0)
