"""Matrices that are expanded from a seed, a block of rows at a time: whoever holds the seed never holds the matrix."""

from __future__ import annotations

from collections.abc import Iterator

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes import Shape
from mpc.algebra.words import Words
from mpc.prg import Seed

BLOCK_WORDS = 1 << 19
"""Elements are expanded in blocks of about so many: 4 MiB."""


def row_blocks(shape: Shape) -> Iterator[slice]:
    """The rows of a matrix of this shape, some at a time, in order."""
    rows, columns = shape
    step = max(1, BLOCK_WORDS // max(columns, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def expanded(ring: Z2k, seed: Words, shape: Shape) -> Iterator[tuple[slice, Words]]:
    """The matrix A of a seed of four words: its rows from each block, and they themselves.

    Uniformly random to whoever does not hold the seed, row by row the next elements of one stream. A ring whose
    elements are one word. No two rings or shapes have a stream in common.
    """
    rows, columns = shape
    stream = Seed(seed.tobytes()).prg("expanded matrix", ring.bits, rows, columns)
    return ((block, ring.draw(stream, (block.stop - block.start, columns))) for block in row_blocks(shape))


def times_expanded(ring: Z2k, x: Words, seed: Words, shape: Shape, *, transposed: bool) -> Words:
    """x @ A, or x @ A^T if `transposed`, for the matrix A of a seed and rows x."""
    rows, columns = shape
    out = ring.zeros((len(x), rows if transposed else columns))
    for block, a in expanded(ring, seed, shape):
        if transposed:
            out[:, block] = ring.matmul(x, a.T)
        else:
            out = ring.add(out, ring.matmul(x[:, block], a))
    return out
