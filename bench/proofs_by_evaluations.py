"""The rows of relations between field elements: products a second, and the linear evaluations behind them.

Prover and verifier are parties of one process, on one core, with the messages of a real run; what a session makes once
is made before. The limit of products is what the evaluations alone take, measured in the same run; that of evaluations
is AES, of which both parties take eight blocks for each: two of a tree and two of the code's row.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

import mpc
from bench.ceilings import ceiling
from bench.harness import PARLEY, Options, Throughput, middle
from mpc.algebra.cores import using_cores
from mpc.context import Context
from native import keep_memory, selected
from protocols import proofs
from protocols.proofs.relation import RelationClaim, relation
from protocols.proofs.standing_ends import standing_ends
from protocols.vole.ends import FIELD
from protocols.vole.iteration import words_of
from protocols.vole.lpn_parameters import STANDARD

TABLE = "proofs"
PRODUCTS, EVALUATIONS = "vole.mersenne61", "vole.mersenne61_correlations"
NAMES = (PRODUCTS, EVALUATIONS)
WIDTH, DEPTH, INSTANCES = 512, 32, 89
"""1.5 million products, for which two iterations of evaluations are enough."""
BLOCKS = 8
COT_WORDS = 31 / 64
_PROVER, _VERIFIER = 0, 1


@relation(x=WIDTH, y=WIDTH)
def layers(x: Any, y: Any) -> Any:
    """Each layer multiplies the two before it."""
    for _ in range(DEPTH):
        x, y = y, x * y + x
    return y - x == y - x


def rows(options: Options) -> list[Throughput]:
    """One proof after the other, and the evaluations of one."""
    keep_memory()
    claim = RelationClaim(layers, max(1, round(INSTANCES * options.scale)), {})

    async def proved(ctx: Context) -> None:
        if ctx.me == _VERIFIER:
            await proofs.verify_relation(ctx, _PROVER, claim)
            return
        x = FIELD.draw(ctx.prg("inputs"), (2, claim.instances, WIDTH))
        await proofs.prove_relation(ctx, _VERIFIER, claim, {"x": x[0], "y": x[1]})

    async def evaluated(ctx: Context) -> None:
        ends = standing_ends(ctx, _PROVER, _VERIFIER)
        for part in claim.parts():
            await (ends.evaluating_receiver or ends.evaluating_sender).extend(ctx, part.evaluations)  # type: ignore[union-attr]

    async def main(ctx: Context, mine: Any) -> list[tuple[float, float]]:
        await proved(ctx)
        return [(await seconds(ctx, proved), await seconds(ctx, evaluated)) for _ in range(options.repeat)]

    with using_cores(1):
        run = mpc.simulate(main, inputs=[None, None])
    return _rows(claim, np.array(run.results[_VERIFIER]).T)


def _rows(claim: RelationClaim, seconds: Any) -> list[Throughput]:
    whole, part = seconds
    products = claim.instances * WIDTH * DEPTH
    evaluations = sum(part.evaluations for part in claim.parts())
    rate = middle((evaluations / part).tolist())
    note = f"9.2 bytes a product; {np.median(part / whole):.0%} of the time is the evaluations'"
    of_limit = f"{bytes_of_evaluation():.2f} bytes each" + _part_of_limit(rate[0])
    return [
        Throughput(TABLE, PRODUCTS, PARLEY, "products", *middle((products / whole).tolist()), selected(), note=note),
        Throughput(TABLE, EVALUATIONS, PARLEY, "evaluations", *rate, selected(), note=of_limit),
    ]


def bytes_of_evaluation() -> float:
    """What one takes of an iteration."""
    return 8 * (words_of(STANDARD.top) + COT_WORDS * STANDARD.top.transfers) / STANDARD.top.fresh


def _part_of_limit(per_second: float) -> str:
    aes = ceiling("aes")
    if aes is None:
        return ""
    began = time.thread_time()
    aes.run()
    return f"; {per_second * BLOCKS * (time.thread_time() - began) / aes.count:.0%} of what AES allows"


async def seconds(ctx: Context, work: Callable[[Context], Awaitable[None]]) -> float:
    """Processor time of both parties, from when both begin."""
    await ctx.exchange(np.zeros(1, np.uint64))
    began = time.process_time()
    await work(ctx)
    return time.process_time() - began
