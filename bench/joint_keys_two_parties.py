"""The row of moduli that two parties make though either may deviate: keys a second of a core of each, with bytes.

As of other moduli that parties make (bench/joint_keys.py), some candidates are counted for as much of a key as they are
on average. Keys and their proofs, at the beginning, and the certificate of the one that is kept come on top. Both
parties are in one process. Beside it stands what the products take.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Throughput, middle
from mpc.algebra.cores import using_cores
from mpc.context import Context
from native import keep_memory, selected
from protocols.joint_keys.between_two_flop18 import batch_size, expected, try_batch
from protocols.joint_keys.certified_flop18 import Asked
from protocols.joint_keys.certifying_flop18 import Chosen, certify
from protocols.joint_keys.draws_flop18 import draw
from protocols.joint_keys.ends_flop18 import Ends, meet
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.products_flop18 import Products, answer, ask

TABLE, LENGTHS = "paillier", Lengths(2048)
NAME = f"paillier.joint_keygen_malicious_{LENGTHS.bits}"


@dataclass(frozen=True, slots=True)
class _Part:
    """Processor seconds of both parties, and bytes that this one sent."""

    seconds: float
    bytes: int


def row(options: Options) -> Throughput:
    """Numbers that are drawn as for a key, as many as `options.scale` says of a batch, and one certificate."""
    keep_memory()
    count = max(16, round(batch_size(LENGTHS) * options.scale))

    async def main(ctx: Context, mine: Any) -> tuple[_Part, list[tuple[_Part, ...]]]:
        met = list[Ends]()
        begun = await _timed(ctx, lambda: _kept(met, meet(ctx, LENGTHS)))
        return begun, [await _repetition(ctx, met[0], count) for _ in range(options.repeat)]

    with using_cores(1):
        made = mpc.simulate(main, inputs=[None] * 2).results
    batches, begun = expected(LENGTHS) / count, made[0][0]
    seconds = [(begun.seconds + batches * batch.seconds + last.seconds) / 2 for batch, last, _ in made[0][1]]
    sent = sum(first.bytes + batches * rest[0][0].bytes + rest[0][1].bytes for first, rest in made)
    products = np.median([product.seconds / batch.seconds for batch, _, product in made[0][1]])
    note = (
        f"{np.median(seconds):.3g} s of a core of each party, {sent / 1e6:.3g} MB of both for a key on average; "
        f"{products:.0%} of the time of candidates is products"
    )
    figures = middle([1 / each for each in seconds])
    return Throughput(TABLE, NAME, PARLEY, "keys", *figures, selected(), note=note)


async def _repetition(ctx: Context, ends: Ends, count: int) -> tuple[_Part, ...]:
    """A batch, the certificate of any two numbers, and the products of as many pairs as a batch has."""
    pairs = max(1, round(count * _LEFT / 2))
    x = (await draw(ctx, LENGTHS, 2 * pairs)).x.reshape(pairs, 2, -1)
    multiply, made = ask if ctx.me == 0 else answer, list[Products]()
    product = await _timed(ctx, lambda: _kept(made, multiply(ctx, ends, x)))
    batch = await _timed(ctx, lambda: try_batch(ctx, ends, count))
    one = made[0]
    randomiser = None if one.randomisers is None else one.randomisers[:1]
    chosen = Chosen(one.n[0], Asked(one.group, one.asked[0], one.answers[0]), x[0], randomiser)
    return batch, await _timed(ctx, lambda: certify(ctx, ends, chosen)), product


_LEFT = 0.135
"""Of all numbers, those that the sieve leaves."""


async def _kept(results: list[Any], work: Awaitable[Any]) -> None:
    results.append(await work)


async def _timed(ctx: Context, work: Callable[[], Awaitable[Any]]) -> _Part:
    """From when both begin until both are done."""
    await ctx.exchange(np.zeros(1, np.uint64))
    began, sent = time.process_time(), ctx.session.ledger.bytes_sent
    await work()
    await ctx.exchange(np.zeros(1, np.uint64))
    return _Part(time.process_time() - began, ctx.session.ledger.bytes_sent - sent)
