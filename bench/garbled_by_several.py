"""The workloads of circuits that several parties garble together, beside those of Yao's protocol in `bench.garbled`."""

from __future__ import annotations

from collections.abc import Sequence

from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.shares import BooleanShare
from protocols.suite import suite_of

SIZES = {"bmr.aes_1": 1, "bmr.aes_100": 100, "bmr.aes_1k": 1_000}
"""Blocks of AES-128."""
PARTIES = {"bmr.aes_1": (3, 5), "bmr.aes_100": (5,), "bmr.aes_1k": (3,)}
"""Among how many parties: of more of them the labels of many blocks take much memory before the clock starts."""


def blocks_of_aes(parties: int) -> int:
    """For each AND, under keys of the gate's own, at the party that has most: a garbler or the evaluator."""
    garblers = parties - 1
    return max(4 * garblers, 2 * garblers * garblers)


async def run(ctx: Context, made: Circuit, share: BooleanShare) -> BooleanShare:
    """The circuit on shared bits."""
    outputs: BooleanShare = await suite_of(ctx).garbled_by_several(ctx, made, share)
    return outputs


def parties_of(workload: str, wanted: Sequence[int]) -> Sequence[int]:
    """Those that the command line names, or the usual ones."""
    return wanted or PARTIES[workload]
