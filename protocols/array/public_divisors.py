"""x // d and x % d for public d, exactly on the encoded x and on the float64 or the whole number that d is.

d is taken in units so small that it is a whole number of them, D: 2^-e of the last place of x, whose encoding X is thus
2^e X such units. With I = floor(2^(t + e) / D) and 2^t > |X|, the first quotient q, X I / 2^t shortened, is less than 2
from 2^e X / D, so that the rest 2^e X - q D lies in (-2 D, 2 D), and its comparison with -D, 0, D says how far q is
from the floor: it is q + 1 less how many of them it is below. Neither 2^e X nor q D need fit in the ring, since their
difference does.

Where X I has no room, X is divided like long numbers: the quotient of its high part, X / 2^h shortened, is off by a
known number of units, and the rest, which is smaller, is divided in its turn.
"""

from __future__ import annotations

from math import ceil, gcd, ldexp
from typing import NamedTuple

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import SCALE, add
from protocols.array.facts import joint_shape
from protocols.array.lines import user_line
from protocols.array.losses import check_loss
from protocols.array.node import Facts, Node, operation
from protocols.array.public import Constant, Public, encoded, is_integral, wholes
from protocols.array.recording import record
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.numeric.fixed_point import in_small_ring, or_wider, room_of
from protocols.ranges import ERROR_BITS, Range, shifted_up
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of


class Divisors(NamedTuple):
    """Public divisors as whole numbers D of units of 2^-lift of the last place of a secret, and the most that rounding
    moved one, in units of an error: nothing unless divisors of very different sizes meet in an array."""

    units: Public
    lift: int
    moved: int

    @property
    def least(self) -> int:
        """The smallest size."""
        return min((abs(unit) for unit in self.units.flat), default=1)

    @property
    def most(self) -> int:
        """The largest size."""
        return max((abs(unit) for unit in self.units.flat), default=1)


