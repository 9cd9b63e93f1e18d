"""A number where a shared bit is 1, and 0 elsewhere: the bit is not brought to the ring first.

With b = c ^ m, c of the pair and m of the teller, and x = u - w,

    b x = (m + c (1 - 2 m)) (u - w) = -m w  +  c (2 m w - w)  +  u (1 - 2 c) m  +  c u,

linear in three numbers of the teller, -m w, 2 m w - w and m; the last term is the pair's own.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context
from protocols.replicated3.convert import known_bits
from protocols.replicated3.reading import TELLER, read
from protocols.replicated3.summands import summand
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays


async def choose(ctx: Context, b: TwoArrayBits, x: TwoArrays) -> TwoArrays:
    """[b x], elementwise, for one plane of bits in the shape of x: the cost of reading three numbers each.

    Nobody learns anything, as in `reading`.
    """
    ring, size = x.ring, x.size
    bit, own = known_bits(ctx, b, 1)[0], summand(ctx, x.reshape((size,)))
    product = ring.mul(bit, own)
    entries = None
    if ctx.me == TELLER:
        twice = ring.sub(ring.add(product, product), own)
        entries = ring.moved(lambda *parts: np.stack(parts), ring.neg(product), twice, bit)
    turned = ring.sub(own, ring.add(product, product))

    def reading(told: Words) -> Words:
        return ring.add(told[0], ring.add(ring.mul(bit, told[1]), ring.mul(turned, told[2])))

    def with_own(told: Words) -> Words:
        return ring.add(reading(told), product)

    chosen = x.like(*await read(ctx, ring, entries, (3, size), reading, (size,), with_own))
    return chosen.reshape(x.shape)
