"""Sines and cosines of shared angles by adding a random angle: sums of a_j sin(2 pi k_j u), u in turns.

An angle of u turns is u 2^k in Z_2^k: the ring wraps where the circle does, so that any multiple of it, and any sum, is
reduced for nothing. Each party i draws an angle r_i, and puts in cos and sin of its multiples. With r their sum,

    c = u + r is opened,      (cos k r, sin k r) = the product of the rotations (cos k r_i, sin k r_i),
    sin k u = sin(k c - k r) = sin k c [cos k r] - cos k c [sin k r],

the last of which is local. c is uniformly random to whoever lacks one r_i. The problem is random self-reducible:
Korzilius and Schoenmakers, CSCML 2023, who draw solved instances jointly; here every party solves its own.

The sine of public numbers is computed by sums and products of floats alone, in one order, or in a wide ring of whole
numbers (`public_sines.py`), so that it is the same on every machine: shares are multiplied by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from decimal import Context as Decimals
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Algebra
from mpc.algebra.wide_ring import Z128
from mpc.algebra.words import Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.known import known, open_known, share_known
from protocols.numeric.fixed_point import BESIDE_ROOM, ROOM, check_fits, rescale, room_of
from protocols.numeric.public_sines import WORKING, signed_shift_right, sines_of_turns
from protocols.numeric.turns import RING_BITS, Wave, sine_of_public_turns, waves_of_factor, waves_of_summand
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

PRECISION, IN_A_WIDE_RING = 30, 57
"""Fractional bits of sines and cosines: two factors of so many have room in the ring."""

MOST_PARTIES = 64
MOST_FRACTIONAL_BITS, MOST_IN_A_WIDE_RING = 24, 48
EXACT = Decimals(prec=60)
PI = Decimal("3.1415926535897932384626433832795028841971693993751058209749445923")
TWO_PI = EXACT.multiply(PI, Decimal(2))
OF_ROTATIONS, OF_WIDE_ROTATIONS = 3 * MOST_PARTIES // 2 * 91, 2 * MOST_PARTIES * 91
"""A bound of the error of a sum whose sizes add up to 1, in units of 2^-precision / 64: with n parties the lengths
2^(1/2) / 2 of n + 1 rounded rotations and 2^(1/2) of n - 1 shortened products, below 91 / 64 times 3 n / 2. In a wide
ring a sine is off by less than a unit instead of half of one, and the bound is 91 / 64 times 2 n."""


WORK_OF_A_SINE, WORK_OF_A_STEP = 100, 20
"""In elementary operations."""


def precision_of(room: int) -> int:
    """The fractional bits of sines in a ring with this room."""
    return PRECISION if room <= ROOM else min(IN_A_WIDE_RING, (room - 1) // 2)


def sin_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of sin(x) as `sin` computes it, for x in r.

    Raises LocalError `range-too-wide` where x may need more than `room` bits, `too-many-fractional-bits` for f > 24, or
    48 in a wide ring.
    """
    return _range("sin", r, f, Decimal(0), room)


def cos_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of cos(x) as `cos` computes it, for x in r. Errors as `sin_range`."""
    return _range("cos", r, f, Decimal(1) / 4, room)


def sin_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `sin` and `cos`, in units of a range's error.

    The last truncation, the rotations, and the angle in turns, which is off by half of 2^-k for each unit of x, and by
    less than seven times that in radians.
    """
    angle = shifted_up((r.magnitude + 2) * 7 << (f + ERROR_BITS), room + BESIDE_ROOM + 1)
    return ULP + rotation_loss(f, room) + angle


def rotation_loss(f: int, room: int = ROOM) -> int:
    """What a sum of sines whose sizes add up to 1 is off by beside its last truncation, in units of a range's error."""
    rotations = OF_ROTATIONS if room <= ROOM else OF_WIDE_ROTATIONS
    return shifted_up(rotations << (f + ERROR_BITS), precision_of(room) + 6)


