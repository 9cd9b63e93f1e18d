"""Dividing a shared number by a power of two: two carries, garbled."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.beaver.by_garbling import of_numbers
from protocols.circuits.arithmetic import add_all
from protocols.circuits.kinds import UInt
from protocols.circuits.values import made
from protocols.garbled import ahead, of_shares
from protocols.garbled.joint import Joint, joint, joint_of_numbers
from protocols.garbled.schemes import scheme_of
from protocols.garbled.yao import GARBLER
from protocols.one_array import OneArray


@cache
def _carries(shift: int) -> Joint:
    """Of the low `shift` bits and the highest of either share: the carry out of the low ones, that out of the top."""

    def carries(garbler: Any, evaluator: Any) -> Any:
        b = garbler.builder
        carry = add_all(b, garbler.literals[:-1], evaluator.literals[:-1])[-1]
        wrap = garbler[shift] | evaluator[shift]
        return {"carry": made(b, UInt(1), [carry]), "wrap": wrap.to(UInt(1))}

    return joint(carries, garbler=shift + 1, evaluator=shift + 1, name="carries of a truncation")


@cache
def _carries_of_sums(shift: int) -> Joint:
    """The same as sums of numbers, of one bit more each, for which half as many labels are told."""

    def carries(low: Any, top: Any) -> Any:
        return {"carry": low[shift].to(UInt(1)), "wrap": (top[0] | top[1]).to(UInt(1))}

    return joint_of_numbers(carries, {"low": UInt(shift + 1), "top": UInt(2)}, "carries of a truncation, as sums")


async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
    """[y] with y = floor(x / 2^shift) or one more, elementwise, for |x| < 2^(k-2); never a large error.

    With h = 2^(k-2) the sum x + h of shares u and v is in [0, 2^(k-1)), so that it has wrapped around where either has
    its highest bit. The garbler adds a random number r below 2^shift to the low bits, so that the mean of y is
    x / 2^shift: rounding with a dither that it alone knows. With u' = (u mod 2^shift) + r

        y + h / 2^shift = floor(u / 2^shift) + floor(v / 2^shift) + floor(u' / 2^shift) + carry - 2^(k - shift) wrap

    with the carry of u' and v below 2^shift: shift + 1 gates, and two bits that become numbers; one gate more where
    they are garbled ahead. The garbler, if it learns y too, learns on which side of its dither x mod 2^shift lies, no
    more.
    """
    if not 0 <= shift < x.ring.bits - 1:
        raise LocalError("bad-shift", f"cannot truncate {shift} of {x.ring.bits} bits", "use 0 <= shift < k - 1")
    if shift == 0:
        return x
    ring, k, low, words = x.ring, x.ring.bits, x.words, x.words
    if ctx.me == GARBLER:
        words = ring.add(words, ring.from_ints(1 << (k - 2)))
        dither = ring.low(ring.draw(ctx.prg("dither"), x.shape), shift)
        low = ring.add(ring.low(words, shift), dither)
    carry, wrap = await _carried(ctx, x, ring.low(low, shift), ring.shift_right(words, k - 1), shift)
    y = ring.sub(ring.add(ring.shift_right(words, shift), carry), ring.shift_left(wrap, k - shift))
    if ctx.me == GARBLER:
        y = ring.add(y, ring.shift_right(low, shift))
        y = ring.sub(y, ring.from_ints((1 << (k - 2)) >> shift))
    return x.like(y)


async def _carried(ctx: Context, x: OneArray, low: Words, top: Words, shift: int) -> list[Words]:
    """This party's shares of both carries, in the shape of x, from its low bits and its highest one."""
    sums, scheme = _carries_of_sums(shift), scheme_of(ctx)
    if ctx.session.ways.garbling == "ahead" and ahead.fits(sums.circuit, x.size, scheme):
        parts = [_small(x.ring, low, shift + 1), _small(x.ring, top, 2)]
        return [each.words for each in cast(list[OneArray], await of_numbers(ctx, sums, parts))]
    rows = ctx.bits.moved(lambda *each: np.concatenate(each), x.ring.planes(low, shift), x.ring.planes(top, 1))
    nothing = ctx.bits.zeros((0, rows.shape[1]))
    made = await of_shares.evaluate(ctx, x.ring, _carries(shift), rows, nothing, x.size, scheme)
    return [x.like(each).reshape(x.shape).words for each in made.numbers]


def _small(ring: Z2k, words: Words, bits: int) -> OneArray:
    return OneArray(ring.to_smaller(words, bits), ring.smaller(bits))
