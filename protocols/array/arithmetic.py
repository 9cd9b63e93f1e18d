"""Sums and products of secrets and public numbers, element by element, and sums over axes."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.factors import added, factor_of, range_of_product, reciprocals
from protocols.array.facts import axes_of, joint_shape, kind_of
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.lowering import stands_between, sums_rows
from protocols.array.missing import instead_of_power
from protocols.array.node import Facts, Node, operation
from protocols.array.peaks import difference, total, turned
from protocols.array.public import Constant, Public, encoded, is_integral, public
from protocols.array.recording import record
from protocols.array.scales import aligned, at_scale, fixed, has_room, ring_form, short
from protocols.array.secret import SecretArray
from protocols.array.shape import refuse_truths
from protocols.numeric import garbled_between
from protocols.numeric.garbled import Function
from protocols.outputs import check_range
from protocols.ranges import ERROR_BITS, Range, shifted_up
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

# what is public of the results


def _sum(x: Node, y: Node) -> Facts:
    return Facts(joint_shape("+", x.shape, y.shape), kind_of(x, y), x.scale, x.range + y.range)


def _difference(x: Node, y: Node) -> Facts:
    return Facts(joint_shape("-", x.shape, y.shape), kind_of(x, y), x.scale, x.range - y.range)


def _negated(x: Node) -> Facts:
    return Facts(x.shape, x.kind, x.scale, -x.range)


def _shifted(x: Node, constant: Constant) -> Facts:
    return Facts(joint_shape("+", x.shape, constant.shape), x.kind, x.scale, x.range + constant.range)


def _product(x: Node, y: Node) -> Facts:
    return Facts(joint_shape("*", x.shape, y.shape), kind_of(x, y), x.scale + y.scale, x.range * y.range)


def _squared(x: Node) -> Facts:
    return Facts(x.shape, x.kind, 2 * x.scale, x.range.square())


def _scaled(x: Node, constant: Constant, scale: int) -> Facts:
    kind = "fixed" if scale else x.kind
    return Facts(joint_shape("*", x.shape, constant.shape), kind, x.scale + scale, x.range * constant.range)


def _total(x: Node, axes: tuple[int, ...], keepdims: bool) -> Facts:
    kept = tuple(1 if a in axes else s for a, s in enumerate(x.shape))
    shape = kept if keepdims else tuple(s for a, s in enumerate(x.shape) if a not in axes)
    return Facts(shape, x.kind, x.scale, x.range.times(prod(x.shape[a] for a in axes)))


# how they run on shares


def _add_constant(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    return x + suite_of(ctx).constant(ctx, node.parameters["constant"].elements)


async def _mul(ctx: Context, node: Node, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    return await suite_of(ctx).mul(ctx, x, y)


async def _square(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    return await suite_of(ctx).square(ctx, x)


def _add_up(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    axes = node.parameters["axes"]
    return (x.sum(axes) if axes else x).reshape(node.shape)


ADD = operation("+", _sum, lambda ctx, node, x, y: x + y, keeps_signs=True)
SUBTRACT = operation("-", _difference, lambda ctx, node, x, y: x - y)
NEGATE = operation("negative", _negated, lambda ctx, node, x: -x)
ADD_PUBLIC = operation("+ public", _shifted, _add_constant, keeps_signs=True)
MULTIPLY = operation("*", _product, _mul, keeps_signs=True)
SQUARE = operation("square", _squared, _square)
SCALE = operation(
    "* public", _scaled, lambda ctx, node, x: x.scale(node.parameters["constant"].elements), keeps_signs=True
)
SUM = operation("sum", _total, _add_up, keeps_signs=True)


def with_constant(function: Callable[[Range, int], Function]) -> Callable[[Node], Function | None]:
    """The circuit of an operation with a constant that is one number."""

    def made(node: Node) -> Function | None:
        constant = node.parameters["constant"].range
        return function(node.operands[0].range, constant.lo) if constant.lo == constant.hi else None

    return made


def _sum_of_row(node: Node) -> Function | None:
    """The circuit of a sum over the last axis alone, where rows may be instances of a circuit."""
    (x,) = node.operands
    return garbled_between.summed(x.range, x.shape[-1]) if sums_rows(node) else None


stands_between(ADD, lambda node: garbled_between.plus(*(operand.range for operand in node.operands)))
stands_between(SUBTRACT, lambda node: garbled_between.minus(*(operand.range for operand in node.operands)))
stands_between(NEGATE, lambda node: garbled_between.negative(node.operands[0].range))
stands_between(ADD_PUBLIC, with_constant(garbled_between.plus_public))
stands_between(SCALE, with_constant(garbled_between.times_public))
stands_between(MULTIPLY, lambda node: garbled_between.times(*(operand.range for operand in node.operands)), dear=True)
stands_between(SUM, _sum_of_row, dear=True)
stands_between(SQUARE, lambda node: garbled_between.squared(node.operands[0].range), dear=True)

# what users write


@implements(np.add)
def add(x: Any, y: Any) -> SecretArray:
    """x + y. Local, unless operands of different scale must be shortened first. Of two truth values LocalError
    `arithmetic-of-bits`, which numpy takes for their `|`."""
    refuse_truths("+", x, y)
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return _add_public(x, public(y))
    return record(ADD, *aligned(x, y, to_add=True))


@implements(np.subtract)
def subtract(x: Any, y: Any, *, range_: Range | None = None) -> SecretArray:
    """x - y. Local, as `add`."""
    refuse_truths("-", x, y)
    if not isinstance(y, SecretArray):
        return _add_public(x, np.asarray(-public(y)))
    if not isinstance(x, SecretArray):
        return _add_public(negative(ring_form(y)), public(x))
    x, y = aligned(x, y, to_add=range_ is None)
    inferred, peak = difference(x, y)
    result = record(SUBTRACT, x, y, range_=range_ or inferred)
    result.together = peak
    return result


@implements(np.negative)
def negative(x: SecretArray) -> SecretArray:
    """-x. Local."""
    refuse_truths("-", x)
    result = record(NEGATE, ring_form(x))
    result.together = turned(x)
    return result


@implements(np.positive)
def positive(x: SecretArray) -> SecretArray:
    """+x."""
    return ring_form(x).copy()


def multiply(x: Any, y: Any) -> SecretArray:
    """x * y, elementwise: one round for two secrets, none for a public whole factor."""
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return scale_by(x, public(y))
    return square(x) if x.node is y.node else record(MULTIPLY, short(x), short(y))


@implements(np.square)
def square(x: SecretArray) -> SecretArray:
    """x * x: one round, half the bytes of a product."""
    return record(SQUARE, short(x))


@implements(np.power)
def power(x: SecretArray, exponent: Any) -> SecretArray:
    """x ** e for a public whole exponent from 1 to 64, by repeated squaring."""
    if isinstance(exponent, SecretArray) or np.ndim(exponent) or int(exponent) != exponent or not 1 <= exponent <= 64:
        raise LocalError(
            "bad-exponent",
            "** takes one public whole exponent from 1 to 64",
            instead_of_power(x, exponent),
            line=user_line(),
        )
    result: SecretArray | None = None
    base, left = ring_form(x), int(exponent)
    while left:
        if left & 1:
            result = base if result is None else multiply(result, base)
        left >>= 1
        base = square(base) if left else base
    return positive(result if result is not None else x)


@implements(np.sum)
def sum_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The sum over axes. Local, unless products must be shortened first for the sum to fit."""
    x = ring_form(x)
    axes = axes_of(x, axis)
    if not x.range.times(prod(x.shape[a] for a in axes)).fits(x.context.ring.bits):
        x = short(x)
    result = record(SUM, x, axes=axes, keepdims=keepdims)
    return result.in_range(total(x, axes, result.range))


