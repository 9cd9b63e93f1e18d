"""Material that is made further ahead than the next reveal, since the program says that like reveals follow."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from runs.real_runs import run_parties

import mpc
from mpc.context import Context
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.store import StoreSupply
from mpc.supply import PLAN
from protocols.preprocessing.workshop import words_of
from protocols.runs import ahead
from protocols.runs.sources import Source
from protocols.runs.storing import make_store
from protocols.suite import suite_of

VALUES = np.array([1.5, -2.0, 3.25, 7.0])
MAKERS = ("dealer", "ot")
BY_PARTIES = [("dealer", 2), ("dealer", 3), ("ot", 2), ("ot", 3), ("silent", 2)]


def inputs(n: int) -> list[Any]:
    return [VALUES, -VALUES] + [None] * (n - 2)


async def secrets(ctx: Context, mine: Any) -> Any:
    x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
    y = await mpc.secret(ctx, 1, mine, range=(-8, 8))
    await mpc.compute(ctx, x, y)
    return x, y


def program(steps: int, *said: int, other: int | None = None) -> Any:
    """A loop of products, said before it; in step `other` a comparison as well."""

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        opened = []
        for n in said:
            await mpc.horizon(ctx, n)
        for step in range(steps):
            if step == other:
                np.testing.assert_array_equal(await mpc.reveal(ctx, x > y, planned=VALUES > 0), VALUES > -VALUES)
            opened.append(await mpc.reveal(ctx, x * y + step))
        return opened

    return main


def products(steps: int) -> list[Any]:
    return [-VALUES * VALUES + step for step in range(steps)]


def made(batches: list[Any]) -> Counter[str]:
    return sum((Counter({kind.name: kind.elements}) for _, entries in batches for _, kind in entries), Counter())


def of_batches(batches: list[Any]) -> set[Any]:
    """What was made, of which the dealer's batches may have several parts."""
    return {batch for batch, _ in batches}


def check(outcomes: Any, batches: list[Any], steps: int) -> None:
    """The results are right, and what was made is what was taken and what was left."""
    reports = [outcome.report for outcome in outcomes]
    for outcome in outcomes:
        np.testing.assert_allclose(outcome.result, products(steps), atol=2.0**-12)
        assert outcome.report.material == reports[0].material
        assert outcome.report.unused == reports[0].unused
    total = Counter(reports[0].material) + Counter(reports[0].unused)
    assert made(batches) == Counter({name: len(reports) * elements for name, elements in total.items()})
    assert "piece" not in of_batches(batches)
    assert all(entries == sorted(entries, key=lambda entry: entry[0]) for _, entries in batches)


@pytest.mark.parametrize(("maker", "n"), [*BY_PARTIES, ("silent", 3)])
def test_like_reveals_take_one_batch(batches, maker, n):
    outcomes = run_parties(program(4, 4), inputs(n), Source(maker))
    check(outcomes, batches, 4)
    assert len(of_batches(batches)) == 1
    assert not outcomes[0].report.unused


@pytest.mark.parametrize(("maker", "n"), BY_PARTIES[:-1])
def test_online_rounds_bytes_and_material_stay_as_they_are(maker, n):
    said, unsaid = (run_parties(program(3, *s), inputs(n), Source(maker)) for s in ((5,), ()))
    for one, other in zip(said, unsaid, strict=True):
        assert one.report.rounds_by_party == other.report.rounds_by_party
        assert one.report.bytes_sent == other.report.bytes_sent
        assert one.report.material == other.report.material


