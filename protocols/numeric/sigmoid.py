"""The logistic function 1 / (1 + exp(-x)) and tanh, to 1.1e-4 over every range: a spline with public knots.

Five pieces: 0, one of degree 6, an odd one of degree 5, the first mirrored, 1. The two polynomials are minimax fits (a
linear programme over Chebyshev's points, `tests/numeric/test_sigmoid.py` finds them again), of which the outer one is
kept below 1 - 2^-14. What the constants leave is just below 1.1e-4, what the polynomials do leaves room for rounding.

All knots are compared with x at once, under one opened mask, while the powers of x are computed beside. Then each
coefficient is looked up by the comparison bits, [c_d] = c_d of the last piece + sum of [x < t_j] (c_d,j - c_d,j+1), and
one batch of products and one truncation end it: sum of [c_d] [x^d].

No x is clamped. Outside the knots the powers of x may leave the ring and are then any ring elements; but there the
looked-up coefficients of all powers are exactly 0, since the sums above are sums of integers, and 0 times any ring
element is 0. Inside, |x| < 9.125 keeps everything below 2^61.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from decimal import Context as Decimals
from functools import lru_cache

from mpc.context import Context, together
from protocols.numeric.fixed_point import ROOM, check_fits, in_small_ring, plus, product, rescale, room_of, square
from protocols.numeric.polynomial import fixed
from protocols.numeric.smooth_steps import LOGISTIC_TAILS, logistic, turn_of
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare, concatenate, stack
from protocols.suite import suite_of

MAX_ERROR = Decimal("1.1e-4")
"""Largest distance of the spline from the function, rounding of powers and coefficients included."""

X_BITS = 16
COEFFICIENT_BITS = 38
KNOTS = (-9.125, -1.6875, 1.6875, 9.125)
CENTRE = (0.5, 0.2496903946, 0.0, -0.01989054763, 0.0, 0.00132977057, 0.0)
RIGHT = (0.4157830745, 0.4168490834, -0.1266598059, 0.02068971411, -0.001892234208, 9.078440207e-05, -1.76256808e-06)
LEFT = (1 - RIGHT[0], *(c if d % 2 else -c for d, c in enumerate(RIGHT) if d))
DEGREE = 6
PIECES = ((0.0,) * (DEGREE + 1), LEFT, CENTRE, RIGHT, (1.0, *(0.0,) * DEGREE))
EXACT = Decimals(prec=40)


@lru_cache(1 << 8)
def sigmoid_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of sigmoid(x) as `sigmoid` computes it, for x in r: within [0, 1].

    Raises LocalError `range-too-wide` where x may need more than `room` bits.
    """
    check_fits("sigmoid", r, room)
    slack = 2 + ((1 << f) // 9000)
    lo, hi = _sigmoid_scaled(r.lo, f, ROUND_FLOOR), _sigmoid_scaled(r.hi, f, ROUND_CEILING)
    return Range(max(lo - slack, 0), min(hi + slack, 1 << f))


def tanh_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of tanh(x) as `tanh` computes it, for x in r: within [-1, 1]. Errors as `sigmoid_range`."""
    s = sigmoid_range(r.shift_left(1), f, room)
    return Range(2 * s.lo - (1 << f), 2 * s.hi - (1 << f))


def sigmoid_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `sigmoid`, in units of a range's error."""
    return ULP + _units(MAX_ERROR, f)


def tanh_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `tanh`, in units of a range's error."""
    return ULP + _units(2 * MAX_ERROR, f)


def _units(bound: Decimal, f: int) -> int:
    return int((bound * (ULP << f)).to_integral_value(ROUND_CEILING))


async def sigmoid(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / (1 + exp(-x))], elementwise, any shape, for every range.

    Error: |y - sigmoid(x)| <= 1.1e-4 + 2^-f over the whole of r; exactly 0 or 1 beyond +-9.125, but for the series.
    Rounds: 3 where the suite has sines at the cost of a reading and r reaches no further than 35: a series of these
    (`smooth_steps`), off by 1.4e-5 + 2^-f. Else 10, or 9 for ranges of up to 32 bits, 8 (9 for f > 16) where the suite
    compares in one round; 7 (8 for f > 16) where r lies between two knots, 0 beyond them.
    Material: an edaBit and a daBit for each knot within r, 10 triples, a square pair, 6 or 7 truncation pairs
    an element, ANDs of one comparison for each knot within r; a key of a point in place of edaBit and ANDs where few
    values of two parties are compared.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `sigmoid_range`.
    """
    sigmoid_range(r, f, room_of(ctx))
    return await _spline(ctx, x, r, f, f)


async def _spline(ctx: Context, x: ArithmeticShare, r: Range, f: int, result_bits: int) -> ArithmeticShare:
    """[sigmoid(x)] with `result_bits` fractional bits."""
    first, last = (sum(fixed(knot, f) <= bound for knot in KNOTS) for bound in (r.lo, r.hi))
    constant = first == last and not any(PIECES[first][1:])
    if not constant and (turn := turn_of(ctx, r, f, LOGISTIC_TAILS)) is not None:
        return await logistic(ctx, x, f, turn, result_bits)
    if first == last:
        return await _one_piece(ctx, x, first, f, result_bits)
    knots = [fixed(knot, f) for knot in KNOTS[first:last]]
    small = in_small_ring(x, Range(r.lo - r.hi, r.hi - r.lo))
    below, powers = await together(ctx, (_below, small, knots), (_powers, x, f))
    first_term, *factors = _look_up(ctx, below, first, last)
    shift = X_BITS + COEFFICIENT_BITS - result_bits
    return await product(ctx, stack(factors), powers, shift, first_term.scale(1 << X_BITS), summed=True)


async def tanh(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[tanh(x)] = [2 sigmoid(2x) - 1], elementwise, for every range.

    Error: |y - tanh(x)| <= 2.2e-4 + 2^-f over the whole of r. Rounds, material, security: as `sigmoid`.
    """
    tanh_range(r, f, room_of(ctx))
    y = await _spline(ctx, x.scale(2), r.shift_left(1), f, f + 1)
    return plus(ctx, y, -1 << f)


async def _below(ctx: Context, x: ArithmeticShare, knots: list[int]) -> ArithmeticShare:
    """[x < t] for each knot, knots first: at most eight rounds."""
    suite = suite_of(ctx)
    return await suite.bits_to_ring(ctx, await suite.below(ctx, x, x.ring.from_ints(knots)))


async def _powers(ctx: Context, x: ArithmeticShare, f: int) -> ArithmeticShare:
    """[x, x^2, ..., x^6] with X_BITS fractional bits, powers first: at most seven rounds."""
    x = await rescale(ctx, x, f - X_BITS)
    x_2 = await square(ctx, x, X_BITS)
    low = stack([x, x_2])
    middle = await product(ctx, low, x_2, X_BITS)
    return concatenate([low, middle, await product(ctx, middle, x_2, X_BITS)])


def _look_up(ctx: Context, below: ArithmeticShare, first: int, last: int) -> list[ArithmeticShare]:
    """[c_0], ..., [c_4] of the piece that each x is in, from [x < t_j] for first <= j < last. Local."""
    coefficients = []
    for d in range(DEGREE + 1):
        c = [fixed(piece[d], COEFFICIENT_BITS) for piece in PIECES]
        terms = [below[j - first].scale(c[j] - c[j + 1]) for j in range(first, last)]
        coefficients.append(plus(ctx, stack(terms).sum(0), c[last]))
    return coefficients


async def _one_piece(ctx: Context, x: ArithmeticShare, piece: int, f: int, result_bits: int) -> ArithmeticShare:
    """The polynomial of one piece, its coefficients public."""
    c = [fixed(value, COEFFICIENT_BITS) for value in PIECES[piece]]
    if not any(c[1:]):
        return plus(ctx, x.scale(0), fixed(PIECES[piece][0], result_bits))
    powers = await _powers(ctx, x, f)
    terms = stack([powers[d - 1].scale(c[d]) for d in range(1, DEGREE + 1)])
    return await rescale(ctx, plus(ctx, terms.sum(0), c[0] << X_BITS), X_BITS + COEFFICIENT_BITS - result_bits)


def _sigmoid_scaled(x: int, f: int, rounding: str) -> int:
    """sigmoid(x / 2^f) * 2^f as an integer, rounded down or up: the same on every machine."""
    bounded = max(min(x, 64 << f), -(64 << f))
    power = EXACT.exp(EXACT.divide(Decimal(-bounded), Decimal(1 << f)))
    return int(EXACT.divide(Decimal(1 << f), EXACT.add(Decimal(1), power)).to_integral_value(rounding=rounding))
