"""The logistic function 1 / (1 + exp(-x)) and tanh, to 1e-3 over every range: a spline with public knots.

Five pieces: 0, a quartic, a cubic, the quartic mirrored, 1. The two polynomials are minimax fits (a linear programme
over Chebyshev's points, `tests/numeric/test_sigmoid.py` finds them again); the quartic stays below 1 - 2^-13.

All knots are compared with x at once, under one opened mask, while the powers of x are computed beside. Then each
coefficient is looked up by the comparison bits, [c_d] = c_d of the last piece + sum of [x < t_j] (c_d,j - c_d,j+1), and
one batch of products and one truncation end it: sum of [c_d] [x^d].

No x is clamped. Outside the knots the powers of x may leave the ring and are then any ring elements; but there the
looked-up coefficients of x, x^2, x^3, x^4 are exactly 0, since the sums above are sums of integers, and 0 times any
ring element is 0. Inside, |x| < 7.4375 keeps everything below 2^61.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from decimal import Context as Decimals

from mpc.algebra.ring import Words
from mpc.context import Context, together
from protocols.numeric.fixed_point import check_fits, plus, rescale, square
from protocols.numeric.polynomial import fixed
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, concatenate, stack
from protocols.suite import suite_of

MAX_ERROR = 6.14e-4
"""Largest distance of the spline from the function."""

X_BITS = 16
COEFFICIENT_BITS = 30
KNOTS = (-7.4375, -1.4609375, 1.4609375, 7.4375)
CENTRE = (0.5, 0.24781482063, 0.0, -0.016349258205, 0.0)
RIGHT = (0.465089384618, 0.343001566294, -0.085250932307, 0.009589475902, -0.000407478786)
LEFT = (1 - RIGHT[0], RIGHT[1], -RIGHT[2], RIGHT[3], -RIGHT[4])
PIECES = ((0.0,) * 5, LEFT, CENTRE, RIGHT, (1.0, 0.0, 0.0, 0.0, 0.0))
DEGREE = 4
EXACT = Decimals(prec=40)


def sigmoid_range(r: Range, f: int) -> Range:
    """The range of sigmoid(x) as `sigmoid` computes it, for x in r: within [0, 1].

    Raises LocalError `range-too-wide` where x may need more than 61 bits.
    """
    check_fits("sigmoid", r)
    slack = 1 + ((1 << f) // 1000)
    lo, hi = _sigmoid_scaled(r.lo, f, ROUND_FLOOR), _sigmoid_scaled(r.hi, f, ROUND_CEILING)
    return Range(max(lo - slack, 0), min(hi + slack, 1 << f))


def tanh_range(r: Range, f: int) -> Range:
    """The range of tanh(x) as `tanh` computes it, for x in r: within [-1, 1]. Errors as `sigmoid_range`."""
    s = sigmoid_range(r.shift_left(1), f)
    return Range(2 * s.lo - (1 << f), 2 * s.hi - (1 << f))


async def sigmoid(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / (1 + exp(-x))], elementwise, any shape, for every range.

    Error: |y - sigmoid(x)| <= 6.3e-4 + 2^-f over the whole of r; exactly 0 or 1 beyond +-7.4375.
    Rounds: 10; 5 (6 for f > 16) where r lies between two knots, 0 beyond them.
    Material: an edaBit and a daBit for each knot within r, 6 triples, a square pair, 4 or 5 truncation pairs
    an element, ANDs of one comparison for each knot within r.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `sigmoid_range`.
    """
    sigmoid_range(r, f)
    first, last = (sum(fixed(knot, f) <= bound for knot in KNOTS) for bound in (r.lo, r.hi))
    if first == last:
        return await _one_piece(ctx, x, first, f)
    knots = x.ring.from_ints([fixed(knot, f) for knot in KNOTS[first:last]])
    below, powers = await together(ctx, (_below, x, knots), (_powers, x, f))
    constant, *factors = _look_up(ctx, below, first, last)
    terms = await suite_of(ctx).mul(ctx, stack(factors), powers)
    return await rescale(ctx, constant.scale(1 << X_BITS) + terms.sum(0), X_BITS + COEFFICIENT_BITS - f)


async def tanh(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[tanh(x)] = [2 sigmoid(2x) - 1], elementwise, for every range.

    Error: |y - tanh(x)| <= 1.3e-3 + 2^(1-f) over the whole of r. Rounds, material, security: as `sigmoid`.
    """
    y = await sigmoid(ctx, x.scale(2), r.shift_left(1), f)
    return plus(ctx, y.scale(2), -1 << f)


async def _below(ctx: Context, x: ArithmeticShare, knots: Words) -> ArithmeticShare:
    """[x < t] for each knot, knots first: eight rounds."""
    suite = suite_of(ctx)
    return await suite.bits_to_ring(ctx, await suite.below(ctx, x, knots))


async def _powers(ctx: Context, x: ArithmeticShare, f: int) -> ArithmeticShare:
    """[x, x^2, x^3, x^4] with X_BITS fractional bits, powers first: at most five rounds."""
    x = await rescale(ctx, x, f - X_BITS)
    x_2 = await square(ctx, x, X_BITS)
    higher = await rescale(ctx, await suite_of(ctx).mul(ctx, stack([x, x_2]), x_2), X_BITS)
    return concatenate([stack([x, x_2]), higher])


def _look_up(ctx: Context, below: ArithmeticShare, first: int, last: int) -> list[ArithmeticShare]:
    """[c_0], ..., [c_4] of the piece that each x is in, from [x < t_j] for first <= j < last. Local."""
    coefficients = []
    for d in range(DEGREE + 1):
        c = [fixed(piece[d], COEFFICIENT_BITS) for piece in PIECES]
        terms = [below[j - first].scale(c[j] - c[j + 1]) for j in range(first, last)]
        coefficients.append(plus(ctx, stack(terms).sum(0), c[last]))
    return coefficients


async def _one_piece(ctx: Context, x: ArithmeticShare, piece: int, f: int) -> ArithmeticShare:
    """The polynomial of one piece, its coefficients public."""
    c = [fixed(value, COEFFICIENT_BITS) for value in PIECES[piece]]
    if not any(c[1:]):
        return plus(ctx, x.scale(0), fixed(PIECES[piece][0], f))
    powers = await _powers(ctx, x, f)
    terms = stack([powers[d - 1].scale(c[d]) for d in range(1, DEGREE + 1)])
    return await rescale(ctx, plus(ctx, terms.sum(0), c[0] << X_BITS), X_BITS + COEFFICIENT_BITS - f)


def _sigmoid_scaled(x: int, f: int, rounding: str) -> int:
    """sigmoid(x / 2^f) * 2^f as an integer, rounded down or up: the same on every machine."""
    bounded = max(min(x, 64 << f), -(64 << f))
    power = EXACT.exp(EXACT.divide(Decimal(-bounded), Decimal(1 << f)))
    return int(EXACT.divide(Decimal(1 << f), EXACT.add(Decimal(1), power)).to_integral_value(rounding=rounding))
