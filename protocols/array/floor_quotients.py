"""x // y and x % y for secret y, exactly on the encoded values.

The quotient of the encodings is computed to within a known number L of units, in most cases little more than one. Then
the remainder is compared with as many multiples of y around zero at once: how many of them it is below says how far the
quotient is from its floor. With q the first quotient, L' = floor(L) and y > 0,

    floor(x / y) = q + L' - how many of j = -ceil(L) + 1 .. L' have x - (q + j) y < 0.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, negative, subtract
from protocols.array.facts import joint_shape
from protocols.array.lines import naming_line, user_line
from protocols.array.logic import NEGATIVE
from protocols.array.node import Facts, Node, operation
from protocols.array.public import is_integral, public
from protocols.array.recording import record
from protocols.array.scales import aligned, as_secret, fixed, ring_form, short
from protocols.array.secret import SecretArray
from protocols.array.shape import broadcast_to, stack
from protocols.numeric.continuity import through_quotient
from protocols.numeric.division import divide, quotient_loss, quotient_range
from protocols.numeric.fixed_point import room_of
from protocols.ranges import ERROR_BITS, ULP, Range
from protocols.shares import ArithmeticShare

MOST_COMPARISONS = 17


def _near(x: Node, y: Node) -> Facts:
    with naming_line():
        range_ = quotient_range(x.range, y.range, 0, y.scale, room_of(x.value.home))
    return Facts(joint_shape("//", x.shape, y.shape), "int", 0, range_)


async def _divide(ctx: Context, node: Node, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    dividend, divisor = node.operands
    return await divide(ctx, x, y, dividend.range, divisor.range, 0)


NEAR_QUOTIENT = operation("// nearly", _near, _divide)


def floor_and_rest(x: Any, y: SecretArray) -> tuple[SecretArray, SecretArray]:
    """x // y and x % y, of the sign of y, for a divisor whose range is without zero.

    Raises LocalError `domain`, and `range-too-wide` where the first quotient is off by too much.
    """
    f = y.context.fractional_bits
    given = x if isinstance(x, SecretArray) else as_secret(y.context, x, 0 if is_integral(public(x)) else f)
    x, y = aligned(short(ring_form(given)), short(ring_form(y)))
    if y.range.hi < 0:
        whole, rest = _of_positive(negative(x), negative(y))
        rest = negative(rest)
    else:
        whole, rest = _of_positive(x, y)
    return (whole if x.kind == y.kind == "int" else fixed(whole)), rest


def _of_positive(x: SecretArray, y: SecretArray) -> tuple[SecretArray, SecretArray]:
    near = record(NEAR_QUOTIENT, x, y)
    loss = quotient_loss(x.range, y.range, 0, room_of(x.context))
    most, least = loss // ULP, ceil(loss / ULP)
    if most + least > MOST_COMPARISONS:
        raise LocalError(
            "range-too-wide",
            f"// or % by a secret, whose quotient is computed within {least} here: the ranges of both are too wide",
            "declare the ranges that the values really have with .within(lo, hi), or scale them down first",
            line=user_line(),
        )
    rest = _bounded(subtract(x, multiply(near, y)), y, least + 1)
    apart = [subtract(rest, multiply(y, j)) for j in range(1 - least, most + 1)]
    apart = [_bounded(broadcast_to(each, rest.shape), y, 2 * least + 2) for each in apart]
    below = record(NEGATIVE, stack(apart), decides=True)
    moved = subtract(most, ring_form(below).sum(0)).in_range(Range(-least, most))
    ends = [end // divisor for end in (x.range.lo, x.range.hi) for divisor in (y.range.lo, y.range.hi)]
    off = Range(0, 0, through_quotient(x.range, y.range, 0)).in_steps(1)
    whole = add(near, moved).in_range(Range(min(ends), max(ends), off << ERROR_BITS))
    rest = subtract(rest, multiply(moved, y))
    error = rest.range.error + (off * y.range.magnitude << ERROR_BITS)
    return whole, rest.in_range(Range(0, max(y.range.hi - 1, 0), error))


def _bounded(rest: SecretArray, y: SecretArray, times: int) -> SecretArray:
    """A remainder that is known to be at most so many divisors in size."""
    largest = times * y.range.hi
    return rest.narrowed(max(rest.range.lo, -largest), min(rest.range.hi, largest))
