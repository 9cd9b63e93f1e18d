"""Material by batches: exact, several in flight, in any order at each party; and an end for who asks alone."""

from __future__ import annotations

import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from makers import insecure_workshops
from material import check

from mpc.algebra.ring import Z64
from mpc.errors import ParleyError, PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.store import StoreSupply, StoreWriter
from mpc.supply import Entry, Supply
from protocols.preprocessing import workshop
from protocols.preprocessing.dealer import DealerLink, local_supplies, serve
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.workshop import Workshop

ONE: list[Entry] = [((0, 1, k), Triple(Z64, (2,), (2,))) for k in range(3)]
OTHER: list[Entry] = [((0, 2, 1), RandomValue(Z64, (4,))), ((0, 2, 2), AndTriple(Z64, (1,), (2,)))]
BATCHES = {(0, 1): ONE, (0, 2): OTHER}

Act = Callable[[int, Any], Awaitable[Any]]


def from_ot(n: int) -> list[Any]:
    return list(ot_supplies(memory_network(n), Agreement.simulate(n)))


def stores(n: int, folder: Path) -> list[Any]:
    """Stores that lack the second batch, which the parties make between them."""
    dealt = local_supplies(n)
    for party, supply in enumerate(dealt):
        with StoreWriter(
            folder / str(party), party=party, n=n, ring=64, session=bytes(32), maker="dealer", trust="", dealt=True
        ) as writer:
            for path, kind in ONE:
                writer.add(path, kind, trio.run(supply.make, path, kind))
    supplies = [StoreSupply(folder / str(i), fallback=other) for i, other in enumerate(insecure_workshops(n))]
    for supply in supplies:
        supply.begin(0)
    return supplies


def working(supply: Any) -> AbstractContextManager[None]:
    """Who waits for something else than a message says so."""
    maker = getattr(supply, "fallback", supply)
    return maker._session.transport.working() if isinstance(maker, Workshop) else nullcontext()


async def side_by_side(supplies: Sequence[Any], act: Act) -> list[Any]:
    results: list[Any] = [None] * len(supplies)

    async def party(i: int) -> None:
        results[i] = await act(i, supplies[i])

    await run_all([(party, i) for i in range(len(supplies))])
    return results


SUPPLIERS = ("dealer", "ot", "insecure", "store")


def supplies_of(supplier: str, n: int, folder: Path) -> list[Any]:
    if supplier == "store":
        return stores(n, folder)
    makers: dict[str, Any] = {"dealer": local_supplies, "ot": from_ot, "insecure": insecure_workshops}
    return list(makers[supplier](n))


@pytest.mark.parametrize("supplier", SUPPLIERS)
@pytest.mark.parametrize("n", [2, 3])
def test_two_batches_in_flight_asked_for_in_opposite_orders(supplier: str, n: int, tmp_path: Path) -> None:
    supplies = supplies_of(supplier, n, tmp_path)

    async def act(i: int, supply: Supply) -> Any:
        taken: dict[Any, Any] = {}

        async def ask(batch: tuple[int, ...], later: int) -> None:
            with working(supply):
                for _ in range(3 * later):
                    await trio.testing.wait_all_tasks_blocked()
            await supply.provide(batch, BATCHES[batch])
            for path, kind in BATCHES[batch]:
                taken[path] = supply.ready(path, kind)

        order = list(BATCHES) if i == 0 else list(BATCHES)[::-1]
        await run_all([(ask, batch, later) for later, batch in enumerate(order)])
        return [taken[path] for path, _ in [*ONE, *OTHER]]

    for (_, kind), materials in zip(
        [*ONE, *OTHER], zip(*trio.run(side_by_side, supplies, act), strict=True), strict=True
    ):
        check(kind, materials)


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_renamed_piece_is_taken_once_and_by_its_new_name_alone(supplier: str, tmp_path: Path) -> None:
    """Of a store, what its fallback made: records keep their addresses."""
    (path, kind), *_ = OTHER
    new = (0, 7, 7)

    async def act(i: int, supply: Supply) -> Any:
        await supply.provide((0, 2), OTHER)
        supply.rename(path, kind, new)
        with pytest.raises(SupplyError, match="material-spent"):
            supply.rename(path, kind, (0, 7, 8))
        assert supply.ready(path, kind) is None
        with pytest.raises(SupplyError, match="material-spent"):
            await supply.make(path, kind)
        taken = supply.ready(new, kind)
        assert supply.ready(new, kind) is None
        with pytest.raises(SupplyError, match="material-spent"):
            await supply.make(new, kind)
        return taken

    check(kind, trio.run(side_by_side, supplies_of(supplier, 2, tmp_path), act))


