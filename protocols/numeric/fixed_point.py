"""Fixed-point steps that all numerical functions share: constants, scaling by powers of two, products."""

from __future__ import annotations

from collections.abc import Sequence

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

ROOM = 61
"""The bits below which intermediate values are planned to stay in a ring of 64: one under what truncation allows."""


BESIDE_ROOM = 3
"""The bits of a ring that leaves this room, beside it."""


def room_of(ctx: Context) -> int:
    """The room of the session's ring."""
    return ctx.ring.bits - BESIDE_ROOM


def in_small_ring(x: ArithmeticShare, r: Range) -> ArithmeticShare:
    """[x] in the smallest ring in which numbers in r have their sign: bits of them are found there with less. Local."""
    return x.modulo(r.bits) if r.bits < x.ring.bits - 1 else x


def plus(ctx: Context, x: ArithmeticShare, public: int) -> ArithmeticShare:
    """[x + public], elementwise. Local."""
    return x + suite_of(ctx).constant(ctx, x.ring.from_ints(public))


async def rescale(ctx: Context, x: ArithmeticShare, shift: int) -> ArithmeticShare:
    """[x / 2^shift] rounded to a neighbouring integer; a negative shift multiplies, exactly and without rounds."""
    if shift <= 0:
        return x.scale(1 << -shift)
    return await suite_of(ctx).truncate(ctx, x, shift)


async def product(
    ctx: Context,
    x: ArithmeticShare,
    y: ArithmeticShare,
    shift: int,
    addend: ArithmeticShare | None = None,
    *,
    summed: bool = False,
) -> ArithmeticShare:
    """[(x * y + addend) / 2^shift], broadcasting; `summed` over the first axis. Two rounds; |x * y + addend| < 2^(k-2).

    Done at once where the suite can (`Suite.mul_truncate`).
    """
    suite = suite_of(ctx)
    if suite.mul_truncate is not None and shift > 0:
        whole: ArithmeticShare = await suite.mul_truncate(ctx, x, y, shift, addend, summed)
        return whole
    z = await suite.mul(ctx, x, y)
    total = z.sum(0) if summed else z
    return await rescale(ctx, total if addend is None else addend + total, shift)


async def products(
    ctx: Context, factors: Sequence[ArithmeticShare], y: ArithmeticShare, shifts: Sequence[int]
) -> list[ArithmeticShare]:
    """[x_i * y / 2^shift_i] for factors of one shape. Two rounds."""
    suite = suite_of(ctx)
    if suite.mul_truncate is not None:
        return await together(ctx, *((product, x, y, shift) for x, shift in zip(factors, shifts, strict=True)))
    z = await suite.mul(ctx, stack(factors), y)
    return await together(ctx, *((rescale, z[i], shift) for i, shift in enumerate(shifts)))


async def square(
    ctx: Context, x: ArithmeticShare, shift: int, factor: int = 1, addend: ArithmeticShare | None = None
) -> ArithmeticShare:
    """[(factor x^2 + addend) / 2^shift]. Two rounds; that is below 2^(k-2)."""
    suite = suite_of(ctx)
    if suite.mul_truncate is not None and shift > 0:
        return await product(ctx, x if factor == 1 else x.scale(factor), x, shift, addend)
    z = (await suite.square(ctx, x)).scale(factor)
    return await rescale(ctx, z if addend is None else z + addend, shift)


def quotient_rounded(numerator: int, exponent: int) -> int:
    """numerator * 2^exponent, rounded to the nearest integer, halves up."""
    if exponent >= 0:
        return numerator << exponent
    return (numerator + (1 << (-exponent - 1))) >> -exponent


def check_fits(function: str, r: Range, room: int = ROOM) -> None:
    """Raises LocalError `range-too-wide` for numbers of more bits than truncation and comparison are exact for."""
    if r.magnitude >= 1 << room:
        raise LocalError(
            "range-too-wide",
            f"{function} of a value that may need {r.bits} bits, with room for {room + 1}",
            f"declare the range that the values really have with .within(lo, hi), {or_wider(room)}",
        )


def or_wider(room: int) -> str:
    """The rest of a way out where room is short."""
    return "scale them down first, or run with --ring 128" if room <= ROOM else "or scale them down first"


def outside_domain(function: str, r: Range, f: int, needs: str, remedy: str) -> LocalError:
    """The refusal of a range that holds values on which a function is not defined."""
    lo, hi = r.reals(f)
    return LocalError(
        "domain", f"{function} of a value that may lie anywhere in [{lo:g}, {hi:g}] needs {needs}", remedy
    )


def may_be_zero(function: str, divisor: Range, f: int) -> LocalError:
    """The refusal of a divisor whose range holds zero."""
    remedy = away_from_zero("y", f) + ", np.where(y == 0, 1, y), or y.within(lo, hi) if you know a lower bound"
    if divisor.lo < 0:
        remedy = (
            "keep the divisor away from zero: np.maximum(y, 0.001) for positive numbers, or declare what you know "
            "with y.within(lo, hi) before dividing; for divisors of both signs divide by |y| and restore the sign"
        )
    return outside_domain(function, divisor, f, "a divisor that cannot be zero", remedy)


def away_from_zero(name: str, f: int) -> str:
    """How a number that is nowhere negative is kept from being zero: by one that does not round to it."""
    if not f:
        return f"keep it away from zero with np.maximum({name}, 1)"
    least = max(0.001, 2.0**-f)
    return f"keep it away from zero with np.maximum({name}, {least:.3g}) (below {2.0 ** -(f + 1):.1g} is zero)"
