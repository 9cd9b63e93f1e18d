"""What each party of Yao's protocol sees, on many instances of one input: ones half the time, whatever the inputs are.

That tables hide more than that is what their hash is for.
"""

from __future__ import annotations

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
from protocols.garbled import yao
from protocols.preprocessing.dealer import local_supplies

LANES = 29_504
FALSE_ALARM = 8.5
"""Standard deviations: beyond in one of 10^16 counts, of which a test has some 3000."""
PAIRS = [(0, 0), (3, 0), (0, 3), (3, 1), (2, 3)]


@circuit(x=UInt(2), y=UInt(2))
def product(x: Any, y: Any) -> Any:
    return x * y


class Seeing(WrappedTransport):
    """An endpoint that keeps what it receives."""

    def __init__(self, within: Any) -> None:
        super().__init__(within)
        self.seen: list[np.ndarray] = []

    async def receive(self, sender: int, tag: Tag) -> Message:
        message = await super().receive(sender, tag)
        self.seen.append(message.array)
        return message


def shared(x: int, y: int) -> list[np.ndarray]:
    """Both parties' shares of the inputs, in all lanes."""
    rng = np.random.default_rng()
    bits = np.array([x & 1, x >> 1, y & 1, y >> 1], np.uint8)
    masks = rng.integers(0, 2, (4, LANES), np.uint8)
    return [np.stack([pack(row) for row in rows]) for rows in (masks, masks ^ bits[:, None])]


def seen_of(x: int, y: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What each party receives, and the bits of the outputs that it ends with."""
    transports = [Seeing(transport) for transport in memory_network(2)]

    async def main(ctx: Context, mine: np.ndarray) -> np.ndarray:
        return await yao.evaluate(ctx, product, mine, LANES)

    async def run() -> list[Any]:
        return await run_in_memory(main, shared(x, y), local_supplies(2), Setting(SUITE), transports=transports)

    outputs = [np.stack([unpack(row, LANES) for row in run.result]) for run in trio.run(run)]
    return [np.concatenate([array.reshape(-1) for array in end.seen]) for end in transports], outputs


def unbiased(bits: np.ndarray) -> bool:
    """Whether along the last axis there are as many ones as zeros, as far as one can tell."""
    count = bits.shape[-1]
    return bool((np.abs(bits.sum(-1, dtype=np.int64) - count / 2) < FALSE_ALARM * np.sqrt(count) / 2).all())


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_messages_and_shares_are_ones_half_the_time(x: int, y: int) -> None:
    (at_garbler, at_evaluator), outputs = seen_of(x, y)
    assert at_garbler.size == 4 * LANES // 64
    assert at_evaluator.size == 4 * product.ands * LANES
    assert unbiased(unpack(at_garbler, 4 * LANES).reshape(4, LANES))
    of_words = np.unpackbits(at_evaluator.view(np.uint8).reshape(-1, 4, 8), axis=2, bitorder="little")
    assert unbiased(np.moveaxis(of_words, 0, -1))
    for share in outputs:
        assert unbiased(share)
    expected = np.array([x * y & 1, x * y >> 1 & 1], np.uint8)
    np.testing.assert_array_equal(outputs[0] ^ outputs[1], np.broadcast_to(expected[:, None], (2, LANES)))
