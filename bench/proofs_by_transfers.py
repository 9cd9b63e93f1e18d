"""The row of proofs of circuits to one verifier: ANDs a second, of prover and verifier together on one core.

Both are parties of one process, with the messages of a real run; base transfers are made before. The limit is what the
transfers alone take, measured in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Throughput, middle
from mpc.algebra.bits import unpack
from mpc.algebra.cores import using_cores
from mpc.context import Context
from mpc.prg import Seed
from native import keep_memory, selected
from protocols import proofs
from protocols.circuits.library import sha256_block
from protocols.proofs.claim import Claim
from protocols.proofs.standing_ends import standing_ends

NAME, TABLE = "vole.boolean", "proofs"
BLOCKS = 92
"""Of SHA-256: about 2 million ANDs."""
_PROVER, _VERIFIER = 0, 1


def row(options: Options) -> Throughput:
    """One proof of many blocks of SHA-256 after the other."""
    keep_memory()
    circuit, blocks = sha256_block(), max(1, round(BLOCKS * options.scale))
    bits = circuit.first_gate - 1
    inputs = unpack(Seed.fresh().prg("inputs").words((bits * blocks // 64,)), bits * blocks).reshape(bits, blocks)
    claim = Claim(circuit, blocks, np.ones(bits, np.bool_), np.zeros_like(inputs), None)

    async def proved(ctx: Context) -> None:
        if ctx.me == _PROVER:
            await proofs.prove_claim(ctx, _VERIFIER, claim, inputs)
        else:
            await proofs.verify_claim(ctx, _PROVER, claim)

    async def transferred(ctx: Context) -> None:
        ends = standing_ends(ctx, _PROVER, _VERIFIER)
        for part in claim.parts():
            await (ends.receiver or ends.sender).extend(ctx, part.transfers)  # type: ignore[union-attr]

    async def main(ctx: Context, mine: Any) -> tuple[list[float], list[float]]:
        await proved(ctx)
        times = [(await _seconds(ctx, proved), await _seconds(ctx, transferred)) for _ in range(options.repeat)]
        return [whole for whole, _ in times], [part for _, part in times]

    with using_cores(1):
        run = mpc.simulate(main, inputs=[None, None])
    whole, part = (np.array(seconds) for seconds in run.results[_VERIFIER])
    figures = middle((circuit.ands * blocks / whole).tolist())
    note = f"4 bytes an AND; {np.median(part / whole):.0%} of the time is the transfers'"
    return Throughput(TABLE, NAME, PARLEY, "ANDs", *figures, selected(), note=note)


async def _seconds(ctx: Context, work: Callable[[Context], Awaitable[None]]) -> float:
    """Processor time of both parties, from when both begin."""
    await ctx.exchange(np.zeros(1, np.uint64))
    began = time.process_time()
    await work(ctx)
    return time.process_time() - began
