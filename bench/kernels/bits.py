"""Packed bits and bit planes on arrays that no cache holds."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, Words, pointer
from native import BYTES, ffi, lib

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
    pb, pe, pa = (pointer(random_words(WORDS, number)) for number in (4, 5, 6))
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
            "bits.recombine", "words", WORDS,
            partial(lib.parley_bit_recombine, po, px, py, pb, pe, pa, WORDS, 1), "copy", 6 * COPIED,
        ),
        KernelWorkload(
            "bits.popcount", "words", WORDS, partial(lib.parley_popcount, px, WORDS), "read", 8,
            {"numpy": lambda: np.bitwise_count(x).sum()} if hasattr(np, "bitwise_count") else {},
        ),
        KernelWorkload(
            "bits.planes", "words", FEW, partial(lib.parley_planes, pp, pf, FEW, 64), "copy", 2 * COPIED,
            {"numpy": partial(_transposed, few)},
        ),
        KernelWorkload(
            "bits.from_planes", "words", FEW, partial(lib.parley_from_planes, pf, pp, FEW, 64), "copy", 2 * COPIED,
        ),
        *_transposes(few, np.empty_like(few)),
        *_tables(FEW // 16),
    ]  # fmt: skip


def _tables(n: int) -> list[KernelWorkload]:
    """Tables of places of four bits, but for entry 0, and what they say of other places; as numpy does it."""
    places, table, found = random_words(4 * n, 7).reshape(4, n), np.empty((15, n), U64), np.empty((2, n), U64)
    pp, pt, pf = (pointer(array) for array in (places, table, found))
    return [
        KernelWorkload(
            "bits.one_hot_16", "words", n, partial(lib.parley_bit_one_hot, pt, pp, 4, 1, n), "copy", 19 * COPIED,
            {"numpy": partial(_one_hot, places)},
        ),
        KernelWorkload(
            "bits.compare_16", "words", n, partial(lib.parley_bit_compare, pf, n, pt, n, pp, 4, 1, 0, n), "copy",
            21 * COPIED, {"numpy": partial(_compared, np.zeros((16, n), U64), places)},
        ),
    ]  # fmt: skip


def _one_hot(places: Words) -> Words:
    table = np.full((1, places.shape[1]), ~np.uint64(0))
    for plane in places:
        chosen = table & plane
        table = np.concatenate([table ^ chosen, chosen])
    return table


def _compared(equal: Words, places: Words) -> list[Words]:
    """Sums of all entries above each, then what stands at the places."""
    above = np.bitwise_xor.accumulate(equal[::-1], axis=0)[::-1] ^ equal
    found = []
    for table in (above, equal):
        for plane in places:
            table = table[0::2] ^ ((table[0::2] ^ table[1::2]) & plane)
        found.append(table)
    return found


def _transposes(x: Words, out: Words) -> list[KernelWorkload]:
    """128 columns of many bits to rows of 128 bits, and back."""
    rows = x.size // 2
    px, po = (ffi.from_buffer(BYTES, array) for array in (x, out))
    return [
        KernelWorkload(
            "bits.transpose_128_columns", "rows", rows,
            partial(lib.parley_bit_transpose, po, 16, px, rows // 8, 128, rows), "copy", 16,
            {"numpy": partial(_transposed, x.reshape(128, -1))},
        ),
        KernelWorkload(
            "bits.transpose_128_rows", "rows", rows,
            partial(lib.parley_bit_transpose, po, rows // 8, px, 16, rows, 128), "copy", 16,
            {"numpy": partial(_transposed, x.reshape(-1, 2))},
        ),
    ]  # fmt: skip


def _transposed(x: Words) -> object:
    bits = np.unpackbits(x.view(np.uint8).reshape(len(x), -1), axis=1, bitorder="little")
    return np.packbits(bits.T, axis=1, bitorder="little")