@pytest.mark.parametrize(("maker", "n"), BY_PARTIES[:-1])
@pytest.mark.parametrize("other", [1, 2])
def test_another_reveal_has_its_own_material_and_the_rest_is_burned(batches, maker, n, other):
    """Between the like ones, of which five were said to come and three did."""
    outcomes = run_parties(program(3, 5, other=other), inputs(n), Source(maker))
    check(outcomes, batches, 3)
    assert len(of_batches(batches)) == 2
    (first, *_) = batches
    assert outcomes[0].report.unused == {name: 2 * m // 5 for name, m in made([first]).items()}


@pytest.mark.parametrize("maker", MAKERS)
def test_a_horizon_that_other_reveals_follow_than_the_first_is_burned_whole(batches, maker):
    outcomes = run_parties(program(3, 4, other=0), inputs(2), Source(maker))
    check(outcomes, batches, 3)
    (first, *_) = batches
    assert outcomes[0].report.unused == {name: 3 * m // 4 for name, m in made([first]).items()}


@pytest.mark.parametrize("maker", MAKERS)
def test_said_again_the_next_reveals_take_a_batch_more(batches, maker):
    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        opened = []
        for step in range(6):
            if step % 3 == 0:
                await mpc.horizon(ctx, 3)
            opened.append(await mpc.reveal(ctx, x * y + step))
        return opened

    outcomes = run_parties(main, inputs(2), Source(maker))
    check(outcomes, batches, 6)
    assert len(of_batches(batches)) == 2
    assert not outcomes[0].report.unused


def test_said_twice_the_last_counts(batches):
    outcomes = run_parties(program(3, 7, 3), inputs(2), Source("dealer"))
    check(outcomes, batches, 3)
    assert len(of_batches(batches)) == 1
    assert not outcomes[0].report.unused


@pytest.mark.parametrize("maker", MAKERS)
def test_several_reveals_of_a_step_have_a_horizon_each(batches, maker):
    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        opened = []
        for step in range(4):
            if step == 0:
                await mpc.horizon(ctx, 4)
            opened.append(await mpc.reveal(ctx, x * y + step))
            if step == 0:
                await mpc.horizon(ctx, 4)
            await mpc.compute(ctx, x > step)
        return opened

    outcomes = run_parties(main, inputs(2), Source(maker))
    check(outcomes, batches, 4)
    assert len(of_batches(batches)) == 2
    assert not outcomes[0].report.unused


def test_no_more_lies_ready_than_there_is_room_for(batches, monkeypatch):
    """Room for two: batches of three, of which one is for the reveal at hand."""
    run_parties(program(1), inputs(2), Source("dealer"))
    weight = sum(16 + words_of(kind) for _, kind in batches[0][1])
    batches.clear()
    monkeypatch.setattr(ahead, "AHEAD_WORDS", 3 * weight - 1)
    outcomes = run_parties(program(7, 7), inputs(2), Source("dealer"))
    check(outcomes, batches, 7)
    assert len(of_batches(batches)) == 3
    assert not outcomes[0].report.unused


async def _cube(ctx: Context, x: Any) -> Any:
    return await suite_of(ctx).mul(ctx, await suite_of(ctx).mul(ctx, x, x), x)


@pytest.mark.parametrize("maker", MAKERS)
def test_prepared_calls_have_horizons(batches, maker):
    async def main(ctx: Context, mine: Any) -> Any:
        x = await suite_of(ctx).input(ctx, 0, np.arange(4, dtype=np.uint64) if ctx.me == 0 else None, (4,))
        await mpc.horizon(ctx, 3)
        cubes = [await mpc.prepared(ctx, _cube, x) for _ in range(3)]
        return await suite_of(ctx).open(ctx, *cubes)

    for outcome in run_parties(main, [None] * 2, Source(maker)):
        np.testing.assert_array_equal(outcome.result, [np.arange(4) ** 3] * 3)
        assert not outcome.report.unused
    assert len(batches) == 2
    assert len(of_batches(batches)) == 1


@pytest.mark.parametrize("maker", MAKERS)
def test_calls_side_by_side_take_none_of_it(batches, maker):
    """Which of them comes first is a matter of timing."""

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        await mpc.horizon(ctx, 3)
        first = await mpc.reveal(ctx, x * y)
        return [first, *await mpc.together(ctx, (mpc.reveal, x * y + 1), (mpc.reveal, x * y + 2))]

    outcomes = run_parties(main, inputs(2), Source(maker))
    check(outcomes, batches, 3)
    assert Counter(outcomes[0].report.unused) == Counter(outcomes[0].report.material) - _a_third(outcomes[0])


def _a_third(outcome: Any) -> Counter[str]:
    return Counter({name: elements // 3 for name, elements in outcome.report.material.items()})


@pytest.mark.parametrize("n", [0, -1, True, 2.0, "3", None, (1 << 20) + 1])
@pytest.mark.parametrize("start", [mpc.simulate, mpc.plan])
def test_bounds(n, start):
    async def main(ctx: Context, mine: Any) -> None:
        await mpc.horizon(ctx, n)

    with pytest.raises(LocalError, match="horizon-out-of-bounds"):
        start(main, [None, None])


@pytest.mark.parametrize("start", [mpc.simulate, mpc.plan])
def test_calls_of_the_program_have_no_horizon(start):
    async def main(ctx: Context, mine: Any) -> None:
        await mpc.together(ctx, (mpc.horizon, 2), (mpc.horizon, 3))

    with pytest.raises(LocalError, match=r"horizon-in-a-call.*test_horizon"):
        start(main, [None, None])


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("different", [0, 1])
def test_parties_that_say_other_numbers_end_with_an_error(maker, different):
    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        await mpc.horizon(ctx, 3 if ctx.me == different else 4)
        return await mpc.reveal(ctx, x * y)

    with pytest.raises(PeerError, match="different-plan"):
        run_parties(main, inputs(2), Source(maker))


@pytest.mark.parametrize("prefetch", [False, True])
def test_a_planned_run_and_a_plan_take_no_notice(batches, prefetch):
    outcomes = run_parties(program(3, 9), inputs(2), Source("ot", planned=True, prefetch=prefetch))
    for outcome in outcomes:
        np.testing.assert_allclose(outcome.result, products(3), atol=2.0**-12)
        assert not outcome.report.unused
    assert of_batches(batches) <= {PLAN, "piece"}
    assert mpc.plan(program(3, 9), inputs(2)).demand == mpc.plan(program(3), inputs(2)).demand


async def filled_stores(folder: Path, demand: Any) -> None:
    """A store for each of two parties, made by both."""
    sides = enumerate(zip(memory_network(2), Agreement.simulate(2), strict=True))

    async def fill(i: int, transport: Any, agreement: Agreement) -> None:
        await make_store(demand, folder / str(i), transport=transport, agreement=agreement)

    await run_all([(fill, i, *side) for i, side in sides])


@pytest.mark.parametrize("fallback", [None, "ot"])
def test_a_run_from_stores_takes_no_notice(batches, tmp_path, fallback):
    """All of it lies there by the paths of the plan; without a fallback nothing else could be made."""
    planned = mpc.plan(program(3, 9), inputs(2), preprocessing="ot")
    trio.run(filled_stores, tmp_path, planned.demand)
    batches.clear()
    stores = [StoreSupply(tmp_path / str(i)) for i in range(2)]
    for outcome in run_parties(program(3, 9), inputs(2), [Source(fallback, store) for store in stores]):
        np.testing.assert_allclose(outcome.result, products(3), atol=2.0**-12)
        assert outcome.report.material == planned.report.material
        assert not outcome.report.unused
    assert not batches


def test_a_simulation_makes_material_as_a_run_does(batches):
    simulated = mpc.simulate(program(4, 4), inputs(2), preprocessing="ot")
    np.testing.assert_allclose(simulated.results, [products(4)] * 2, atol=2.0**-12)
    in_simulation = [*batches]
    batches.clear()
    run = run_parties(program(4, 4), inputs(2), Source("ot"))[0].report
    assert in_simulation == batches
    assert simulated.report.offline_bytes == run.offline_bytes
    assert simulated.report.material == run.material


@pytest.mark.parametrize("maker", MAKERS)
def test_who_goes_on_after_a_batch_that_failed_ends_with_an_error(maker):
    """Nobody waits for what never comes."""

    async def main(ctx: Context, mine: Any) -> None:
        x, y = await secrets(ctx, mine)
        await mpc.horizon(ctx, 3)
        supply: Any = ctx.session.supply
        supply.provide = None
        with pytest.raises(TypeError):
            await mpc.reveal(ctx, x * y)
        del supply.provide
        await mpc.reveal(ctx, x * y)

    with pytest.raises(ParleyError, match=r"material-spent|peer-failed|program-diverged"):
        run_parties(main, inputs(2), Source(maker))


COURSES = st.lists(
    st.one_of(st.integers(1, 4), st.sampled_from(["product", "compare", "twice", "nothing"])), max_size=9
)


@pytest.mark.parametrize("guessing", [False, True])
@given(course=COURSES, n=st.integers(2, 3))
@settings(max_examples=25)
def test_any_course_of_a_program(guessing, course, n):
    """Results are right, each party has the same account, and no piece lies where a call of a program would look."""

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await secrets(ctx, mine)
        opened = []
        for step in course:
            if isinstance(step, int):
                await mpc.horizon(ctx, step)
            elif step == "twice":
                opened += await mpc.together(ctx, (mpc.reveal, x * y), (mpc.reveal, x * y))
            else:
                opened.append(await mpc.reveal(ctx, {"product": x * y, "compare": x > y, "nothing": x + y}[step]))
        return opened

    known = {"product": -VALUES * VALUES, "compare": VALUES > -VALUES, "nothing": VALUES - VALUES}
    expected = [
        known.get(step, known["product"])
        for step in course
        if not isinstance(step, int)
        for _ in range(1 + (step == "twice"))
    ]
    outcomes = run_parties(main, inputs(n), Source("dealer", prefetch=guessing))
    for outcome in outcomes:
        assert len(outcome.result) == len(expected)
        for got, wanted in zip(outcome.result, expected, strict=True):
            np.testing.assert_allclose(got, wanted, atol=2.0**-12)
        assert outcome.report.unused == outcomes[0].report.unused
        assert outcome.report.material == outcomes[0].report.material
