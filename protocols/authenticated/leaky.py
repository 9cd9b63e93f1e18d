"""Leaky authenticated ANDs: right in any case, but who cheats may bet on one bit of the other's x in each.

Katz, Ranellucci, Rosulek, Wang, CRYPTO 2018, section 4. With D = D_0 ^ D_1, which is odd, the parties share y D as
labels C = `y.both`. Each offers the other x C, for the other's share of x: who has its key sends
U = H(K) ^ H(K ^ D_own) ^ C, and who has the MAC takes x U ^ H(M). So they share x y D as labels S, and by the lowest
bit x y itself. A fresh authenticated r is turned into z = x y by opening what the two differ by, and S ^ `z.both` is
the same at both parties if nobody has cheated: the sums x y D and z D cancel.

H is the hash of transfers, tweaked by the correlation's number (`protocols.ot.pads`). Of C, U and S the lower words are
enough: of D it has 63 bits that neither party knows, where 40 are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, words_for
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.authenticated.ands import Ands
from protocols.authenticated.bits import ONE, Bits, add, masks, own_sharing
from protocols.authenticated.ends import Ends
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.random_bits import directions, random_bits
from protocols.authenticated.side import GARBLER
from protocols.ot.pads import pads

_AT_ONCE = 1 << 13
"""ANDs whose labels are computed at once: a near cache holds them."""
_MESSAGE = 1 << 16
"""ANDs of a message: half a mebibyte."""
_WORK = 100


@cost(
    rounds=lambda ends, count: ends.rounds(directions(3 * count)) + 4,
    words=lambda ends, count: count + words_for(count) + 8,
    to_one=lambda ends, count: ends.words(directions(3 * count)),
)
async def leaky_ands(ctx: Context, ends: Ends, count: int) -> Ands:
    """`count` authenticated ANDs, each of which may have leaked x to who has bet on it.

    Abort `authenticated-check-failed`, `ot-check-failed`.
    """
    numbers = ends.sender.made, ends.receiver.made
    bits, _, _ = await random_bits(ctx, ends, 3 * count)
    made = Ands(bits[:count], bits[count : 2 * count], bits[2 * count :])
    if ctx.planning:
        await _rehearse(ctx, ends, count)
        return made
    sums = np.empty(count, np.uint64)
    offers = []
    for some in _slices(count, _MESSAGE):
        offer = await ctx.off_loop(_WORK * count, _offered, ends, made, some, numbers, sums)
        ctx.send(ends.peer, offer)
        offers.append(offer)
    for some, offer in zip(_slices(count, _MESSAGE), offers, strict=True):
        theirs = await ctx.receive(ends.peer, Spec(offer.shape))
        await ctx.off_loop(_WORK * count, _taken, made, some, offer, theirs, sums)
    own = pack((sums & ONE).astype(np.uint8)) ^ made.z.own
    (differences,) = await ctx.exchange(own)
    zeros = Zeros()
    await ctx.off_loop(_WORK * count, _turned, ends, made.z, differences[0] ^ differences[1], sums, zeros)
    await check_equal(ctx, zeros, "authenticated ANDs")
    return made


def _slices(count: int, step: int, start: int = 0) -> Iterator[slice]:
    for begin in range(start, count, step):
        yield slice(begin, min(begin + step, count))


def _offered(ends: Ends, made: Ands, wanted: slice, numbers: tuple[int, int], sums: Words) -> Words:
    """What this party offers, U; the hashes of its labels are the beginning of S."""
    offer = np.empty(wanted.stop - wanted.start, np.uint64)
    for some in _slices(wanted.stop, _AT_ONCE, wanted.start):
        keys, macs = made.x[some].first, made.x[some].second
        if ends.role != GARBLER:
            keys, macs = macs, keys
        here = offer[some.start - wanted.start : some.stop - wanted.start]
        hashed = _hash(keys, None, ends.sender.start, numbers[0] + some.start)
        np.bitwise_xor(hashed, _hash(keys, ends.delta, ends.sender.start, numbers[0] + some.start), out=here)
        here ^= made.y[some].both
        np.bitwise_xor(hashed, _hash(macs, None, ends.receiver.start, numbers[1] + some.start), out=sums[some])
    return offer


def _hash(labels: Words, offset: Words | None, start: Words, first: int) -> Words:
    return pads(labels, offset, start, first, 2, (0, 0, 1))[:, 0]


def _taken(made: Ands, wanted: slice, own: Words, theirs: Words, sums: Words) -> None:
    """S ^= (this party's share of x) (U ^ the other's U): its own keys' offset, and what it takes."""
    for some in _slices(wanted.stop, _AT_ONCE, wanted.start):
        here = slice(some.start - wanted.start, some.stop - wanted.start)
        shares = np.uint64(0) - (made.x.first[some, 0] & ONE)
        sums[some] ^= shares & (own[here] ^ theirs[here])


def _turned(ends: Ends, z: Bits, differences: Words, sums: Words, zeros: Zeros) -> None:
    """z = r ^ what it differs by; what both parties hold then."""
    for some in _slices(len(z), _AT_ONCE):
        public = masks(differences[some.start // 64 : words_for(some.stop)], some.stop - some.start)
        add(own_sharing(ends, z)[some], public, ends.delta)
        zeros.add(sums[some] ^ z[some].both)


async def _rehearse(ctx: Context, ends: Ends, count: int) -> None:
    """The messages of a plan."""
    parts = [(some.stop - some.start,) for some in _slices(count, _MESSAGE)]
    for shape in parts:
        ctx.send(ends.peer, blank(shape))
    for shape in parts:
        await ctx.receive(ends.peer, Spec(shape))
    await ctx.exchange(blank((words_for(count),)))
    await check_equal(ctx, Zeros(), "authenticated ANDs")
