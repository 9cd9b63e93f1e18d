"""The logistic function and erf over a bounded range as one series of sines each, with no comparison.

A square wave of period T, smoothed by a distribution with the characteristic function phi, is

    sum over odd k of 4 / (pi k) phi(2 pi k / T) sin(2 pi k x / T),

and what it smooths to around 0 is the step of that distribution, but for the neighbouring edges, which begin T/2 from
there and reach as far as its tail. So T is twice the largest |x| and twice a tail. It takes as many waves as T is long:
worth it where a suite has sines nearly for nothing (`Suite.by_summands`).

phi is pi w / sinh(pi w) for the logistic distribution, with a tail of 12.5 for 2^-18, and exp(-w^2 / 4) for the normal
one of erf, with one of 4 for 2^-24.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from functools import cache

from mpc.context import Context
from protocols.numeric.fixed_point import plus, rescale
from protocols.numeric.powers_of_two import EXACT
from protocols.numeric.sine import PI, PRECISION, sum_of_waves
from protocols.numeric.turns import RING_BITS, Wave
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

LONGEST_TURN = 96
LOGISTIC_TAILS, ERF_TAILS = 25, 8
LOGISTIC_REST_BITS = 19
SHRUNK_BITS = 16
"""The logistic series is made smaller by 2^-16, so that no error of it leaves [0, 1]."""

DOUBLE = 2 * PRECISION


def turn_of(ctx: Context, r: Range, f: int, tails: int) -> int | None:
    """T for x in r; None where the suite has no sines so cheap, or it would be too long."""
    if suite_of(ctx).by_summands is None or ctx.ring.bits != RING_BITS:
        return None
    turn = ((2 * r.magnitude + (1 << f) - 1) >> f) + tails
    return turn if turn <= LONGEST_TURN else None


async def logistic(ctx: Context, x: ArithmeticShare, f: int, turn: int, result_bits: int) -> ArithmeticShare:
    """[1 / (1 + exp(-x))] with `result_bits` fractional bits, within [0, 1] and 2^-16; three rounds."""
    half = await sum_of_waves(ctx, _in_turns(x, f, turn), logistic_waves(turn))
    return await rescale(ctx, plus(ctx, half, 1 << (DOUBLE - 1)), DOUBLE - result_bits)


async def erf_series(ctx: Context, x: ArithmeticShare, f: int, turn: int) -> ArithmeticShare:
    """[erf(x)], as exact as `error_function.erf`; three rounds."""
    return await rescale(ctx, await sum_of_waves(ctx, _in_turns(x, f, turn), erf_waves(f, turn)), DOUBLE - f)


def _in_turns(x: ArithmeticShare, f: int, turn: int) -> ArithmeticShare:
    """x / T in turns. Local."""
    return x.scale(((1 << (RING_BITS - f + 1)) + turn) // (2 * turn))


@cache
def logistic_waves(turn: int) -> tuple[Wave, ...]:
    """The waves without which the rest is below 2^-19."""
    with localcontext(EXACT):
        shrunk = 1 - Decimal(2) ** -SHRUNK_BITS
        return tuple(_series(turn, lambda w: shrunk * _logistic(w) / 2, Decimal(2) ** -LOGISTIC_REST_BITS))


@cache
def erf_waves(f: int, turn: int) -> tuple[Wave, ...]:
    """The waves without which the rest is below 2^-(f + 4)."""
    return tuple(_series(turn, lambda w: EXACT.exp(-w * w / 4), Decimal(2) ** -(f + 4)))


def _logistic(w: Decimal) -> Decimal:
    power = EXACT.exp(PI * w)
    return 2 * PI * w / (power - 1 / power)


def _series(turn: int, phi: Callable[[Decimal], Decimal], rest: Decimal) -> Iterator[Wave]:
    """In decimals: the same on every machine. Each size is less than the one before by more than the next ones are."""
    with localcontext(EXACT):
        k, last = 1, Decimal(2)
        while True:
            a = 4 / (PI * k) * phi(2 * PI * k / turn)
            if a * last / (last - a) < rest:
                return
            yield Wave(k, a)
            k, last = k + 2, a
