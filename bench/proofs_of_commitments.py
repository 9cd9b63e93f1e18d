"""The row of relations of committed data: bits that are hashed and tied a second, of both parties on one core.

The relation itself is next to nothing, so that the rest is the hash's circuit, measured alone in the same run, and the
conversion of each bit from the circuit into the field.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Throughput, middle
from bench.proofs_by_evaluations import COT_WORDS, bytes_of_evaluation, seconds
from mpc.algebra.cores import using_cores
from mpc.context import Context
from native import keep_memory, selected
from protocols import proofs
from protocols.proofs.by_transfers import take_parts, tell_parts
from protocols.proofs.commitment import Committed, Opening, commit
from protocols.proofs.committed_claim import CommittedClaim
from protocols.proofs.quicksilver_ysww21 import Proving, Verifying
from protocols.proofs.relation import relation
from protocols.proofs.same_bits_aorsw19 import SUMS
from protocols.proofs.standing_ends import standing_ends
from protocols.vole.ends import FIELD

TABLE = "proofs"
NAME = "vole.committed"
NUMBERS, WIDTH = 4096, 16
_PROVER, _VERIFIER = 0, 1


def row(options: Options) -> Throughput:
    """One proof after the other, and of each its hash alone."""
    keep_memory()
    claim, opening = _claim(max(1, round(NUMBERS * options.scale)))

    async def proved(ctx: Context) -> None:
        if ctx.me == _VERIFIER:
            await proofs.verify_committed(ctx, _PROVER, claim)
        else:
            await proofs.prove_committed(ctx, _VERIFIER, claim, {}, {"x": opening})

    async def hashed(ctx: Context) -> None:
        ends = standing_ends(ctx, _PROVER, _VERIFIER)
        if ends.receiver is not None:
            bits = claim.bits_to_prove({"x": opening}, np.zeros(SUMS, np.uint8))
            await tell_parts(ctx, ends.receiver, Proving(claim.hashed, bits))
        elif ends.sender is not None:
            await take_parts(ctx, ends.sender, Verifying(claim.hashed, ends.sender.delta))

    async def main(ctx: Context, mine: Any) -> list[tuple[float, float]]:
        await proved(ctx)
        return [(await seconds(ctx, proved), await seconds(ctx, hashed)) for _ in range(options.repeat)]

    with using_cores(1):
        run = mpc.simulate(main, inputs=[None, None])
    whole, part = np.array(run.results[_VERIFIER]).T
    tying = f"{claim.bits / np.median(whole - part):,.0f} a second tied alone, {_bytes_of_ties(claim):.1f} bytes each"
    note = f"{tying}; {_bytes(claim):.0f} bytes with the hash, which takes {np.median(part / whole):.0%} of the time"
    return Throughput(TABLE, NAME, PARLEY, "bits", *middle((claim.bits / whole).tolist()), selected(), note=note)


def _claim(numbers: int) -> tuple[CommittedClaim, Opening]:
    @relation(x=numbers, total=())
    def adds_up(x: Any, total: Any) -> Any:
        return x.sum() == total

    opening = commit(np.arange(numbers), mpc.Int(WIDTH))
    public = {"total": FIELD.from_ints([numbers * (numbers - 1) // 2])}
    return CommittedClaim(adds_up, 1, public, {"x": Committed(opening.digest, opening.kind, opening.shape)}), opening


def _bytes_of_ties(claim: CommittedClaim) -> float:
    """Of each bit: its transfer and its element, and its part of what ties all."""
    told = sum(part.told for part in (claim.tied, *claim.related.parts()))
    return (8 * COT_WORDS + 1 / 8) + (8 + bytes_of_evaluation()) * told / claim.bits


def _bytes(claim: CommittedClaim) -> float:
    ands = claim.hashed.circuit.ands * claim.hashed.instances
    return _bytes_of_ties(claim) + (8 * COT_WORDS + 1 / 8) * ands / claim.bits
