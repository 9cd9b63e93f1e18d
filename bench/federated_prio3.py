"""Prio3SumVec of 100,000 numbers of 16 bits: the client's report, its verification at leader and helper, on one core.

A report is verified by itself, and as one of BATCH that came together.

Beside each stand two limits of the same run, over arrays of the same size: the transforms and products of field
elements that the proof is made of, and these with the bytes of TurboSHAKE128 that the draft asks for. The chunk length
is `good_chunk_length`'s: the shortest proof.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from Crypto.Hash import TurboSHAKE128

from bench.harness import PARLEY, Options, Row, interleaved, middle
from mpc.algebra.cores import using_cores
from mpc.prg import Seed
from native import keep_memory
from protocols.prio3 import Prio3SumVec

NAME = "prio3.sumvec_100k"
NAMES = (NAME, f"{NAME}_leader", f"{NAME}_helper", f"{NAME}_leader_batch", f"{NAME}_helper_batch")
BATCH = 4
LENGTH, MOST = 100_000, 2**16 - 1
KERNELS, WITH_XOF = "limit:field", "limit:field_and_turboshake"
_CTX, _KEY = b"benchmark", bytes(range(32))

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a step takes, in measurements: elements that are transformed, products, and elements through the sponge."""

    transformed: int
    products: int
    sponge: int


_LEADER, _HELPER = Amounts(0, 5, 1), Amounts(0, 5, 2)
AMOUNTS = dict(zip(NAMES, (Amounts(4, 6, 3), _LEADER, _HELPER, _LEADER, _HELPER), strict=True))
"""Report: both wires of an element to coefficients and to the odd roots; powers, wires, twists, even and odd values.
Verification: powers, wires, their values at a point, the sums of bits; sums that are reduced once for many products
may take less. A helper draws its share, and hashes it too."""


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """Ours beside its limits, step by step."""
    wanted = options.chosen(NAMES)
    if not wanted:
        return
    keep_memory()
    vdaf = Prio3SumVec(2, max(1, round(LENGTH * options.scale)), MOST)
    steps = _steps(vdaf)
    for name in wanted:
        works = {PARLEY: steps[name], **_limits(vdaf, AMOUNTS[name])}
        each = BATCH if name.endswith("_batch") else 1
        timed = interleaved(
            {system: _timed(work, each if system == PARLEY else 1) for system, work in works.items()}, options.repeat, 1
        )
        yield [_row(table, name, system, seconds, vdaf) for system, seconds in timed.items()]


def _steps(vdaf: Prio3SumVec) -> dict[str, Work]:
    values = np.arange(vdaf.circuit.output_len) % (MOST + 1)
    nonce, rand = vdaf.fresh_nonce(), vdaf.fresh_rand()
    public, inputs = vdaf.shard(_CTX, values, nonce, rand)

    def verify(agg_id: int) -> Work:
        return lambda: vdaf.verify_init(_KEY, _CTX, agg_id, nonce, public, inputs[agg_id])

    def verify_batch(agg_id: int) -> Work:
        batch = [nonce] * BATCH, [public] * BATCH, [inputs[agg_id]] * BATCH
        return lambda: vdaf.verify_init_batch(_KEY, _CTX, agg_id, *batch)

    works = (lambda: vdaf.shard(_CTX, values, nonce, rand), verify(0), verify(1), verify_batch(0), verify_batch(1))
    return dict(zip(NAMES, works, strict=True))


def _limits(vdaf: Prio3SumVec, amounts: Amounts) -> dict[str, Work]:
    field, gadget = vdaf.circuit.field, vdaf.circuit.gadgets[0]
    x = field.draw(Seed.fresh().prg("benchmark"), (gadget.arity // 2, gadget.p))

    def kernels() -> None:
        for _ in range(amounts.transformed):
            field.ntt(x)
        for _ in range(amounts.products):
            field.mul(x, x)

    def with_xof() -> None:
        kernels()
        TurboSHAKE128.new(domain=1).read(16 * amounts.sponge * vdaf.circuit.meas_len)

    return {KERNELS: kernels, WITH_XOF: with_xof}


def _timed(work: Work, reports: int) -> Callable[[], float]:
    """Seconds a report."""

    def seconds() -> float:
        began = time.perf_counter()
        with using_cores(1):
            work()
        return (time.perf_counter() - began) / reports

    return seconds


def _row(table: str, name: str, system: str, seconds: object, vdaf: Prio3SumVec) -> Row:
    assert isinstance(seconds, list)
    median, spread = middle(seconds)
    elements = vdaf.circuit.meas_len + vdaf.circuit.proof_len
    security = "one of two aggregators honest" if system == PARLEY else ""
    batch = f"one of {BATCH}, " if name.endswith("_batch") else ""
    note = f"{batch}chunks of {vdaf.circuit.gadgets[0].gadget.count}, a report of {16 * elements / 1e6:.1f} MB"
    return Row(
        table, name, system, 2, False, median, spread, 16 * elements, 0, security, vdaf.circuit.output_len, note=note
    )
