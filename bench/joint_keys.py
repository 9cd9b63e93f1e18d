"""The rows of moduli that parties make together: keys a second of a core of each party, with seconds and bytes.

How many candidates a key takes varies from run to run, so some of them are made and tested, and counted for as much of
a key as they are on average; the last test of the one that is taken comes on top. All parties are in one process, with
the messages of a real run; base transfers are made before. Beside it stands what the powers of tests alone take,
measured in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Throughput, middle
from mpc.algebra.cores import using_cores
from mpc.context import Context
from native import keep_memory, selected
from protocols.joint_keys.boneh_franklin_bf97 import first_good, without_small_factors
from protocols.joint_keys.candidates_cdklrs20 import make_candidates
from protocols.joint_keys.joint_biprimality_bf97 import screened, total_of
from protocols.joint_keys.residue_products import ends_of
from protocols.joint_keys.search_space import SearchSpace

TABLE, BITS = "paillier", 2048
WORKS = {f"paillier.joint_keygen_{BITS}_{n}": n for n in (2, 3)}


@dataclass(frozen=True, slots=True)
class _Measured:
    """Of candidates of one repetition: processor seconds of all parties, what of them is powers; bytes of all."""

    seconds: float
    powers: float
    bytes: int


def measure(options: Options) -> Iterator[Throughput]:
    """A row for each number of parties that is chosen."""
    keep_memory()
    for name in options.chosen(list(WORKS)):
        yield _row(name, WORKS[name], options)


def _row(name: str, n: int, options: Options) -> Throughput:
    space = SearchSpace(BITS, n)
    count = max(1, round(space.batch * options.scale))

    async def main(ctx: Context, mine: Any) -> list[_Measured]:
        ends = await ends_of(ctx)
        return [await _repetition(ctx, ends, space, count) for _ in range(options.repeat)]

    with using_cores(1):
        made = mpc.simulate(main, inputs=[None] * n).results
    keys = count / space.expected
    seconds = np.array([each.seconds for each in made[0]]) / n
    sent = sum(each[0].bytes for each in made) / keys
    powers = np.median([each.powers / each.seconds for each in made[0]])
    note = (
        f"{np.median(seconds) / keys:.3g} s of a core of each party, {sent / 1e6:.3g} MB of all for a key on average; "
        f"{powers:.0%} of the time is powers of tests"
    )
    return Throughput(TABLE, name, PARLEY, "keys", *middle((keys / seconds).tolist()), selected(), note=note)


async def _repetition(ctx: Context, ends: Any, space: SearchSpace, count: int) -> _Measured:
    call = ctx.child("candidates")
    await call.exchange(np.zeros(1, np.uint64))
    began, sent = time.process_time(), ctx.session.ledger.bytes_sent
    candidates = await make_candidates(call, ends, space, count)
    await first_good(call, ends, space, candidates)
    whole, sent = time.process_time() - began, ctx.session.ledger.bytes_sent - sent
    left = without_small_factors(candidates.n, space)
    await call.exchange(np.zeros(1, np.uint64))
    began = time.process_time()
    await screened(call, [candidates.n[k] for k in left], total_of(candidates.shares[:, left]))
    return _Measured(whole, time.process_time() - began, sent)
