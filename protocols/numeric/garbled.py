"""Numerical functions of shared numbers as garbled circuits: two rounds each, within a unit of the last place.

Ranges say how many low bits of a number go into the circuit and how many come out; what circuits give is no further
from the exact result than what the functions of the same names do by products. Between two parties; nobody learns
anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isqrt
from typing import Any, cast

import numpy as np

from mpc.context import Context
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library import fixed_point
from protocols.garbled.joint import Joint, joint_of_numbers
from protocols.numeric.exponential import largest_exp
from protocols.numeric.fixed_point import room_of
from protocols.numeric.logarithm import log_range
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

Kind = UInt | Int


def kind_of(r: Range) -> Kind:
    """The narrowest kind that holds all of a range."""
    return Int(r.bits) if r.lo < 0 else UInt(max(r.hi.bit_length(), 1))


@lru_cache(maxsize=256)
def _made(function: Callable[..., Any], kinds: tuple[Kind, ...], *public: Any) -> Joint:
    """The circuit of function(*numbers, *public) for numbers of these kinds."""
    names = {f"x{i}": kind for i, kind in enumerate(kinds)}
    return joint_of_numbers(lambda **values: function(*values.values(), *public), names, function.__name__.strip("_"))


async def _computed(
    ctx: Context, function: Callable[..., Any], numbers: list[tuple[ArithmeticShare, Range]], *public: Any
) -> Any:
    """What the circuit of a function gives of numbers in these ranges, broadcasting."""
    kinds = tuple(kind_of(r) for _, r in numbers)
    shape = np.broadcast_shapes(*(x.shape for x, _ in numbers))
    shares = [x.modulo(kind.width) for (x, _), kind in zip(numbers, kinds, strict=True)]
    broad = [x if x.shape == shape else x.broadcast_to(shape) for x in shares]
    (result,) = await suite_of(ctx).garbled_numbers(ctx, _made(function, kinds, *public), broad)
    return result


def _sign(x: Any) -> Any:
    return x[x.kind.width - 1]


def _zero(x: Any) -> Any:
    return x == 0


async def is_negative(ctx: Context, x: ArithmeticShare, r: Range) -> BooleanShare:
    """<x < 0>, elementwise, for x in r."""
    found = await _computed(ctx, _sign, [(x, r | Range(-1, 0))])
    return cast(BooleanShare, found.plane(0))


async def is_zero(ctx: Context, x: ArithmeticShare, r: Range) -> BooleanShare:
    """<x == 0>, elementwise, for x in r."""
    found = await _computed(ctx, _zero, [(x, r)])
    return cast(BooleanShare, found.plane(0))


async def divide(
    ctx: Context, x: ArithmeticShare, y: ArithmeticShare, x_range: Range, y_range: Range, k: int
) -> ArithmeticShare:
    """[x 2^k / y], elementwise, broadcasting, for y of one sign: to the nearest. For k < 0 of y 2^-k."""
    if y_range.hi < 0:
        return await divide(ctx, -x, -y, -x_range, -y_range, k)
    if k < 0:
        return await divide(ctx, x, y.scale(1 << -k), x_range, y_range.shift_left(-k), 0)
    ends = [(end << k) // divisor for end in (x_range.lo, x_range.hi) for divisor in (y_range.lo, y_range.hi)]
    numbers = [(x, x_range), (y, y_range)]
    found = await _computed(ctx, fixed_point.quotient, numbers, k, kind_of(Range(min(ends), max(ends) + 1)))
    return cast(ArithmeticShare, found)


async def reciprocal(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / x] of numbers with f fractional bits and of one sign: to the nearest."""
    if r.hi < 0:
        return -await reciprocal(ctx, -x, -r, f)
    kind = kind_of(Range(0, (1 << 2 * f) // r.lo + 1))
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.reciprocal, [(x, r)], f, kind))


async def sqrt(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[sqrt(x)] of numbers with f fractional bits that are nowhere negative: to the nearest."""
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.root, [(x, r)], f))


async def inverse_sqrt(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / sqrt(x)] of numbers above zero with f fractional bits: to the nearest."""
    kind = kind_of(Range(0, isqrt((1 << 3 * f) // r.lo) + 2))
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.inverse_root, [(x, r)], f, kind))


async def exp(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[exp(x)] of numbers with f fractional bits: within a unit of the last place."""
    kind = kind_of(Range(0, largest_exp(r, f) + 1))
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.exp, [(x, r)], f, kind))


async def log(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[log(x)], natural, of numbers above zero with f fractional bits: within a unit of the last place."""
    kind = kind_of(log_range(r, f, room_of(ctx)))
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.log, [(x, r)], f, kind))


async def sigmoid(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / (1 + exp(-x))] of numbers with f fractional bits: within a unit of the last place."""
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.sigmoid, [(x, r)], f))


async def tanh(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[tanh(x)] of numbers with f fractional bits: within a unit of the last place."""
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.tanh, [(x, r)], f))


async def sin(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[sin(x)] of numbers with f fractional bits, in radians: within a unit of the last place."""
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.sine, [(x, r)], f))


async def cos(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[cos(x)] of numbers with f fractional bits, in radians: within a unit of the last place."""
    return cast(ArithmeticShare, await _computed(ctx, fixed_point.cosine, [(x, r)], f))
