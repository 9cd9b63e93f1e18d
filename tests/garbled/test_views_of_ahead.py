"""What each party of circuits garbled ahead sees online: ones half the time, whatever the inputs are. Transcripts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from test_views_of_yao import FALSE_ALARM, LANES, PAIRS, Seeing, product, shared, unbiased

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.network.transport import memory_network
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.circuits.kinds import UInt
from protocols.garbled import ahead, ahead_numbers
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import joint_of_numbers
from protocols.garbled.schemes import SCHEMES
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.from_ot import ot_supplies

TRIPLED = joint_of_numbers(lambda x: x * 3, {"x": UInt(3)}, "tripled")


def run_with(main: Any, inputs: Any) -> tuple[list[np.ndarray], list[Any]]:
    """What each party receives, and what it ends with."""
    transports = [Seeing(transport) for transport in memory_network(2)]

    async def run() -> list[Any]:
        return await run_in_memory(main, inputs, local_supplies(2), Setting(SUITE), transports=transports)

    runs = trio.run(run)
    return [np.concatenate([array.reshape(-1) for array in end.seen]) for end in transports], runs


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_messages_and_shares_are_ones_half_the_time(x: int, y: int) -> None:
    async def main(ctx: Context, mine: np.ndarray) -> np.ndarray:
        return await ahead.evaluate(ctx, product, mine, LANES)

    (at_garbler, at_evaluator), runs = run_with(main, shared(x, y))
    assert at_garbler.size == 4 * LANES // 64
    assert at_evaluator.size == 2 * 4 * LANES
    assert unbiased(unpack(at_garbler, 4 * LANES).reshape(4, LANES))
    assert unbiased_labels(at_evaluator)
    outputs = [np.stack([unpack(row, LANES) for row in run.result]) for run in runs]
    for share in outputs:
        assert unbiased(share)
    expected = np.array([x * y & 1, x * y >> 1 & 1], np.uint8)
    np.testing.assert_array_equal(outputs[0] ^ outputs[1], np.broadcast_to(expected[:, None], (2, LANES)))


@pytest.mark.parametrize("x", range(8))
def test_numbers_are_told_under_masks(x: int) -> None:
    mask = np.random.default_rng().integers(0, 8, LANES, np.uint64)
    planes = [
        np.stack([pack((part >> np.uint64(i) & np.uint64(1)).astype(np.uint8)) for i in range(3)])
        for part in (mask, (np.uint64(x) - mask) % np.uint64(8))
    ]
    nothing = np.zeros((0, LANES // 64), np.uint64)

    async def main(ctx: Context, mine: np.ndarray) -> Any:
        return await ahead_numbers.evaluate(ctx, Z64, TRIPLED, mine, nothing, LANES, HALF_GATES)

    (at_garbler, at_evaluator), runs = run_with(main, planes)
    told = unpack(at_garbler, 3 * LANES).reshape(3, LANES)
    counts = np.bincount(told[0] + 2 * told[1] + 4 * told[2].astype(int), minlength=8)
    assert abs(counts - LANES / 8).max() < FALSE_ALARM * (LANES * 7 / 64) ** 0.5
    assert unbiased_labels(at_evaluator)
    shares = [run.result.numbers[0] for run in runs]
    for share in shares:
        assert unbiased(np.unpackbits(share.view(np.uint8).reshape(-1, 8), axis=1).T)
    assert set((shares[0] + shares[1]).tolist()) == {3 * x % 8}


def unbiased_labels(words: np.ndarray) -> bool:
    """Of labels of many lanes, all their bits; but for the order of inputs, which the lanes follow one another in."""
    of_words = np.unpackbits(words.view(np.uint8).reshape(-1, LANES, 16), axis=2)
    return unbiased(np.moveaxis(of_words, 1, -1))


EXPECTED = {"half-gates": "a15e830af22df020", "three-halves": "f9a1dbafa8c47886"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_transcript_of_making_and_of_computing(scheme: str) -> None:
    """Another order of gates or tables shows here: raise `LAYOUT` of `protocols.garbled.whole` then."""

    async def main(ctx: Context, mine: np.ndarray) -> np.ndarray:
        return await ahead.evaluate(ctx, product, mine, 9, SCHEMES[scheme])

    async def run() -> str:
        transports, record = recording_network(2)
        agreements, private = insecure_agreements(2), [insecure_seed("private", i) for i in range(2)]
        supplies = ot_supplies(transports, agreements, private=[insecure_seed("made", i) for i in range(2)])
        inputs = [np.full((4, 1), word, np.uint64) for word in (11, 500)]
        await run_in_memory(
            main, inputs, supplies, Setting(SUITE), transports=transports, agreements=agreements, private=private
        )
        return transcript_digest(record)

    assert trio.run(run)[:16] == EXPECTED[scheme]
