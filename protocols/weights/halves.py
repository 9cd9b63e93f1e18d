"""What either party computes of a product by masked weights, by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.weights import weight_product
from mpc.algebra.words import Words
from mpc.correlation import Material
from protocols.preprocessing.kinds.weight_product import WeightProduct, by_direction
from protocols.weights.matrix import StandingMatrix


def times_integers(ring: Z2k, x: Words, w: StandingMatrix, transposed: bool) -> Words:
    """x @ W, or x @ W^T if `transposed`, at the owner, for rows x."""
    assert w.integers is not None
    return ring.reduce(weight_product(x, w.integers.T if transposed else w.integers))


def times_masked(ring: Z2k, b: Words, w: StandingMatrix, transposed: bool) -> Words:
    """B @ F, or B @ F^T, at the user."""
    assert w.masked is not None
    return ring.matmul(b, w.masked.T if transposed else w.masked)


def worked_out(w: StandingMatrix, kinds: Sequence[WeightProduct], materials: Sequence[Material]) -> list[Material]:
    """B and z1 = B F - R of each piece, by which it is longer than one that was not worked out, and R and D are empty.

    Those of one direction read F once together.
    """
    found: list[Material] = [()] * len(kinds)
    for transposed, places in by_direction(kinds):
        ring = kinds[0].ring
        products = times_masked(ring, joined(ring, materials, places), w, transposed)
        ends = np.cumsum([kinds[i].rows for i in places])[:-1]
        for i, product in zip(places, np.split(products, ends), strict=True):
            b, r, d = materials[i]
            found[i] = b, d, d, ring.sub(product, ring.reduce(r))
    return found


def joined(ring: Z2k, materials: Sequence[Material], places: Sequence[int]) -> Words:
    """The rows of B of several pieces."""
    return ring.reduce(np.concatenate([materials[i][0] for i in places]))
