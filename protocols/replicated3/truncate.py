"""Dividing a shared number by a power of two, without a wrong wrap."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.replicated3.reading import TELLER, of_pair, read, reading_rounds, reading_words
from protocols.replicated3.share import placed
from protocols.replicated3.two_arrays import TwoArrays


@cost(
    rounds=lambda x, shift: reading_rounds(2 * x.first.size) if shift else 0,
    in_all=lambda x, shift: reading_words(2 * x.first.size, x.first.size) if shift else 0,
)
async def truncate(ctx: Context, x: TwoArrays, shift: int) -> TwoArrays:
    """[y] with y = floor(x / 2^shift) or one more, elementwise, for |x| < 2^(k-2); never a large error.

    x + h = u - w mod 2^k with h = 2^(k-2), u = x_0 of two parties and w of the third. The sum is in [0, 2^(k-1)), so
    that u - w has wrapped exactly where w has its highest bit and u has not: a product of two bits that are known. So

        y + h / 2^shift = floor(u / 2^shift) - floor(w / 2^shift) + 2^(k - shift) (not u_top) w_top

    where the borrow out of the low bits is left out: y is one more where u mod 2^shift < x mod 2^shift, which is where
    x mod 2^shift + w mod 2^shift is 2^shift or more. So y = floor((x + d) / 2^shift) for d = w mod 2^shift, and for
    d = 2^shift - 1 - u mod 2^shift: rounding with a dither. Whoever does not know x has a uniformly random one, of
    which the mean of y is x / 2^shift, and knows it: a party that learns y too learns on which side of a place that it
    knows x mod 2^shift lies, no more.
    """
    if not 0 <= shift < x.ring.bits - 1:
        raise LocalError("bad-shift", f"cannot truncate {shift} of {x.ring.bits} bits", "use 0 <= shift < k - 1")
    if shift == 0:
        return x
    ring, k = x.ring, x.ring.bits
    half, one = 1 << (k - 2), ring.from_ints(1)

    def told() -> Words:
        w = ring.neg(ring.add(ring.add(x.first, x.second), ring.from_ints(half)))
        wrap = ring.shift_left(ring.shift_right(w, k - 1), k - shift)
        return ring.moved(lambda *parts: np.stack(parts), ring.neg(ring.shift_right(w, shift)), wrap)

    u = of_pair(ctx, (x.first, x.second))
    low_half = ring.sub(one, ring.shift_right(u, k - 1))

    def reading(entries: Words) -> Words:
        return ring.add(entries[0], ring.mul(low_half, entries[1]))

    entries = told() if ctx.me == TELLER else None
    both = x.like(*await read(ctx, ring, entries, (2, *x.shape), reading, x.shape))
    of_u = None if ctx.me == TELLER else ring.sub(ring.shift_right(u, shift), ring.from_ints(half >> shift))
    return both + x.like(*placed(ctx, ring, 0, of_u, x.shape))
