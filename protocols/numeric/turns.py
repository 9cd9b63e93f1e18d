"""Sines of angles that one party knows, or two, or all, in floats: by sums and products alone, in one order.

So they are the same on every machine: shares are multiplied by them. Angles are in turns, as u 2^64 in Z_2^64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from math import factorial, pi
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

RING_BITS = 64
TERMS = 11
"""Of Taylor's series of the sine up to a quarter of a turn: what is left out is below 2^-57."""

_TAYLOR = tuple((-1.0) ** i / factorial(2 * i + 1) for i in range(TERMS))
_AT_A_TIME = 1 << 11
_QUARTER = np.uint64(1 << (RING_BITS - 2))

Reals = npt.NDArray[np.float64]
U64 = npt.NDArray[np.uint64]


class Wave(NamedTuple):
    """a sin(2 pi k u): how often it turns while u does, and its size."""

    k: int
    a: float | Decimal


def sine_of_public_turns(turns: Reals) -> Reals:
    """sin(2 pi u) for |u| <= 1/2, within 2^-50, bit for bit the same on every machine."""
    x = np.where(np.abs(turns) > 0.25, np.copysign(0.5, turns) - turns, turns)
    x *= 2 * pi
    square = x * x
    total = np.full_like(x, _TAYLOR[-1])
    for coefficient in reversed(_TAYLOR[:-1]):
        total *= square
        total += coefficient
    total *= x
    return total


def waves_of_summand(r: U64, waves: Sequence[Wave], precision: int) -> U64:
    """cos(2 pi k_j r) and then sin(2 pi k_j r) of each wave with so many fractional bits: (2 waves, count)."""
    return _elements(r, waves, precision, lambda cos, sin: (cos, sin))


def waves_of_factor(c: U64, waves: Sequence[Wave], precision: int) -> U64:
    """a_j sin(2 pi k_j c) and then -a_j cos(2 pi k_j c): times `waves_of_summand` they add up to the waves at c - r."""
    sizes = np.array([float(wave.a) for wave in waves])[:, None]
    return _elements(c, waves, precision, lambda cos, sin: (sin * sizes, cos * -sizes))


def rotations(angles: U64, multiples: Sequence[int]) -> tuple[Reals, Reals]:
    """cos(2 pi k u) and sin(2 pi k u) for each k: (multiples, count). Off by less than 2^-50 for each so far.

    Equally spaced ones are turned from those before, twice as many each time.
    """
    gaps = {b - a for a, b in pairwise(multiples)}
    if len(gaps) > 1:
        each = [_rotation(angles * np.uint64(k)) for k in multiples]
        return np.stack([cos for cos, _ in each]), np.stack([sin for _, sin in each])
    count = len(multiples)
    cos, sin = np.empty((count, *angles.shape)), np.empty((count, *angles.shape))
    cos[0], sin[0] = _rotation(angles * np.uint64(multiples[0]))
    if gaps:
        cos_step, sin_step = _rotation(angles * np.uint64(gaps.pop()))
    done = 1
    while done < count:
        more = min(done, count - done)
        for out, one, other, combine in ((cos, cos, sin, np.subtract), (sin, sin, cos, np.add)):
            further = np.multiply(one[:more], cos_step, out=out[done : done + more])
            combine(further, other[:more] * sin_step, out=further)
        cos_step, sin_step = cos_step * cos_step - sin_step * sin_step, 2.0 * cos_step * sin_step
        done += more
    return cos, sin


def _rotation(angles: U64) -> tuple[Reals, Reals]:
    turns = np.stack((angles + _QUARTER, angles)).view(np.int64).astype(np.float64)
    turns *= 2.0**-RING_BITS
    cos, sin = sine_of_public_turns(turns)
    return cos, sin


def _elements(
    angles: U64,
    waves: Sequence[Wave],
    precision: int,
    made: Callable[[Reals, Reals], tuple[Reals, Reals]],
) -> U64:
    """Of cosines and sines what is made, (2 waves, count): some angles at a time, which stay near the processor."""
    multiples, count = [wave.k for wave in waves], len(waves)
    found = np.empty((2 * count, len(angles)), np.int64)
    for start in range(0, len(angles), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        first, second = made(*rotations(angles[some], multiples))
        for part, where in ((first, found[:count, some]), (second, found[count:, some])):
            part *= 2.0**precision
            where[...] = np.rint(part, out=part)
    return found.view(np.uint64)
