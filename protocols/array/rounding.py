"""Whole parts and remainders, exact on the encoded value, from its bits; signs; and changes of kind."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import ADD_PUBLIC, add, multiply, negative, scale_by, subtract
from protocols.array.floor_quotients import floor_and_rest
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import ZERO, greater, greater_equal, is_negative, less, not_equal, where
from protocols.array.missing import missing
from protocols.array.node import Facts, Node, operation
from protocols.array.public import encoded, public
from protocols.array.public_divisors import floor_and_rest_by_public
from protocols.array.recording import record
from protocols.array.scales import at_scale, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import refuse_truths
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


def _low_bits_facts(x: Node, width: int, decides: bool) -> Facts:
    return Facts(x.shape, x.kind, x.scale, Range(0, (1 << width) - 1, x.range.error))


async def _low_bits(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    planes = await suite_of(ctx).a2b(ctx, x, node.parameters["width"])
    return await suite_of(ctx).b2a(ctx, planes)


def _whole_facts(x: Node) -> Facts:
    error = shifted_up(x.range.error, x.scale)
    return Facts(x.shape, "int", 0, Range(x.range.lo >> x.scale, x.range.hi >> x.scale, error))


async def _whole(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """[x / 2^scale] of whole numbers: exact, since truncation errs by less than a unit."""
    (operand,) = node.operands
    return await suite_of(ctx).truncate(ctx, x, operand.scale) if operand.scale else x


LOW_BITS = operation("low bits", _low_bits_facts, _low_bits, decides=True)
WHOLE = operation("whole", _whole_facts, _whole)


@implements(np.floor)
def floor(x: SecretArray) -> SecretArray:
    """The largest whole number that is not above x, exactly: the fraction's bits, 9 rounds; none of whole numbers."""
    return _short(_floor(ring_form(x)))


@implements(np.ceil)
def ceil(x: SecretArray) -> SecretArray:
    """The smallest whole number that is not below x, exactly: as `floor`."""
    return _short(negative(_floor(negative(ring_form(x)))))


@implements(np.trunc, np.fix)
def trunc(x: SecretArray) -> SecretArray:
    """The whole part of x, towards zero, exactly."""
    return _short(_trunc(ring_form(x)))


@implements(np.rint)
def rint(x: SecretArray) -> SecretArray:
    """The whole number next to x, exactly, as a fixed-point number; of two the even one."""
    return _rint(ring_form(x), 1.0)


def _rint(x: SecretArray, margin: float) -> SecretArray:
    """The same, of a value of which so much is one of the program's own unit, in which decisions have their margin."""
    if not x.scale:
        return fixed(x).copy()
    moved = _plus_units(x, 1 << (x.scale - 1))
    up = _floor(moved, margin)
    parity = record(LOW_BITS, moved, width=x.scale + 1, decides=False)
    odd_tie = record(ZERO, _plus_units(parity, -1 << x.scale), decides=False)
    found = subtract(up, at_scale(ring_form(odd_tie), x.scale))
    return _short(found.in_range(up.range | up.range - Range(0, 1 << x.scale)))


def _floor(x: SecretArray, margin: float = 1.0) -> SecretArray:
    """The largest whole number that is not above x, with the fractional bits of x; `margin` as of `_rint`."""
    if not x.scale:
        return x.copy()
    whole = subtract(x, record(LOW_BITS, x, width=x.scale, decides=margin))
    lo, hi, error = x.range.lo >> x.scale, x.range.hi >> x.scale, x.range.in_steps(1 << x.scale) << ERROR_BITS
    return whole.in_range(Range(lo, hi, error).shift_left(x.scale))


def _trunc(x: SecretArray) -> SecretArray:
    """The whole part of x, with the fractional bits of x."""
    if x.range.lo >= 0 or not x.scale:
        return _floor(x)
    return where(is_negative(x), negative(_floor(negative(x))), _floor(x))


def _short(whole: SecretArray) -> SecretArray:
    """Whole numbers with at most the run's number of fractional bits, exactly."""
    return whole if whole.scale <= whole.context.fractional_bits else fixed(record(WHOLE, whole))


@implements(np.round, np.around)
def round_(x: SecretArray, decimals: int = 0) -> SecretArray:
    """x rounded to a public number of decimals, of two the even one: exactly on the encoded value but for the result's
    last place, `rint` of x times a power of ten; before the point by `divmod`. Decimals that are finer than the last
    place leave x as it is."""
    places, most = operator.index(decimals), x.context.ring.bits
    if places >= 0 and x.kind != "fixed":
        return ring_form(x).copy()
    if places < 0:
        return _to_multiples(ring_form(x), 10 ** min(-places, most))
    if not places:
        return rint(x)
    step = 10 ** min(places, most)
    if step >> x.context.fractional_bits:
        return _nearly(fixed(x), step)
    return fixed(scale_by(_rint(multiply(x, step), 1 / step), np.asarray(1 / step)))


