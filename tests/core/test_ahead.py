"""Material that is made beside the program: the same results and costs, bounded memory, and no way to hang."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import trio
import trio.testing
from material import check

import mpc
from mpc.algebra.ring import Z64
from mpc.correlation import Correlation
from mpc.errors import ParleyError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.supply import Entry
from protocols.beaver import SUITE
from protocols.preprocessing import from_ot, workshop
from protocols.preprocessing.from_ot import OtSupply
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.workshop import words_of
from protocols.runs import sources
from protocols.runs.party import Outcome, run_party
from protocols.runs.sources import Source

VALUES = np.array([1.5, -2.0, 3.25, 7.0])


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "SLICE_WORDS", 32)


async def wide(ctx: Any, mine: Any) -> Any:
    """Independent branches, some of them deep."""
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-8, 8))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(-8, 8))
    return await mpc.reveal(ctx, x > y, (x * y).sum(), np.maximum(x, y).mean(), x @ y)


async def branching(ctx: Any, mine: Any) -> Any:
    """On zeros it takes another way than on the data: the plan foresees what is never taken, and the reverse."""
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-8, 8))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(-8, 8))
    opened = await mpc.reveal(ctx, x * y)
    if opened.any():
        return await mpc.reveal(ctx, x > y, x)
    return await mpc.reveal(ctx, (x * x * y).sum(), np.maximum(x, y), x @ y)


def run(program: Any, n: int, source: Source, inputs: Sequence[Any] | None = None) -> list[Any]:
    """Each party's outcome, or the error that it ended with."""
    outcomes: list[Any] = [None] * n
    transports, agreements = memory_network(n), Agreement.simulate(n)
    data = inputs or [VALUES * (i + 1 if i % 2 else -1 - i) / n for i in range(n)]

    async def party(i: int) -> None:
        try:
            outcomes[i] = await run_party(
                program, data[i], transport=transports[i], agreement=agreements[i], program="", preprocessing=source
            )
        except ParleyError as error:
            outcomes[i] = error

    trio.run(run_all, [(party, i) for i in range(n)])
    return outcomes


def account(outcome: Outcome) -> tuple[Any, ...]:
    """What the way of making material must not change."""
    report = outcome.report
    lines = [(line.line, line.rounds, line.bytes) for line in report.lines]
    return report.rounds_by_party, report.bytes_sent, report.material, lines


@cache
def made_before(program: Any, n: int) -> list[Any]:
    """Outcomes with the material of each reveal made just before it: what making it ahead is held against."""
    return run(program, n, Source("ot"))


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("program", [wide, branching])
@pytest.mark.parametrize("ahead", [0, 100, 1 << 20])
def test_results_rounds_and_bytes_stay_the_same(
    monkeypatch: pytest.MonkeyPatch, n: int, program: Any, ahead: int
) -> None:
    monkeypatch.setattr(sources, "AHEAD_WORDS", ahead)
    beside = run(program, n, Source("ot", planned=True, prefetch=True))
    for one, other in zip(made_before(program, n), beside, strict=True):
        assert account(one) == account(other)
        for a, b in zip(one.result, other.result, strict=True):
            np.testing.assert_allclose(a, b, atol=2**-12)


# the supply alone

KIND = Triple(Z64, (8,), (8,))
PLAN: list[Entry] = [((0, i), KIND) for i in range(12)]

Act = Callable[[int, OtSupply], Awaitable[Any]]


def beside(act: Act, n: int = 2, ahead: int = 48, plan: Sequence[Entry] = PLAN) -> list[Any]:
    """Supplies that make the plan ahead while `act` runs at each party."""
    results: list[Any] = [None] * n
    supplies = [OtSupply(t, a, n, ahead=ahead) for t, a in zip(memory_network(n), Agreement.simulate(n), strict=True)]

    async def party(i: int) -> None:
        async def program() -> None:
            results[i] = await act(i, supplies[i])
            await supplies[i].finish()

        await supplies[i].prepare(plan)
        await run_all([(supplies[i].make_ahead,), (program,)])

    trio.run(run_all, [(party, i) for i in range(n)])
    assert len({supply._begun for supply in supplies}) == 1
    return results


async def take(supply: OtSupply, path: tuple[int, ...], kind: Correlation = KIND) -> Any:
    material = supply.ready(path, kind)
    return material if material is not None else await supply.make(path, kind)


async def everything_rests(supply: OtSupply) -> None:
    with supply._session.transport.working():
        for _ in range(20):
            await trio.testing.wait_all_tasks_blocked(0.005)


@pytest.mark.parametrize("n", [2, 3])
def test_pieces_in_any_order_recombine(n: int) -> None:
    """Also when the last is asked for first, beyond what would lie ready."""

    async def act(i: int, supply: OtSupply) -> Any:
        order = [7, 11, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10]
        made = {k: await take(supply, (0, k)) for k in order}
        return [made[k] for k in range(12)]

    for materials in zip(*beside(act, n), strict=True):
        check(KIND, materials)


