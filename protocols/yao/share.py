"""Additive shares of ring elements, XOR shares of bits: those of the suite beaver, between two parties.

What is put in and opened is so in the same way; a random value takes no material, since two parties draw a part each.
"""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.beaver.share import (
    constant,
    constant_bits,
    input_,
    input_bits,
    open_,
    open_bits,
    open_bits_to,
    open_to,
    random_bits,
)
from protocols.one_array import OneArray, ring_of
from protocols.shares import Shape

__all__ = [
    "constant",
    "constant_bits",
    "input_",
    "input_bits",
    "open_",
    "open_bits",
    "open_bits_to",
    "open_to",
    "random",
    "random_bits",
]


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> OneArray:
    """[r] for uniformly random r that nobody knows: the sum of what each party draws for itself."""
    ring = ring_of(ctx)
    return OneArray(ring.draw(ctx.prg("random"), shape), ring)
