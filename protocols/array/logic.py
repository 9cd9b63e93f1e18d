"""Comparisons, truth values, and choosing by them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import add, common_scale, joint_shape, kind_of, multiply, negative, subtract, sum_
from protocols.array.scales import Public, aligned, public, ring_form
from protocols.array.secret import SecretArray, Shape, implements, user_line
from protocols.array.shape import broadcast_to, concatenate
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare, choose
from protocols.suite import suite_of

BIT = Range(0, 1)


@implements(np.less)
def less(x: Any, y: Any) -> SecretArray:
    """x < y, exact on the encoded values: 7 rounds on a 64-bit ring, as a bit."""
    if not isinstance(y, SecretArray):
        return _is_negative(_less_public(x, y, or_equal=False))
    if not isinstance(x, SecretArray):
        return greater(y, x)
    return _is_negative(_difference(x, y))


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
        return _is_negative(_less_public(x, y, or_equal=True))
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
    difference = _difference(x, y)

    async def run(ctx: Context, a: ArithmeticShare) -> BooleanShare:
        return await suite_of(ctx).is_zero(ctx, a)

    return _bit("==", (difference,), run, difference.shape)


@implements(np.not_equal)
def not_equal(x: Any, y: Any) -> SecretArray:
    """x != y on the encoded values."""
    return logical_not(equal(x, y))


@implements(np.logical_not, np.invert)
def logical_not(x: SecretArray) -> SecretArray:
    """~x of bits. Local."""
    _bits_only("~", x)

    def run(ctx: Context, a: BooleanShare) -> BooleanShare:
        return suite_of(ctx).not_(ctx, a)

    return _bit("~", (x,), run, x.shape, talks=False)


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


@implements(np.where)
def where(condition: Any, x: Any, y: Any) -> SecretArray:
    """x where the condition holds, y elsewhere: one round beyond the condition's, none if both values are public."""
    if not isinstance(condition, SecretArray):
        return _where_public(np.asarray(condition, np.bool_), x, y)
    _bits_only("np.where", condition)
    c = ring_form(condition)
    if not isinstance(x, SecretArray) and not isinstance(y, SecretArray):
        return add(y, multiply(c, public(x) - public(y)))
    x, y = common_scale(x, y)

    async def run(ctx: Context, c: ArithmeticShare, a: ArithmeticShare, b: ArithmeticShare) -> ArithmeticShare:
        return await suite_of(ctx).select(ctx, c, a, b)

    shape = joint_shape("np.where", c.shape, joint_shape("np.where", x.shape, y.shape))
    return SecretArray(
        x.context, "where", (c, x, y), run, shape=shape, kind=kind_of(x, y), scale=x.scale, range_=x.range | y.range,
        talks=True,
    )  # fmt: skip


@implements(np.absolute)
def absolute(x: SecretArray) -> SecretArray:
    """|x|."""
    result = where(less(x, 0), negative(x), x)
    result.range = ring_form(x).range.absolute()
    return result


@implements(np.minimum)
def minimum(x: Any, y: Any) -> SecretArray:
    """The smaller of x and y, elementwise."""
    return _extreme(x, y, smaller=True)


@implements(np.maximum)
def maximum(x: Any, y: Any) -> SecretArray:
    """The larger of x and y, elementwise."""
    return _extreme(x, y, smaller=False)


@implements(np.clip)
def clip(x: SecretArray, a_min: Any = None, a_max: Any = None) -> SecretArray:
    """x moved into [a_min, a_max]; either may be None."""
    if a_min is not None:
        x = maximum(x, a_min)
    return x if a_max is None else minimum(x, a_max)


@implements(np.min)
def min_(x: SecretArray, axis: int | None = None) -> SecretArray:
    """The smallest element over one axis or all: a tree of comparisons."""
    return _reduce_extreme(x, axis, smaller=True)


@implements(np.max)
def max_(x: SecretArray, axis: int | None = None) -> SecretArray:
    """The largest element over one axis or all: a tree of comparisons."""
    return _reduce_extreme(x, axis, smaller=False)


@implements(np.any)
def any_(x: SecretArray, axis: Any = None) -> SecretArray:
    """Whether any bit is set, over axes."""
    _bits_only("np.any", x)
    return greater(sum_(x, axis), 0)


@implements(np.all)
def all_(x: SecretArray, axis: Any = None) -> SecretArray:
    """Whether all bits are set, over axes."""
    _bits_only("np.all", x)
    return logical_not(any_(logical_not(x), axis))


def _extreme(x: Any, y: Any, *, smaller: bool) -> SecretArray:
    x, y = common_scale(x, y)
    result = where(less(x, y) if smaller else less(y, x), x, y)
    pick = min if smaller else max
    result.range = Range(pick(x.range.lo, y.range.lo), pick(x.range.hi, y.range.hi))
    return result