async def sin(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[sin(x)], elementwise, any shape, x in radians.

    Error: a unit of the last place, and 2^-52 of the largest |x|: `sin_loss`.
    Rounds: 3 of two parties, 2 more each time their number doubles: 2 ceil(log2 n) + 1.
    Material: 4 triples (2 words sent of each operand) and 3 truncation pairs an element for two parties.
    Nobody learns anything: semi-honest, and as many may collude as the suite allows. Errors: those of `sin_range`.
    """
    sin_range(r, f, room_of(ctx))
    return await _of_radians(ctx, x, f, 0)


async def cos(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[cos(x)] = [sin(x + pi / 2)], elementwise: as `sin`."""
    cos_range(r, f, room_of(ctx))
    return await _of_radians(ctx, x, f, 1)


async def _of_radians(ctx: Context, x: ArithmeticShare, f: int, quarters: int) -> ArithmeticShare:
    bits = x.ring.bits
    a_unit = int(EXACT.divide(Decimal(1 << bits), EXACT.multiply(TWO_PI, Decimal(1 << f))).to_integral_value())
    turn = x.scale(a_unit) + suite_of(ctx).constant(ctx, x.ring.from_ints(quarters << (bits - 2)))
    return await rescale(ctx, await sum_of_waves(ctx, turn, [Wave(1, 1.0)]), 2 * precision_of(room_of(ctx)) - f)


async def sum_of_waves(ctx: Context, u: ArithmeticShare, waves: Sequence[Wave]) -> ArithmeticShare:
    """[sum of a_j sin(2 pi k_j u)] for u 2^-k turns, with twice the fractional bits of `precision_of`; the sum is at
    most 1.

    Where the suite works with summands both are a share's already, and nothing is drawn, put in or opened: one reading.
    Error before the caller's truncation: `rotation_loss` times the sum of |a_j|, and a wave half a unit of that
    precision, or in a wide ring two.
    Raises LocalError `unfit-session` for more than MOST_PARTIES parties.
    """
    if ctx.n > MOST_PARTIES:
        raise LocalError(
            "unfit-session", f"sines among {ctx.n} parties are less exact than their bound",
            f"run with {MOST_PARTIES} parties or fewer",
        )  # fmt: skip
    if (by_summands := suite_of(ctx).by_summands) is not None and ctx.ring.bits == RING_BITS:
        return await _by_summands(ctx, u, waves, by_summands)
    angle = ctx.ring.draw(ctx.prg("angle"), u.shape)
    work = WORK_OF_A_SINE * u.size * len(waves)
    solved = await ctx.off_loop(work, _with_rotations, ctx, angle, waves)
    each = (known(ctx, i, solved, ctx.ring.shape(solved)) for i in ctx.everyone)
    parts = await together(ctx, *((share_known, part) for part in each))
    masked = u
    for part in parts:
        masked = masked + part[0]
    rotations = [part[1:].reshape((2, len(waves), *u.shape)) for part in parts]
    opened, (cosines, sines) = await together(ctx, (_opened, masked), (_rotated, rotations))
    by_cosines, by_sines = await ctx.off_loop(work, _factors, ctx, opened, waves)
    total: ArithmeticShare = (cosines.scale(by_cosines) - sines.scale(by_sines)).sum(0)
    return total


async def _by_summands(
    ctx: Context, u: ArithmeticShare, waves: Sequence[Wave], by_summands: Callable[..., Any]
) -> ArithmeticShare:
    """The same where u is a difference c - r of angles that two sides know: one reading of two numbers a wave."""
    total: ArithmeticShare = await by_summands(
        ctx,
        u,
        2 * len(waves),
        lambda r: waves_of_summand(r, waves, PRECISION),
        lambda c: waves_of_factor(c, waves, PRECISION),
        WORK_OF_A_SINE * u.size * 2 + WORK_OF_A_STEP * u.size * len(waves),
    )
    return total


async def _opened(ctx: Context, masked: ArithmeticShare) -> Words:
    """The masked angle, which everybody learns."""
    everywhere = await together(ctx, *((open_known, to, masked) for to in ctx.everyone))
    opened: Words = everywhere[ctx.me].value(ctx)
    return opened


async def _rotated(ctx: Context, rotations: Sequence[ArithmeticShare]) -> ArithmeticShare:
    """The product of rotations (cosine, sine), each (2, waves, ...): a tree, two rounds a level."""
    while len(rotations) > 1:
        pairs = zip(rotations[::2], rotations[1::2], strict=False)
        products = await together(ctx, *((_turned, x, y) for x, y in pairs))
        rotations = [*products, *rotations[len(rotations) // 2 * 2 :]]
    return rotations[0]


async def _turned(ctx: Context, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    """(c, s) = (c_x c_y - s_x s_y, c_x s_y + s_x c_y)."""
    z = await suite_of(ctx).mul(ctx, x.reshape((2, 1, *x.shape[1:])), y.reshape((1, 2, *y.shape[1:])))
    turned = stack([z[0, 0] - z[1, 1], z[0, 1] + z[1, 0]])
    return await rescale(ctx, turned, precision_of(room_of(ctx)))


def _with_rotations(ctx: Context, r: Words, waves: Sequence[Wave]) -> Words:
    """r, the cosines of its multiples and their sines, in one array (1 + 2 waves, ...)."""
    angles = _multiples(ctx.ring, r, waves)
    rotations = [_sines(ctx, angles, quarters) for quarters in (1, 0)]
    return ctx.ring.moved(lambda *parts: np.concatenate([parts[0][None], *parts[1:]]), r, *rotations)


def _factors(ctx: Context, c: Words, waves: Sequence[Wave]) -> tuple[Words, Words]:
    """a_j sin k_j c and a_j cos k_j c, waves first."""
    angles = _multiples(ctx.ring, c, waves)
    sizes = np.array([wave.a for wave in waves], object).reshape(-1, *(1,) * len(ctx.ring.shape(c)))
    return _sines(ctx, angles, 0, sizes), _sines(ctx, angles, 1, sizes)


def _multiples(ring: Algebra, r: Words, waves: Sequence[Wave]) -> Words:
    """k_j r for each wave, waves first."""
    multiples = [ring.mul(r, ring.from_ints(wave.k)) for wave in waves]
    return ring.moved(lambda *parts: np.stack(parts), *multiples)


def _sines(ctx: Context, angles: Words, quarters: int, sizes: npt.NDArray[Any] | None = None) -> Words:
    """sizes * sin(2 pi u) of u 2^-k turns with the ring's precision; for a quarter of a turn more the cosine."""
    ring = ctx.ring
    if ctx.session.shapes_only:
        return ring.zeros(ring.shape(angles))
    moved = ring.add(angles, ring.from_ints(quarters << (ring.bits - 2)))
    if room_of(ctx) > ROOM:
        return _wide_sines(ring, moved, precision_of(room_of(ctx)), sizes)
    turns = np.ldexp(np.asarray(ring.to_signed(moved)).astype(np.float64), -ring.bits)
    sines = sine_of_public_turns(turns)
    scaled = np.rint(np.ldexp(sines if sizes is None else sizes.astype(np.float64) * sines, PRECISION))
    return ring.from_signed(scaled.astype(np.int64))


def _wide_sines(ring: Algebra, angles: Words, precision: int, sizes: npt.NDArray[Any] | None) -> Words:
    """The same in whole numbers, rounded: within a unit, by sizes two."""
    sines, spare = sines_of_turns(Z128.shift_left(angles, Z128.bits - ring.bits)), WORKING - precision
    rounded = signed_shift_right(sines, spare, plus=1 << (spare - 1))
    if sizes is not None:
        unit = Decimal(1 << precision)
        whole = [int(EXACT.multiply(Decimal(size), unit).to_integral_value()) for size in sizes.flat]
        factors = Z128.from_ints(np.array(whole, object).reshape(sizes.shape))
        rounded = signed_shift_right(Z128.mul(rounded, factors), precision)
    return ring.reduce(rounded)


def check_form(name: str, r: Range, f: int, room: int) -> None:
    """LocalError `range-too-wide` for numbers that are too large, `too-many-fractional-bits`."""
    check_fits(name, r, room)
    most = MOST_FRACTIONAL_BITS if room <= ROOM else MOST_IN_A_WIDE_RING
    if not 0 <= f <= most:
        raise LocalError(
            "too-many-fractional-bits", f"{name} has no form for {f} fractional bits", f"use {most} or fewer"
        )


def _range(name: str, r: Range, f: int, quarter: Decimal, room: int) -> Range:
    check_form(name, r, f, room)
    slack = shifted_up(sin_loss(r, f, room), ERROR_BITS)
    with localcontext(EXACT):
        lo, hi = (Decimal(end) / (1 << f) / TWO_PI + quarter for end in (r.lo, r.hi))
        ends = [sine_of_turns(u) * (1 << f) for u in (lo, hi)]
        highest = 1 << f if _holds(lo, hi, Decimal("0.25")) else int(max(ends).to_integral_value(ROUND_CEILING))
        lowest = -1 << f if _holds(lo, hi, Decimal("0.75")) else int(min(ends).to_integral_value(ROUND_FLOOR))
    return Range(max(lowest, -1 << f) - slack, min(highest, 1 << f) + slack)


def _holds(lo: Decimal, hi: Decimal, u: Decimal) -> bool:
    """Whether an angle of u turns lies between two others, or too near to say."""
    near = Decimal("1e-30")
    return (hi - u + near).to_integral_value(ROUND_FLOOR) >= (lo - u - near).to_integral_value(ROUND_CEILING)


def sine_of_turns(u: Decimal) -> Decimal:
    """sin(2 pi u), by Taylor's series in decimals: the same on every machine."""
    with localcontext(EXACT):
        x = (u - u.to_integral_value()) * TWO_PI
        term, total, i = x, x, 1
        while abs(term) > Decimal("1e-50"):
            term = -term * x * x / ((i + 1) * (i + 2))
            total, i = total + term, i + 2
        return total
