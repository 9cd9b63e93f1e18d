"""Phases before the inputs as material: the same results, planned to the byte, and whatever is stored may be wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from authenticated.test_programs import larger, mixed, of_shape

import mpc
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Z64
from mpc.errors import Abort, PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.ways import Ways
from protocols.authenticated import session
from protocols.authenticated.side import Side
from protocols.authenticated.supplied import same_offsets
from protocols.authenticated.task import Task
from protocols.beaver import SUITE
from protocols.preprocessing.from_ot import OtSupply, ot_supplies
from protocols.preprocessing.kinds import authenticated_garbling
from protocols.preprocessing.kinds.authenticated_garbling import AuthenticatedGarbling

INPUTS = [np.array([1, 200, 7]), np.array([-5, 300, 7])]
KINDS = {"online": "authenticated_and", "ahead": "authenticated_garbling"}


async def of_all_sorts(ctx: Any, mine: Any) -> Any:
    """Inputs of both parties, public ones and shared ones, several outputs."""
    own = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
    z = np.array([1.5, -2.0, 3.0], np.float32)
    first = await mpc.authenticated(ctx, mixed, own, instances=3, z=z)
    one = mpc.private(0, None if mine is None else abs(int(mine[0])), shape=())
    return first, await mpc.authenticated(ctx, larger, instances=3, x=one, y=mpc.private(1, abs(mine) % 256), to=1)


@pytest.mark.parametrize("garbling", KINDS)
def test_results_and_bytes_are_those_of_a_plan(garbling: str) -> None:
    options: Any = {"preprocessing": "ot", "garbling": garbling}
    run = mpc.simulate(of_all_sorts, INPUTS, check_costs=True, **options)
    (first, nothing), (second, found) = run.results
    assert first.total.tolist() == second.total.tolist() == [-4, 500, 14]
    assert first.square.tolist() == [2.25, 4.0, 9.0]
    assert nothing is None
    assert found.tolist() == [False, False, False]
    planned = mpc.plan(of_all_sorts, INPUTS, **options)
    assert planned.report.rounds_by_party == run.report.rounds_by_party
    assert planned.report.bytes_sent == run.report.bytes_sent
    assert planned.report.circuits == run.report.circuits
    assert planned.report.material == run.report.material == {KINDS[garbling]: 3 * (mixed.ands + larger.ands)}
    assert {circuit.garbling for circuit in run.report.circuits} == {"ahead" if garbling == "ahead" else ""}


def test_with_a_dealer_the_parties_make_all_of_it_between_them() -> None:
    runs = [mpc.simulate(of_all_sorts, INPUTS, garbling=garbling).report for garbling in KINDS]
    assert runs[0].material == runs[1].material == {}
    assert runs[0].bytes_sent == runs[1].bytes_sent


@pytest.mark.parametrize("garbling", KINDS)
def test_many_instances_are_many_pieces(garbling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "AT_ONCE", 100 * larger.ands)
    x, y = np.arange(250) % 256, np.arange(250)[::-1] * 3 % 256
    options: Any = {"preprocessing": "ot", "garbling": garbling}
    for found in mpc.simulate(of_shape(250), [x, y], check_costs=True, **options).results:
        np.testing.assert_array_equal(found, x > y)
    demand = mpc.plan(of_shape(250), [x, y], **options).demand
    assert [kind.elements for _, kind in demand] == [83 * larger.ands, 83 * larger.ands, 84 * larger.ands]


@pytest.mark.parametrize(("shared", "ahead"), [(False, True), (True, False)])
def test_a_piece_of_tables_has_a_limit(shared: bool, ahead: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances that share an input are one piece, since the mask of that input is there once."""
    monkeypatch.setattr(session, "AT_ONCE", 100 * larger.ands)
    monkeypatch.setattr(authenticated_garbling, "MOST_ANDS", 200 * larger.ands)

    async def main(ctx: Any, mine: Any) -> Any:
        x = mpc.private(0, mine if not shared or ctx.me else 7, shape=() if shared else None)
        return await mpc.authenticated(ctx, larger, instances=250, x=x, y=mpc.private(1, mine))

    x, y = np.full(250, 7), np.arange(250)
    options: Any = {"preprocessing": "ot", "garbling": "ahead"}
    run = mpc.simulate(main, [x, y], check_costs=True, **options)
    np.testing.assert_array_equal(run.result, y < 7)
    assert run.report.material == {KINDS["ahead" if ahead else "online"]: 250 * larger.ands}


