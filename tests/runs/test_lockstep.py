"""A plan in lockstep counts what its parties would count with messages, to the byte; each kind of node runs once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.context import Context
from mpc.correlation import Correlation
from mpc.errors import LocalError, PeerError
from mpc.planning import CountingSupply
from mpc.simulation import Setting, run_in_memory
from mpc.standing import Standing
from protocols.array.lowering import as_declared, lower
from protocols.array.node import OPERATIONS
from protocols.beaver import SUITE
from protocols.preprocessing.kinds.triple import Triple
from protocols.runs.lockstep import Lockstep
from protocols.runs.planning import plan_shapes
from protocols.suite import suite_of

SHAPES = [np.zeros(4), np.zeros(4)]


def account(main: Any, n: int = 2, *, lockstep: bool, dealt: bool = True) -> dict[str, Any]:
    """All that a plan counts of `main`, in lockstep or with messages."""
    supplies = [CountingSupply(dealt=dealt) for _ in range(n)]
    together = Lockstep(supplies)
    setting = Setting(SUITE, 16, ShapesOfRing(Z64), foresight=(lambda session: together) if lockstep else None)
    calls: Counter[str] = Counter()

    async def run() -> Any:
        inputs = SHAPES + [None] * (n - 2)
        return await run_in_memory(main, inputs, supplies, setting, on_call=lambda: calls.update(["call"]))

    runs = trio.run(run)
    ledgers = [run.session.ledger for run in runs]
    return {
        "rounds": [run.rounds for run in runs],
        "bytes": [ledger.bytes_to for ledger in ledgers],
        "received": [ledger.received_bytes for ledger in ledgers],
        "material": [ledger.material for ledger in ledgers],
        "lines": [sorted(ledger.lines(), key=lambda line: line.line) for ledger in ledgers],
        "reveals": [Counter(ledger.reveals) for ledger in ledgers],
        "demand": [sorted(supply.demand, key=lambda entry: entry[0]) for supply in supplies],
        "calls": calls,
    }


def agree(main: Any, n: int = 2, **options: Any) -> dict[str, Any]:
    """The account, which is one and the same in both ways."""
    found, expected = (account(main, n, lockstep=lockstep, **options) for lockstep in (True, False))
    assert found == expected
    return found


async def pair(ctx: Context, mine: Any) -> Any:
    return await mpc.secret(ctx, 0, mine, range=(-1, 1)), await mpc.secret(ctx, 1, mine, range=(-1, 1))


async def deep(ctx: Context, mine: Any) -> Any:
    """Over 256 rounds and 256 nodes, where depths and numbers take more bytes."""
    x, y = await pair(ctx, mine)
    for _ in range(150):
        x = (x * y).within(-1, 1)
    return await mpc.reveal(ctx, x, to=1)


async def uneven(ctx: Context, mine: Any) -> Any:
    """Parties that begin at different depths, again and again."""
    x, y = await pair(ctx, mine)
    for owner in (0, 0, 1, 0):
        z = await mpc.secret(ctx, owner, mine, range=(-1, 1))
        x = (x * z + y * z).within(-1, 1)
        await mpc.reveal(ctx, x.sum(), to=owner)
    return await mpc.reveal(ctx, x > y, np.maximum(x, z).max())


async def side_by_side(ctx: Context, mine: Any) -> Any:
    """Reveals that share nodes, of which one or the other computes them."""
    x = await mpc.secret(ctx, 0, mine, kind="int", range=(-9, 9))
    y = await mpc.secret(ctx, 1, mine, kind="int", range=(-9, 9))
    shared = x * y

    async def task(own: Context, factor: int, waits: int) -> Any:
        for _ in range(waits):
            await trio.lowlevel.checkpoint()
        z = await mpc.reveal(own, shared * factor)
        return await mpc.reveal(own, shared * shared + x), z

    return await mpc.together(ctx, (task, 2, 9 * ctx.me), (task, 3, 9 - 9 * ctx.me), (task, 4, 0))


async def functions(ctx: Context, mine: Any) -> Any:
    x, y = await pair(ctx, mine)
    positive = (x + 2).within(1, 3)
    await mpc.compute(ctx, np.exp(x), np.log(positive))
    share = await mpc.share_of(ctx, 1 / positive)
    z = mpc.secret_from(ctx, share, kind="fixed", range=(0, 1))
    table = np.concatenate([z, np.where(x > y, x, y)])[::2].reshape(2, 2) @ x.reshape(2, 2)
    return await mpc.reveal(ctx, table, table.T == 0, np.any(table > 0), np.sqrt(positive), mpc.sigmoid(x))


PROGRAMS = [deep, uneven, side_by_side, functions]


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize("dealt", [True, False])
def test_lockstep_counts_what_messages_count(program, n, dealt):
    assert agree(program, n, dealt=dealt)["calls"]["call"] > 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("*+>smo"), st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=12))
def test_any_expression_counts_alike(steps):
    async def main(ctx: Context, mine: Any) -> Any:
        values = list(await pair(ctx, mine))
        for step, i, j in steps:
            x, y = values[i % len(values)], values[j % len(values)]
            if step == "o":
                await mpc.reveal(ctx, x, to=i % 3)
                continue
            made = {"*": lambda x=x, y=y: x * y, "+": lambda x=x, y=y: x + y, ">": lambda x=x, y=y: np.maximum(x, y),
                    "s": lambda x=x: x * x, "m": lambda x=x: x[::-1] * 0.5}[step]()  # fmt: skip
            values.append(made.within(-1, 1))
        return await mpc.reveal(ctx, *values)

    agree(main, 3)


@contextmanager
def lowered(name: str, run: Any) -> Iterator[None]:
    lower(name, run)
    try:
        yield
    finally:
        as_declared(name)


@contextmanager
def counted_products() -> Iterator[Counter[int]]:
    """How often each party's product ran."""
    ran: Counter[int] = Counter()
    declared = OPERATIONS["*"].run

    async def noted(ctx: Context, node: Any, *shares: Any) -> Any:
        ran[ctx.me] += 1
        return await declared(ctx, node, *shares)

    with lowered("*", noted):
        yield ran