@implements(np.mean)
def mean(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The mean over axes: the sum by the public reciprocal of the count, which is a neighbour of the exact mean where
    there is room; of means that need no rounding, as that of truth values which are all set, all but one in 2^20 are
    exact. Its range is that of x, up to its own loss."""
    count = number_of(x, axis)
    whole = sum_(x, axis, keepdims)
    if count == 1:
        return fixed(whole)
    check_range(x.context.session, "sum", whole.range, whole.scale, user_line())
    result = fixed(divide_by(whole, np.asarray(count), finest=True, name="mean"))
    x = ring_form(x)
    return between(result, x, result.range.error - _same_places(x, result).error)


def number_of(x: SecretArray, axis: Any) -> int:
    """How many elements meet in each result. LocalError `empty-mean` if none."""
    count = prod(x.shape[a] for a in axes_of(x, axis))
    if not count:
        raise LocalError("empty-mean", "the mean of no elements", "check the shape of the input", line=user_line())
    return count


def between(mean: SecretArray, x: SecretArray, error: int) -> SecretArray:
    """A mean of x, which lies where x does, but for an error in computing it."""
    around, slack = _same_places(x, mean), shifted_up(max(error, 0), ERROR_BITS)
    lo, hi = max(around.lo - slack, mean.range.lo), min(around.hi + slack, mean.range.hi)
    return mean.in_range(Range(lo, hi, mean.range.error))


def _same_places(x: SecretArray, y: SecretArray) -> Range:
    """The range of x, its error rounded down, in the last places of y."""
    lift = y.scale - x.scale
    if lift >= 0:
        return x.range.shift_left(lift)
    return x.range.truncate(-lift).off_by(x.range.error >> -lift)


def scale_by(
    x: SecretArray, values: Public, *, rounded: bool = False, finest: bool = False, name: str = "*"
) -> SecretArray:
    """x * values for public numbers: local, unless they need several parts; `rounded` and `finest` as `factor_of` has
    them. An error speaks of the operation of this name."""
    factor = factor_of(name, x, values, rounded=rounded, finest=finest)
    products = [record(SCALE, factor.x, constant=part.constant, scale=part.scale) for part in factor.parts]
    product = added(products)
    if len(products) == 1:
        return product
    known = range_of_product(factor, values)
    return product.narrowed(max(product.range.lo, known.lo), min(product.range.hi, known.hi))


def divide_by(x: SecretArray, divisors: Public, *, finest: bool = False, name: str = "/") -> SecretArray:
    """x / d for public numbers that are not zero: `scale_by` their reciprocals."""
    values, rounded = reciprocals(divisors)
    return scale_by(x, values, rounded=rounded, finest=finest, name=name)


def _add_public(x: SecretArray, values: Any) -> SecretArray:
    x = ring_form(x)
    f = x.context.fractional_bits
    if not is_integral(values):
        x = at_scale(x, max(x.scale, f))
    if x.scale > f and not has_room(x.context, values, x.scale):
        x = fixed(x)
    return record(ADD_PUBLIC, x, constant=encoded(x.context, values, x.scale))
