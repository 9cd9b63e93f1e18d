"""A real run runs the user's program once, and has the material of each reveal made just before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from runs.real_runs import run_parties

import mpc
from mpc.context import Context
from mpc.errors import LocalError
from protocols.runs.sources import Source
from protocols.suite import suite_of

VALUES = np.array([1.5, -2.0, 3.25, 7.0])
MAKERS = ("dealer", "ot")


async def two_reveals(ctx: Context, mine: Any) -> Any:
    x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
    y = await mpc.secret(ctx, 1, mine, range=(-8, 8))
    product = await mpc.reveal(ctx, (x * y).sum())
    return product, await mpc.reveal(ctx, x > y, np.maximum(x, y).mean())


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("planned", [False, True])
def test_how_often_a_program_runs(maker, planned):
    runs: list[tuple[int, bool]] = []

    async def main(ctx, mine):
        runs.append((ctx.me, ctx.planning))
        return await two_reveals(ctx, mine)

    run_parties(main, [VALUES, -VALUES], Source(maker, planned=planned))
    assert sorted(run for run in runs if not run[1]) == [(0, False), (1, False)]
    assert len([run for run in runs if run[1]]) == (4 if planned else 0)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("n", [2, 3])
def test_a_reveal_has_exactly_its_own_material_made_in_one_batch(batches, maker, n):
    outcomes = run_parties(two_reveals, [VALUES, -VALUES] + [None] * (n - 2), Source(maker))
    entries = [made for _, made in batches]
    assert "piece" not in [batch for batch, _ in batches]
    assert len({batch for batch, _ in batches}) == 2
    counted = {}
    for made in entries:
        for _, kind in made:
            counted[kind.name] = counted.get(kind.name, 0) + kind.elements
    assert counted == {name: n * total for name, total in outcomes[0].report.material.items()}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("n", [2, 3])
def test_results_and_costs_are_those_of_a_planned_run(maker, n):
    inputs = [VALUES, -VALUES] + [None] * (n - 2)
    once, planned = (run_parties(two_reveals, inputs, Source(maker, planned=p)) for p in (False, True))
    for a, b in zip(once, planned, strict=True):
        np.testing.assert_allclose(a.result[0], b.result[0], atol=2.0**-12)
        assert a.report.rounds_by_party == b.report.rounds_by_party
        assert a.report.bytes_sent == b.report.bytes_sent
        assert a.report.material == b.report.material


def test_what_a_program_does_beside_computing_happens_once():
    written: list[float] = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        total = await mpc.reveal(ctx, x.sum())
        if ctx.me == 0:
            written.append(float(total))

    run_parties(main, [VALUES, None], Source("ot"))
    assert written == [VALUES.sum()]


def test_a_loop_until_a_value_is_revealed_ends_when_it_is():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 64))
        doublings = 0
        while not await mpc.reveal(ctx, x > 20):
            x, doublings = (x + x).within(0, 64), doublings + 1
        return doublings

    assert [o.result for o in run_parties(main, [np.array(3.0), None], Source("dealer"))] == [3, 3]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_refused_reveal_leaves_earlier_results(maker):
    first: list[Any] = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        first.append(await mpc.reveal(ctx, x * 2))
        sent = ctx.session.ledger.bytes_sent
        with pytest.raises(LocalError, match="range-exceeded"):
            await mpc.reveal(ctx, x**8)
        assert ctx.session.ledger.bytes_sent == sent
        return "refused"

    outcomes = run_parties(main, [VALUES, None], Source(maker))
    assert [o.result for o in outcomes] == ["refused"] * 2
    np.testing.assert_array_equal(first[0], VALUES * 2)


def test_a_planned_run_refuses_before_anything_of_the_program_is_sent():
    began: list[bool] = []

    async def main(ctx, mine):
        began.append(ctx.planning)
        x = await mpc.secret(ctx, 0, mine)
        await mpc.reveal(ctx, x * 2)
        return await mpc.reveal(ctx, x**8)

    with pytest.raises(LocalError, match="range-exceeded"):
        run_parties(main, [VALUES, None], Source("dealer", planned=True))
    assert False not in began


@pytest.mark.parametrize("maker", MAKERS)
def test_reveals_in_flight_have_their_material_each(maker):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        y = x * x
        return await mpc.together(ctx, (mpc.reveal, y + x), (mpc.reveal, y > 3), (mpc.reveal, y * x))

    for outcome in run_parties(main, [VALUES, None], Source(maker)):
        square, larger, cube = outcome.result
        np.testing.assert_allclose(square, VALUES**2 + VALUES, atol=2.0**-12)
        np.testing.assert_array_equal(larger, VALUES**2 > 3)
        np.testing.assert_allclose(cube, VALUES**3, atol=2.0**-8)


def test_reveals_in_flight_may_begin_in_different_orders():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))

        async def later(own, value, waits):
            for _ in range(50 if waits else 0):
                await trio.lowlevel.checkpoint()
            return await mpc.reveal(own, value)

        first, second = x * x, x > 0
        return await mpc.together(ctx, (later, first, ctx.me == 0), (later, second, ctx.me == 1))

    for outcome in run_parties(main, [VALUES, None], Source("ot")):
        np.testing.assert_allclose(outcome.result[0], VALUES**2, atol=2.0**-12)
        np.testing.assert_array_equal(outcome.result[1], VALUES > 0)


async def _cube_sum(ctx: Context, shares: Any) -> Any:
    """Products one after the other, whose material no expression foretells."""
    suite, (x, y) = suite_of(ctx), shares
    return await suite.mul(ctx, await suite.mul(ctx, x, y), y)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("prepared", [False, True])
def test_a_prepared_call_takes_what_was_made_for_it(batches, maker, prepared):
    async def main(ctx, mine):
        words = np.arange(4, dtype=np.uint64)
        x = await suite_of(ctx).input(ctx, 0, words if ctx.me == 0 else None, (4,))
        y = await suite_of(ctx).input(ctx, 1, words if ctx.me == 1 else None, (4,))
        call = mpc.prepared(ctx, _cube_sum, [x, y]) if prepared else _cube_sum(ctx, [x, y])
        (opened,) = await suite_of(ctx).open(ctx, await call)
        return opened

    outcomes = run_parties(main, [None, None], Source(maker))
    np.testing.assert_array_equal(outcomes[0].result, np.arange(4, dtype=np.uint64) ** 3)
    pieces = [batch for batch, _ in batches].count("piece")
    assert pieces == (0 if prepared else 4)


def test_waiting_for_material_is_offline_time():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x * x)

    seconds = run_parties(main, [VALUES, None], Source("ot"))[0].report.seconds
    assert seconds["offline"] > 0
    assert seconds["online"] > 0


def test_only_shares_are_prepared_for():
    async def returned(ctx, x):
        return x

    async def main(ctx, mine):
        return await mpc.prepared(ctx, returned, await mpc.secret(ctx, 0, mine))

    with pytest.raises(mpc.LocalError, match="wrong-parameter") as caught:
        mpc.simulate(main, inputs=[np.arange(3), None])
    assert "share_of" in caught.value.remedy
