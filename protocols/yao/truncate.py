"""Dividing a shared number by a power of two: two carries, garbled."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.circuits.arithmetic import add_all
from protocols.circuits.kinds import UInt
from protocols.circuits.values import made
from protocols.garbled import of_shares
from protocols.garbled.joint import Joint, joint
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


async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
    """[y] with y = floor(x / 2^shift) or one more, elementwise, for |x| < 2^(k-2); never a large error.

    With h = 2^(k-2) the sum x + h of shares u and v is in [0, 2^(k-1)), so that it has wrapped around where either has
    its highest bit. The garbler adds a random number r below 2^shift to the low bits, so that the mean of y is
    x / 2^shift: rounding with a dither that it alone knows. With u' = (u mod 2^shift) + r

        y + h / 2^shift = floor(u / 2^shift) + floor(v / 2^shift) + floor(u' / 2^shift) + carry - 2^(k - shift) wrap

    with the carry of u' and v below 2^shift: shift + 1 gates, and two bits that become numbers. The garbler, if it
    learns y too, learns on which side of its dither x mod 2^shift lies, no more.
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
    rows = _rows(ctx, ring.planes(low, shift), ring.planes(ring.shift_right(words, k - 1), 1))
    nothing = ctx.bits.zeros((0, rows.shape[1]))
    made = await of_shares.evaluate(ctx, ring, _carries(shift), rows, nothing, x.size)
    carry, wrap = (x.like(each).reshape(x.shape).words for each in made.numbers)
    y = ring.sub(ring.add(ring.shift_right(words, shift), carry), ring.shift_left(wrap, k - shift))
    if ctx.me == GARBLER:
        y = ring.add(y, ring.shift_right(low, shift))
        y = ring.sub(y, ring.from_ints((1 << (k - 2)) >> shift))
    return x.like(y)


def _rows(ctx: Context, *planes: Words) -> Words:
    return ctx.bits.moved(lambda *rows: np.concatenate(rows), *planes)
