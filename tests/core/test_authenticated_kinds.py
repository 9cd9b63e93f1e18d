"""Authenticated ANDs and garblings as material: right, made of what plans say, and never opened by a check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from kinds import BETWEEN_TWO, EXAMPLES, product

import mpc
from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.errors import LocalError, PeerError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.buckets import sizes
from protocols.authenticated.side import Side
from protocols.authenticated.task import Task
from protocols.preprocessing import workshop
from protocols.preprocessing.checking import Check
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.demand import pack_demand, pack_request, parse_demand, unpack_request
from protocols.preprocessing.estimates import offline_bytes
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.authenticated_and import AuthenticatedAnd
from protocols.preprocessing.kinds.authenticated_garbling import MOST_ANDS, AuthenticatedGarbling

GARBLING = AuthenticatedGarbling.of(Z64, Task(product, 5, (0,) * 4 + (1,) * 4))
AND = AuthenticatedAnd(Z64, 100, (3, 70))


def made(kinds: Any, check: Check = Check.NOTHING) -> tuple[list[Any], list[int]]:
    """Both parties' material of these, each at a path of its own; what they received for it."""
    supplies = ot_supplies(memory_network(2), Agreement.simulate(2), check=check)
    demand = [((0, i), kind) for i, kind in enumerate(kinds)]
    results: list[Any] = [None, None]

    async def party(i: int) -> None:
        await supplies[i].prepare(demand)
        results[i] = [supplies[i].ready(*entry) for entry in demand]

    trio.run(run_all, [(party, i) for i in range(2)])
    return list(zip(*results, strict=True)), [supply.received_bytes for supply in supplies]


def opened(first: Any, second: Any) -> Any:
    return (first.first[:, 0] ^ second.first[:, 0]) & np.uint64(1)


@pytest.mark.parametrize("check", [Check.NOTHING, Check.SAMPLE])
def test_pieces_are_authenticated_under_one_pair_of_offsets(check: Check) -> None:
    kinds = [AND, AuthenticatedAnd(Z64, 7), AND, AuthenticatedAnd(Z64, 0, (2, 0))]
    pairs = []
    for kind, materials in zip(kinds, made(kinds, check)[0], strict=True):
        (first, ours), (second, theirs) = (kind.taken(me, materials[me]) for me in (0, 1))
        x, y, z = (opened(getattr(ours.ands, name), getattr(theirs.ands, name)) for name in "xyz")
        np.testing.assert_array_equal(x & y, z)
        for bits, others in zip(sorts(ours), sorts(theirs), strict=True):
            values = (np.uint64(0) - opened(bits, others))[:, None]
            np.testing.assert_array_equal(bits.first ^ others.first, values & first.delta)
            np.testing.assert_array_equal(bits.second ^ others.second, values & second.delta)
        assert not (ours.owned(1).first[:, 0] & np.uint64(1)).any()
        assert not (theirs.owned(0).first[:, 0] & np.uint64(1)).any()
        pairs.append((first.delta.tobytes(), second.delta.tobytes()))
    assert len(set(pairs)) == 1


def sorts(made: Independent) -> list[Any]:
    return [*(getattr(made.ands, name) for name in "xyz"), made.results, made.owned(0), made.owned(1)]


def test_another_lot_has_other_offsets() -> None:
    kinds = [AND, GARBLING, AND.in_run(1), GARBLING.in_run(1)]
    pairs = zip(kinds, made(kinds)[0], strict=True)
    sides = [[kind.taken(me, own[me])[0].delta.tobytes() for me in (0, 1)] for kind, own in pairs]
    assert sides[0] == sides[1]
    assert sides[2] == sides[3]
    assert len({each for pair in sides for each in pair}) == 4
    assert AND.in_run(0) == AND


