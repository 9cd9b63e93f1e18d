"""Rows brought to a common size: by their root mean square, or by their deviation from their mean.

Sums of squares are exact, and so is n^2 times the variance: n times the sum of squares, less the square of the sum. A
public factor of the sum is one of the root, and epsilon is added before it, so that nothing is divided.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import isqrt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.fixed_point import plus, product, rescale, room_of
from protocols.numeric.normalised_in_pieces import reciprocal_root
from protocols.numeric.pieces import has_own_pieces
from protocols.numeric.square_root import inverse_sqrt
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of

Bounds = tuple[float, float]
"""The smallest and the largest mean square, or variance, that a row may have: positive."""

ROOT_BITS, FACTOR_BITS = 22, 20
"""Of the smallest root, and of the public factor that it is multiplied by."""

MOST_OCTAVES, ROOM_IN_PIECES = 20, 56
"""Of sums whose root is in pieces, and the bits that they may have."""

PRECISION_IN_PIECES = 17
"""Bits of the smallest root in pieces, which is right to some 14."""

MOST_OFF = Fraction(1, 1 << 13)
"""How wrong 1 / n may be: half of that is the root of it."""


@dataclass(frozen=True)
class _Squares:
    """T = `times` * 2^(2 fraction) * v, of which 1 / sqrt(v + epsilon) is wanted with `result` fractional bits, for v
    in `bounds`."""

    times: int
    fraction: int
    epsilon: float
    bounds: Bounds
    result: int

    def integer(self, v: float) -> int:
        """T for a public v."""
        return int((Decimal(v) * self.times * 4**self.fraction).to_integral_value())

    @cached_property
    def added(self) -> int:
        """Epsilon as it is added to T."""
        return self.integer(self.epsilon)

    @cached_property
    def range(self) -> Range:
        """Of T with epsilon added."""
        low, high = self.bounds
        return Range(max(self.integer(low + self.epsilon), 1), self.integer(high + self.epsilon) + 1)

    @cached_property
    def inverse(self) -> tuple[int, int] | None:
        """m and b so that m / 2^b is 1 / times, or nearly, and m T has room; None where it has not."""
        factor, bits = _inverse_of(self.times, ROOM_IN_PIECES - self.range.hi.bit_length())
        return (factor, bits) if abs(Fraction(factor * self.times, 1 << bits) - 1) <= MOST_OFF else None


async def reciprocal_norm(
    ctx: Context,
    x: ArithmeticShare,
    fraction: int,
    epsilon: float,
    mean_square: Bounds,
    *,
    result: int | None = None,
) -> ArithmeticShare:
    """[1 / sqrt(mean of x^2 + epsilon)] for each row of x (..., n): (..., 1), with `result` fractional bits, or twice
    `fraction`.

    The caller multiplies by it where that costs least, as after the next product with weights. `mean_square`: what it
    may be, epsilon not counted; a row outside gives a wrong number, and nobody notices. n epsilon is rounded to
    2 `fraction` bits.
    Error: 2^-13 of itself and 2 last places, in pieces; else 2^-19. Rounds: 7 in pieces, where a dealer makes the
    material; else one, and those of `inverse_sqrt` and a truncation.
    Nobody learns anything; adversary and threshold are the suite's. LocalError `range-too-wide` where the sums of
    squares have no room in the ring, `domain` for bounds that are not positive.
    """
    n = x.shape[-1]
    of_result = 2 * fraction if result is None else result
    sizes = _checked(ctx, _squares(n, fraction, epsilon, mean_square, of_result))
    squares = await suite_of(ctx).square(ctx, x)
    return await _reciprocal_root(ctx, squares.sum(-1).reshape((*x.shape[:-1], 1)), sizes)


async def layer_norm(
    ctx: Context, x: ArithmeticShare, fraction: int, epsilon: float, variance: Bounds
) -> ArithmeticShare:
    """[(x - mean) / sqrt(variance + epsilon)] along the last axis of x (..., n), with `fraction` fractional bits.

    It is d / sqrt(T) with d = n x less the sum, and T = n^2 times the variance: both exact. Gains and shifts are the
    caller's, who can often put them into the weights that follow. `variance`: what it may be, epsilon not counted; a
    row outside gives wrong numbers, and nobody notices.
    Error: two last places and 2^-13 of the result in pieces, else 2^-18. Rounds: 9 in pieces, where a dealer makes the
    material; else three, and those of `inverse_sqrt`.
    Nobody learns anything; adversary and threshold are the suite's. Errors as `reciprocal_norm`.
    """
    n = x.shape[-1]
    sizes = _checked(ctx, _squares(n * n, fraction, epsilon, variance, 2 * fraction))
    total = x.sum(-1).reshape((*x.shape[:-1], 1))
    squares = await suite_of(ctx).square(ctx, concatenate([x, total], -1))
    of_x = squares[..., :n].sum(-1).reshape(total.shape)
    whole = plus(ctx, of_x.scale(n) - squares[..., n:], sizes.added)
    root, bits = await _root_of_any_bits(ctx, whole, sizes.range)
    return await product(ctx, x.scale(n) - total, root, bits - fraction)


_squares = lru_cache(maxsize=256)(_Squares)


def _checked(ctx: Context, sizes: _Squares) -> _Squares:
    """The same. LocalError `domain`, `range-too-wide`."""
    low, high = sizes.bounds
    if not 0 < low + sizes.epsilon <= high + sizes.epsilon or sizes.epsilon < 0 or low < 0:
        raise LocalError(
            "domain", f"a norm of rows with squares between {low:g} and {high:g}, epsilon {sizes.epsilon:g}",
            "give the smallest and the largest that there are, above 0 with epsilon",
        )  # fmt: skip
    bits = sizes.range.hi.bit_length()
    if bits > room_of(ctx):
        raise LocalError(
            "range-too-wide", f"sums of squares up to {high:g} need {bits} bits, with room for {room_of(ctx)}",
            "use fewer fractional bits, or a smaller bound if the rows have one",
        )  # fmt: skip
    return sizes


async def _reciprocal_root(ctx: Context, total: ArithmeticShare, sizes: _Squares) -> ArithmeticShare:
    """[2^result / sqrt(v + epsilon)] from [T]."""
    whole, r = plus(ctx, total, sizes.added), sizes.range
    if _has_pieces(ctx, r) and sizes.inverse is not None:
        factor, bits = sizes.inverse
        scaled = Range(r.lo * factor, r.hi * factor)
        return await reciprocal_root(ctx, whole.scale(factor), scaled, 2 * sizes.fraction + bits, sizes.result)
    root, of_root = await _root_of_any_bits(ctx, whole, r)
    exponent = sizes.result + sizes.fraction - of_root
    shift = FACTOR_BITS - exponent - sizes.times.bit_length() // 2
    return await rescale(ctx, root.scale(isqrt(sizes.times << 2 * (exponent + shift))), shift)


def _has_pieces(ctx: Context, r: Range) -> bool:
    few = r.hi.bit_length() - r.lo.bit_length() < MOST_OCTAVES
    return few and r.hi.bit_length() <= ROOM_IN_PIECES and has_own_pieces(ctx)


def _inverse_of(n: int, room: int) -> tuple[int, int]:
    """m of up to `room` bits, or 1, and b, so that m / 2^b is nearest to 1 / n."""
    ways = [(round(Fraction(1 << b, n)), b) for b in range(n.bit_length() + max(room, 1))]
    return min(((m, b) for m, b in ways if m), key=lambda way: (abs(Fraction(way[0] * n, 1 << way[1]) - 1), way[1]))


async def _root_of_any_bits(ctx: Context, total: ArithmeticShare, r: Range) -> tuple[ArithmeticShare, int]:
    """[2^b / sqrt(T)], and b, of which it has as many as T leaves it room for."""
    if _has_pieces(ctx, r):
        bits = PRECISION_IN_PIECES + (r.hi.bit_length() + 1) // 2
        return await reciprocal_root(ctx, total, r, 0, bits), bits
    f = _fractional_bits(r)
    return await inverse_sqrt(ctx, total, r, f), 3 * f // 2


def _fractional_bits(r: Range) -> int:
    """The least even f with which 2^(3 f / 2) / sqrt(T) has ROOT_BITS bits for all T in r."""
    f = 0
    while 1 << 3 * f < r.hi << 2 * ROOT_BITS:
        f += 2
    return f
