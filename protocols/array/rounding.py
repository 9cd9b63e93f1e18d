"""Whole parts and remainders, exact on the encoded value, from its bits; signs; and changes of kind."""

from __future__ import annotations

import operator
from math import ceil as ceil_
from math import ldexp
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import ADD_PUBLIC, SCALE, add, multiply, negative, scale_by, subtract
from protocols.array.facts import joint_shape
from protocols.array.floor_quotients import floor_and_rest
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import ZERO, greater, greater_equal, is_negative, less, not_equal, where
from protocols.array.missing import missing
from protocols.array.node import Facts, Node, operation
from protocols.array.public import Constant, Public, encoded, is_integral, public, wholes
from protocols.array.recording import record
from protocols.array.scales import at_scale, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.numeric.fixed_point import or_wider, room_of
from protocols.ranges import ERROR_BITS, Range, shifted_up
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of


def _low_bits_facts(x: Node, width: int, decides: bool) -> Facts:
    return Facts(x.shape, x.kind, x.scale, Range(0, (1 << width) - 1, x.range.error))


async def _low_bits(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    planes = await suite_of(ctx).a2b(ctx, x, node.parameters["width"])
    return await suite_of(ctx).b2a(ctx, planes)


def _quotient_facts(x: Node, divisor: Constant, inverse: Constant, shift: int, decides: bool) -> Facts:
    least, most = max(divisor.range.lo, 1), max(divisor.range.hi, 1)
    ends = [end // d for end in (x.range.lo, x.range.hi) for d in (least, most)]
    return Facts(joint_shape("//", x.shape, divisor.shape), "int", 0, Range(min(ends), max(ends)))


async def _floor_divide(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """[floor(x / d)] for public d > 0, a multiple of 2^-shift near 1 / d being x's factor at first.

    The first quotient q is less than 2 from x / d, so that x - q d lies in (-2 d, 2 d) and its comparison with -d, 0, d
    says how far q is from the floor: it is q + 1 less how many of them it is below.
    """
    suite, d = suite_of(ctx), node.parameters["divisor"].elements
    q = await suite.truncate(ctx, x.scale(node.parameters["inverse"].elements), node.parameters["shift"])
    rest = x - q.scale(d)
    by_d = suite.constant(ctx, d)
    below = await suite.bits_to_ring(ctx, await suite.msb(ctx, stack([rest + by_d, rest, rest - by_d])))
    return q + suite.constant(ctx, x.ring.from_ints(1)) - below.sum(0)


def _whole_facts(x: Node) -> Facts:
    error = shifted_up(x.range.error, x.scale)
    return Facts(x.shape, "int", 0, Range(x.range.lo >> x.scale, x.range.hi >> x.scale, error))


async def _whole(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """[x / 2^scale] of whole numbers: exact, since truncation errs by less than a unit."""
    (operand,) = node.operands
    return await suite_of(ctx).truncate(ctx, x, operand.scale) if operand.scale else x


LOW_BITS = operation("low bits", _low_bits_facts, _low_bits, decides=True)
FLOOR_DIVIDE = operation("// public", _quotient_facts, _floor_divide, decides=True)
WHOLE = operation("whole", _whole_facts, _whole)


@implements(np.floor)
def floor(x: SecretArray) -> SecretArray:
    """The largest whole number that is not above x, exactly: the fraction's bits, 9 rounds; none of whole numbers."""
    x = ring_form(x)
    if not x.scale:
        return x.copy()
    whole = subtract(x, record(LOW_BITS, x, width=x.scale, decides=True))
    return whole.in_range(Range(x.range.lo >> x.scale << x.scale, x.range.hi >> x.scale << x.scale))


@implements(np.ceil)
def ceil(x: SecretArray) -> SecretArray:
    """The smallest whole number that is not below x, exactly: as `floor`."""
    return negative(floor(negative(x)))


@implements(np.trunc, np.fix)
def trunc(x: SecretArray) -> SecretArray:
    """The whole part of x, towards zero, exactly."""
    x = ring_form(x)
    return where(is_negative(x), ceil(x), floor(x)) if x.scale else x.copy()


@implements(np.rint)
def rint(x: SecretArray) -> SecretArray:
    """The whole number next to x, exactly, as a fixed-point number; of two the even one."""
    x = ring_form(x)
    if not x.scale:
        return fixed(x).copy()
    moved = _plus_units(x, 1 << (x.scale - 1))
    up = floor(moved)
    parity = record(LOW_BITS, moved, width=x.scale + 1, decides=False)
    odd_tie = record(ZERO, _plus_units(parity, -1 << x.scale), decides=False)
    return subtract(up, at_scale(ring_form(odd_tie), x.scale)).in_range(up.range | up.range - Range(0, 1 << x.scale))


@implements(np.round, np.around)
def round_(x: SecretArray, decimals: int = 0) -> SecretArray:
    """x rounded to a public number of decimals, of two the even one: exactly on the encoded value but for the result's
    last place, `rint` of x times a power of ten; before the point by `divmod`."""
    places = operator.index(decimals)
    if places >= 0 and x.kind != "fixed":
        return ring_form(x).copy()
    if places < 0:
        return _to_multiples(ring_form(x), 10**-places)
    return rint(x) if not places else fixed(scale_by(rint(multiply(x, 10**places)), np.asarray(10.0**-places)))


def _to_multiples(x: SecretArray, step: int) -> SecretArray:
    """The multiple of an even whole step next to x, of two the even one."""
    if step > x.range.magnitude + step // 2 >> x.scale:
        return subtract(x, x)
    whole, rest = divmod_(add(x, step // 2), step)
    tie, odd = record(ZERO, rest, decides=False), record(LOW_BITS, whole, width=whole.scale + 1, decides=False)
    even = subtract(whole, multiply(odd, ring_form(tie)))
    return multiply(even, step)


def _plus_units(x: SecretArray, units: int) -> SecretArray:
    return record(ADD_PUBLIC, x, constant=encoded(x.context, np.asarray(units), 0))


@implements(np.floor_divide)
def floor_divide(x: Any, y: Any) -> SecretArray:
    """x // y, exactly on the encoded values: 10 rounds for public y, 31 for secret y.

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
    x, divisors = ring_form(x), public(y)
    if x.kind == "int" and not is_integral(divisors):
        x = fixed(x)
    units = _in_units(divisors, x)
    if divisors.dtype.kind == "f":
        x = _off_by_divisors(x, units, np.ldexp(divisors, x.scale))
    whole = _quotient(x, units)
    rest = subtract(x, record(SCALE, whole, constant=encoded(x.context, units, 0), scale=x.scale))
    low, high = min(int(units.min(initial=0)) + 1, 0), max(int(units.max(initial=0)) - 1, 0)
    return (fixed(whole) if x.kind == "fixed" else whole), rest.narrowed(low, high)


def _off_by_divisors(x: SecretArray, units: Public, exact: npt.NDArray[np.float64]) -> SecretArray:
    """x with what rounding the divisors moves q d by added to its error."""
    moved = float(np.abs(exact - np.rint(exact)).max(initial=0.0))
    quotient = x.range.magnitude // int(np.min(np.abs(units), initial=1)) + 1
    return x.in_range(x.range.off_by(x.range.error + quotient * ceil_(ldexp(moved, ERROR_BITS))))


def _in_units(divisors: Public, x: SecretArray) -> Public:
    """Public divisors in units of the last place of x, none of them zero, of which the ring holds eight times as much:
    twice and more is compared."""
    exact = divisors.dtype.kind in "iO"
    units = np.asarray(
        wholes(divisors) * (1 << x.scale) if exact else wholes(np.rint(np.ldexp(divisors, x.scale))), object
    )
    if not np.all(units):
        raise LocalError(
            "division-by-zero", "// or % of a secret by a public zero", "leave zeros out", line=user_line()
        )
    if np.max(np.abs(units), initial=0) >= 1 << (x.context.ring.bits - 5):
        raise LocalError(
            "range-too-wide", "// or % by so large a number", "scale both down, or compare instead", line=user_line()
        )
    return units


def _quotient(x: SecretArray, units: Public) -> SecretArray:
    """floor(x / y) for the encoding of x and y in whole units."""
    signs = np.asarray(np.sign(units), np.int64)
    if np.any(signs < 0):
        x = record(SCALE, x, constant=encoded(x.context, signs, 0), scale=0)
    divisor, shift = np.asarray(np.abs(units), object), max(x.range.magnitude.bit_length(), 1)
    inverse = np.asarray((1 << shift) // divisor, object)
    limit = 1 << (x.context.ring.bits - 2)
    if x.range.magnitude * int(inverse.max(initial=0)) >= limit:
        raise LocalError(
            "range-too-wide",
            f"// or % of a value of {x.range.bits} bits by so small a number",
            f"declare the range that the values really have with .within(lo, hi), {or_wider(room_of(x.context))}",
            line=user_line(),
        )
    by, near = (encoded(x.context, numbers, 0) for numbers in (divisor, inverse))
    return record(FLOOR_DIVIDE, x, divisor=by, inverse=near, shift=shift, decides=True)


@implements(np.sign)
def sign(x: SecretArray) -> SecretArray:
    """1, 0 or -1 in the kind of x: two comparisons side by side."""
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
    return whole_numbers(x)


def whole_numbers(x: SecretArray) -> SecretArray:
    """The whole part of x, towards zero, as a secret of kind `int`."""
    if x.kind != "fixed":
        return ring_form(x).copy()
    return record(WHOLE, trunc(x) if x.range.lo < 0 else floor(x))
