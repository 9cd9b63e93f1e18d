"""Comparisons, truth values, and choosing by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc.algebra import bits
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import multiply, negative, subtract, sum_
from protocols.array.choices import chosen
from protocols.array.decided import Decided, said_of_equality, said_of_order, where_it
from protocols.array.facts import joint_shape, kind_of
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.lowering import garble, stands_between
from protocols.array.node import Facts, Node, Shape, operation
from protocols.array.public import own_truths, refuse_masked
from protocols.array.recording import record
from protocols.array.scales import BIT, aligned, common_scale, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import are_truths, broadcast_to, choose
from protocols.array.thresholds import Units, above, clamped, nearest, threshold
from protocols.numeric import garbled, garbled_between
from protocols.numeric.fixed_point import in_small_ring
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

# what is public of the results


def _truths(x: Node, *others: Node, **parameters: Any) -> Facts:
    return Facts(x.shape, "bit", 0, BIT)


def _chosen(condition: Node, x: Node, y: Node) -> Facts:
    shape = joint_shape("np.where", condition.shape, joint_shape("np.where", x.shape, y.shape))
    return Facts(shape, kind_of(x, y), x.scale, x.range | y.range)


# how they run on shares


async def _is_negative(ctx: Context, node: Node, x: ArithmeticShare) -> BooleanShare:
    return await suite_of(ctx).msb(ctx, in_small_ring(x, node.operands[0].range))


async def _is_zero(ctx: Context, node: Node, x: ArithmeticShare) -> BooleanShare:
    return await suite_of(ctx).is_zero(ctx, in_small_ring(x, node.operands[0].range))


async def _and(ctx: Context, node: Node, x: BooleanShare, y: BooleanShare) -> BooleanShare:
    return await suite_of(ctx).and_(ctx, x, y)


async def _or(ctx: Context, node: Node, x: BooleanShare, y: BooleanShare) -> BooleanShare:
    return await suite_of(ctx).or_(ctx, x, y)


def _xor_public(ctx: Context, node: Node, x: BooleanShare) -> BooleanShare:
    return suite_of(ctx).xor_public(ctx, x, node.parameters["words"])


async def _select(
    ctx: Context, node: Node, condition: ArithmeticShare, x: ArithmeticShare, y: ArithmeticShare
) -> ArithmeticShare:
    return await suite_of(ctx).select(ctx, condition, x, y)


NEGATIVE = operation("<", _truths, _is_negative, decides=True)
ZERO = operation("==", _truths, _is_zero, decides=True)
garble(NEGATIVE, "compare", lambda node: garbled.NEGATIVE)
garble(ZERO, "compare", lambda node: garbled.ZERO)
NOT = operation("~", _truths, lambda ctx, node, x: suite_of(ctx).not_(ctx, x))
AND = operation("&", _truths, _and)
OR = operation("|", _truths, _or)
XOR = operation("^", _truths, lambda ctx, node, x, y: x ^ y)
AND_PUBLIC = operation("& public", _truths, lambda ctx, node, x: x.and_public(node.parameters["words"]))
XOR_PUBLIC = operation("^ public", _truths, _xor_public)
SELECT = operation("where", _chosen, _select, keeps_signs=True)
stands_between(SELECT, lambda node: garbled_between.chosen(node.operands[1].range, node.operands[2].range))
stands_between(NOT, lambda node: garbled_between.NOT)
stands_between(AND, lambda node: garbled_between.AND)
stands_between(OR, lambda node: garbled_between.OR)
stands_between(XOR, lambda node: garbled_between.XOR)

# what users write


@implements(np.less)
def less(x: Any, y: Any) -> SecretArray:
    """x < y, exact on the encoded values (a public operand is rounded to them), as a bit: one round, and one each time
    that the bits of x - y by its range double, 7 at most on a 64-bit ring."""
    if not isinstance(y, SecretArray):
        return _below_public(x, y, or_equal=False)
    if not isinstance(x, SecretArray):
        return greater(y, x)
    return _below_zero(_difference(x, y))


@implements(np.greater)
def greater(x: Any, y: Any) -> SecretArray:
    """x > y, exact on the encoded values."""
    if not isinstance(y, SecretArray):
        return logical_not(less_equal(x, y))
    return less(y, x)


@implements(np.less_equal)
def less_equal(x: Any, y: Any) -> SecretArray:
    """x <= y, exact on the encoded values."""
    if not isinstance(y, SecretArray):
        return _below_public(x, y, or_equal=True)
    return logical_not(less(y, x))


@implements(np.greater_equal)
def greater_equal(x: Any, y: Any) -> SecretArray:
    """x >= y, exact on the encoded values."""
    return less_equal(y, x) if isinstance(y, SecretArray) else logical_not(less(x, y))


@implements(np.equal)
def equal(x: Any, y: Any) -> SecretArray:
    """x == y on the encoded values (a public operand is rounded to them), as a bit."""
    if all(isinstance(v, SecretArray) and v.kind == "bit" for v in (x, y)):
        return logical_not(logical_xor(x, y))
    if not isinstance(x, SecretArray):
        x, y = y, x
    if isinstance(y, SecretArray):
        return record(ZERO, _difference(x, y), decides=True)
    x = ring_form(x)
    return equals(x, nearest(x, y))


def equals(x: SecretArray, units: Units) -> SecretArray:
    """Whether x is so many units of its last place."""
    found = record(ZERO, above(x, units), decides=True)
    found.together = said_of_equality(x, units)
    return found


@implements(np.not_equal)
def not_equal(x: Any, y: Any) -> SecretArray:
    """x != y on the encoded values."""
    return logical_not(equal(x, y))


@implements(np.logical_not, np.invert)
def logical_not(x: SecretArray) -> SecretArray:
    """~x of bits. Local."""
    _bits_only("~", x)
    opposite = record(NOT, x)
    opposite.together = x.together.turned if isinstance(x.together, Decided) else None
    return opposite


@implements(np.logical_and, np.bitwise_and)
def logical_and(x: Any, y: Any) -> SecretArray:
    """x & y of bits: one round, none with a public operand."""
    return _combine("&", x, y)


@implements(np.logical_or, np.bitwise_or)
def logical_or(x: Any, y: Any) -> SecretArray:
    """x | y of bits: one round, none with a public operand."""
    if isinstance(x, SecretArray) and isinstance(y, SecretArray):
        return _combine("|", x, y)
    secret_, public = (x, y) if isinstance(x, SecretArray) else (y, x)
    return logical_not(logical_and(logical_not(secret_), np.logical_not(public)))


@implements(np.logical_xor, np.bitwise_xor)
def logical_xor(x: Any, y: Any) -> SecretArray:
    """x ^ y of bits. Local."""
    return _combine("^", x, y)


@implements(np.multiply)
def times(x: Any, y: Any) -> SecretArray:
    """x * y, elementwise: one round for two secrets, none for a public whole factor. x & y of truth values."""
    return logical_and(x, y) if are_truths(x, y) else multiply(x, y)


@implements(np.where)
def where(condition: Any, x: Any, y: Any) -> SecretArray:
    """x where the condition holds, y elsewhere: one round beyond the condition's, none if both values are public.

    Bits where x and y are truth values. A number that the condition compares with public ones has where it is taken the
    range that follows: what np.where(s == 0, 1, s) gives is not zero.
    """
    if not isinstance(condition, SecretArray):
        return choose(condition, x, y)
    _bits_only("np.where", condition)
    if are_truths(x, y):
        return _where_bits(condition, x, y)
    c = ring_form(condition)
    if not isinstance(x, SecretArray) and not isinstance(y, SecretArray):
        return chosen(c.reshape(*c.shape, 1), (x, y))
    x, y = (_where_it(condition, v, holds=holds) for v, holds in ((x, True), (y, False)))
    return record(SELECT, c, *common_scale(x, y))


def is_negative(x: SecretArray) -> SecretArray:
    """x < 0, to compute with what is the same on both sides of zero: the program decides nothing by it."""
    return _below_public(x, 0, or_equal=False, decides=False)


def precedes(x: SecretArray, y: SecretArray, *, decides: bool) -> SecretArray:
    """x < y; `decides` unless what is made of it is the same whichever of two near ones comes first."""
    return _below_zero(_difference(x, y), decides=decides)


@implements(np.absolute)
def absolute(x: SecretArray) -> SecretArray:
    """|x|; a bit is its own."""
    if x.kind == "bit":
        return x.copy()
    return where(is_negative(x), negative(x), x).in_range(ring_form(x).range.absolute())


@implements(np.minimum)
def minimum(x: Any, y: Any) -> SecretArray:
    """The smaller of x and y, elementwise."""
    return _extreme(x, y, smaller=True)


@implements(np.maximum)
def maximum(x: Any, y: Any) -> SecretArray:
    """The larger of x and y, elementwise."""
    return _extreme(x, y, smaller=False)


@implements(np.clip)
def clip(x: SecretArray, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> SecretArray:
    """x moved into [a_min, a_max], which numpy also calls min and max; either may be None."""
    a_min, a_max = min if a_min is None else a_min, max if a_max is None else a_max
    if a_min is not None:
        x = maximum(x, a_min)
    return x.copy() if a_max is None else minimum(x, a_max)


@implements(np.any)
def any_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """Whether any bit is set, over axes."""
    _bits_only("np.any", x)
    return greater(sum_(x, axis, keepdims), 0)


@implements(np.all)
def all_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """Whether all bits are set, over axes."""
    _bits_only("np.all", x)
    return logical_not(any_(logical_not(x), axis, keepdims))


def _extreme(x: Any, y: Any, *, smaller: bool) -> SecretArray:
    if are_truths(x, y):
        return logical_and(x, y) if smaller else logical_or(x, y)
    x, y = common_scale(x, y)
    takes_x = _below_zero(_difference(x, y) if smaller else _difference(y, x), decides=False)
    result = where(takes_x, x, y)
    pick = min if smaller else max
    error = max(x.range.error, y.range.error)
    return result.in_range(Range(pick(x.range.lo, y.range.lo), pick(x.range.hi, y.range.hi), error))


def _where_it(condition: SecretArray, x: Any, *, holds: bool) -> Any:
    return where_it(condition, x, holds=holds) if isinstance(x, SecretArray) else x


def _where_bits(condition: SecretArray, x: Any, y: Any) -> SecretArray:
    """y ^ c (x ^ y)."""
    if isinstance(x, SecretArray) or isinstance(y, SecretArray):
        return logical_xor(y, logical_and(condition, logical_xor(x, y)))
    x, y = own_truths(x), own_truths(y)
    return logical_xor(logical_and(condition, x ^ y), y)


def _below_zero(difference: SecretArray, *, decides: bool = True) -> SecretArray:
    return record(NEGATIVE, difference, decides=decides)


def _below_public(x: SecretArray, y: Any, *, or_equal: bool, decides: bool = True) -> SecretArray:
    x = ring_form(x)
    units = threshold(x, y, or_equal=or_equal)
    found = _below_zero(above(x, units), decides=decides)
    found.together = said_of_order(x, units)
    return found


def _difference(x: Any, y: Any) -> SecretArray:
    """x - y, of which only the sign, or whether it is zero, is wanted: both fit, so it cannot wrap."""
    if isinstance(x, SecretArray) and isinstance(y, SecretArray):
        x, y = aligned(x, y)
    else:
        x, y = common_scale(*((x, y) if isinstance(x, SecretArray) else (y, x)))
    return subtract(x, y, range_=clamped(x.range - y.range, x.context))


def _combine(name: str, x: Any, y: Any) -> SecretArray:
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return _combine_public(name, x, np.asanyarray(y))
    _bits_only(name, x, y)
    shape = joint_shape(name, x.shape, y.shape)
    return record({"&": AND, "|": OR, "^": XOR}[name], _bits_to(x, shape), _bits_to(y, shape))


def _combine_public(name: str, x: SecretArray, y: Any) -> SecretArray:
    _bits_only(name, x)
    refuse_masked(y)
    if y.dtype != np.bool_:
        raise LocalError(
            "not-a-bit", f"{name} of a secret bit and a public {y.dtype} array", "use boolean arrays", line=user_line()
        )
    shape = joint_shape(name, x.shape, y.shape)
    words = bits.pack(np.broadcast_to(y, shape))
    return record(XOR_PUBLIC if name == "^" else AND_PUBLIC, _bits_to(x, shape), words=words)


def _bits_to(x: SecretArray, shape: Shape) -> SecretArray:
    return x if x.shape == shape else broadcast_to(x, shape)


def _bits_only(name: str, *values: SecretArray) -> None:
    for value in values:
        if value.kind != "bit":
            raise LocalError(
                "not-a-bit",
                f"{name} of a secret of kind {value.kind}",
                "compare first: x != 0, x > 0, ... give bits",
                line=user_line(),
            )
