"""Hypothesis strategies: ring elements, fixed-point numbers, shapes, numbers of parties."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.ring import Z64, Ring, Words

EDGES = (0, 1, -1, 2, -2, 2**31, -(2**31), 2**61, -(2**61), 2**62 - 1, -(2**62) + 1, -(2**62), 2**63 - 1, -(2**63))
"""Signed integers where carries, signs and limits of a 64-bit ring change."""

Shape = tuple[int, ...]


def party_counts(least: int = 2, most: int = 5) -> st.SearchStrategy[int]:
    """How many parties: 2 to 5 unless told otherwise, few first."""
    return st.integers(least, most)


def shapes(max_dims: int = 3, max_side: int = 4) -> st.SearchStrategy[Shape]:
    """Shapes of small arrays; the scalar shape () and empty ones come up often."""
    any_shape = hnp.array_shapes(min_dims=0, max_dims=max_dims, min_side=0, max_side=max_side)
    return st.one_of(st.just(()), st.just((0,)), any_shape)


def signed_integers(bits: int = 64) -> st.SearchStrategy[int]:
    """Integers of a two's complement word of `bits` bits, its edges often."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    edges = sorted({e for e in (*EDGES, low, high) if low <= e <= high}, key=abs)
    return st.one_of(st.sampled_from(edges), st.integers(low, high))


def ring_elements(ring: Ring = Z64) -> st.SearchStrategy[int]:
    """Elements of a ring as unsigned integers, those of the signed edges often."""
    return signed_integers(ring.bits).map(lambda value: value % (1 << ring.bits))


def ring_arrays(ring: Ring = Z64, shape: Shape | st.SearchStrategy[Shape] | None = None) -> st.SearchStrategy[Words]:
    """Reduced arrays of a ring, uint64; of any small shape unless one, or a strategy of some, is given."""
    return hnp.arrays(np.uint64, shapes() if shape is None else shape, elements=ring_elements(ring))


def fixed_arrays(
    lo: float,
    hi: float,
    fractional_bits: int = 16,
    shape: Shape | st.SearchStrategy[Shape] | None = None,
) -> st.SearchStrategy[npt.NDArray[np.float64]]:
    """Arrays of float64 in [lo, hi] that `fractional_bits` represent exactly, so that only protocols can err."""
    unit = 2.0**-fractional_bits
    low, high = int(np.ceil(lo / unit)), int(np.floor(hi / unit))
    edges = [value for value in (0, 1, -1, low, high) if low <= value <= high]
    multiples = st.one_of(st.sampled_from(edges), st.integers(low, high))
    sides: Any = shapes() if shape is None else shape
    return hnp.arrays(np.float64, sides, elements=multiples.map(lambda m: m * unit))
