"""Arithmetic in Z_2^128 on arrays that no cache holds, and a product of matrices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.kernels.workload import KernelWorkload
from mpc.algebra.words import U64, Words, pointer
from native import lib

ELEMENTS = 1 << 22
COPIED = 16 / 2
"""An element read or written takes half of what copying it takes."""
SIDE = 500
IFMA = 9 / 8
"""512-bit instructions for one product."""


def workloads() -> list[KernelWorkload]:
    """No peer computes modulo 2^128 on arrays; operands and results lie in arrays of their own."""
    x, y, a, b, c = (_random(ELEMENTS, i) for i in range(5))
    out, plus = np.empty((ELEMENTS, 2), U64), np.zeros(2, U64)
    px, py, pa, pb, pc, po, pp = (pointer(array) for array in (x, y, a, b, c, out, plus))

    def memory(name: str, arrays: int, run: Callable[[], object]) -> KernelWorkload:
        return KernelWorkload(f"wide.{name}", "elements", ELEMENTS, run, "copy", arrays * COPIED)

    return [
        memory("add_128", 3, partial(lib.parley_wide_add, po, px, py, ELEMENTS)),
        memory("mul_128", 3, partial(lib.parley_wide_mul, po, px, py, ELEMENTS)),
        memory("recombine_128", 6, partial(lib.parley_wide_recombine, po, pc, px, pb, py, pa, ELEMENTS, 0)),
        memory("shift_right_128", 2, partial(lib.parley_wide_shift_right, po, px, pp, 40, ELEMENTS)),
        KernelWorkload(f"wide.matmul_{SIDE}", "products", SIDE**3, _product(), "vpmadd52", IFMA),
    ]


def _product() -> partial[None]:
    x, y, out = _random(SIDE**2, 1), _random(SIDE**2, 2), np.empty((SIDE**2, 2), U64)
    steps = 0, 2 * SIDE, 2
    return partial(
        lib.parley_wide_matmul, pointer(out), pointer(x), *steps, pointer(y), *steps, 1, SIDE, SIDE, SIDE
    )  # fmt: skip


def _random(elements: int, number: int) -> Words:
    return np.random.default_rng(number).integers(0, 2**64, (elements, 2), np.uint64)
