"""Public numbers that secrets are compared with, in whole units of the secret's last place.

A real secret was rounded to the last place when it came in. A public number that it is compared with is rounded
likewise, so that equal decimals are equal: c >= 1.2 holds where c is 1.2. A secret with fewer fractional bits than the
run's, whole numbers and halves of them, was never rounded, and what it is compared with is not either.
"""

from __future__ import annotations

from math import ceil, ldexp
from typing import Any, NamedTuple, cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.context import Context
from protocols.array.arithmetic import with_constant
from protocols.array.facts import joint_shape
from protocols.array.lowering import stands_between
from protocols.array.node import Facts, Node, operation
from protocols.array.public import SMALL, Constant, Public, thresholds_of, wholes
from protocols.array.recording import record
from protocols.array.secret import SecretArray
from protocols.numeric import garbled_between
from protocols.ranges import ERROR_BITS, Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


class Units(NamedTuple):
    """Public numbers as whole units of a secret's last place, clipped to the ring's limit, which every secret is below
    in size; and the most that rounding moved one, in units of an error."""

    values: Public
    moved: int


def _below(x: Node, constant: Constant) -> Facts:
    return Facts(joint_shape("a comparison", x.shape, constant.shape), x.kind, x.scale, x.range)


def _subtract_constant(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    return x - suite_of(ctx).constant(ctx, node.parameters["constant"].elements)


def _each(x: Node, constant: Constant, bits: int, decides: bool) -> Facts:
    return Facts((*constant.shape, *x.shape), "int", 0, Range(0, 1))


async def _below_each(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    suite, bits = suite_of(ctx), node.parameters["bits"]
    thresholds = cast(Z2k, ctx.ring).to_smaller(node.parameters["constant"].elements, bits)
    return await suite.bits_to_ring(ctx, await suite.below(ctx, x.modulo(bits), thresholds))


BELOW_EACH = operation("< each", _each, _below_each, decides=True)
BELOW = operation("- public", _below, _subtract_constant)
stands_between(BELOW, with_constant(lambda x, constant: garbled_between.plus_public(x, -constant)))


def nearest(x: SecretArray, y: Any) -> Units:
    """The t with x == y exactly where x == t: the limit, which no x is, where x has too few fractional bits for y."""
    values, limit = thresholds_of(y), _limit(x.context)
    scaled = _in_units(values, x.scale, limit)
    if values.dtype.kind != "f":
        return Units(scaled, 0)
    rounded = np.rint(scaled)
    if _was_rounded(x):
        return Units(_clipped(rounded, limit), _moved(scaled, rounded))
    return Units(_clipped(np.where(scaled == rounded, rounded, float(limit)), limit), 0)


def threshold(x: SecretArray, y: Any, *, or_equal: bool) -> Units:
    """The t with x < y, or x <= y, exactly where x < t.

    A t beyond the ring's limit decides the same as the limit itself.
    """
    values, limit = thresholds_of(y), _limit(x.context)
    scaled = _in_units(values, x.scale, limit)
    if values.dtype.kind != "f":
        whole, moved = scaled, 0
    elif _was_rounded(x):
        rounded = np.rint(scaled)
        whole, moved = _clipped(rounded, limit), _moved(scaled, rounded)
    else:
        whole, moved = _clipped(np.floor(scaled) if or_equal else np.ceil(scaled), limit), 0
    next_ = np.asarray(whole + int(or_equal), whole.dtype)
    return Units(np.asarray(np.clip(next_, -limit, limit), whole.dtype), moved)


def above(x: SecretArray, units: Units) -> SecretArray:
    """x - t, of which only the sign, or whether it is zero, is wanted: both are within the limit, so it cannot wrap.

    A t beyond the range of x is moved next to it, which decides the same; then the difference is as small as x.
    """
    kept = clamped(x.range, x.context)
    least, most = kept.lo - 1, kept.hi + 1
    values = np.asarray(np.clip(units.values, least, most), units.values.dtype)
    highest, lowest = (int(values.max()), int(values.min())) if values.size else (most, least)
    constant = Constant(x.context.ring.from_signed(values), Range(lowest, highest), values.shape)
    apart = clamped(Range(kept.lo - highest, kept.hi - lowest, kept.error + units.moved), x.context)
    return record(BELOW, x, constant=constant, range_=apart)


def below_each(x: SecretArray, *several: Units) -> SecretArray:
    """[x < t] as numbers for each of the public t, in vectors one after the other: (thresholds, *x.shape).

    All are compared under one opened mask of x: rounds as of one comparison and one more.
    """
    kept = clamped(x.range, x.context)
    least, most = kept.lo - 1, kept.hi + 1
    values = np.concatenate([np.clip(units.values, least, most) for units in several])
    moved = max(units.moved for units in several)
    constant = Constant(x.context.ring.from_signed(values), Range(least, most), values.shape)
    bits = min(Range(kept.lo - most, kept.hi - least).bits, x.context.ring.bits)
    inexact = x.in_range(x.range.off_by(x.range.error + moved))
    return record(BELOW_EACH, inexact, constant=constant, bits=bits, decides=True)


def clamped(range_: Range, context: Context) -> Range:
    """The part of a range that passes the check of values."""
    limit = _limit(context) - 1
    lo, hi = (min(max(bound, -limit), limit) for bound in (range_.lo, range_.hi))
    return Range(lo, hi, range_.error)


def _limit(context: Context) -> int:
    return 1 << (context.ring.bits - 2)


def _was_rounded(x: SecretArray) -> bool:
    return x.scale >= x.context.fractional_bits


def _in_units(y: Public, scale: int, limit: int) -> Public:
    """y * 2^scale: whole numbers within the limit, of reals as floats, exactly."""
    if y.dtype.kind == "f":
        return np.asarray(np.ldexp(np.clip(y, -float(limit), float(limit)), scale))
    bound, dtype = limit >> scale, _dtype(limit)
    whole = y if dtype is np.int64 else wholes(y)
    return np.asarray(np.asarray(np.clip(whole, -bound, bound), dtype) * (1 << scale), dtype)


def _clipped(whole: Public, limit: int) -> Public:
    """Whole floats as integers within the limit."""
    within = np.asarray(np.clip(whole, -float(limit), float(limit)))
    return np.asarray(within, np.int64) if _dtype(limit) is np.int64 else wholes(within)


def _dtype(limit: int) -> type:
    """Of integers up to the limit."""
    return np.int64 if limit <= SMALL else object


def _moved(scaled: Public, rounded: Public) -> int:
    return ceil(ldexp(float(np.abs(scaled - rounded).max(initial=0.0)), ERROR_BITS))