def _reduce_extreme(x: SecretArray, axis: int | None, *, smaller: bool) -> SecretArray:
    if axis is None:
        x, axis = x.ravel(), 0
    if x.shape[axis] == 0:
        raise LocalError("empty-extreme", "the smallest or largest of no elements", line=user_line())
    x = x.transpose(axis % x.ndim, *(a for a in range(x.ndim) if a != axis % x.ndim))
    while len(x) > 1:
        half = len(x) // 2
        merged = _extreme(x[:half], x[half : 2 * half], smaller=smaller)
        x = concatenate([merged, x[2 * half :]]) if len(x) % 2 else merged
    return x[0]


def _where_public(condition: Any, x: Any, y: Any) -> SecretArray:
    x, y = common_scale(x, y)
    shape = joint_shape("np.where", condition.shape, joint_shape("np.where", x.shape, y.shape))

    def run(ctx: Context, a: ArithmeticShare, b: ArithmeticShare) -> ArithmeticShare:
        return choose(condition, a, b)

    return SecretArray(
        x.context, "where public", (x, y), run, shape=shape, kind=kind_of(x, y), scale=x.scale, range_=x.range | y.range
    )


def _difference(x: Any, y: Any) -> SecretArray:
    if isinstance(x, SecretArray) and isinstance(y, SecretArray):
        x, y = aligned(x, y)
        return _unchecked(subtract(x, y))
    if not isinstance(x, SecretArray):
        x, y = y, x
    return _unchecked(subtract(*common_scale(x, y)))


def _less_public(x: SecretArray, y: Any, *, or_equal: bool) -> SecretArray:
    """x - t for the whole number t of units in the last place with x < y, or x <= y, exactly where x < t.

    A t beyond the ring's limit decides the same as the limit itself, since |x| is below it.
    """
    x = ring_form(x)
    limit = 1 << (x.context.ring.bits - 2)
    words = x.context.ring.from_signed(_threshold(public(y), x.scale, limit, or_equal))
    shape = joint_shape("<", x.shape, words.shape)

    def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return a - suite_of(ctx).constant(ctx, words)

    return _unchecked(
        SecretArray(x.context, "- public", (x,), run, shape=shape, kind=x.kind, scale=x.scale, range_=x.range)
    )


def _threshold(y: Public, scale: int, limit: int, or_equal: bool) -> npt.NDArray[np.int64]:
    """The smallest whole t with t >= y * 2^scale, or t > y * 2^scale if equality counts; within +-limit."""
    if y.dtype == np.int64:
        bound = limit >> scale
        return np.asarray(np.clip((np.clip(y, -bound, bound) << scale) + int(or_equal), -limit, limit), np.int64)
    units = np.ldexp(y, scale)
    units = np.floor(units) + 1 if or_equal else np.ceil(units)
    return np.asarray(np.clip(units, -float(limit), float(limit)), np.int64)


def _unchecked(x: SecretArray) -> SecretArray:
    """A difference that only its sign or its being zero is wanted of: both operands fit, so it cannot wrap."""
    limit = (1 << (x.context.ring.bits - 2)) - 1
    lo, hi = (min(max(bound, -limit), limit) for bound in (x.range.lo, x.range.hi))
    x.range = Range(lo, hi)
    return x


def _is_negative(x: SecretArray) -> SecretArray:
    async def run(ctx: Context, a: ArithmeticShare) -> BooleanShare:
        return await suite_of(ctx).msb(ctx, a)

    return _bit("<", (x,), run, x.shape)


def _combine(name: str, x: Any, y: Any) -> SecretArray:
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return _combine_public(name, x, np.asarray(y))
    _bits_only(name, x, y)
    shape = joint_shape(name, x.shape, y.shape)
    x, y = _bits_to(x, shape), _bits_to(y, shape)

    if name == "^":
        return _bit(name, (x, y), lambda ctx, a, b: a ^ b, shape, talks=False)

    async def run(ctx: Context, a: BooleanShare, b: BooleanShare) -> BooleanShare:
        suite = suite_of(ctx)
        return await (suite.and_ if name == "&" else suite.or_)(ctx, a, b)

    return _bit(name, (x, y), run, shape)


def _combine_public(name: str, x: SecretArray, y: Any) -> SecretArray:
    _bits_only(name, x)
    if y.dtype != np.bool_:
        raise LocalError(
            "not-a-bit", f"{name} of a secret bit and a public {y.dtype} array", "use boolean arrays", line=user_line()
        )
    shape = joint_shape(name, x.shape, y.shape)
    packed = bits.pack(np.broadcast_to(y, shape))

    def run(ctx: Context, a: BooleanShare) -> BooleanShare:
        return suite_of(ctx).xor_public(ctx, a, packed) if name == "^" else a.and_public(packed)

    return _bit(name, (_bits_to(x, shape),), run, shape, talks=False)


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


def _bit(name: str, args: tuple[SecretArray, ...], run: Any, shape: Shape, *, talks: bool = True) -> SecretArray:
    return SecretArray(args[0].context, name, args, run, shape=shape, kind="bit", scale=0, range_=BIT, talks=talks)