async def twenty_products(ctx: Context, mine: Any) -> Any:
    x, y = await pair(ctx, mine)
    for _ in range(20):
        await mpc.reveal(ctx, (x * y).sum())


def test_each_kind_of_node_runs_once_for_each_party():
    with counted_products() as ran:
        mpc.plan(twenty_products, SHAPES)
    assert set(ran) == {0, 1}
    assert all(times <= 2 for times in ran.values())  # at the depths that the inputs leave, and from then on


def test_every_call_of_a_suite_that_remembers_calls_runs(monkeypatch):
    monkeypatch.setattr(type(SUITE), "remembers", True)
    with counted_products() as ran:
        mpc.plan(twenty_products, SHAPES)
    assert ran == {0: 20, 1: 20}


def test_what_stands_after_a_node_is_counted_once():
    async def with_standing(ctx: Context, node: Any, x: Any) -> Any:
        await ctx.standing(Standing("key", Triple(ctx.ring, (3,), (3,))))
        return await suite_of(ctx).square(ctx, x)

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await pair(ctx, mine)
        return await mpc.reveal(ctx, x * x, y * y)

    with lowered("square", with_standing):
        assert agree(main)["material"][0]["triple"] == 3


def test_a_node_that_fails_fails_at_every_party_with_its_line():
    seen: list[tuple[int, str]] = []

    async def failing(ctx: Context, node: Any, x: Any) -> Any:
        raise LocalError("no-such-thing", "this cannot be")

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await pair(ctx, mine)
        with pytest.raises(LocalError, match="no-such-thing") as caught:
            await mpc.reveal(ctx, x * x)
        seen.append((ctx.me, (caught.value.line or "").partition(":")[0]))
        await mpc.reveal(ctx, x * y)

    with lowered("square", failing):
        account(main, lockstep=True)
    assert sorted(seen) == [(0, "test_lockstep.py"), (1, "test_lockstep.py")]


