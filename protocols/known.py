"""Values known to one party: beside shared values, of which nobody knows anything.

A party's own data before it is put in, what was opened to it alone, the factor that makes a product of a shared value
cheaper. `Known` is the whole value at its owner and nothing but its shape at the others; all go through the same lines
of a protocol, so that calls are numbered alike. Its rule of use: any number of times, unlike material; put in twice, it
gives two independent sharings. What is linear with public factors, or of values of one owner, is local; values of two
owners meet only as shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpc.algebra.interface import Algebra
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.linear import Linear
from protocols.shares import ArithmeticShare, Shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Known(Linear):
    """x, known whole to `owner`; the others hold an array of its shape without content."""

    owner: int
    whole: Words
    ring: Algebra

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape)) or 'scalar'} known to party {self.owner}>"

    @property
    def shape(self) -> Shape:
        """The shape of x, which is public."""
        return self.ring.shape(self.whole)

    def each(self, function: Callable[..., Words], *others: Known) -> Known:
        """The same function of the whole value, where it is known."""
        for other in others:
            if other.owner != self.owner:
                raise LocalError(
                    "two-owners", f"a value of party {self.owner} meets one of party {other.owner}",
                    "share both first: await share_known(ctx, x)",
                )  # fmt: skip
        return Known(self.owner, function(self.whole, *(other.whole for other in others)), self.ring)

    def value(self, ctx: Context) -> Words:
        """The elements; LocalError `not-the-owner` anywhere but at the owner."""
        if ctx.me != self.owner:
            raise LocalError("not-the-owner", f"only party {self.owner} knows this value", "ask for its share instead")
        return self.whole


def known(ctx: Context, owner: int, words: Words | None, shape: Shape) -> Known:
    """x of this shape, whose elements `owner` passes and the others don't have. Local."""
    ring = _algebra(ctx, owner)
    if words is None or ctx.me != owner:
        return Known(owner, ring.zeros(shape), ring)
    if ring.shape(words) != shape:
        raise LocalError("wrong-shape", f"{ring.shape(words)} is not the announced {shape}", "announce the true shape")
    return Known(owner, ring.reduce(words), ring)


async def share_known(ctx: Context, x: Known) -> Any:
    """[x] of a value known to one party: an input of its owner, at the suite's cost. Nobody learns anything."""
    share = await ctx.suite.input(ctx, x.owner, x.whole if ctx.me == x.owner else None, x.shape)
    return share


async def open_known(ctx: Context, to: int, x: ArithmeticShare) -> Known:
    """x, opened to party `to` alone, which then knows it. The suite is settled before.

    For protocols, of what they have masked: what a user's program lets a party know is an output (`mpc.reveal`).
    """
    await ctx.suite.settle(ctx)
    words = await ctx.suite.open_to(ctx, to, x)
    return known(ctx, to, words, x.shape)


def _algebra(ctx: Context, owner: int) -> Algebra:
    return ctx.ring if ctx.me == owner or ctx.session.shapes_only else ShapesOfRing(ctx.ring)
