"""Sines of angles that one party knows, or two, or all, in floats: by sums and products alone, in one order.

So they are the same on every machine: shares are multiplied by them. Angles are in turns, as u 2^64 in Z_2^64.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import factorial, pi
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

RING_BITS = 64
TERMS = 11
"""Of Taylor's series of the sine up to a quarter of a turn: what is left out is below 2^-57."""

_QUARTER = np.uint64(1 << (RING_BITS - 2))

Reals = npt.NDArray[np.float64]
U64 = npt.NDArray[np.uint64]


class Wave(NamedTuple):
    """a sin(2 pi k u): how often it turns while u does, and its size."""

    k: int
    a: float | Decimal


def sine_of_public_turns(turns: Reals) -> Reals:
    """sin(2 pi u) for |u| <= 1/2, within 2^-50, bit for bit the same on every machine."""
    near = np.where(np.abs(turns) > 0.25, np.copysign(0.5, turns) - turns, turns)
    x = near * (2 * pi)
    square = x * x
    total = np.zeros_like(x)
    for i in reversed(range(TERMS)):
        total = total * square + (-1.0) ** i / factorial(2 * i + 1)
    return np.asarray(total * x)


def waves_of_summand(r: U64, waves: Sequence[Wave], precision: int) -> U64:
    """cos(2 pi k_j r) and then sin(2 pi k_j r) of each wave with so many fractional bits: (2 waves, count)."""
    return _elements([*zip(*rotations(r, [wave.k for wave in waves]), strict=True)], precision)


def waves_of_factor(c: U64, waves: Sequence[Wave], precision: int) -> U64:
    """a_j sin(2 pi k_j c) and then -a_j cos(2 pi k_j c): times `waves_of_summand` they add up to the waves at c - r."""
    each = zip(rotations(c, [wave.k for wave in waves]), waves, strict=True)
    return _elements([*zip(*((sin * float(w.a), cos * -float(w.a)) for (cos, sin), w in each), strict=True)], precision)


def rotations(angles: U64, multiples: Sequence[int]) -> Iterator[tuple[Reals, Reals]]:
    """cos(2 pi k u) and sin(2 pi k u) for each k, in ascending order: each of the one before, turned by their
    difference, whose rotation is worked out when it is another one. Off by less than 2^-50 for each k so far."""
    last, step = 0, 0
    cos, sin = np.ones(angles.shape), np.zeros(angles.shape)
    cos_step, sin_step = cos, sin
    for k in multiples:
        if k - last != step:
            step = k - last
            cos_step, sin_step = _rotation(angles * np.uint64(step))
        cos, sin = cos * cos_step - sin * sin_step, sin * cos_step + cos * sin_step
        yield cos, sin
        last = k


def _rotation(angles: U64) -> tuple[Reals, Reals]:
    cos, sin = (
        sine_of_public_turns(np.asarray(angles + moved).view(np.int64).astype(np.float64) * 2.0**-RING_BITS)
        for moved in (_QUARTER, np.uint64(0))
    )
    return cos, sin


def _elements(rows: Sequence[Sequence[Reals]], precision: int) -> U64:
    return np.stack([np.rint(x * 2.0**precision).astype(np.int64).view(np.uint64) for row in rows for x in row])
