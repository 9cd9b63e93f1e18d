"""Correlated trees of labels and sparse sums: the kernels of silent transfer on numpy arrays, split over the cores.

Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, "Half-Tree", EUROCRYPT 2023 (eprint 2022/1431). What the kernels compute stands
in native/ot/exports.h. Everything here is local.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from mpc.algebra.binary_field import GF2_128
from mpc.algebra.bits import words_for
from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words
from native import BYTES, WORDS, Pointer, ffi, lib

_FEWEST_LABELS = 1 << 15
_TILE_LABELS = 1 << 15
"""Labels that are worked on together: half a megabyte, so that they stay in the second-level cache."""

MAX_LOG_SIZE = 21


@dataclass(frozen=True, slots=True)
class TreeKeys:
    """Public keys of the hash, one for each tree: tree i has start (2,) ^ (first + i)."""

    start: Words
    first: int


@dataclass(frozen=True, slots=True)
class Sparse:
    """A public random matrix with ten ones a row, from row `first` on, and the table whose rows it sums.

    table (2^l, 2), l <= 21. `keys`: public round keys that the matrix is made of.
    """

    table: Words = field(repr=False)
    keys: bytes = field(repr=False)
    first: int

    def after(self, rows: int) -> Sparse:
        """The same, but for the first rows."""
        return replace(self, first=self.first + rows)


def round_keys(key: bytes) -> bytes:
    """The 11 round keys of an AES-128 key."""
    out = bytearray(176)
    lib.parley_aes_expand_key(ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, key))
    return bytes(out)


def path_numbers(taken: Words) -> Words:
    """The leaves, (trees,), to which paths lead that take the right child where `taken` (trees, depth) is 1, else 0."""
    places = np.arange(taken.shape[1], dtype=U64)[::-1]
    numbers: Words = (taken << places).sum(axis=1, dtype=U64)
    return numbers


def grow(leaves: Words, roots: Words, delta: Words, keys: TreeKeys, sparse: Sparse | None = None) -> Words:
    """Writes leaves (trees, 2^depth, 2), lowest bits 0; returns the sums of left nodes by level, (trees, depth, 2).

    roots (trees, 2): the roots' left children. All nodes of a level sum to delta, odd. With `sparse`, its sums are
    added to the leaves.
    """
    trees, depth = len(roots), _depth(leaves)
    sums = np.empty((trees, depth, 2), U64)

    def run(start: int, end: int) -> None:
        scratch = np.empty(1 << depth, U64)
        lib.parley_half_trees_grow(
            _at(leaves, start), _at(sums, start), _at(scratch, 0), _at(roots, start), _at(delta, 0),
            _at(keys.start, 0), keys.first + start, depth, end - start,
        )  # fmt: skip
        if sparse is not None:
            add_sparse(leaves[start:end], sparse.after(start << depth))

    _by_tiles(leaves, run)
    return sums


def regrow(
    leaves: Words,
    paths: Words,
    sums: Words,
    keys: TreeKeys,
    sparse: Sparse | None = None,
    challenge: Words | None = None,
) -> Words:
    """Writes the leaves of `grow`, (trees, 2^depth, 2), but for leaf paths[i] of tree i, which is less by delta.

    paths (trees,); sums (trees, depth, 2), of each level those of the side that the path does not take. With `sparse`,
    its sums are added to the leaves. Returns what `hashed_encode` does, zero without a challenge.
    """
    depth = _depth(leaves)
    hashes = _Hashes(leaves, challenge)

    def run(start: int, end: int) -> None:
        scratch = np.empty(1 << depth, U64)
        lib.parley_half_trees_regrow(
            _at(leaves, start), _at(scratch, 0), _at(paths, start), _at(sums, start), _at(keys.start, 0),
            keys.first + start, depth, end - start,
        )  # fmt: skip
        hashes.take(start, leaves[start:end])
        if sparse is not None:
            add_sparse(leaves[start:end], sparse.after(start << depth))

    _by_tiles(leaves, run)
    return hashes.total()


def hashed_encode(leaves: Words, challenge: Words, sparse: Sparse) -> Words:
    """Adds the sparse sums to leaves (trees, 2^depth, 2).

    Returns the sum of the leaves before that times the powers 0, 1, 2, ... of the challenge in GF(2^128).
    """
    depth = _depth(leaves)
    hashes = _Hashes(leaves, challenge)

    def run(start: int, end: int) -> None:
        hashes.take(start, leaves[start:end])
        add_sparse(leaves[start:end], sparse.after(start << depth))

    _by_tiles(leaves, run)
    return hashes.total()


class _Hashes:
    """The hashes of leaves, a tile at a time: each is a coefficient of what all leaves hash to."""

    def __init__(self, leaves: Words, challenge: Words | None) -> None:
        self._tile = _trees_of_tile(leaves)
        self._labels = self._tile * leaves.shape[1]
        self._challenge = challenge
        self._of_tiles = np.zeros((-(-len(leaves) // self._tile), 2), U64)

    def take(self, start: int, leaves: Words) -> None:
        """The tile whose first tree is `start`."""
        if self._challenge is not None:
            self._of_tiles[start // self._tile] = GF2_128.evaluate(leaves, self._challenge)

    def total(self) -> Words:
        """The hash of all leaves."""
        if self._challenge is None:
            return np.zeros(2, U64)
        step = self._challenge
        for _ in range(self._labels.bit_length() - 1):
            step = GF2_128.square(step)
        return GF2_128.evaluate(self._of_tiles, step)


def _by_tiles(leaves: Words, run: Callable[[int, int], None]) -> None:
    """run(start, end) on ranges of few trees, so that what is done to their leaves is done in a near cache."""
    tile, size = _trees_of_tile(leaves), leaves.shape[1]

    def tiles(start: int, end: int) -> None:
        for at in range(start, end, tile):
            run(at, min(at + tile, end))

    in_parts(len(leaves), tiles, step=tile, smallest=max(1, _FEWEST_LABELS // size))


def _trees_of_tile(leaves: Words) -> int:
    return max(1, _TILE_LABELS // int(leaves.shape[1]))


def add_sparse(out: Words, sparse: Sparse) -> None:
    """Adds to each row of out (..., 2) ten rows of the table."""
    flat, log_size = out.reshape(-1, 2), (len(sparse.table) - 1).bit_length()
    lib.parley_add_sparse(
        _at(flat, 0), _at(sparse.table, 0), log_size, ffi.from_buffer(BYTES, sparse.keys), sparse.first, len(flat)
    )


def lowest_bits(labels: Words) -> Words:
    """The lowest bit of each label (count, 2), packed: (words_for(count),)."""
    out = np.empty(words_for(len(labels)), U64)
    lib.parley_lowest_bits(_at(out, 0), _at(labels, 0), len(labels))
    return out


def _depth(leaves: Words) -> int:
    return int(leaves.shape[1]).bit_length() - 1


def _at(array: Words, row: int) -> Pointer:
    return ffi.from_buffer(WORDS, array[row:])