def _quotient_facts(
    x: Node, divisor: Constant, inverse: Constant, shift: int, lift: int, rest_bits: int, decides: bool
) -> Facts:
    least, most = max(divisor.range.lo, 1), max(divisor.range.hi, 1)
    ends = [(end << lift) // d for end in (x.range.lo, x.range.hi) for d in (least, most)]
    error = Range(0, 0, x.range.error).in_steps(least, lift)
    return Facts(joint_shape("//", x.shape, divisor.shape), "int", 0, Range(min(ends), max(ends), error << ERROR_BITS))


def _near_facts(x: Node, inverse: Constant, shorten: int, shift: int) -> Facts:
    """Whole numbers that are exact by definition: what they miss is in the rest."""
    largest = (((x.range.magnitude >> shorten) + 1) * inverse.range.hi >> shift) + 1
    return Facts(joint_shape("//", x.shape, inverse.shape), "int", 0, Range(-largest, largest))


async def _floor_divide(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """[floor(2^lift x / D)] for public D > 0."""
    suite, d = suite_of(ctx), node.parameters["divisor"].elements
    q = await suite.truncate(ctx, x.scale(node.parameters["inverse"].elements), node.parameters["shift"])
    rest = x.scale(x.ring.from_ints(1 << node.parameters["lift"])) - q.scale(d)
    by_d = suite.constant(ctx, d)
    largest = 1 << node.parameters["rest_bits"]
    ends = in_small_ring(stack([rest + by_d, rest, rest - by_d]), Range(-largest, largest))
    below = await suite.bits_to_ring(ctx, await suite.msb(ctx, ends))
    return q + suite.constant(ctx, x.ring.from_ints(1)) - below.sum(0)


def _rest_facts(x: Node, whole: Node, divisor: Constant, lift: int) -> Facts:
    """Both the rest and the exact one lie between zero and the divisor."""
    most = max(abs(divisor.range.lo), abs(divisor.range.hi))
    error = min((x.range.error << lift) + whole.range.error * most, most << ERROR_BITS)
    range_ = Range(min(divisor.range.lo + 1, 0), max(divisor.range.hi - 1, 0), error)
    return Facts(whole.shape, "fixed" if x.scale + lift else x.kind, x.scale + lift, range_)


def _rest(ctx: Context, node: Node, x: ArithmeticShare, whole: ArithmeticShare) -> ArithmeticShare:
    lifted = x.scale(x.ring.from_ints(1 << node.parameters["lift"]))
    return lifted - whole.scale(node.parameters["divisor"].elements)


async def _divide_high_part(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """[2^lift x / D], nearly: of x / 2^h."""
    suite = suite_of(ctx)
    high = await suite.truncate(ctx, x, node.parameters["shorten"])
    return await suite.truncate(ctx, high.scale(node.parameters["inverse"].elements), node.parameters["shift"])


FLOOR_DIVIDE = operation("// public", _quotient_facts, _floor_divide, decides=True)
NEAR_QUOTIENT = operation("// public nearly", _near_facts, _divide_high_part)
REST = operation("% public", _rest_facts, _rest)


def floor_and_rest_by_public(x: SecretArray, divisors: Public) -> tuple[SecretArray, SecretArray]:
    """x // d and x % d, of the sign of d.

    Two truncations and their rounds come on top, once or oftener, where 2 x^2 / d is not below the ring's limit in
    units of the last place of x. Raises LocalError `division-by-zero`; `range-too-wide` where there is no room for that
    either; `loses-too-much` where divisors of an array differ so much in size that they are not whole in common units,
    and the quotient depends on it.
    """
    if not np.all(divisors):
        raise LocalError(
            "division-by-zero", "// or % of a secret by a public zero", "leave zeros out", line=user_line()
        )
    if x.scale > x.context.fractional_bits and not _fits(x, _in_units(x, divisors)):
        x = fixed(x)
    by = _in_units(x, divisors)
    x = _off_by_divisors(x, by)
    whole = _quotient(x, by)
    rest = record(REST, x, whole, divisor=encoded(x.context, by.units, 0), lift=by.lift)
    return (fixed(whole) if x.kind == "fixed" or not is_integral(divisors) else whole), rest


def _in_units(x: SecretArray, divisors: Public) -> Divisors:
    """Divisors in units of which the ring holds eight times as much: thrice and more is compared."""
    most = x.context.ring.bits - 5
    scale = x.scale
    if divisors.dtype.kind == "f" and divisors.size:
        exponents = np.frexp(divisors)[1]
        finest = max(scale, min(53 - int(exponents.min()), most - int(exponents.max())))
        exact = np.asarray(np.ldexp(divisors, finest))
        units = wholes(np.rint(exact))
        moved = ceil(ldexp(float(np.abs(exact - np.rint(exact)).max()), ERROR_BITS))
        spare = 0 if moved else min(_zeros(gcd(*units.flat)), finest - scale)
        by = Divisors(np.asarray(units >> spare, object), finest - spare - scale, moved)
    else:
        by = Divisors(np.asarray(wholes(divisors) << scale, object), 0, 0)
    if by.most >= 1 << most:
        raise LocalError(
            "range-too-wide", "// or % by so large a number", "scale both down, or compare instead", line=user_line()
        )
    return by


def _zeros(value: int) -> int:
    """How often 2 divides a positive number."""
    return (value & -value).bit_length() - 1


def _fits(x: SecretArray, by: Divisors) -> bool:
    """Whether x times the inverse of every divisor has room in the ring."""
    limit = 1 << (x.context.ring.bits - 2)
    return x.range.magnitude * ((1 << (_shift(x) + by.lift)) // max(by.least, 1)) < limit


def _too_small(x: SecretArray) -> LocalError:
    return LocalError(
        "range-too-wide",
        f"// or % of a value of {x.range.bits} bits by so small a number",
        f"declare the range that the values really have with .within(lo, hi), {or_wider(room_of(x.context))}",
        line=user_line(),
    )


def _shift(x: SecretArray) -> int:
    return max(x.range.magnitude.bit_length(), 1)


def _off_by_divisors(x: SecretArray, by: Divisors) -> SecretArray:
    """x with what rounding the divisors moves q d by added to its error."""
    if not by.moved:
        return x
    if not by.least:
        raise _too_small(x)
    largest = (x.range.magnitude << by.lift) // by.least + 1
    loss = -(-largest * by.moved // by.least)
    check_loss("//", loss, Range(0, largest), 0, x.context.fractional_bits)
    return x.in_range(x.range.off_by(x.range.error + shifted_up(largest * by.moved, by.lift)))


def _quotient(x: SecretArray, by: Divisors) -> SecretArray:
    """floor(x / d) for the encoding of x and divisors in whole units."""
    signs = np.asarray(np.sign(by.units), np.int64)
    if np.any(signs < 0):
        x = record(SCALE, x, constant=encoded(x.context, signs, 0), scale=0)
        by = by._replace(units=np.asarray(np.abs(by.units), object))
    if not _fits(x, by):
        return _long_quotient(x, by)
    shift = _shift(x)
    inverse = np.asarray((1 << (shift + by.lift)) // by.units, object)
    divided, near = (encoded(x.context, numbers, 0) for numbers in (by.units, inverse))
    rest_bits = (3 * by.most).bit_length()
    return record(
        FLOOR_DIVIDE, x, divisor=divided, inverse=near, shift=shift, lift=by.lift, rest_bits=rest_bits, decides=True
    )


def _long_quotient(x: SecretArray, by: Divisors) -> SecretArray:
    """The same by parts, for positive divisors: that of the high part, and that of the rest.

    With 2^b > |x|, D at least 2^a, t = bits - 3 - b - lift + a and any h, the high part times its inverse I =
    floor(2^(t + h + lift) / D) has room, and the quotient is off by at most 2^(h + lift) / D for what is cut off,
    2^(b - h - t) for I, and 2 for the truncations: h is where the first two are alike.
    """
    bits, least = _shift(x), by.least.bit_length() - 1
    shift = x.context.ring.bits - 3 - bits - by.lift + least
    shorten = max((bits - shift - by.lift + least) // 2, 0)
    apart = (1 << (shorten + by.lift)) + (by.most << max(bits - shorten - shift, 0)) + 3 * by.most
    of_quotient = bits + by.lift - least
    if shift < 0 or of_quotient > x.context.ring.bits - 3 or apart.bit_length() >= bits + by.lift:
        raise _too_small(x)
    inverse = np.asarray((1 << (shift + shorten + by.lift)) // by.units, object)
    near = record(NEAR_QUOTIENT, x, inverse=encoded(x.context, inverse, 0), shorten=shorten, shift=shift)
    left = Range(-apart, apart, x.range.error << by.lift)
    rest = record(REST, x, near, divisor=encoded(x.context, by.units, 0), lift=by.lift, range_=left)
    more = _quotient(rest, by._replace(lift=0))
    ends = [(end << by.lift) // d for end in (x.range.lo, x.range.hi) for d in (by.least, by.most)]
    return add(near, more).in_range(Range(min(ends), max(ends), more.range.error))
