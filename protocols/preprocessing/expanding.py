"""Matrices that are streams of a seed: whoever holds the seed never holds the matrix."""

from __future__ import annotations

from collections.abc import Iterator

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes import Shape
from mpc.algebra.weights import stream_product
from mpc.algebra.words import Words
from mpc.prg import Prg, Seed

BLOCK_WORDS = 1 << 19
"""What is not multiplied on the spot is expanded in blocks of about so many words: 4 MiB."""


def row_blocks(shape: Shape) -> Iterator[slice]:
    """The rows of a matrix of this shape, some at a time, in order."""
    rows, columns = shape
    step = max(1, BLOCK_WORDS // max(columns, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def matrix_stream(ring: Z2k, seed: Words, shape: Shape) -> Prg:
    """The matrix of a seed of four words, row by row, as words that are to be reduced in the ring.

    Uniformly random to whoever does not hold the seed. A ring whose elements are one word. No two rings or shapes have
    a stream in common.
    """
    return Seed(seed.tobytes()).prg("expanded matrix", ring.bits, *shape)


def times_expanded(ring: Z2k, x: Words, seed: Words, shape: Shape, *, transposed: bool) -> Words:
    """x @ A, or x @ A^T if `transposed`, for the matrix A of a seed and rows x."""
    rows, columns = shape
    return ring.reduce(stream_product(x, matrix_stream(ring, seed, shape), (rows, columns), transposed=transposed))