def test_no_more_lies_ready_than_was_said() -> None:
    """48 words and a slice: that of one piece more, for slices end when they are full."""

    async def act(i: int, supply: OtSupply) -> int:
        most = 0
        for k in range(12):
            await everything_rests(supply)
            most = max(most, supply._lying)
            await take(supply, (0, k))
        return most

    largest = 48 + 32 + words_of(KIND)
    assert all(24 <= most <= largest for most in beside(act))


def test_a_program_that_ends_early_leaves_the_rest_unmade() -> None:
    begun = []

    async def act(i: int, supply: OtSupply) -> None:
        await take(supply, (0, 0))
        begun.append(supply)

    beside(act)
    assert all(0 < supply._begun < len(supply._slices) for supply in begun)


def test_parties_that_end_at_different_slices_complete_what_either_has_begun() -> None:
    async def act(i: int, supply: OtSupply) -> None:
        await take(supply, (0, 0))
        if i:
            await everything_rests(supply)

    for ahead in (0, 24, 48, 1000):
        beside(act, 3, ahead)


def test_what_no_plan_foresaw_is_made_beside_the_plan() -> None:
    extra = RandomValue(Z64, (5,))

    async def act(i: int, supply: OtSupply) -> Any:
        made = []
        for k in range(12):
            made += [await take(supply, (0, k)), await take(supply, (1, k))]
        return [*made, await take(supply, (2,), extra)]

    *triples, _ = zip(*beside(act, ahead=0), strict=True)
    for materials in triples:
        check(KIND, materials)


@pytest.mark.parametrize("asked", [0, 6])
def test_another_kind_than_the_plan_foresaw(asked: int) -> None:
    """Asked for before or after the foreseen piece is made; that piece is dropped, and makes room."""
    other = Triple(Z64, (3,), (3,))

    async def act(i: int, supply: OtSupply) -> Any:
        if asked:
            await everything_rests(supply)
        changed = await take(supply, (0, asked), other)
        for k in range(12):
            if k != asked:
                await take(supply, (0, k))
        assert supply._lying == 0
        return changed

    check(other, beside(act))


def test_material_is_burned() -> None:
    async def act(i: int, supply: OtSupply) -> None:
        await take(supply, (0, 9))
        await take(supply, (0, 9))

    with pytest.raises(SupplyError, match="material-spent"):
        beside(act)


def test_a_failure_beside_the_program_ends_it_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own error where it happened; the others are told of it."""
    honest, calls = from_ot.make_checked, []

    async def failing(ctx: Any, *args: Any) -> Any:
        if ctx.me == 1:
            calls.append(ctx)
            if len(calls) == 3:
                raise SupplyError("wrong-material", "a piece is not what it should be")
        return await honest(ctx, *args)

    monkeypatch.setattr(from_ot, "make_checked", failing)
    ends = run(wide, 3, Source("ot", planned=True, prefetch=True))
    assert [end.code for end in ends] == ["peer-failed", "wrong-material", "peer-failed"]
    assert "party1" in ends[0].cause


def test_a_failure_of_the_program_ends_what_is_made_beside_it() -> None:
    async def program(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(-8, 8))
        await mpc.reveal(ctx, x * x)
        if ctx.me == 0 and not ctx.planning:
            raise SupplyError("own", "an error of its own")
        return await mpc.reveal(ctx, x > 0, x * x)

    assert [end.code for end in run(program, 2, Source("ot", planned=True, prefetch=True))] == ["own", "peer-failed"]


def test_programs_that_take_other_turns_are_told() -> None:
    """A party waits for material that the other will never take part in making; nobody hangs."""

    async def program(ctx: Any, mine: Any) -> None:
        if ctx.me == 0 or ctx.planning:
            for _ in range(9):
                await ctx.take(KIND)
        else:
            await ctx.receive(0, mpc.context.Spec((1,)))

    ends = run(program, 2, Source("ot", planned=True, prefetch=True))
    assert all(isinstance(end, ParleyError) for end in ends)


def test_a_simulation_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supply's messages do not meet those of the program, whatever the session."""
    transports, agreements = memory_network(2), Agreement.simulate(2)
    supplies = [OtSupply(t, a, 2, ahead=0) for t, a in zip(transports, agreements, strict=True)]

    async def main(ctx: Any, mine: Any) -> int:
        x = await ctx.suite.input(ctx, 0, np.array([7], np.uint64) if ctx.me == 0 else None, (1,))
        (opened,) = await ctx.suite.open(ctx, await ctx.suite.mul(ctx, x, x))
        return int(opened[0])

    runs = trio.run(
        lambda: run_in_memory(main, [None] * 2, supplies, Setting(SUITE), transports=transports, agreements=agreements)
    )
    assert [one.result for one in runs] == [49, 49]