def test_one_circuits_material_is_under_one_pair_of_offsets() -> None:
    side, other = Side(0, np.array([1, 2], np.uint64)), Side(0, np.array([1, 3], np.uint64))
    same_offsets(None, side)
    same_offsets(side, side)
    with pytest.raises(SupplyError, match="mixed-offsets"):
        same_offsets(side, other)


# what a party holds may have been changed


COUNT = 70


class Altered(OtSupply):
    """A supply that changes a bit of each word of one part, so that no chance of the run passes over all of them."""

    part, party = 0, 0

    def _take(self, path: Any) -> Any:
        material = super()._take(path)
        if self._session.transport.me != self.party:
            return material
        changed = material[self.part] ^ np.uint64(2)
        return (*material[: self.part], changed, *material[self.part + 1 :])


def with_altered(party: int, part: int) -> list[PartyRun]:
    """Runs of a circuit of 70 instances, garbled ahead, where a party has one part of its material wrong."""
    transports, agreements = memory_network(2), Agreement.simulate(2)
    supplies = ot_supplies(transports, agreements)
    altered = type("AlteredHere", (Altered,), {"part": part, "party": party})
    for supply in supplies:
        supply.__class__ = altered
    setting = Setting(SUITE, collect_errors=True, ways=Ways(garbling="ahead"))
    inputs = [np.arange(COUNT), np.arange(COUNT)[::-1]]
    return trio.run(
        lambda: run_in_memory(
            of_shape(COUNT), inputs, supplies, setting, transports=transports, agreements=agreements
        )
    )  # fmt: skip


def parts() -> list[tuple[int, int]]:
    """The places of all parts that somebody has words of, but for masks of own inputs: those give another input."""
    kind = AuthenticatedGarbling.of(Z64, Task(larger, COUNT, (0,) * 8 + (1,) * 8))
    held = [(part.holder, place) for place, part in enumerate(kind.parts()) if np.prod(part.shape)]
    return [(holder, place) for holder, place in held if place not in (1, 6) and holder is not None]


def test_whatever_stored_part_is_wrong_no_output_is() -> None:
    """A damaged store is refused as such; here it is material that was made, or told, wrong."""
    expected, noticed = np.arange(COUNT) > np.arange(COUNT)[::-1], 0
    for party, part in parts():
        runs = with_altered(party, part)
        for run in runs:
            assert run.error is None or isinstance(run.error, Abort | PeerError)
            assert run.error is not None or (run.result == expected).all()
        noticed += any(isinstance(run.error, Abort) for run in runs)
    assert noticed == len(parts())


def test_masks_and_tables_are_uniform() -> None:
    """Of the garbler's material no bit of a label, of the evaluator's none of a table, leans to either side: by eight
    deviations, which chance makes once in 10^15."""
    kind = AuthenticatedGarbling.of(Z64, Task(larger, 400, (0,) * 8 + (1,) * 8))
    supplies = ot_supplies(memory_network(2), Agreement.simulate(2))
    made: list[Any] = [None, None]

    async def party(i: int) -> None:
        await supplies[i].prepare([((0,), kind)])
        made[i] = supplies[i].ready((0,), kind)

    async def both() -> None:
        async with trio.open_nursery() as nursery:
            for i in range(2):
                nursery.start_soon(party, i)

    trio.run(both)
    tables = made[1][12].reshape(-1)
    ones = np.unpackbits(tables.view(np.uint8)).mean()
    assert abs(ones - 0.5) < 8 / (2 * (64 * tables.size) ** 0.5)
    own = made[0][1]
    assert own.size == words_for(8 * 400)
    assert abs(np.unpackbits(own.view(np.uint8)).mean() - 0.5) < 8 / (2 * (64 * own.size) ** 0.5)
