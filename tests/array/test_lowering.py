"""Operations are run by a table: another suite, network or family enters its own way, and nothing above it changes."""

from contextlib import contextmanager

import numpy as np
import pytest
import trio

import mpc
from mpc.simulation import Setting, run_in_memory
from mpc.ways import Ways
from protocols.array.lowering import as_declared, lower
from protocols.array.node import OPERATIONS
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.suite import suite_of

X = np.array([3, -4, 5])


@contextmanager
def lowered(name, run, **where):
    lower(name, run, **where)
    try:
        yield
    finally:
        as_declared(name, **where)


class OtherSuite:
    """The Beaver suite under another name."""

    def __init__(self):
        self.name = "other"

    def __getattr__(self, attribute):
        return getattr(SUITE, attribute)


def run(program, suite=SUITE, network=""):
    async def main(ctx, mine):
        ctx.session.ways = Ways(network)
        x = await mpc.secret(ctx, 0, X if ctx.me == 0 else None, range=(-100, 100))
        return await mpc.reveal(ctx, *program(x))

    return trio.run(
        lambda: run_in_memory(main, [None] * 2, local_supplies(2), Setting(suite, audit=True))
    )[0].result  # fmt: skip


def noting(calls, by):
    async def msb(ctx, node, x):
        calls.append((by, node.operation.name, node.operands[0].range.hi, x.shape))
        return await suite_of(ctx).msb(ctx, x)

    return msb


def test_a_comparison_runs_as_its_suite_registers_it():
    calls = []
    with lowered("<", noting(calls, "other"), suite="other"):
        assert run(lambda x: (x < 0, x.max()), OtherSuite())[0].tolist() == [False, True, False]
        assert {name for _, name, *_ in calls} == {"<"}
        assert calls[0] == ("other", "<", 100, (3,))
        of_other = len(calls)
        run(lambda x: (x < 0, x.max()))
        assert len(calls) == of_other, "the suite that registered nothing runs as before"


def test_the_most_particular_entry_counts():
    calls = []
    with (
        lowered("<", noting(calls, "wan"), network="wan"),
        lowered("<", noting(calls, "beaver"), suite="beaver"),
        lowered("<", noting(calls, "both"), suite="beaver", network="wan"),
    ):
        for suite, network in [(SUITE, "wan"), (SUITE, "lan"), (OtherSuite(), "wan"), (OtherSuite(), "lan")]:
            run(lambda x: (x < 0, x), suite, network)
    assert [by for by, *_ in calls[::2]] == ["both", "beaver", "wan"], "each by both parties"


def test_what_is_local_may_talk_in_another_lowering_and_what_talks_be_local():
    """Rounds follow the lowering, and so does who gets a call of its own."""
    paths = []

    async def double_openly(ctx, node, x):
        paths.append(ctx.path)
        (opened,) = await suite_of(ctx).open(ctx, x)
        return suite_of(ctx).constant(ctx, opened) + x

    with lowered("negative", double_openly), lowered("square", lambda ctx, node, x: x):
        negated, squared = run(lambda x: (-x, (x * x).within(-100, 100)))
    assert negated.tolist() == (2 * X).tolist()
    assert squared.tolist() == X.tolist()
    assert len(set(paths)) == 1
    assert len(paths) == 2


def test_an_entry_for_no_operation_is_refused():
    with pytest.raises(KeyError, match="no operation"):
        lower("compare", noting([], ""))


def test_every_operation_is_in_the_table_by_its_name():
    assert {"+", "*", "@", "<", "==", "truncate", "reciprocal", "secret", "index"} <= set(OPERATIONS)
    assert all(name == operation.name for name, operation in OPERATIONS.items())
    assert OPERATIONS["*"].talks
    assert not OPERATIONS["+"].talks


def test_nodes_alike_in_what_they_cost_have_one_signature():
    """Values of public operands do not count, their shapes do; private words of an owner have no part in it."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        y = await mpc.secret(ctx, 0, mine)
        pairs = {
            "product": (x * y, y * x, x[:2] * y[:2]),
            "matrix": (x @ np.array([1.0, 2, 3]), x @ np.array([3.0, 0, 1]), x @ np.ones((3, 2))),
            "exp": (np.exp(x.within(0, 1)), np.exp(y.within(0, 1)), np.exp(x.within(0, 2))),
            "index": (x[np.array([0, 1])], x[np.array([2, 1])], x[:1]),
            "input": (x, y, await mpc.secret(ctx, 1, mine)),
        }
        return {
            name: (hash(a.node.signature) == hash(b.node.signature), a.node.signature == c.node.signature)
            for name, (a, b, c) in pairs.items()
        }

    assert mpc.simulate(main, [X / 4, X / 4]).result == dict.fromkeys(
        ("product", "matrix", "exp", "index", "input"), (True, False)
    )
