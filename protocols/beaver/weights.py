"""Products by a matrix of weights that one of two parties has: one message, of the other one.

The weights are put under a mask once and serve any number of products, as the data of Mohassel, Zhang, "SecureML", IEEE
S&P 2017, section 4; that one party multiplies in the clear is of Mishra et al., "Delphi", USENIX Security 2020,
section 4.
"""

from __future__ import annotations

from functools import partial
from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.known import Known
from protocols.one_array import OneArray, ring_of
from protocols.weights.halves import times_integers, times_masked
from protocols.weights.matrix import StandingMatrix


@cost(
    rounds=1,
    to_one=lambda x, w, transposed: x.size,
    weight_product=lambda x, w, transposed: x.shape[0],
)
async def by_masked(ctx: Context, x: OneArray | Known, w: StandingMatrix, transposed: bool) -> OneArray:
    """[z] = [x @ W], or [x @ W^T], for rows x (rows, inputs) and weights W that stand: F = W - A at the user.

    With B, R at the user and D = B A + R at the owner, the user sends E = x_1 - B, and
    z_0 = (x_0 + E) W + D, z_1 = B F - R. They add up to (x - B) W + B A + B (W - A) = x W.
    Of x that the user knows, x_0 is zero and not written down. The owner sees E alone, which B hides; the material
    burns as it is taken, before E leaves. Semi-honest, two parties; who dealt B, R and A may help neither of them.
    """
    ring, (rows, inputs) = ring_of(ctx), x.shape
    b, r, d, *ahead = await ctx.take(w.use(rows, transposed))
    out = rows, w.sides(transposed)[1]
    if ctx.me != w.owner:
        ctx.send(w.owner, ring.sub(_own(x), ring.reduce(b)))
        z = ahead[0] if ahead else await _users(ctx, w, ring.reduce(b), ring.reduce(r), transposed)
        return OneArray(z, ring)
    e = ring.reduce(await ctx.receive(w.user, Spec((rows, inputs))))
    if ctx.planning:
        return OneArray(ring.zeros(out), ring)
    e = e if isinstance(x, Known) else ring.add(x.words, e)
    z = await ctx.off_loop(inputs * prod(out), partial(times_integers, ring, e, w, transposed))
    return OneArray(ring.add(z, d), ring)


def _own(x: OneArray | Known) -> Words:
    """The user's part of x."""
    return x.whole if isinstance(x, Known) else x.words


async def _users(ctx: Context, w: StandingMatrix, b: Words, r: Words, transposed: bool) -> Words:
    """z_1, where it was not worked out when the material was made."""
    if ctx.planning:
        return r
    ring = w.ring
    z = await ctx.off_loop(b.size * r.shape[-1], partial(times_masked, ring, b, w, transposed))
    return ring.sub(z, r)