def _nearly(x: SecretArray, step: int) -> SecretArray:
    """x for what it is rounded to 1 / step, at most a unit of its last place: half of that away."""
    return x.in_range(x.range.off_by(x.range.error + (ULP << x.scale) // (2 * step) + 1))


def _to_multiples(x: SecretArray, step: int) -> SecretArray:
    """The multiple of an even whole step next to x, of two the even one."""
    if step // 2 << x.scale > x.range.magnitude:
        return subtract(x, x)
    whole, rest = divmod_(add(x, step // 2), step)
    tie, odd = record(ZERO, rest, decides=False), record(LOW_BITS, whole, width=whole.scale + 1, decides=False)
    even = subtract(whole, multiply(odd, ring_form(tie)))
    return multiply(even, step)


def _plus_units(x: SecretArray, units: int) -> SecretArray:
    return record(ADD_PUBLIC, x, constant=encoded(x.context, np.asarray(units), 0))


@implements(np.floor_divide)
def floor_divide(x: Any, y: Any) -> SecretArray:
    """x // y, exactly on the encoded values: 10 rounds for public y, 31 for secret y. A public y is the float64 that it
    is, as for numpy: of whole x, x // 0.1 is numpy's.

    Raises LocalError `division-by-zero`; `range-too-wide` where x times its inverse has no room, about 2 x^2 / y below
    2^62 in units of the last place, 2^126 in a ring of 128 bits; for secret y `domain` where its range holds zero.
    """
    return divmod_(x, y)[0]


@implements(np.remainder)
def remainder(x: Any, y: Any) -> SecretArray:
    """x % y, exactly on the encoded values, of the sign of y: as `floor_divide`."""
    return divmod_(x, y)[1]


@implements(np.divmod)
def divmod_(x: Any, y: Any) -> tuple[SecretArray, SecretArray]:
    """x // y and x % y: as `floor_divide`."""
    if isinstance(y, SecretArray):
        return floor_and_rest(x, y)
    return floor_and_rest_by_public(ring_form(x), public(y))


@implements(np.sign)
def sign(x: SecretArray) -> SecretArray:
    """1, 0 or -1 in the kind of x: two comparisons side by side."""
    refuse_truths("np.sign", x)
    found = subtract(ring_form(greater(x, 0)), ring_form(less(x, 0))).in_range(Range(-1, 1))
    return fixed(found) if x.kind == "fixed" else found


@implements(np.signbit)
def signbit(x: SecretArray) -> SecretArray:
    """x < 0; zero has one encoding, without a sign."""
    return less(x, 0)


@implements(np.heaviside)
def heaviside(x: Any, y: Any) -> SecretArray:
    """0 below zero, 1 above, y at zero, as fixed-point numbers."""
    above = where(greater(x, 0), 1.0, where(greater_equal(x, 0), y, 0.0))
    return fixed(above)


@implements(SecretArray.astype)
def astype(x: SecretArray, dtype: Any) -> SecretArray:
    """x as reals, as whole numbers (towards zero), or as bits (whether it is not zero), by a dtype's kind."""
    kind = np.dtype(dtype).kind
    if kind == "f":
        return fixed(x).copy()
    if kind == "b":
        return x.copy() if x.kind == "bit" else not_equal(x, 0)
    if kind not in "iu":
        raise missing(f"astype({np.dtype(dtype)})", "float, int or bool")
    whole = whole_numbers(x)
    _refuse_to_wrap(whole, np.dtype(dtype))
    return whole


def _refuse_to_wrap(whole: SecretArray, dtype: np.dtype[Any]) -> None:
    """LocalError `range-too-wide` where an integer type other than int64 does not hold the range: numpy would wrap."""
    ends = np.iinfo(dtype)
    if dtype != np.int64 and not ends.min <= whole.range.lo <= whole.range.hi <= ends.max:
        lo, hi = whole.bounds
        raise LocalError(
            "range-too-wide",
            f"astype({dtype}) of values in [{lo:g}, {hi:g}]: numpy would wrap what {dtype} does not hold",
            "use astype(int), or say with x.within(lo, hi) what the values really are",
            line=user_line(),
        )


def whole_numbers(x: SecretArray) -> SecretArray:
    """The whole part of x, towards zero, as a secret of kind `int`."""
    if x.kind != "fixed":
        return ring_form(x).copy()
    return record(WHOLE, _trunc(x))
