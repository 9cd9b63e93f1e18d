"""Rotary positions: pairs of a query or key turned by public angles. Su et al., arXiv 2104.09864.

The angles are public, so turning is local. Sines and cosines have TURN fractional bits, which the result has more and
is shortened by later, with what it had to be shortened by anyway. They come from whole numbers, not from a machine's
floats: shares multiplied by tables that differ in the last place would add up to nothing.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Z2k
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from protocols.numeric.public_sines import EXACT, TWO_PI, WORKING, signed_shift_right, sines_of_turns
from protocols.shares import ArithmeticShare, concatenate
from protocols.transformer.fractions import TURN

Signed = npt.NDArray[np.int64]
_TURN = 1 << 128
_QUARTER = _TURN >> 2


def turned_by_place(ctx: Context, x: ArithmeticShare, cosines: Signed, sines: Signed) -> ArithmeticShare:
    """[x], rows (.., rows, head), each pair turned by its angle of `tables`; TURN fractional bits more.

    A pair is the i-th of a row's first half and the i-th of its second half. Local; off by 2^-TURN of a pair's length
    at most.
    """
    half = x.shape[-1] // 2
    ring = cast(Z2k, ctx.ring)
    cosine, sine = ring.from_signed(cosines), ring.from_signed(sines)
    low, high = x[..., :half], x[..., half:]
    return concatenate([low.scale(cosine) - high.scale(sine), low.scale(sine) + high.scale(cosine)], -1)


@lru_cache(maxsize=64)
def tables(first: int, rows: int, half: int, base: float) -> tuple[Signed, Signed]:
    """Cosines and sines of place * base^(-i / half), times 2^TURN, rounded: for each row, the first of which stands at
    place `first`, and each pair i."""
    turns = [_turns_of_place(i, half, base) for i in range(half)]
    angles = [(first + row) * turn % _TURN for row in range(rows) for turn in turns]
    return _rounded([angle + _QUARTER for angle in angles], rows), _rounded(angles, rows)


@lru_cache(maxsize=1 << 10)
def _turns_of_place(i: int, half: int, base: float) -> int:
    """base^(-i / half) in turns of 2^128: from one place to the next. The last bits don't count below 2^32 places."""
    exponent = EXACT.divide(Decimal(-i), Decimal(half))
    turns = EXACT.divide(EXACT.power(Decimal(base), exponent), TWO_PI)
    return int(EXACT.multiply(turns, Decimal(_TURN)).to_integral_value())


def _rounded(angles: list[int], rows: int) -> Signed:
    sines = sines_of_turns(Z128.from_ints([angle % _TURN for angle in angles]))
    shift = WORKING - TURN
    low = signed_shift_right(sines, shift, plus=1 << (shift - 1))[..., 0]
    return low.view(np.int64).reshape(rows, -1)
