"""Dividing a shared number by a power of two, without a wrong wrap."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.replicated3.reading import TELLER, read, reading_rounds, reading_words
from protocols.replicated3.summands import summand
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
    check_shift(x.ring, shift)
    return await shortened(ctx, x.ring, summand(ctx, x), shift) if shift else x


def check_shift(ring: Z2k, shift: int) -> None:
    """LocalError `bad-shift` for what is not 0 <= shift < k - 1."""
    if not 0 <= shift < ring.bits - 1:
        raise LocalError("bad-shift", f"cannot truncate {shift} of {ring.bits} bits", "use 0 <= shift < k - 1")


async def shortened(ctx: Context, ring: Z2k, known: Words, shift: int) -> TwoArrays:
    """[x / 2^shift] as `truncate` has it, of x = u - w: the pair passes u, the teller w; shift > 0. One reading."""
    k, shape = ring.bits, ring.shape(known)
    half, one = 1 << (k - 2), ring.from_ints(1)

    def told() -> Words:
        w = ring.sub(known, ring.from_ints(half))
        wrap = ring.shift_left(ring.shift_right(w, k - 1), k - shift)
        return ring.moved(lambda *parts: np.stack(parts), ring.neg(ring.shift_right(w, shift)), wrap)

    def reading(entries: Words) -> Words:
        low_half = ring.sub(one, ring.shift_right(known, k - 1))
        return ring.add(entries[0], ring.mul(low_half, entries[1]))

    def with_u(entries: Words) -> Words:
        of_u = ring.sub(ring.shift_right(known, shift), ring.from_ints(half >> shift))
        return ring.add(of_u, reading(entries))

    entries = told() if ctx.me == TELLER else None
    return TwoArrays(*await read(ctx, ring, entries, (2, *shape), reading, shape, with_u), ring)