def test_a_program_that_took_another_turn_at_one_party_is_noticed():
    async def other_operation(ctx: Context, mine: Any) -> Any:
        x, y = await pair(ctx, mine)
        return await mpc.reveal(ctx, x * y if ctx.me else x + y)

    async def no_reveal(ctx: Context, mine: Any) -> Any:
        x, y = await pair(ctx, mine)
        return await mpc.reveal(ctx, x * y) if ctx.me else None

    for program in (other_operation, no_reveal):
        with pytest.raises(PeerError, match="program-diverged"):
            account(program, lockstep=True)


def test_material_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr("mpc.planning.MAX_CALLS", 50)

    async def main(ctx: Context, mine: Any) -> Any:
        x, y = await pair(ctx, mine)
        while True:
            await mpc.compute(ctx, x * y)

    with pytest.raises(LocalError, match="dry-run-endless"):
        account(main, lockstep=True)


def test_kinds_are_those_of_the_ring():
    """Not of the shapes that stand for it: a demand is made, and compared, as it is."""
    demand: list[tuple[Any, Correlation]] = account(functions, lockstep=True)["demand"][0]
    assert demand
    assert all(isinstance(kind.ring, Ring) for _, kind in demand)


def test_a_long_expression_lets_other_tasks_go_on():
    async def turns(length: int) -> int:
        """How often another task of the loop goes on while a program of so many products is planned."""
        count = 0

        async def main(ctx: Context, mine: Any) -> Any:
            x, y = await pair(ctx, mine)
            for _ in range(length):
                x = (x * y).within(-1, 1)
            return await mpc.reveal(ctx, x)

        async def beside() -> None:
            nonlocal count
            while True:
                await trio.lowlevel.checkpoint()
                count += 1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(beside)
            await plan_shapes(main, SHAPES, "beaver", 16, "dealer")
            nursery.cancel_scope.cancel()
        return count

    assert trio.run(turns, 2000) >= trio.run(turns, 2) + 10


class Pair(NamedTuple):
    """What a prepared call is given: shares by name."""

    left: Any
    right: Any


CALLED: Counter[bool] = Counter()
"""How often `_products` was called: on shapes, and on numbers."""


async def _products(ctx: Context, pair: Pair, public: np.ndarray, count: int) -> tuple[Pair, int]:
    CALLED[ctx.planning] += 1
    suite = suite_of(ctx)
    z = await suite.mul(ctx, pair.left, pair.right)
    for _ in range(count):
        z = await suite.truncate(ctx, z.scale(len(public)), 3)
    return Pair(z, pair.right), count


async def prepared_calls(ctx: Context, mine: Any) -> Any:
    """Several of one function on arguments that are alike, at depths and under paths that differ, and one of others."""
    x, y = [await mpc.share_of(ctx, secret) for secret in await pair(ctx, mine)]
    operands = Pair(x, y)
    for count in (1, 1, 1, 2):
        operands, again = await mpc.prepared(ctx, _products, operands, np.ones(4), count)
        assert again == count
    z = mpc.secret_from(ctx, operands.left, kind="fixed", range=(-1, 1))
    return await mpc.reveal(ctx, z)


def test_prepared_calls_are_counted_for_all_parties_at_once():
    found = agree(prepared_calls)
    assert found["rounds"][0] == 2 + 4 + 5 + 1
    assert agree(prepared_calls, 3)["material"][0]["triple"] == 16


def test_a_prepared_call_is_rehearsed_once_for_arguments_that_are_alike():
    """Of four calls two are alike: the parties of a plan have two rehearsed together, in a run each of them has."""
    CALLED.clear()
    account(prepared_calls, lockstep=True)
    assert CALLED == {True: 2 * 2}
    CALLED.clear()
    mpc.simulate(prepared_calls, [np.zeros(4), np.zeros(4)], preprocessing="ot")
    assert CALLED == {True: 2 * 2 * 2, False: 2 * 4}
