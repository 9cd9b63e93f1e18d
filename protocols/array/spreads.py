"""Variances, with the room that the ring has, and what makes other spreads of them.

A variance of numbers within h of a middle is at most h^2, which is far less than an interval of its terms says. Where
squares of distances have no room, the distances are taken with fewer fractional bits. Spreads that do not depend on the
unit of their operand are computed of numbers that are brought near a size by a power of two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocols.array.arithmetic import ADD_PUBLIC, divide_by, mean, number_of, scale_by, square, subtract, sum_
from protocols.array.facts import axes_of
from protocols.array.lines import user_line
from protocols.array.node import Summary
from protocols.array.public import encoded
from protocols.array.recording import record
from protocols.array.scales import at_scale, fixed, ring_form, short
from protocols.array.secret import SecretArray
from protocols.outputs import check_range
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up


def population_variance(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The population variance over axes.

    About a public number in the middle of the range, with n elements: (n times the sum of squares, less the square of
    the sum) / n^2, of which the ring has the numerator exactly. Where that does not fit, the mean of the squared
    distances from the mean. LocalError `range-exceeded` where the result may not fit.
    """
    count, x = number_of(x, axis), ring_form(x)
    check_range(x.context.session, x.node.operation.written, x.range, x.scale, x.line)
    y = _centred(x)
    most = Range(0, y.range.magnitude**2)
    scale = x.context.fractional_bits
    limit = Range(0, shifted_up(most.hi << scale, 2 * y.scale))
    check_range(x.context.session, "var", limit, scale, user_line())
    if count == 1 or not most.times(2 * count * count).fits(x.context.ring.bits):
        return _below(_of_distances(y, axis, keepdims, count), limit)
    squares = scale_by(sum_(square(y), axis, keepdims), np.asarray(count))
    numerator = subtract(squares, square(sum_(y, axis, keepdims)))
    if numerator.scale == 2 * y.scale:
        numerator.node.value.summary = Summary("variance", y.node, axes_of(x, axis), exact=True)
    numerator = numerator.in_range(Range(0, most.hi * count * count, numerator.range.error))
    return fixed(divide_by(numerator, np.asarray(count**2), name="var"))


def of_size(x: SecretArray, least_bits: int, most_bits: int) -> tuple[SecretArray, int]:
    """x times 2^k, and k, so that it lies within 2^most_bits of the middle of its range, but not within half of
    2^least_bits; k is 0 where that is so already. Local."""
    half = max((x.range.hi - x.range.lo + 1) // 2, 1).bit_length() - x.scale
    k = least_bits - half if half < least_bits else min(most_bits - half, 0)
    return (scale_by(x, np.asarray(2.0**k)) if k else x), k


def room_to_multiply(x: SecretArray, terms: int) -> SecretArray:
    """x with as many fractional bits, and at most the run's, as leave room for sums of `terms` products of two of its
    elements: 2^-28 of the largest product is lost at most, for one term."""
    x = short(x)
    if x.range.square().times(terms).fits(x.context.ring.bits):
        return x
    missing = 2 * x.range.magnitude.bit_length() + (terms - 1).bit_length() + 4 - x.context.ring.bits
    return at_scale(x, max(x.scale - (missing + 1) // 2, 0))


def not_negative(x: SecretArray) -> SecretArray:
    """A value that exactly is nowhere negative, moved up by as much as rounding may have made it so, which its error
    has."""
    x = fixed(x)
    below = max(-x.range.lo, 0)
    if not below:
        return x
    moved = record(ADD_PUBLIC, x, constant=encoded(x.context, np.asarray(below), 0))
    return moved.in_range(Range(0, moved.range.hi, moved.range.error + below * ULP))


def _centred(x: SecretArray) -> SecretArray:
    """x less a public number in the middle of its range, with at most the run's number of fractional bits: squares and
    sums of it are then exact."""
    middle = (x.range.lo + x.range.hi) // 2
    return short(record(ADD_PUBLIC, x, constant=encoded(x.context, np.asarray(-middle), 0)))


def _of_distances(y: SecretArray, axis: Any, keepdims: bool, count: int) -> SecretArray:
    """The mean of the squared distances of y from its mean, whose sum is at most that of the squares of y."""
    apart = room_to_multiply(subtract(y, mean(y, axis, True)), 1)
    squares = square(apart)
    missing = _largest_sum(y, count, squares.scale).bit_length() - (y.context.ring.bits - 3)
    if missing > 0:
        squares = at_scale(squares, max(squares.scale - missing, 0))
    total = sum_(squares, axis, keepdims)
    total.node.value.summary = Summary("variance", y.node, axes_of(y, axis), exact=False)
    total = _below(total, Range(0, _largest_sum(y, count, total.scale)))
    return fixed(divide_by(total, np.asarray(count), name="var"))


def _largest_sum(y: SecretArray, count: int, scale: int) -> int:
    """The largest sum of the squares of `count` elements of y, with so many fractional bits."""
    return shifted_up(count * y.range.magnitude**2 << scale, 2 * y.scale)


def _below(x: SecretArray, limit: Range) -> SecretArray:
    """x, whose exact value is not above a limit, nor x itself by more than its error."""
    most = limit.hi + shifted_up(x.range.error, ERROR_BITS)
    return x.in_range(Range(x.range.lo, max(min(x.range.hi, most), x.range.lo), x.range.error))
