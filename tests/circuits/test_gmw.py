"""Circuits on shared bits, in every suite: what the clear says, in as many rounds as the ANDs are deep."""

from __future__ import annotations

import numpy as np
import pytest
from circuit_cases import of_two
from sharing import DERIVED, computed

from mpc.algebra.bits import unpack
from mpc.errors import LocalError
from protocols.circuits import gmw
from protocols.circuits.binding import inputs_of
from protocols.circuits.kinds import Float, Int, UInt
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.shares import stack_planes


def mixed(x, y):
    return {"sum": x + y, "less": x < y, "negated": ~x, "constant": (x & 0) + 3}


def on_shares(made, n, suite, **values):
    """The outputs' bits by shares and in the clear, (bits, instances), and the rounds that they took."""
    planes, instances = inputs_of(made, values)
    rounds = set()

    async def program(ctx, *bits):
        before = ctx.depth
        out = await gmw.evaluate(ctx, made, stack_planes(bits))
        rounds.add(ctx.depth - before)
        return out

    found = computed(program, *((row, (instances,)) for row in planes), n=n, suite=suite)
    expected = [unpack(row, instances) for row in evaluate(made, planes)]
    return found, np.stack(expected), rounds


@pytest.mark.parametrize("suite", ["beaver", DERIVED, "ideal"])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_every_suite(suite, n):
    made = of_two(mixed, UInt(5))
    x, y = (grid.reshape(-1).tolist() for grid in np.meshgrid(np.arange(32), np.arange(32)))
    found, expected, rounds = on_shares(made, n, suite, x=x, y=y)
    np.testing.assert_array_equal(found, expected)
    assert rounds == ({0} if suite == "ideal" else {made.and_depth})


@pytest.mark.parametrize(
    "made",
    [of_two(lambda x, y: x // y, Int(6)), of_two(lambda x, y: x / y, Float(3, 2)), of_two(lambda x, y: x * y, Int(33))],
    ids=["quotients", "floats", "products"],
)
def test_deep_circuits(made):
    x, y = ([made.inputs[0].kind.decoded([i >> j & 1 for j in range(6)] + [0] * (port.width - 6)) for i in numbers]
            for port, numbers in zip(made.inputs, (range(64), range(63, -1, -1)), strict=True))  # fmt: skip
    found, expected, rounds = on_shares(made, 2, "beaver", x=x, y=y)
    np.testing.assert_array_equal(found, expected)
    assert rounds == {made.and_depth}


def test_aes_on_shares():
    found, expected, rounds = on_shares(aes(), 2, "beaver", key=[5, 2**127], block=[7, 2**128 - 1])
    np.testing.assert_array_equal(found, expected)
    assert rounds == {60}


def test_other_widths_are_refused():
    made = of_two(mixed, UInt(2))

    async def program(ctx, *bits):
        return await gmw.evaluate(ctx, made, stack_planes(bits))

    with pytest.raises(LocalError, match="3 planes of bits"):
        computed(program, *((np.zeros(1, np.uint64), (3,)) for _ in range(3)))