def test_small_batches_are_made_together_and_none_waits_for_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "SLICE_WORDS", 200)
    large: list[Entry] = [((1, k), Triple(Z64, (8,), (8,))) for k in range(50)]
    asked = {(1, 0): ONE, (1, 1): OTHER, (1, 2): large, (1, 3): OTHER}
    together = workshop.Batches(ot_supplies(memory_network(2), Agreement.simulate(2))[0]._closing)
    for key, entries in asked.items():
        together.ask(key, entries)
    assert list(workshop._loads(list(asked), together)) == [[(1, 0), (1, 1)], [(1, 2)], [(1, 3)]]
    assert list(workshop._loads([(1, 2), (1, 3)], together)) == [[(1, 2)], [(1, 3)]]


def test_pieces_and_batches_have_paths_of_their_own() -> None:
    """A call that takes a piece and a reveal may have one path: their counters are two."""

    async def act(i: int, supply: Any) -> Any:
        kind = RandomValue(Z64, (2,))
        pieces: list[Any] = []

        async def take() -> None:
            pieces.append(await supply.make((0, 1), kind))

        await run_all([(take,), (supply.provide, (0, 1), ONE)])
        return pieces[0]

    check(RandomValue(Z64, (2,)), trio.run(side_by_side, insecure_workshops(2), act))


@pytest.mark.parametrize("make", [insecure_workshops, local_supplies])
def test_other_entries_under_one_path_are_no_batch(make: Callable[[int], list[Any]]) -> None:
    async def act(i: int, supply: Any) -> None:
        await supply.provide((0,), ONE[: 2 + i])
        await supply.provide((0,), ONE)

    with pytest.raises(ParleyError, match=r"different-plan|material-spent"):
        trio.run(side_by_side, make(2), act)


def test_a_batch_is_asked_for_once() -> None:
    async def act(i: int, supply: Any) -> None:
        await supply.provide((0,), ONE)
        await supply.provide((0,), OTHER)

    with pytest.raises(SupplyError, match="material-spent"):
        trio.run(side_by_side, insecure_workshops(2), act)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("alone", [0, 1])
@pytest.mark.parametrize("others", ["end", "ask for another", "wait"])
def test_who_asks_alone_ends_with_an_error(n: int, alone: int, others: str) -> None:
    """Whoever it is, and whether the others have ended, wait for another batch or for a message."""
    transports = memory_network(n)
    supplies = ot_supplies(transports, Agreement.simulate(n))
    ends: list[Any] = [None] * n

    async def party(i: int) -> None:
        try:
            if i == alone:
                await supplies[i].provide((0, 1), ONE)
            elif others == "ask for another":
                await supplies[i].provide((0, 2), OTHER)
            elif others == "wait":
                await transports[i].receive(alone, (9, 9))
            await transports[i].finish({})
        except PeerError as error:
            ends[i] = error

    _run(party, n)
    assert all(ends)
    assert {end.code for end in ends} <= {"program-diverged", "peer-failed", "unexpected-message"}


def _run(party: Callable[[int], Awaitable[None]], n: int) -> None:
    async def bounded() -> None:
        with trio.fail_after(20):
            await run_all([(party, i) for i in range(n)])

    trio.run(bounded)


def test_a_dealer_tells_who_never_asked() -> None:
    """Nobody waits for others there: it is noticed when all have said that they are done."""
    network = memory_network(3, ["north", "south", "dealer"])
    ends: list[Any] = []

    async def party(i: int) -> None:
        link = DealerLink(network[i], 2)
        supply = await link.supply()
        if i == 0:
            await supply.provide((0, 1), ONE)
        link.done()
        try:
            await network[i].finish({})
        except PeerError as error:
            ends.append(error)

    async def deal() -> None:
        try:
            await serve(network[2], 2)
        except PeerError as error:
            network[2].fail(error.code, error.cause, error.party)
            ends.append(error)

    trio.run(run_all, [(deal,), (party, 0), (party, 1)])
    assert [end.code for end in ends] == ["different-plan"] * 3
    assert ends[0].party == "south"


def test_a_piece_on_the_shelf_costs_its_words_and_its_place() -> None:
    """Columns, not arrays: 10,000 scalar products in less than 400 bytes each."""
    (supply, _) = local_supplies(2)
    plan: list[Entry] = [((0, 1, k), Triple(Z64, (), ())) for k in range(10_000)]
    trio.run(supply.provide, (9,), [((5,), Triple(Z64, (), ()))])
    tracemalloc.start()
    trio.run(supply.provide, (0,), plan)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(plan) < 400
