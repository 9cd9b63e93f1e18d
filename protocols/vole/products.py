"""Products of authenticated elements modulo 2^61 - 1 in one pass over memory: local, in constant time.

What the kernels compute stands in native/vole/exports.h.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import U64, Words, contiguous, pointer
from native import lib


def prove_products(x: Words, m_x: Words, y: Words, m_y: Words, pairs: Words) -> Words:
    """Of arrays of one shape and random pairs (n, 2): z, its M, what is told of it, the terms A_0 and A_1; (5, n)."""
    out, x, m_x, y, m_y, pairs = np.empty((5, x.size), U64), *map(contiguous, (x, m_x, y, m_y, pairs))
    lib.parley_vole_prove(pointer(out), pointer(x), pointer(m_x), pointer(y), pointer(m_y), pointer(pairs), x.size)
    return out


def verify_products(k_x: Words, k_y: Words, k_z: Words, delta: Words) -> Words:
    """The terms B of arrays of one shape: flat."""
    out, k_x, k_y, k_z = np.empty(k_x.size, U64), *map(contiguous, (k_x, k_y, k_z))
    lib.parley_vole_verify(pointer(out), pointer(k_x), pointer(k_y), pointer(k_z), pointer(delta), k_x.size)
    return out
