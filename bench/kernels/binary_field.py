"""GF(2^128) and GF(2^64) on operands in a second-level cache, beside the carry-less products that they need."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, pointer
from native import lib

ELEMENTS = 1 << 13
PRODUCTS: dict[int, dict[str, float]] = {
    128: {"mul": 5, "scale": 5, "square": 4, "inner": 3, "evaluate": 3 + 2 / 8, "powers": 5},
    64: {"mul": 1, "inner": 1, "evaluate": 1},
}
"""Products of words that an element needs: Karatsuba's three and a reduction by two more, once for a sum."""


def workloads() -> list[KernelWorkload]:
    """Elementwise products, and what checks of oblivious transfers and of MACs consist of."""
    return [_workload(bits, name, products) for bits, names in PRODUCTS.items() for name, products in names.items()]


def _workload(bits: int, name: str, products: float) -> KernelWorkload:
    shape = (ELEMENTS, bits // 64)
    x, y, out = random_words(shape, 1), random_words(shape, 2), np.empty(shape, U64)
    operands = {"square": [x], "powers": [y[0]], "scale": [x, y[0]], "evaluate": [x, y[0]]}.get(name, [x, y])
    kernel = getattr(lib, f"parley_gf_{name}_{bits}")
    run = partial(kernel, pointer(out), *map(pointer, operands), ELEMENTS)
    return KernelWorkload(f"binary_field.{name}_{bits}", "elements", ELEMENTS, run, "vpclmulqdq", products / 4)
