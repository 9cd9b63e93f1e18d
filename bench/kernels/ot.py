"""Correlated transfers without the network: SoftSpokenOT's batches, silent transfer's trees and sparse sums.

The limit is that of AES everywhere: blocks of streams, of the trees' hash, of the matrix. What else is done, folding,
transposing, summing what a table holds, stands between that and the figure.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, Words, pointer
from native import BYTES, ffi, lib

BLOCKS = 1 << 11
KS = (2, 4, 8)
DEPTH, TREES = 11, 256
LEAVES = TREES << DEPTH
LOG_SIZE = 18


def workloads() -> list[KernelWorkload]:
    """Batches of 2^18 correlations as receiver and as sender; half a million leaves of the smallest silent set."""
    batches = [workload for k in KS for workload in _softspoken(k)]
    return [*batches, *_silent()]


def _softspoken(k: int) -> list[KernelWorkload]:
    parts, count = 128 // k, 128 * BLOCKS
    keys = ffi.from_buffer(BYTES, random_words((parts << k, 22)))
    labels, choices = np.empty((count, 2), U64), np.empty((BLOCKS, 2), U64)
    corrections = np.empty((parts - 1, BLOCKS, 2), U64)
    delta, powers, sums = random_words((2,), 1), random_words((BLOCKS, 2), 2), np.zeros((128, 2), U64)
    receive = partial(
        lib.parley_softspoken_receive, pointer(labels), pointer(choices), pointer(corrections), 2 * BLOCKS, keys, k, 0,
        BLOCKS,
    )  # fmt: skip

    def send(factors: Words | None) -> None:
        lib.parley_softspoken_send(
            pointer(labels), pointer(sums), pointer(corrections), 2 * BLOCKS, pointer(delta), keys, k, 0,
            ffi.NULL if factors is None else pointer(factors), BLOCKS,
        )  # fmt: skip

    blocks = 2**k / k
    return [
        KernelWorkload(f"ot.receive_{k}", "correlations", count, receive, "aes", blocks),
        KernelWorkload(f"ot.send_{k}", "correlations", count, partial(send, None), "aes", blocks),
        KernelWorkload(f"ot.send_checked_{k}", "correlations", count, partial(send, powers), "aes", blocks),
    ]


def _silent() -> list[KernelWorkload]:
    keys = ffi.from_buffer(BYTES, random_words((22,)))
    leaves, sums, scratch = np.empty((LEAVES, 2), U64), random_words((TREES, DEPTH, 2), 1), np.empty(1 << DEPTH, U64)
    roots, delta = random_words((TREES, 2), 2), random_words((2,), 3) | np.array([1, 0], U64)
    paths = random_words((TREES,), 4) & np.uint64((1 << DEPTH) - 1)
    table, start = random_words((1 << LOG_SIZE, 2), 5), random_words((2,), 6)
    trees = (pointer(start), 0, DEPTH, TREES)
    return [
        KernelWorkload(
            "ot.grow", "leaves", LEAVES,
            partial(
                lib.parley_half_trees_grow, pointer(leaves), pointer(sums), pointer(scratch), pointer(roots),
                pointer(delta), *trees,
            ),
            "aes", 1,
        ),
        KernelWorkload(
            "ot.regrow", "leaves", LEAVES,
            partial(
                lib.parley_half_trees_regrow, pointer(leaves), pointer(scratch), pointer(paths), pointer(sums), *trees,
            ),
            "aes", 1,
        ),
        KernelWorkload(
            "ot.add_sparse", "rows", LEAVES,
            partial(lib.parley_add_sparse, pointer(leaves), pointer(table), LOG_SIZE, keys, 0, LEAVES), "aes", 2,
        ),
    ]  # fmt: skip
