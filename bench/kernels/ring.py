"""Elementwise arithmetic modulo 2^64 on arrays that no cache holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, pointer
from native import BYTES, ffi, lib

WORDS = 1 << 23
COPIED = 8 / 2
"""A word read or written takes half of what copying it takes."""

KEYS = [ffi.from_buffer(BYTES, bytes([i] * 16)) for i in range(2)]
Call = Callable[[], object]


def workloads() -> list[KernelWorkload]:
    """Operands and results lie in arrays of their own."""
    x, y, a, b, c = (random_words(WORDS, i) for i in range(5))
    out = np.empty(WORDS, U64)
    px, py, pa, pb, pc, po = (pointer(array) for array in (x, y, a, b, c, out))

    def memory(name: str, arrays: int, run: Call, peer: Call) -> KernelWorkload:
        return KernelWorkload(f"ring.{name}", "words", WORDS, run, "copy", arrays * COPIED, {"numpy": peer})

    def recombined() -> object:
        return np.add(np.add(c, x * b, out=out), y * a, out=out)

    return [
        memory("add_64", 3, partial(lib.parley_add, po, px, py, WORDS), partial(np.add, x, y, out=out)),
        memory("sub_64", 3, partial(lib.parley_sub, po, px, py, WORDS), partial(np.subtract, x, y, out=out)),
        memory("mul_64", 3, partial(lib.parley_mul, po, px, py, WORDS), partial(np.multiply, x, y, out=out)),
        memory(
            "recombine_64", 6, partial(lib.parley_recombine, po, pc, px, pb, py, pa, WORDS, 0), recombined
        ),
        memory(
            "shift_right_64", 2, partial(lib.parley_shift_right, po, px, 0, 16, WORDS),
            partial(np.right_shift, x, np.uint64(16), out=out),
        ),
        memory(
            "shift_left_64", 2, partial(lib.parley_shift_left, po, px, 16, WORDS),
            partial(np.left_shift, x, np.uint64(16), out=out),
        ),
        KernelWorkload(
            "ring.replicated_product", "words", WORDS,
            partial(lib.parley_replicated_product, po, px, py, pa, pb, KEYS[0], 0, KEYS[1], 0, WORDS), "copy",
            5 * COPIED, note="both masks are drawn by AES besides",
        ),
    ]  # fmt: skip
