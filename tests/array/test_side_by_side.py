"""Reveals side by side: what they share is computed once, and no timing decides who gets which number."""

import numpy as np
import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

X, Y = np.array([1.5, -2.0, 4.0]), np.array([2.0, 0.5, -1.0])


async def secrets(ctx, mine):
    return [await mpc.secret(ctx, owner, mine, range=(-5, 5)) for owner in (0, 1)]


def in_turn(*values):
    """The account of a program that reveals expressions one after another."""

    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        return [await mpc.reveal(ctx, value) for value in written(x, y)]

    return simulate(main, [X, Y, None], check_costs=True)


def written(x, y):
    shared = x * y
    return shared * x, shared > 0, np.exp(shared.within(-4, 4)), shared


async def with_together(ctx, mine):
    x, y = await secrets(ctx, mine)
    return await mpc.together(ctx, *((mpc.reveal, value) for value in written(x, y)))


async def in_a_nursery(ctx, mine):
    x, y = await secrets(ctx, mine)
    results = [None] * 4

    async def learn(i, call, value):
        results[i] = await mpc.reveal(call, value)

    async with trio.open_nursery() as nursery:
        for i, value in enumerate(written(x, y)):
            nursery.start_soon(learn, i, ctx.child("learn"), value)
    return results


@pytest.mark.parametrize("program", [with_together, in_a_nursery])
def test_reveals_that_share_a_value_compute_it_once(program):
    for _ in range(6):
        found, expected = simulate(program, [X, Y, None], check_costs=True), in_turn()
        for one, other in zip(found.result, expected.result, strict=True):
            np.testing.assert_allclose(one, other, atol=2.0**-10)
        for other in found.results[1:]:
            np.testing.assert_equal(found.result, other)
        assert found.report.material == expected.report.material
        assert found.report.rounds <= expected.report.rounds


def test_what_is_written_side_by_side_is_numbered_in_its_own_call():
    """Two tasks take numbers at the same time; whoever comes first, every party gives each product the same path."""

    async def scaled(ctx, x, factor):
        await trio.lowlevel.checkpoint()
        return await mpc.reveal(ctx, x * factor)

    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        await mpc.compute(ctx, x, y)
        return await mpc.together(ctx, *((scaled, x, other) for other in (x + 1, y, y - x, x - 1)))

    for _ in range(12):
        run = simulate(main, [X, Y, None])
        for found, expected in zip(run.result, (X * (X + 1), X * Y, X * (Y - X), X * (X - 1)), strict=True):
            np.testing.assert_allclose(found, expected, atol=2.0**-12)


def test_two_reveals_of_one_call_at_once_are_refused():
    """Each would take the call's next number, and which is first would depend on timing."""

    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mpc.reveal, ctx, x * y)
            nursery.start_soon(mpc.reveal, ctx, x + y)

    with pytest.raises(LocalError, match="outputs-at-once") as caught:
        simulate(main, [X, Y])
    assert "together" in caught.value.remedy


def test_a_value_of_a_reveal_that_was_cut_short_is_refused_with_the_cause():
    """Its messages may have gone, and none goes twice."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        product = x * x
        if ctx.me == 0:
            with trio.move_on_after(0.05):
                await mpc.reveal(ctx.child("first"), product)
            await mpc.reveal(ctx.child("second"), product)
        else:
            await trio.sleep(1)

    with pytest.raises(LocalError, match="computation-interrupted"):
        simulate(main, [X, None])


def test_whoever_waits_for_a_reveal_that_was_cut_short_learns_of_it():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        product = x * x
        if ctx.me:
            return await trio.sleep(1)

        async def cut_short(call):
            with trio.move_on_after(0.05):
                await mpc.reveal(call, product)

        async def wait_for_it(call):
            await trio.sleep(0.01)
            await mpc.reveal(call, product)

        await mpc.together(ctx, (cut_short,), (wait_for_it,))

    with pytest.raises(LocalError, match="computation-interrupted"):
        simulate(main, [X, None])


FORMS_NEEDED = (
    lambda shared, signs, x: shared * x,
    lambda shared, signs, x: shared.reshape(3, 1).T[0] * x,
    lambda shared, signs, x: (signs * x) * shared,
    lambda shared, signs, x: signs.sum() + 1,
)
"""Each needs another form of a value that all have: shortened, moved about and shortened, a bit as a number."""


@given(st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_whoever_needs_another_form_of_a_value_first_it_has_one_place(delays):
    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        shared, signs = x * y, x > 0

        async def learn(own, i):
            for _ in range(delays[4 * ctx.me + i]):
                await trio.lowlevel.checkpoint()
            return await mpc.reveal(own, FORMS_NEEDED[i](shared, signs, x))

        return await mpc.together(ctx, *((learn, i) for i in range(4)))

    run = simulate(main, [X, Y])
    for found, needed in zip(run.result, FORMS_NEEDED, strict=True):
        np.testing.assert_allclose(found, needed(X * Y, X > 0, X), atol=2.0**-10)


def test_the_rounds_of_a_nursery_s_tasks_count():
    """Nobody joins their contexts, and the program is as deep as they are."""
    found, expected = simulate(in_a_nursery, [X, Y]), simulate(with_together, [X, Y])
    assert found.report.rounds == expected.report.rounds > 1
    assert mpc.plan(in_a_nursery, [X, Y]).report.rounds == found.report.rounds


@pytest.mark.parametrize("other", [mpc.reveal, mpc.compute])
def test_a_computation_of_a_call_beside_its_reveal_is_refused(other):
    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mpc.reveal, ctx, x * y)
            nursery.start_soon(other, ctx, x * x)

    with pytest.raises(LocalError, match="outputs-at-once"):
        simulate(main, [X, Y])


def test_a_reveal_of_the_program_that_needs_what_a_task_computes_is_refused_where_its_material_is_made():
    """Of a shared node nobody could say in whose batch it is."""

    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        shared = x * y
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mpc.reveal, ctx.child("task"), shared > 0)
            await trio.testing.wait_all_tasks_blocked()
            await mpc.reveal(ctx, shared + 1)

    with pytest.raises(LocalError, match="outputs-at-once") as caught:
        simulate(main, [X, Y], preprocessing="ot")
    assert "mpc.compute" in caught.value.remedy


MOVES = {
    "reshaped": lambda p: p.reshape(3, 1), "turned": lambda p: p.reshape(3, 1).T, "flipped": np.flip,
    "expanded": lambda p: p[:, None], "squeezed": lambda p: p.reshape(1, 3).squeeze(),
}  # fmt: skip


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_aliases_of_what_was_moved_are_shortened_once(move):
    """One with another range than the other; which task of which party asks first is a matter of timing."""

    async def main(ctx, mine):
        x, y = await secrets(ctx, mine)
        moved = move(x * y)
        alias = moved.within(-20, 20)

        async def learn(call, value):
            for _ in range(int((call.me + call.path[-1]) % 2) * 3):
                await trio.lowlevel.checkpoint()
            return await mpc.reveal(call, value)

        return await mpc.together(ctx, (learn, moved * moved), (learn, alias * alias))

    for suite in ("beaver", "ideal"):
        found = simulate(main, [X, Y], suite=suite).result
        for each in found:
            np.testing.assert_allclose(each, move(X * Y) ** 2, atol=2.0**-9)
