"""Between [x] in the ring and bits <x>: an adder of both parties' shares, and projections of the labels of bits."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from mpc.context import Context
from protocols import derived
from protocols.beaver.by_garbling import of_numbers
from protocols.circuits.kinds import Bits, UInt
from protocols.garbled import ahead, of_shares
from protocols.garbled.joint import Joint, joint, joint_of_numbers
from protocols.garbled.schemes import scheme_of
from protocols.one_array import OneArray, OneArrayBits, ring_of


@cache
def _low_bits(width: int) -> Joint:
    return joint_of_numbers(lambda x: x.to(Bits(width)), {"x": UInt(width)}, "bits of a number")


@cache
def _sign(width: int) -> Joint:
    return joint_of_numbers(lambda x: x[width - 1], {"x": UInt(width)}, "sign")


@cache
def _zero(width: int) -> Joint:
    return joint_of_numbers(lambda x: x == 0, {"x": UInt(width)}, "is zero")


@cache
def _bit() -> Joint:
    def number(shared: Any) -> Any:
        return shared.to(UInt(1))

    return joint(number, shared=1)


async def _planes(ctx: Context, circuit: Joint, x: OneArray) -> OneArrayBits:
    fits = ahead.fits(circuit.circuit, x.size, scheme_of(ctx))
    (planes,) = await of_numbers(ctx, circuit, [x], online=not fits)
    return cast(OneArrayBits, planes)


async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x < 0>, elementwise: k - 1 gates."""
    return (await _planes(ctx, _sign(x.ring.bits), x)).plane(0)


async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x == 0>, elementwise: 2 k - 2 gates."""
    return (await _planes(ctx, _zero(x.ring.bits), x)).plane(0)


async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes; width - 1 gates."""
    return await _planes(ctx, _low_bits(width), x.modulo(width))


async def bits_to_ring(ctx: Context, x: OneArrayBits) -> OneArray:
    """[x_i] for each plane i, shape (planes, *x.shape); x.shape for one plane without a plane axis.

    No gate at all, so that nothing is gained by garbling ahead.
    """
    ring, words = ring_of(ctx), x.words.shape[-1]
    count = 64 * x.planes * words if x.lead else x.size
    rows = x.words.reshape(1, x.planes * words)
    made = await of_shares.evaluate(ctx, ring, _bit(), ctx.bits.zeros((0, x.planes * words)), rows, count)
    flat = OneArray(made.numbers[0], ring)
    if not x.lead:
        return flat.reshape(x.shape)
    return flat.reshape((x.planes, 64 * words))[:, : x.size].reshape((x.planes, *x.shape))


b2a = derived.b2a
