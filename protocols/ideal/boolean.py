"""AND, OR and NOT of packed bits in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.one_array import OneArrayBits


@cost(rounds=0)
async def and_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """x & y."""
    return x.and_public(y.words)


@cost(rounds=0)
async def or_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """x | y."""
    return OneArrayBits(bits.bit_or(x.words, y.words), x.shape)


def not_(ctx: Context, x: OneArrayBits) -> OneArrayBits:
    """~x. Local."""
    return OneArrayBits(bits.bit_not(x.words), x.shape)


def xor_public(ctx: Context, x: OneArrayBits, public: Words) -> OneArrayBits:
    """x ^ public. Local."""
    return OneArrayBits(bits.bit_xor(x.words, public), x.shape)
