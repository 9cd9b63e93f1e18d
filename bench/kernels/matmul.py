"""Matrix products modulo 2^64: a square one, bound by products, and a vector's, bound by reading the matrix."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, Words, pointer
from native import lib

SIDE = 1000
LONG = 4000
LANES = 8
"""Products of a 512-bit instruction."""


def workloads() -> list[KernelWorkload]:
    """A product counts one multiplication and addition of words."""
    x, y = random_words((SIDE, SIDE), 1), random_words((SIDE, SIDE), 2)
    vector, matrix = random_words((1, LONG), 3), random_words((LONG, LONG), 4)
    column = np.ascontiguousarray(vector.T)
    return [
        KernelWorkload(
            f"matmul.square_{SIDE}", "products", SIDE**3, _product(x, y), "vpmullq", 1 / LANES,
            {"numpy": partial(np.matmul, x, y)},
        ),
        KernelWorkload(
            f"matmul.row_{LONG}", "words", LONG**2, _product(vector, matrix), "read", 8,
            {"numpy": partial(np.matmul, vector, matrix)},
        ),
        KernelWorkload(
            f"matmul.column_{LONG}", "words", LONG**2, _product(matrix, column), "read", 8,
            {"numpy": partial(np.matmul, matrix, column)},
        ),
    ]  # fmt: skip


def _product(x: Words, y: Words) -> partial[None]:
    (rows, inner), columns = x.shape, y.shape[1]
    out = np.empty((rows, columns), U64)
    left, right = (pointer(x), 0, inner, 1), (pointer(y), 0, columns, 1)
    return partial(lib.parley_matmul, pointer(out), *left, *right, 1, rows, inner, columns)