@pytest.mark.parametrize("check", [Check.SAMPLE, Check.ALL])
def test_no_check_opens_an_offset_or_a_label(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    send = Context.send

    def watched(ctx: Context, to: int, array: Any) -> None:
        sent.append(np.ascontiguousarray(array).tobytes())
        send(ctx, to, array)

    monkeypatch.setattr(Context, "send", watched)
    materials, received = made([AND, AND, GARBLING], check)
    together = b"".join(sent)
    for kind, material in zip([AND, AND], materials, strict=False):
        for me in (0, 1):
            side, part = kind.taken(me, material[me])
            assert side.delta.tobytes() not in together
            assert not any(label.tobytes() in together for label in part.labels.reshape(-1, 2)[::40])
    assert received == made([AND, AND, GARBLING])[1]


@pytest.mark.parametrize(
    "kinds", [*([kind] for kind in BETWEEN_TWO), BETWEEN_TWO, [AND] * 3], ids=lambda kinds: len(kinds)
)
def test_a_plan_knows_what_parties_receive(kinds: Any) -> None:
    demand = [((0, i), kind) for i, kind in enumerate(kinds)]
    assert offline_bytes(demand, 2, "ot") == pytest.approx(made(kinds)[1], rel=0.01)


def test_a_plan_knows_how_many_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer ANDs take more each: 12 by 100 are not 1,200."""
    monkeypatch.setattr(workshop, "SLICE_WORDS", 250)
    demand = [((0, i), AND) for i in range(12)]
    estimate = offline_bytes(demand, 2, "ot")
    assert estimate == pytest.approx(made([AND] * 12)[1], rel=0.01)
    assert estimate[0] > 1.2 * offline_bytes([((0,), AuthenticatedAnd(Z64, 1200, (36, 840)))], 2, "ot")[0]


def test_a_plan_knows_what_calls_take_one_by_one() -> None:
    async def main(ctx: Any, mine: Any) -> None:
        for _ in range(4):
            await mpc.authenticated(ctx, product, x=mpc.private(0, 3), y=mpc.private(1, 5))

    run = mpc.simulate(main, [None, None], preprocessing="ot").report
    demand = mpc.plan(main, [None, None], preprocessing="ot").demand
    assert offline_bytes(demand, 2, "ot", by_call=True)[0] == pytest.approx(run.offline_bytes, rel=0.03)
    assert offline_bytes(demand, 2, "ot")[0] < 0.7 * run.offline_bytes


def test_slices_are_as_many_ands_as_three_columns_take() -> None:
    """So that a store of many small circuits takes as few leaky ANDs for each as a large one."""
    calls = [((i,), AuthenticatedAnd(Z64, 6400, (128, 128))) for i in range(160)]
    parts = list(workshop.slices_of_pieces(calls))
    assert [sizes(sum(kind.count for _, kind in part))[0] for part in parts] == [3, 3]
    inputs = AuthenticatedGarbling.of(Z64, Task(product, 1, (0,) * 8))
    assert inputs.weight >= product.ands
    assert AuthenticatedAnd(Z64, 0, (1 << 20, 0)).weight >= 1 << 17


@pytest.mark.parametrize("kind", BETWEEN_TWO, ids=repr)
def test_a_dealer_makes_none(kind: Any) -> None:
    supply = local_supplies(2)[0]
    with pytest.raises(LocalError, match="no-maker"):
        trio.run(supply.prepare, [((0,), kind)])
    with pytest.raises(LocalError, match="no-maker"):
        trio.run(supply.make, (0,), kind)


@pytest.mark.parametrize("kind", [AND, GARBLING], ids=["and", "garbling"])
def test_a_dealer_that_is_asked_for_one_names_who_asked(kind: Any) -> None:
    with pytest.raises(PeerError, match="malformed-message") as caught:
        unpack_request(pack_request(None, [((1,), kind)]), "north")
    assert caught.value.party == "north"


def test_a_dealer_takes_no_time_for_what_it_does_not_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a garbling with millions of bits of input it knows only its name."""
    request = pack_request(None, [((i,), GARBLING) for i in range(3)])

    def never(kind: Any) -> None:
        raise AssertionError("a kind that no dealer makes was built")

    monkeypatch.setattr(AuthenticatedGarbling, "__post_init__", never)
    with pytest.raises(PeerError, match="malformed-message"):
        unpack_request(request, "north")


def test_among_three_parties_there_are_none() -> None:
    supplies = ot_supplies(memory_network(3), Agreement.simulate(3))

    async def party(i: int) -> None:
        await supplies[i].prepare([((0,), AND)])

    with pytest.raises(LocalError, match="unfit-session"):
        trio.run(run_all, [(party, i) for i in range(3)])


def test_demands_are_read_as_they_were_written() -> None:
    demand = [((1, i), kind) for i, kind in enumerate([*BETWEEN_TWO, AND.in_run(3), GARBLING.in_run(2)])]
    assert parse_demand(pack_demand(demand)) == demand
    encodings = {kind.encoding() for kind in [*EXAMPLES, *(kind for _, kind in demand)]}
    assert len(encodings) == len(demand) + len(EXAMPLES)


@pytest.mark.parametrize(
    "wrong", [{"instances": 0}, {"owners": (6 * 7,)}, {"instances": MOST_ANDS}, {"lot": -1}, {"owners": (6 * 8, -1)}]
)
def test_garblings_of_what_is_none(wrong: dict[str, Any]) -> None:
    fields = {"digest": GARBLING.digest, "instances": 5, "owners": GARBLING.owners} | wrong
    with pytest.raises(LocalError, match="wrong-parameter"):
        AuthenticatedGarbling(Z64, **fields)


@given(
    owners=st.lists(st.integers(-1, 1), min_size=8, max_size=8), shared=st.sets(st.integers(0, 7)),
    instances=st.integers(1, 200),
)  # fmt: skip
def test_a_garbling_says_whose_each_bit_is(owners: list[int], shared: set[int], instances: int) -> None:
    common = tuple(sorted(row for row in shared if owners[row] >= 0))
    task = Task(product, instances, tuple(owners), common)
    made = AuthenticatedGarbling.of(Z64, task).task
    assert made.circuit.digest == product.digest
    assert (made.instances, made.owners, made.common) == (instances, task.owners, common)
    assert AuthenticatedGarbling.of(Z64, replace(task, instances=7)).task.owners is made.owners


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=5))
def test_what_is_made_together_is_cut_into_its_parts(each: list[tuple[int, int, int]]) -> None:
    sizes = [Size(ands, (first, second)) for ands, first, second in each]
    whole = Size.total(sizes)
    labels = np.arange(4 * whole.bits, dtype=np.uint64).reshape(2, whole.bits, 2)
    parts = Independent(whole, labels).split(sizes)
    for k, bits in enumerate(sorts(Independent(whole, labels))):
        joined = np.concatenate([sorts(part)[k].first for part in parts])
        np.testing.assert_array_equal(joined, bits.first)


def test_a_side_shows_nothing_of_its_offset() -> None:
    assert "77" not in repr(Side(0, np.array([77, 77], np.uint64)))
