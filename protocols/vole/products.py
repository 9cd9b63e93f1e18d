"""Products of authenticated elements modulo 2^61 - 1 in one pass over memory: local, in constant time.

What the kernels compute stands in native/vole/exports.h.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import U64, Words, contiguous, pointer
from native import lib


def prove_products(
    x: Words, m_x: Words, y: Words, m_y: Words, pairs: Words, told: Words, constant: Words, first: Words
) -> tuple[Words, Words]:
    """z and its M of arrays of one shape, by random pairs (n, 2).

    Writes what is told of z, and the terms A_0 and A_1, into flat arrays.
    """
    z, m = np.empty(x.shape, U64), np.empty(x.shape, U64)
    x, m_x, y, m_y, pairs = map(contiguous, (x, m_x, y, m_y, pairs))
    lib.parley_vole_prove(
        pointer(z), pointer(m), pointer(told), pointer(constant), pointer(first), pointer(x), pointer(m_x), pointer(y),
        pointer(m_y), pointer(pairs), z.size,
    )  # fmt: skip
    return z, m


def verify_products(k_x: Words, k_y: Words, k_z: Words, delta: Words, terms: Words) -> None:
    """Writes the terms B of arrays of one shape into a flat array."""
    k_x, k_y, k_z = map(contiguous, (k_x, k_y, k_z))
    lib.parley_vole_verify(pointer(terms), pointer(k_x), pointer(k_y), pointer(k_z), pointer(delta), k_x.size)
