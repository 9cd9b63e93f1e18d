"""Keys of point functions of 63 bits, dealt and read, in arrays that the second-level cache holds."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.words import U64, pointer
from native import ffi, lib

KEYS, WIDTH = 1 << 9, 63
ENCRYPTIONS = 57
"""Of one party's walk."""


def workloads() -> list[KernelWorkload]:
    """A limit counts the blocks that are encrypted; schedules come on top."""
    points, places, start = random_words((KEYS,), 1), random_words((KEYS,), 2), random_words((2,), 3)
    left, right = random_words((KEYS, 2), 4), random_words((KEYS, 2), 5)
    corrections, at_most = np.empty((ENCRYPTIONS, KEYS, 2), U64), np.empty(KEYS // 64, U64)
    pc, pl, ps = pointer(corrections), pointer(left), pointer(start)
    deal = partial(lib.parley_point_deal, pc, KEYS, pointer(points), pl, pointer(right), ps, 0, WIDTH, KEYS)
    read = partial(
        lib.parley_point_read, pointer(at_most), ffi.NULL, pc, KEYS, pl, 0, pointer(places), ps, 0, WIDTH, KEYS
    )
    deal()
    return [
        KernelWorkload("function_sharing.point_deal", "keys", KEYS, deal, "aes", 2 * ENCRYPTIONS),
        KernelWorkload("function_sharing.point_read", "keys", KEYS, read, "aes", ENCRYPTIONS),
    ]
