"""Sums and products of secrets and public numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from mpc.algebra.shapes import matmul_shape
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.scales import (
    aligned,
    at_scale,
    constant,
    encoded,
    factor_scale,
    fixed,
    is_integral,
    public,
    range_of,
    ring_form,
    short,
)
from protocols.array.secret import UFUNCS, Kind, SecretArray, Shape, implements, user_line
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


def kind_of(*secrets: SecretArray) -> Kind:
    """The kind of a combination: fixed if any part is."""
    return "fixed" if any(s.kind == "fixed" for s in secrets) else "int"


def joint_shape(name: str, x: Shape, y: Shape) -> Shape:
    """The shape of an elementwise operation; a teaching error where numpy would not broadcast."""
    try:
        return np.broadcast_shapes(x, y)
    except ValueError:
        raise LocalError(
            "shape-mismatch",
            f"{name} of shapes {x} and {y}: they do not broadcast",
            "reshape or transpose one of them",
            line=user_line(),
        ) from None


@implements(np.add)
def add(x: Any, y: Any) -> SecretArray:
    """x + y. Local, unless operands of different scale must be shortened first."""
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return _add_public(x, public(y))
    x, y = aligned(x, y)
    return _linear("+", x, y, lambda ctx, a, b: a + b, x.range + y.range)


@implements(np.subtract)
def subtract(x: Any, y: Any) -> SecretArray:
    """x - y. Local, as `add`."""
    if not isinstance(y, SecretArray):
        return _add_public(x, -public(y))
    if not isinstance(x, SecretArray):
        return _add_public(negative(y), public(x))
    x, y = aligned(x, y)
    return _linear("-", x, y, lambda ctx, a, b: a - b, x.range - y.range)


@implements(np.negative)
def negative(x: SecretArray) -> SecretArray:
    """-x. Local."""
    x = ring_form(x)
    return SecretArray(
        x.context, "negative", (x,), lambda ctx, a: -a, shape=x.shape, kind=x.kind, scale=x.scale, range_=-x.range
    )


@implements(np.positive)
def positive(x: SecretArray) -> SecretArray:
    """+x."""
    return ring_form(x)


@implements(np.multiply)
def multiply(x: Any, y: Any) -> SecretArray:
    """x * y, elementwise: one round for two secrets, none for a public whole factor."""
    if not isinstance(x, SecretArray):
        x, y = y, x
    if not isinstance(y, SecretArray):
        return scale_by(x, public(y))
    if x is y:
        return square(x)
    x, y = short(x), short(y)

    async def run(ctx: Context, a: ArithmeticShare, b: ArithmeticShare) -> ArithmeticShare:
        return await suite_of(ctx).mul(ctx, a, b)

    shape = joint_shape("*", x.shape, y.shape)
    return _product("*", x, y, run, shape, x.range * y.range)


@implements(np.square)
def square(x: SecretArray) -> SecretArray:
    """x * x: one round, half the bytes of a product."""
    x = short(x)

    async def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return await suite_of(ctx).square(ctx, a)

    return SecretArray(
        x.context, "square", (x,), run, shape=x.shape, kind=x.kind, scale=2 * x.scale, range_=x.range.square(),
        talks=True,
    )  # fmt: skip


@implements(np.power)
def power(x: SecretArray, exponent: Any) -> SecretArray:
    """x ** e for a public whole exponent from 1 to 64, by repeated squaring."""
    if isinstance(exponent, SecretArray) or np.ndim(exponent) or int(exponent) != exponent or not 1 <= exponent <= 64:
        raise LocalError(
            "bad-exponent", "** takes one public whole exponent from 1 to 64", "use np.exp and np.log", line=user_line()
        )
    result: SecretArray | None = None
    base, left = x, int(exponent)
    while left:
        if left & 1:
            result = base if result is None else multiply(result, base)
        left >>= 1
        base = square(base) if left else base
    return ring_form(result) if result is not None else x


@implements(np.matmul)
def matmul(x: Any, y: Any) -> SecretArray:
    """x @ y as in numpy.matmul: one round for two secrets, whose bytes are those of x and y, not of all products."""
    if not isinstance(y, SecretArray):
        return _matmul_public(x, public(y), public_left=False)
    if not isinstance(x, SecretArray):
        return _matmul_public(y, public(x), public_left=True)
    x, y = short(x), short(y)
    left, right, shape = _matrix_shapes(x.shape, y.shape)

    async def run(ctx: Context, a: ArithmeticShare, b: ArithmeticShare) -> ArithmeticShare:
        z = await suite_of(ctx).matmul(ctx, a.reshape(left), b.reshape(right))
        return z.reshape(shape)

    return _product("@", x, y, run, shape, (x.range * y.range).times(left[-1]))


@implements(np.dot)
def dot(x: Any, y: Any) -> SecretArray:
    """numpy.dot for scalars, vectors and matrices."""
    if min(np.ndim(x), np.ndim(y)) == 0:
        return multiply(x, y)
    if max(np.ndim(x), np.ndim(y)) > 2:
        raise LocalError("unsupported-operation", "np.dot of secrets takes at most 2 dimensions", "use @")
    return matmul(x, y)


@implements(np.sum)
def sum_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The sum over axes. Local, unless products must be shortened first for the sum to fit."""
    x = ring_form(x)
    axes = _axes(x, axis)
    count = prod(x.shape[a] for a in axes)
    if not x.range.times(count).fits(x.context.ring.bits):
        x = short(x)
    kept = tuple(1 if a in axes else s for a, s in enumerate(x.shape))
    shape = kept if keepdims else tuple(s for a, s in enumerate(x.shape) if a not in axes)

    def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return (a.sum(axes) if axes else a).reshape(shape)

    return SecretArray(
        x.context, "sum", (x,), run, shape=shape, kind=x.kind, scale=x.scale, range_=x.range.times(count)
    )


