"""Packed bits and bit planes on arrays that no cache holds."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.ring import U64, Words, pointer
from native import lib

WORDS = 1 << 23
FEW = 1 << 20
COPIED = 8 / 2
"""A word read or written takes half of what copying it takes."""


def workloads() -> list[KernelWorkload]:
    """Logic in memory; planes of fewer words, in the last-level cache, beside a copy in memory all the same."""
    x, y, out = random_words(WORDS, 1), random_words(WORDS, 2), np.empty(WORDS, U64)
    few, planes = random_words(FEW, 3), np.empty((64, FEW // 64), U64)
    px, py, po = pointer(x), pointer(y), pointer(out)
    pf, pp = pointer(few), pointer(planes)
    return [
        KernelWorkload(
            "bits.and", "words", WORDS, partial(lib.parley_bit_and, po, px, py, WORDS), "copy", 3 * COPIED,
            {"numpy": partial(np.bitwise_and, x, y, out=out)},
        ),
        KernelWorkload(
            "bits.xor", "words", WORDS, partial(lib.parley_bit_xor, po, px, py, WORDS), "copy", 3 * COPIED,
            {"numpy": partial(np.bitwise_xor, x, y, out=out)},
        ),
        KernelWorkload(
            "bits.popcount", "words", WORDS, partial(lib.parley_popcount, px, WORDS), "read", 8,
            {"numpy": lambda: np.bitwise_count(x).sum()} if hasattr(np, "bitwise_count") else {},
        ),
        KernelWorkload(
            "bits.planes", "words", FEW, partial(lib.parley_planes, pp, pf, FEW, 64), "copy", 2 * COPIED,
            {"numpy": partial(_planes, few)},
        ),
        KernelWorkload(
            "bits.from_planes", "words", FEW, partial(lib.parley_from_planes, pf, pp, FEW, 64), "copy", 2 * COPIED,
        ),
    ]  # fmt: skip


def _planes(x: Words) -> object:
    bits = np.unpackbits(x.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    return np.packbits(bits.T, axis=1, bitorder="little")
