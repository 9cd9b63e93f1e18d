"""The function-independent phase: authenticated ANDs of random bits and bits for masks, before anybody knows what is to
be computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from protocols.authenticated.ands import Ands, Independent, Size
from protocols.authenticated.bits import ONE, add, masks
from protocols.authenticated.buckets import leaky, opened, pieces, rows_of_turned, sizes, turns
from protocols.authenticated.ends import Ends
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.leaky import leaky_ands
from protocols.authenticated.random_bits import directions, random_bits
from protocols.authenticated.side import EVALUATOR, GARBLER
from protocols.preprocessing.coins import toss

_WORK = 60
_AT_ONCE = 1 << 12


def _rounds(ends: Ends, count: int) -> int:
    return sum(ends.rounds(directions(3 * some)) + 9 for some in leaky(count))


def _transferred(ends: Ends, count: int) -> int:
    return sum(ends.words(directions(3 * some)) for some in leaky(count))


@cost(
    rounds=lambda ends, size: _rounds(ends, size.ands) + ends.rounds(directions(*size)),
    words=lambda ends, size: opened(size.ands),
    to_one=lambda ends, size: _transferred(ends, size.ands) + ends.words(directions(*size)),
)
async def independent(ctx: Context, ends: Ends, size: Size) -> Independent:
    """So many authenticated ANDs of random bits, with bits for masks; nobody has learnt anything of them.

    Secure against either party but for 2^-40, all batches together: bets that are wrong end the session, so that it
    does not help to spread them over batches. Abort `authenticated-check-failed`, `ot-check-failed`, `wrong-coins`.
    """
    shape = (2, size.bits, 2)
    made = Independent(size, blank(shape) if ctx.planning else np.empty(shape, U64))
    done = 0
    for count in pieces(size.ands):
        batch = await _batch(ctx, ends, count)
        if not ctx.planning:
            _put(made.ands[done : done + count], batch)
        done += count
        del batch
    bits = await random_bits(ctx, ends, *size)
    if not ctx.planning:
        for kept, some in zip((made.results, made.owned(GARBLER), made.owned(EVALUATOR)), bits, strict=True):
            kept.first[:], kept.second[:] = some.first, some.second
    return made


def _put(kept: Ands, batch: Ands) -> None:
    """The first of a batch's, which may be of more."""
    for name in Ands.__slots__:
        here, some = getattr(kept, name), getattr(batch, name)[: len(kept)]
        here.first[:], here.second[:] = some.first, some.second


async def _batch(ctx: Context, ends: Ends, count: int) -> Ands:
    columns, length = sizes(count)
    made = await leaky_ands(ctx, ends, columns * length)
    coins = await toss(ctx)
    heads, zeros = made[:length], Zeros()
    shape = (columns - 1, words_for(length))
    if ctx.planning:
        await ctx.exchange(blank(shape))
    else:
        offsets, work = turns(coins, columns, length), _WORK * columns * length
        own = await ctx.off_loop(work, _differences, made, offsets)
        (shares,) = await ctx.exchange(own)
        await ctx.off_loop(work, _added_up, ends, made, offsets, shares[0] ^ shares[1], zeros)
    await check_equal(ctx, zeros, "opened differences of authenticated ANDs")
    return heads


def _differences(made: Ands, offsets: Sequence[int]) -> Words:
    """This party's shares of y_0 ^ y_j in each bucket, packed, for each column but the first."""
    length = len(made) // (len(offsets) + 1)
    bits = (made.y.first[:, 0] & ONE).astype(np.uint8).reshape(-1, length)
    return np.stack([pack(bits[0] ^ np.roll(row, -offset)) for row, offset in zip(bits[1:], offsets, strict=True)])


def _added_up(ends: Ends, made: Ands, offsets: Sequence[int], told: Words, zeros: Zeros) -> None:
    """x = x_0 ^ x_j, y = y_0, z = z_0 ^ z_j ^ d x_j where d = y_0 ^ y_j is open; in the place of the first column."""
    length = len(made) // (len(offsets) + 1)
    for column, (offset, row) in enumerate(zip(offsets, told, strict=True), 1):
        d = masks(row, length)
        for head, rest in rows_of_turned(length, offset, _AT_ONCE):
            own = slice(column * length + rest.start, column * length + rest.stop)
            _add(ends, made[head], made[own], d[head], zeros)


def _add(ends: Ends, total: Ands, other: Ands, d: Words, zeros: Zeros) -> None:
    difference = total.y.both ^ other.y.both
    difference ^= d & ends.delta[0]
    zeros.add(difference)
    for x, z, other_x, other_z in (
        (total.x.first, total.z.first, other.x.first, other.z.first),
        (total.x.second, total.z.second, other.x.second, other.z.second),
    ):  # fmt: skip
        x ^= other_x
        z ^= other_z
        add(z, d, other_x)
