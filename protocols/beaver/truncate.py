"""Dividing a shared number by a power of two."""

from __future__ import annotations

from mpc.accounts.cost import cost
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
    wrap is removed exactly (Dalskov, Escudero, Keller, PETS 2020, section 3.3, in a ring). What is left is the carry
    out of the low bits: y is one more where c mod 2^shift < x mod 2^shift. This is rounding with the dither
    c mod 2^shift, uniformly random and public; its mean is x / 2^shift.
    Who also learns y learns on which side of that public dither x mod 2^shift lies, no more.
    """
    if not 0 <= shift < x.ring.bits - 1:
        raise LocalError("bad-shift", f"cannot truncate {shift} of {x.ring.bits} bits", "use 0 <= shift < k - 1")
    if shift == 0:
        return x
    ring, k = x.ring, x.ring.bits
    r, r_middle, r_top = await ctx.take(TruncationPair(ring, x.shape, shift))
    masked = ring.add(x.words, r)
    if ctx.me == 0:
        masked = ring.add(masked, ring.from_ints(1 << (k - 2)))
    (c,) = await open_words(ctx, ring, masked)
    top = ring.shift_right(c, k - 1)
    wrap = ring.from_ints(1 << (k - 1 - shift))
    carry = ring.mul(r_top, ring.sub(ring.from_ints(1), ring.add(top, top)))
    y = ring.sub(ring.mul(carry, wrap), r_middle)
    if ctx.me == 0:
        middle = ring.shift_right(ring.low(c, k - 1), shift)
        known = ring.add(middle, ring.mul(top, wrap))
        y = ring.add(y, ring.sub(known, ring.from_ints((1 << (k - 2)) >> shift)))
    return x.like(y)
