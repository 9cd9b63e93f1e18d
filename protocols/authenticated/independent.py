"""The function-independent phase: authenticated ANDs of random bits, before anybody knows what is to be computed."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from protocols.authenticated.bits import add, directions, masks
from protocols.authenticated.buckets import pieces, sizes, turned, turns
from protocols.authenticated.ends import Ends
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.leaky import Ands, leaky_ands
from protocols.preprocessing.coins import toss

_WORK = 60
_OF_CALLS = 8 + 12
"""Words of a toss of coins and a check."""


def _rounds(ends: Ends, count: int) -> int:
    each = [ends.rounds(directions(3 * columns * length)) + 9 for columns, length in map(sizes, pieces(count))]
    return sum(each)


def _words(ends: Ends, count: int) -> int:
    total = 0
    for columns, length in map(sizes, pieces(count)):
        leaky = columns * length
        total += 2 * leaky + words_for(leaky) + 12 + _OF_CALLS + (columns - 1) * words_for(length)
    return total


def _transferred(ends: Ends, count: int) -> int:
    sizes_of = map(sizes, pieces(count))
    return sum(ends.words(directions(3 * columns * length)) for columns, length in sizes_of)


@cost(rounds=_rounds, words=_words, to_one=_transferred)
async def authenticated_ands(ctx: Context, ends: Ends, count: int) -> list[Ands]:
    """`count` authenticated ANDs of random bits, in the batches they were made in; nobody has learnt anything of them.

    Secure against either party but for 2^-40, all batches together: bets that are wrong end the session, so that it
    does not help to spread them over batches. Abort `authenticated-check-failed`, `ot-check-failed`, `wrong-coins`.
    """
    return [(await _batch(ctx, ends, some))[:some] for some in pieces(count)]


async def _batch(ctx: Context, ends: Ends, count: int) -> Ands:
    columns, length = sizes(count)
    leaky = await leaky_ands(ctx, ends, columns * length)
    coins = await toss(ctx)
    heads, zeros = leaky[:length], Zeros()
    shape = (columns - 1, words_for(length))
    if ctx.planning:
        await ctx.exchange(blank(shape))
    else:
        rests = _rests(leaky, turns(coins, columns, length))
        own = np.stack([heads.y.own ^ rest.y.own for rest in rests])
        (shares,) = await ctx.exchange(own)
        work = _WORK * columns * length
        await ctx.off_loop(work, _added_up, ends, heads, rests, shares[0] ^ shares[1], zeros)
    await check_equal(ctx, zeros, "opened differences of authenticated ANDs")
    return heads


def _rests(leaky: Ands, offsets: list[int]) -> list[Ands]:
    """The columns but the first, each turned by its offset."""
    length = len(leaky) // (len(offsets) + 1)
    columns = [leaky[length * j : length * (j + 1)] for j in range(1, len(offsets) + 1)]
    return [
        Ands(*(turned(bits, offset) for bits in (column.x, column.y, column.z)))
        for column, offset in zip(columns, offsets, strict=True)
    ]


def _added_up(ends: Ends, heads: Ands, rests: list[Ands], opened: Words, zeros: Zeros) -> None:
    """x = x_0 ^ x_j, y = y_0, z = z_0 ^ z_j ^ d x_j where d = y_0 ^ y_j is open."""
    length = len(heads)
    for rest, row in zip(rests, opened, strict=True):
        d = masks(row, length)
        difference = heads.y.both ^ rest.y.both
        add(difference, d, ends.delta)
        zeros.add(difference)
        for total, z, x in (
            (heads.z.first, rest.z.first, rest.x.first), (heads.z.second, rest.z.second, rest.x.second),
        ):  # fmt: skip
            total ^= z
            add(total, d, x)
        for sum_, x in ((heads.x.first, rest.x.first), (heads.x.second, rest.x.second)):
            sum_ ^= x
