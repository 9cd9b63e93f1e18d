"""Trees whose leaves are elements, whole and punctured, and what a sparse matrix adds to them; split over the cores.

What the kernels compute stands in native/vole/exports.h; docs/algorithms/vole.md explains it. Everything here is local.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words
from native import BYTES, WORDS, Pointer, ffi, lib
from protocols.ot.half_trees import TreeKeys, grow, regrow

_TILE_LEAVES = 1 << 14
"""Leaves that are worked on together: a quarter of a megabyte of labels, which stay in the second-level cache."""

_FEWEST_LEAVES = 1 << 15


@dataclass(frozen=True, slots=True)
class Sparse:
    """A public random matrix with ten ones a row, from row `first` on, and the table whose rows it sums.

    table (2^l,) or (2^l, 2) elements. `keys`: public round keys that the matrix is made of.
    """

    table: Words = field(repr=False)
    keys: bytes = field(repr=False)
    first: int

    def add_to(self, out: Words, row: int) -> None:
        """To each row of out, which has those of the matrix from `row` on."""
        words = self.table.size // len(self.table)
        lib.parley_vole_add_sparse(
            _at(out, 0), _at(self.table, 0), words, (len(self.table) - 1).bit_length(),
            ffi.from_buffer(BYTES, self.keys), self.first + row, out.size // words,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trees:
    """Public keys of trees and of the hash of their leaves: those of the trees from number `first` on."""

    levels: Words
    leaves: Words
    first: int

    def keys(self, tree: int) -> TreeKeys:
        """From the trees' number `tree` on."""
        return TreeKeys(self.levels, self.first + tree)


def grown(roots: Words, depth: int, delta: Words, trees: Trees, sparse: Sparse) -> tuple[Words, Words, Words]:
    """Leaves with the sparse sums, (trees, 2^depth); the trees' totals without; and the sums that `grow` returns."""
    out, totals = np.empty((len(roots), 1 << depth), U64), np.empty(len(roots), U64)
    sums = np.empty((len(roots), depth, 2), U64)

    def run(start: int, end: int, labels: Words) -> None:
        sums[start:end] = grow(labels, roots[start:end], delta, trees.keys(start))
        lib.parley_vole_leaves(
            _at(out, start), _at(totals, start), _at(labels, 0), _at(trees.leaves, 0), trees.first + start, depth,
            end - start,
        )  # fmt: skip
        sparse.add_to(out[start:end], start << depth)

    _by_tiles(len(roots), depth, run)
    return out, totals, sums


def regrown(paths: Words, sums: Words, values: Words, trees: Trees, sparse: Sparse) -> Words:
    """Pairs (trees, 2^depth, 2): (0, leaf), but at paths[i] of tree i values[i], the second less the other leaves; all
    with the sparse sums. paths (trees,); sums (trees, depth, 2) as `regrow` takes them.
    """
    depth = sums.shape[1]
    out = np.empty((len(paths), 1 << depth, 2), U64)

    def run(start: int, end: int, labels: Words) -> None:
        regrow(labels, paths[start:end], sums[start:end], trees.keys(start))
        lib.parley_vole_punctured(
            _at(out, start), _at(labels, 0), _at(paths, start), _at(values, start), _at(trees.leaves, 0),
            trees.first + start, depth, end - start,
        )  # fmt: skip
        sparse.add_to(out[start:end], start << depth)

    _by_tiles(len(paths), depth, run)
    return out


def _by_tiles(trees: int, depth: int, run: Callable[[int, int, Words], None]) -> None:
    """run(start, end, labels) on ranges of few trees, with room for their labels: what is done to them is done in a
    near cache."""
    tile = max(1, _TILE_LEAVES >> depth)

    def tiles(start: int, end: int) -> None:
        labels = np.empty((tile, 1 << depth, 2), U64)
        for at in range(start, end, tile):
            until = min(at + tile, end)
            run(at, until, labels[: until - at])

    in_parts(trees, tiles, step=tile, smallest=max(1, _FEWEST_LEAVES >> depth))


def _at(array: Words, row: int) -> Pointer:
    return ffi.from_buffer(WORDS, array[row:])
