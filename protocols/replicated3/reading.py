"""A linear function that two parties know, of entries that the third one knows: its value, shared among all three.

Of x = x_0 + x_1 + x_2 parties 2 and 0 both know u = x_0, and party 1 knows the rest: each number is one number of a
pair and one of a teller. What is to become of both (a comparison of their bits, a carry, a product) the teller
tabulates or writes as a linear function of bits of u, and the pair reads. After the transfer of Mohassel,
Rindal, CCS 2018, section 5.4, whose choice two parties know.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.interface import Elementwise
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.replicated3.share import PARTIES, RESHARED, Pair, drawn, reshared_by_two
from protocols.shares import Shape

TELLER = 1
LEFT, RIGHT = 2, 0
"""The pair: RIGHT follows LEFT, and what both hold is x_0."""

AT_ONCE = 1 << 13
"""Words of entries up to which they are sent twice, for one round less."""

TOLD_AHEAD = 1 << 22
"""Bytes told to one of the pair after which the teller waits until they have left before it tells more. It waits for
nobody else, and would be a whole program ahead of the pair, whose memory would hold what it tells."""

_WORD_WORK = 2
"""What a word of entries takes, in the multiply-adds of `Context.off_loop`."""

Read = Callable[[Words], Words]


def of_pair(ctx: Context, holds: tuple[Words, Words]) -> Words:
    """u = x_0, at one of the pair, of its two arrays."""
    return holds[0] if ctx.me == RIGHT else holds[1]


def reading_rounds(entries: int) -> int:
    """Rounds of `read` for so many words of entries."""
    return 1 if entries <= AT_ONCE else 2


def reading_words(entries: int, result: int) -> int:
    """Words that all send together for entries and a result of so many words."""
    return (3 - reading_rounds(entries)) * entries + 2 * result


def _words(algebra: Elementwise, shape: Shape) -> int:
    return algebra.words * prod(shape)


@cost(
    rounds=lambda algebra, entries, shape, reading, result, of_told=None: reading_rounds(_words(algebra, shape)),
    in_all=lambda algebra, entries, shape, reading, result, of_told=None: reading_words(
        _words(algebra, shape), _words(algebra, result)
    ),
)
async def read(
    ctx: Context,
    algebra: Elementwise,
    entries: Words | None,
    shape: Shape,
    reading: Read,
    result: Shape,
    of_told: Read | None = None,
) -> Pair:
    """What each party holds of reading(entries), of the shape `result`.

    The teller passes `entries`, of this shape; the pair a function that is linear in them. If a number of the pair is
    to be added, `of_told` is the function that does, and is what is shared. To one of the pair the
    teller sends the entries under a pad of the teller and the other one, who reads in the pad: each has a summand. They
    exchange these under streams that the teller knows (`reshared_by_two`). Few entries are sent to both, each time
    under a pad of the other one, so that nobody waits for the teller before it sends its own summand.

    The pair learns entries under pads, and one summand each under a stream it does not know; the teller learns nothing.
    """
    at_once = reading_rounds(_words(algebra, shape)) == 1
    if ctx.me == TELLER:
        for to, under in ((LEFT, RIGHT), (RIGHT, LEFT))[: 1 + at_once]:
            told = algebra.zeros(shape) if entries is None else entries
            await tell(ctx, to, algebra.sub(told, algebra.draw(ctx.pairwise_prg(under, "pad"), shape)))
        return drawn(ctx, algebra, result, RESHARED)
    reads = of_told or reading
    if at_once:
        return await _read_at_once(ctx, algebra, shape, reading, reads)
    work = _WORD_WORK * _words(algebra, shape)
    if ctx.me == LEFT:
        z = await ctx.off_loop(work, reads, await _told(ctx, algebra, shape))
    else:
        z = await ctx.off_loop(work, lambda: reading(_pad(ctx, algebra, shape)))
    return await reshared_by_two(ctx, algebra, LEFT, z)


async def _read_at_once(ctx: Context, algebra: Elementwise, shape: Shape, reading: Read, of_told: Read) -> Pair:
    """What the other one's summand lacks is sent before the teller's message is here."""
    other = LEFT if ctx.me == RIGHT else RIGHT
    of_pad = reading(_pad(ctx, algebra, shape))
    known = algebra.draw(ctx.pairwise_prg(TELLER, RESHARED), algebra.shape(of_pad))
    ctx.send(other, algebra.sub(of_pad, known))
    own = algebra.sub(of_told(await _told(ctx, algebra, shape)), known)
    both = algebra.add(own, algebra.reduce(await ctx.receive(other, Spec(own.shape))))
    return (known, both) if ctx.me == LEFT else (both, known)


async def tell(ctx: Context, to: int, words: Words) -> None:
    """The teller sends words to one of the pair, and waits where it is far ahead."""
    ahead = ctx.session.kept.setdefault("told ahead", [0] * PARTIES)
    if ahead[to] >= TOLD_AHEAD:
        await ctx.drained(to)
        ahead[to] = 0
    ahead[to] += words.nbytes
    ctx.send(to, words)


def _pad(ctx: Context, algebra: Elementwise, shape: Shape) -> Words:
    return algebra.draw(ctx.pairwise_prg(TELLER, "pad"), shape)


async def _told(ctx: Context, algebra: Elementwise, shape: Shape) -> Words:
    return algebra.reduce(await ctx.receive(TELLER, Spec(algebra.zeros(shape).shape)))
