"""Fresh authenticated bits, from transfers in both directions."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.garbling_authenticated import ZERO, mark
from protocols.authenticated.bits import CLEARED, Bits, masks, times
from protocols.authenticated.ends import Ends, extend
from protocols.authenticated.side import EVALUATOR, GARBLER, ODD

_NONE: Words = np.empty(0, U64)
_WORK = 8
"""What a bit takes, in the multiply-adds of `Context.off_loop`."""


async def random_bits(ctx: Context, ends: Ends, count: int, owned: tuple[int, int] = (0, 0)) -> tuple[Bits, Bits, Bits]:
    """`count` fresh bits that nobody knows; then so many that party 0 alone knows and party 1 can check, and the other
    way round.

    As many correlations in each direction: `ends.rounds` and `ends.words` of `directions(count, owned)`.
    """
    counts = directions(count, owned)
    keys, choices, macs = await extend(ctx, ends, counts)
    if ctx.planning:
        return tuple(Bits(blank((n, 2)), blank((n, 2))) for n in (count, *owned))  # type: ignore[return-value]
    work = _WORK * sum(counts)
    return await ctx.off_loop(work, _bits, ends, keys, choices, macs, count)


def directions(count: int, owned: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Correlations in direction 0 to 1, and in direction 1 to 0."""
    return count + owned[EVALUATOR], count + owned[GARBLER]


def _bits(ends: Ends, keys: Words, choices: Words, macs: Words, count: int) -> tuple[Bits, Bits, Bits]:
    """Both sharings of each bit; of one that a party alone knows the other's share is 0."""
    mark(macs, choices, ODD if ends.role == EVALUATOR else ZERO)
    mark(keys[:count], choices[: words_for(count)], ends.delta)
    keys[count:, 0] &= CLEARED
    known = masks(choices, len(macs))[count:] if len(macs) > count else _NONE
    vouched = Bits(*_in_order(ends, keys[count:], np.zeros_like(keys[count:])))
    mine = Bits(*_in_order(ends, times(known, ends.delta), macs[count:]))
    shared = Bits(*_in_order(ends, keys[:count], macs[:count]))
    return (shared, mine, vouched) if ends.role == GARBLER else (shared, vouched, mine)


def _in_order(ends: Ends, under_own: Words, under_other: Words) -> tuple[Words, Words]:
    return (under_own, under_other) if ends.role == GARBLER else (under_other, under_own)