@implements(np.mean)
def mean(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The mean over axes: the sum by the public reciprocal of the count. Its range is that of x."""
    count = prod(x.shape[a] for a in _axes(x, axis))
    if count == 0:
        raise LocalError("empty-mean", "the mean of no elements", "check the shape of the input", line=user_line())
    total = sum_(x, axis, keepdims)
    if count == 1:
        return total
    result = fixed(scale_by(total, np.asarray(1.0 / count)))
    lo, hi = ring_form(x).bounds
    unit = 2.0 ** (1 - x.context.fractional_bits)
    tightened = Range.of_reals(lo - unit, hi + unit, result.scale)
    result.range = Range(max(tightened.lo, result.range.lo), min(tightened.hi, result.range.hi))
    return result


@implements(np.var)
def var(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The population variance over axes: the mean of the squared distances from the mean, never E[x^2] - E[x]^2."""
    return mean(square(subtract(x, mean(x, axis, True))), axis, keepdims)


@implements(np.divide)
def divide(x: Any, y: Any) -> SecretArray:
    """x / y: by a public number a scaling, by a secret its reciprocal and a product."""
    if isinstance(y, SecretArray):
        return multiply(x, UFUNCS[np.reciprocal](y))
    divisor = public(y).astype(np.float64)
    if not np.all(divisor):
        raise LocalError("division-by-zero", "division of a secret by a public zero", line=user_line())
    return fixed(scale_by(ring_form(x), 1.0 / divisor))


def scale_by(x: SecretArray, factor: Any) -> SecretArray:
    """x * factor for public numbers: local if they are whole, else with enough fractional bits for a small error."""
    x = ring_form(x)
    if is_integral(factor):
        scale = 0
    else:
        x, scale = factor_scale(x, factor)
    words = encoded(x.context, factor, scale)

    def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return a.scale(words)

    kind: Kind = "fixed" if scale else x.kind
    return SecretArray(
        x.context, "* public", (x,), run, shape=joint_shape("*", x.shape, words.shape), kind=kind,
        scale=x.scale + scale, range_=x.range * range_of(x.context, words),
    )  # fmt: skip


def _add_public(x: SecretArray, values: Any) -> SecretArray:
    x = ring_form(x)
    if not is_integral(values):
        x = at_scale(x, max(x.scale, x.context.fractional_bits))
    words = encoded(x.context, values, x.scale)

    def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return a + suite_of(ctx).constant(ctx, words)

    return SecretArray(
        x.context, "+ public", (x,), run, shape=joint_shape("+", x.shape, words.shape), kind=x.kind, scale=x.scale,
        range_=x.range + range_of(x.context, words),
    )  # fmt: skip


def _matmul_public(x: SecretArray, matrix: Any, *, public_left: bool) -> SecretArray:
    x = ring_form(x)
    scale = 0
    if not is_integral(matrix):
        x, scale = factor_scale(x, matrix)
    shapes = (matrix.shape, x.shape) if public_left else (x.shape, matrix.shape)
    left, right, shape = _matrix_shapes(*shapes)
    words = encoded(x.context, matrix, scale).reshape(left if public_left else right)
    own = right if public_left else left
    work = prod(shape) * left[-1]

    async def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        matrix_share = a.reshape(own)
        product = await ctx.off_loop(work, lambda: matrix_share.matmul_public(words, public_left=public_left))
        return product.reshape(shape)

    return SecretArray(
        x.context, "@ public", (x,), run, shape=shape, kind="fixed" if scale else x.kind, scale=x.scale + scale,
        range_=(x.range * range_of(x.context, words)).times(left[-1]), talks=True,
    )  # fmt: skip


def _matrix_shapes(x: Shape, y: Shape) -> tuple[Shape, Shape, Shape]:
    """Both operands as matrices, and the shape of the product by numpy's rules for vectors."""
    left = (1, *x) if len(x) == 1 else x
    right = (*y, 1) if len(y) == 1 else y
    if not x or not y or left[-1] != right[-2]:
        raise LocalError(
            "shape-mismatch",
            f"@ of shapes {x} and {y}: the last axis of the first must match the second last of the other",
            "transpose or reshape one of them",
            line=user_line(),
        )
    joint_shape("@", left[:-2], right[:-2])
    shape = matmul_shape(left, right)
    shape = (*shape[:-2], shape[-1]) if len(x) == 1 else shape
    return left, right, shape[:-1] if len(y) == 1 else shape


def _axes(x: SecretArray, axis: Any) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    if not all(-x.ndim <= a < x.ndim for a in given):
        raise LocalError("bad-axis", f"axis {axis} of a secret with {x.ndim} dimensions", line=user_line())
    return tuple(a % x.ndim for a in given)


def _linear(name: str, x: SecretArray, y: SecretArray, run: Callable[..., Any], range_: Range) -> SecretArray:
    return SecretArray(
        x.context, name, (x, y), run, shape=joint_shape(name, x.shape, y.shape), kind=kind_of(x, y), scale=x.scale,
        range_=range_,
    )  # fmt: skip


def _product(
    name: str, x: SecretArray, y: SecretArray, run: Callable[..., Any], shape: Shape, range_: Range
) -> SecretArray:
    return SecretArray(
        x.context, name, (x, y), run, shape=shape, kind=kind_of(x, y), scale=x.scale + y.scale, range_=range_,
        talks=True,
    )  # fmt: skip


def as_secret(context: Context, value: Any, scale: int) -> SecretArray:
    """A secret as it is, a public value as a constant of this scale."""
    return value if isinstance(value, SecretArray) else constant(context, public(value), scale)


def common_scale(*values: Any) -> tuple[SecretArray, ...]:
    """Secrets and public values at one scale; at least one must be secret."""
    secrets = [ring_form(v) for v in values if isinstance(v, SecretArray)]
    scale = max(s.scale for s in secrets)
    f = secrets[0].context.fractional_bits
    if any(not isinstance(v, SecretArray) and not is_integral(public(v)) for v in values):
        scale = max(scale, f)
    if not all(s.range.shift_left(max(scale - s.scale, 0)).fits(s.context.ring.bits) for s in secrets):
        scale = f
    return tuple(at_scale(as_secret(secrets[0].context, v, scale), scale) for v in values)
