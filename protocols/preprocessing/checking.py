"""Verifying what the parties made: a random sample of it, opened and thrown away, or all of it, by sacrifice.

What one party holds of a sample stays with it where other material has it too, as an offset of transfers: then it alone
is told what the others hold, and compares.

What parties check against each other as they make it is not opened at all: it is under offsets that all such material
has, and its own checks say more than a sample.

Both find mistakes: of a party's program or memory, of the way between them. Coins are tossed when all is made, so that
what they pick cannot be known before. They do not hold a party that aims at them: it may open other shares than it
keeps, and an error that is a multiple of a high power of two can pass a sacrifice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, islice

import numpy as np

from mpc.algebra import bits
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.algebra.wide_ring import Z128
from mpc.context import Array, Context, Spec
from mpc.correlation import Correlation, Material, Part, together
from mpc.errors import SupplyError
from mpc.prg import Prg
from protocols.preprocessing.coins import toss
from protocols.preprocessing.kind import Kind, Opening, make_material, of_kind
from protocols.preprocessing.tools import Tools


class Check(Enum):
    """How much is verified."""

    NOTHING = "nothing"
    SAMPLE = "sample"
    """Of all pieces of one kind and shape, and one more, a random one."""

    ALL = "all"
    """Every piece whose kind has a spare, by sacrifice: triples, pairs for squares, daBits; of the others a sample."""


async def make_checked(ctx: Context, tools: Tools, kinds: Sequence[Correlation], check: Check) -> list[Material]:
    """`make_material`, verified. SupplyError `wrong-material` if something is not what its kind says."""
    if check is Check.NOTHING:
        return await make_material(ctx, tools, kinds)
    spares = {i: other for i, kind in enumerate(kinds) if check is Check.ALL and (other := of_kind(kind).spare())}
    sampled = list(dict.fromkeys(kind for i, kind in enumerate(kinds) if i not in spares and not of_kind(kind).checked))
    made = await make_material(ctx, tools, [*kinds, *spares.values(), *sampled])
    pieces, rest = made[: len(kinds)], made[len(kinds) :]
    if not rest:
        return pieces
    coins = await toss(ctx)
    if spares:
        checked = [_Checked(of_kind(kinds[i]), pieces[i], spare) for i, spare in zip(spares, rest, strict=False)]
        await _sacrifice(ctx, coins, checked)
    picks = coins.words((len(sampled),))
    for kind, spare, pick in zip(sampled, rest[len(spares) :], picks, strict=True):
        places = [i for i, other in enumerate(kinds) if other == kind]
        chosen = int(pick) % (len(places) + 1)
        opened = spare
        if chosen < len(places):
            opened, pieces[places[chosen]] = pieces[places[chosen]], spare
        await _open_and_compare(ctx, of_kind(kind), opened)
    return pieces


# a sample


async def _open_and_compare(ctx: Context, kind: Kind, material: Material) -> None:
    checkers = ctx.everyone if kind.checker is None else [kind.checker]
    parts = [
        await _opened(ctx, kind, part, share, checkers) for part, share in zip(kind.parts(), material, strict=True)
    ]
    if ctx.me not in checkers:
        return
    for found, expected in zip(parts[kind.drawn :], kind.derive(*parts[: kind.drawn]), strict=True):
        if not np.array_equal(found, expected):
            raise _wrong(kind)


async def _opened(ctx: Context, kind: Kind, part: Part, share: Words, checkers: Sequence[int]) -> Words:
    """What all hold of a part, at those who check; at the others their own share."""
    if part.sharing == "clear":
        return await _told(ctx, part, share, checkers)
    (total,) = await ctx.add_up(lambda x, y: together(part, kind.ring, x, y), share)
    return total


async def _told(ctx: Context, part: Part, share: Words, checkers: Sequence[int]) -> Words:
    if ctx.me == part.holder:
        for j in checkers:
            if j != ctx.me:
                ctx.send(j, share)
    elif ctx.me in checkers:
        assert part.holder is not None
        return await ctx.receive(part.holder, Spec(part.shape))
    return share


# sacrifice: an opened combination masks a piece by its spare; what is left must be zero


@dataclass(frozen=True, slots=True)
class _Checked:
    """A piece, and the spare that is thrown away. The kind says what is opened of them."""

    kind: Kind
    piece: Material = field(repr=False)
    spare: Material = field(repr=False)


async def _sacrifice(ctx: Context, coins: Prg, checked: Sequence[_Checked]) -> None:
    """Damgard, Pastro, Smart, Zakarias, CRYPTO 2012, for triples; for the others the same idea."""
    ends = np.cumsum([one.kind.ring.words for one in checked])
    drawn = np.split(coins.words((int(ends[-1]),)), ends[:-1])
    factors = [_odd(one.kind.ring, words) for one, words in zip(checked, drawn, strict=True)]
    masks = [one.kind.masks(one.piece, one.spare, t) for one, t in zip(checked, factors, strict=True)]
    opened = iter(await _all_opened(ctx, list(chain.from_iterable(masks))))
    residues = [
        one.kind.residue(one.piece, one.spare, t, list(islice(opened, len(own))), ctx.me == 0)
        for one, t, own in zip(checked, factors, masks, strict=True)
    ]
    for one, value in zip(checked, await _all_opened(ctx, residues), strict=True):
        if value.any():
            raise _wrong(one.kind)


async def _all_opened(ctx: Context, openings: Sequence[Opening]) -> list[Words]:
    """The totals of all shares, in order."""
    results: list[Words] = [np.zeros(0, U64)] * len(openings)
    for words, add in _ADDITIONS.items():
        places = [i for i, opening in enumerate(openings) if _words(opening) == words]
        if places:
            totals = await ctx.add_up(add, *(openings[i].share for i in places))
            for i, total in zip(places, totals, strict=True):
                ring = openings[i].ring
                results[i] = total if ring is None else ring.reduce(total)
    return results


def _words(opening: Opening) -> int:
    """Of an element; 0 for what is shared bitwise."""
    return 0 if opening.ring is None else opening.ring.words


def _add_pairs(x: Array, y: Array) -> Array:
    """Elements of two words, in arrays of any shape that holds each in place."""
    return Z128.add(x.reshape(-1, 2), y.reshape(-1, 2)).reshape(x.shape)


_ADDITIONS: dict[int, Callable[[Array, Array], Array]] = {1: np.add, 2: _add_pairs, 0: bits.bit_xor}
"""How shares are added up, whatever the ring, by the words of an element."""


def _odd(ring: Z2k, words: Words) -> Words:
    """An element from coins, made odd."""
    words[0] |= np.uint64(1)
    return ring.reduce(words.reshape(() if ring.words == 1 else ring.words))


def _wrong(kind: Correlation) -> SupplyError:
    return SupplyError(
        "wrong-material",
        f"a piece of {kind.name} that the parties made is not what it should be",
        "some party's program or memory is at fault, or a party deviates: trust nothing of this run",
    )
