"""Correlated trees of labels and sparse sums: the kernels of silent transfer on numpy arrays, split over the cores.

Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, "Half-Tree", EUROCRYPT 2023 (eprint 2022/1431). What the kernels compute stands
in native/ot/exports.h. Everything here is local.
"""

from __future__ import annotations

import numpy as np

from mpc.bits import words_for
from mpc.cores import in_parts
from mpc.ring import U64, Words
from native import BYTES, WORDS, Pointer, ffi, lib

_FEWEST_LABELS = 1 << 15
MAX_LOG_SIZE = 21


def round_keys(key: bytes) -> bytes:
    """The 11 round keys of an AES-128 key."""
    out = bytearray(176)
    lib.parley_aes_expand_key(ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, key))
    return bytes(out)


def grow(leaves: Words, roots: Words, delta: Words, keys: bytes) -> Words:
    """Writes leaves (trees, 2^depth, 2), lowest bits 0; returns the sums of left nodes by level, (trees, depth, 2).

    roots (trees, 2): the roots' left children. keys: round keys, public. All nodes of a level sum to delta, odd.
    """
    trees, depth = len(roots), _depth(leaves)
    sums = np.empty((trees, depth, 2), U64)

    def run(start: int, end: int) -> None:
        scratch = np.empty(1 << depth, U64)
        lib.parley_half_trees_grow(
            _at(leaves, start), _at(sums, start), _at(scratch, 0), _at(roots, start), _at(delta, 0),
            ffi.from_buffer(BYTES, keys), depth, end - start,
        )  # fmt: skip

    in_parts(trees, run, smallest=max(1, _FEWEST_LABELS >> depth))
    return sums


def regrow(leaves: Words, paths: Words, sums: Words, keys: bytes) -> None:
    """Writes the leaves of `grow`, (trees, 2^depth, 2), but for leaf paths[i] of tree i, which is less by delta.

    paths (trees,); sums (trees, depth, 2), of each level those of the side that the path does not take.
    """
    depth = _depth(leaves)

    def run(start: int, end: int) -> None:
        scratch = np.empty(1 << depth, U64)
        lib.parley_half_trees_regrow(
            _at(leaves, start), _at(scratch, 0), _at(paths, start), _at(sums, start), ffi.from_buffer(BYTES, keys),
            depth, end - start,
        )  # fmt: skip

    in_parts(len(leaves), run, smallest=max(1, _FEWEST_LABELS >> depth))


def add_sparse(out: Words, table: Words, keys: bytes, first: int) -> None:
    """Adds to each row of out (n, 2) ten rows of the table (2^l, 2), l <= 21, that a public random matrix picks.

    `first` is the number of the first row in the matrix, which `keys`, public round keys, stand for.
    """
    log_size = (len(table) - 1).bit_length()

    def run(start: int, end: int) -> None:
        lib.parley_add_sparse(
            _at(out, start), _at(table, 0), log_size, ffi.from_buffer(BYTES, keys), first + start, end - start
        )

    in_parts(len(out), run, smallest=_FEWEST_LABELS)


def lowest_bits(labels: Words) -> Words:
    """The lowest bit of each label (count, 2), packed: (words_for(count),)."""
    out = np.empty(words_for(len(labels)), U64)
    lib.parley_lowest_bits(_at(out, 0), _at(labels, 0), len(labels))
    return out


def _depth(leaves: Words) -> int:
    return int(leaves.shape[1]).bit_length() - 1


def _at(array: Words, row: int) -> Pointer:
    return ffi.from_buffer(WORDS, array[row:])
