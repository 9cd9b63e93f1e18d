"""What coalitions of two of three parties see of a garbled circuit, on many instances of one input, and gates alone.

Whatever the inputs are, messages to a coalition are ones half the time, and so is what the third party holds of the
outputs; beside what the coalition can open itself, no column of an honest garbler's table is a function of another.
That tables hide more than that is what their hash is for.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import trio

from mpc.algebra.bits import pack, unpack
from mpc.context import Context
from mpc.network.transport import memory_network
from mpc.network.wire import Message, Tag
from mpc.simulation import Setting, run_in_memory
from mpc.testing.wrapping import WrappedTransport
from protocols.beaver import SUITE
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt
from protocols.garbled import bmr_blo16
from protocols.garbled.bmr_messages import Call
from protocols.preprocessing.dealer import local_supplies

LANES = 4032
FALSE_ALARM = 9.0
"""Standard deviations: beyond in one of 10^18 counts, of which a test has some 30,000."""
PAIRS = [(0, 0), (3, 0), (0, 3), (3, 1), (2, 3)]


@circuit(x=UInt(2), y=UInt(2))
def product(x: Any, y: Any) -> Any:
    return x * y


class Seeing(WrappedTransport):
    """An endpoint that keeps what it receives, by sender."""

    def __init__(self, within: Any) -> None:
        super().__init__(within)
        self.seen: dict[int, list[np.ndarray]] = {0: [], 1: [], 2: []}

    async def receive(self, sender: int, tag: Tag) -> Message:
        message = await super().receive(sender, tag)
        self.seen[sender].append(message.array)
        return message


def shared(x: int, y: int) -> list[np.ndarray]:
    """All parties' shares of the inputs, in all lanes."""
    rng = np.random.default_rng()
    bits = np.array([x & 1, x >> 1, y & 1, y >> 1], np.uint8)
    masks = rng.integers(0, 2, (2, 4, LANES), np.uint8)
    return [np.stack([pack(row) for row in rows]) for rows in (*masks, masks[0] ^ masks[1] ^ bits[:, None])]


def seen_of(x: int, y: int) -> tuple[list[dict[int, list[np.ndarray]]], list[np.ndarray]]:
    """What each party receives of each other, and the bits of the outputs that it ends with."""
    transports = [Seeing(transport) for transport in memory_network(3)]

    async def main(ctx: Context, mine: np.ndarray) -> np.ndarray:
        return await bmr_blo16.evaluate(ctx, product, mine, LANES)

    async def run() -> list[Any]:
        return await run_in_memory(main, shared(x, y), local_supplies(3), Setting(SUITE), transports=transports)

    outputs = [np.stack([unpack(row, LANES) for row in run.result]) for run in trio.run(run)]
    return [end.seen for end in transports], outputs


def unbiased(bits: np.ndarray) -> bool:
    """Whether along the last axis there are as many ones as zeros, as far as one can tell."""
    count = bits.shape[-1]
    return bool((np.abs(bits.sum(-1, dtype=np.int64) - count / 2) < FALSE_ALARM * np.sqrt(count) / 2).all())


def columns(message: np.ndarray, groups: int) -> np.ndarray:
    """The bits of a packed message of so many groups of lanes, each by itself."""
    return unpack(message.reshape(-1), groups * LANES).reshape(groups, LANES)


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_what_two_of_three_see_is_ones_half_the_time(x: int, y: int) -> None:
    seen, outputs = seen_of(x, y)
    (piece,) = Call(product, LANES, 3).pieces()
    ands = product.ands
    for sender, receiver in ((0, 1), (1, 0)):
        opened, turns = seen[receiver][sender]
        assert unbiased(columns(opened, 2 * ands))
        assert unbiased(columns(turns[2:], 4 + 2 * ands))
    for garbler in (0, 1):
        (to_garbler,) = seen[garbler][2]
        assert unbiased(columns(to_garbler, 4))
        masked, _, tables, lowest = seen[2][garbler]
        assert unbiased(columns(masked, 4))
        assert unbiased(columns(lowest, ands))
        strings = tables.reshape(5, ands, LANES, 2)
        each = np.unpackbits(np.ascontiguousarray(strings).view(np.uint8), axis=-1, bitorder="little")
        assert unbiased(np.moveaxis(each, 2, -1))
        for one, other in combinations(range(5), 2):
            both = np.ascontiguousarray(strings[one] ^ strings[other]).view(np.uint8)
            assert unbiased(np.moveaxis(np.unpackbits(both, axis=-1), 1, -1))
    assert piece.ands == ands * LANES
    for some in (1, 2):
        for parties in combinations(range(3), some):
            assert unbiased(np.bitwise_xor.reduce([outputs[i] for i in parties]))
    expected = np.array([x * y & 1, x * y >> 1 & 1], np.uint8)
    total = np.bitwise_xor.reduce(outputs)
    np.testing.assert_array_equal(total, np.broadcast_to(expected[:, None], (2, LANES)))


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_masked_inputs_hide_what_they_mask_from_any_two(x: int, y: int) -> None:
    """The evaluator and a garbler: what the other garbler tells of its masks is no function of the inputs."""
    seen, _ = seen_of(x, y)
    bits = np.array([x & 1, x >> 1, y & 1, y >> 1], np.uint8)[:, None]
    for honest in (0, 1):
        assert unbiased(columns(seen[2][honest][0], 4) ^ bits)
