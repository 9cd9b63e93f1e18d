"""Dividing a shared number by a power of two."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, cast

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.beaver.share import open_words
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.truncation_pair import TruncationPair


@cost(
    rounds=lambda x, shift: int(shift > 0),
    words=lambda x, shift: x.words.size if shift else 0,
    truncation_pair=lambda x, shift: x.size if shift else 0,
)
async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
    """[y] with y = floor(x / 2^shift) or one more, elementwise, for |x| < 2^(k-2); never a large error.

    With c = x + 2^(k-2) + r opened for a random r, the bit that x and r carry into the top is msb(c) ^ msb(r), so the
    wrap is removed exactly (Dalskov, Escudero, Keller, PETS 2020, section 3.3, in a ring): c >> shift counts msb(c),
    and msb(r) (1 - 2 msb(c)) is left. What remains is the carry out of the low bits: y is one more where
    c mod 2^shift < x mod 2^shift. This is rounding with the dither c mod 2^shift, uniformly random and public; its mean
    is x / 2^shift.
    Who also learns y learns on which side of that public dither x mod 2^shift lies, no more.
    """
    if not 0 <= shift < x.ring.bits - 1:
        raise LocalError("bad-shift", f"cannot truncate {shift} of {x.ring.bits} bits", "use 0 <= shift < k - 1")
    if shift == 0:
        return x
    ring, of = x.ring, cast(Hashable, x.ring)
    r, r_middle, r_top = await ctx.take(TruncationPair(ring, x.shape, shift))
    raised, lowered, wrap, twice = _constants(of, shift)
    masked = ring.add(x.words, r)
    (c,) = await open_words(ctx, ring, ring.add(masked, raised) if ctx.me == 0 else masked)
    carry = ring.sub(wrap, ring.mul(ring.shift_right(c, ring.bits - 1), twice))
    y = ring.sub(ring.mul(r_top, carry), r_middle)
    if ctx.me == 0:
        y = ring.add(y, ring.sub(ring.shift_right(c, shift), lowered))
    return x.like(y)


@lru_cache(maxsize=256)
def _constants(ring: Any, shift: int) -> tuple[Words, Words, Words, Words]:
    """What is added before x is opened, what that leaves behind the shift, what a wrap counts there, and twice that."""
    raised, wrap = 1 << (ring.bits - 2), 1 << (ring.bits - 1 - shift)
    return (
        ring.from_ints(raised), ring.from_ints(raised >> shift), ring.from_ints(wrap), ring.from_ints(2 * wrap)
    )  # fmt: skip
