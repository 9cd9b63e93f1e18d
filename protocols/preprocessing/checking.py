"""Verifying what the parties made: a random sample of it, opened and thrown away, or all of it, by sacrifice.

Both find mistakes: of a party's program or memory, of the way between them. They do not hold a party that aims at
them: coins are those of the session, and an error that matches one of its sacrifice, or a multiple of a high power of
two, can pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from math import prod

import numpy as np

from mpc.algebra import bits
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Array, Context, Spec
from mpc.correlation import (
    AndTriple,
    Correlation,
    DaBit,
    EdaBit,
    Material,
    MatrixTriple,
    Part,
    SquarePair,
    Triple,
)
from mpc.errors import SupplyError
from protocols.preprocessing.makers import make_material
from protocols.preprocessing.pairs import Pairs


class Check(Enum):
    """How much is verified."""

    NOTHING = "nothing"
    SAMPLE = "sample"
    """Of all pieces of one kind and shape, and one more, a random one."""

    ALL = "all"
    """Every triple, matrix triple, square pair, AND triple, daBit and edaBit by sacrifice; of the others a sample."""


async def make_checked(ctx: Context, ends: Pairs, kinds: Sequence[Correlation], check: Check) -> list[Material]:
    """`make_material`, verified. SupplyError `wrong-material` if something is not what its kind says."""
    if check is Check.NOTHING:
        return await make_material(ctx, ends, kinds)
    sacrificed = [i for i, kind in enumerate(kinds) if check is Check.ALL and isinstance(kind, _SACRIFICED)]
    sampled = list(dict.fromkeys(kind for i, kind in enumerate(kinds) if i not in set(sacrificed)))
    spares = [_spare(kinds[i]) for i in sacrificed]
    made = await make_material(ctx, ends, [*kinds, *spares, *sampled])
    pieces, rest = made[: len(kinds)], made[len(kinds) :]
    if sacrificed:
        await _sacrifice(ctx, [(kinds[i], pieces[i], spare) for i, spare in zip(sacrificed, rest, strict=False)])
    coins = ctx.common_prg("sample").words((len(sampled),))
    for kind, spare, coin in zip(sampled, rest[len(spares) :], coins, strict=True):
        places = [i for i, other in enumerate(kinds) if other == kind]
        chosen = int(coin) % (len(places) + 1)
        opened = spare
        if chosen < len(places):
            opened, pieces[places[chosen]] = pieces[places[chosen]], spare
        await _open_and_compare(ctx, kind, opened)
    return pieces


# a sample


async def _open_and_compare(ctx: Context, kind: Correlation, material: Material) -> None:
    parts = [await _opened(ctx, kind, part, share) for part, share in zip(kind.parts(), material, strict=True)]
    for found, expected in zip(parts[kind.drawn :], kind.derive(*parts[: kind.drawn]), strict=True):
        if not np.array_equal(found, expected):
            raise _wrong(kind)


async def _opened(ctx: Context, kind: Correlation, part: Part, share: Words) -> Words:
    if part.sharing == "clear":
        return await _told(ctx, part, share)
    (total,) = await ctx.add_up(kind.ring.add if part.sharing == "sum" else bits.bit_xor, share)
    return total


async def _told(ctx: Context, part: Part, share: Words) -> Words:
    if ctx.me != part.holder:
        assert part.holder is not None
        return await ctx.receive(part.holder, Spec(part.shape))
    for j in ctx.others:
        ctx.send(j, share)
    return share


# sacrifice: an opened combination masks a piece by its spare; what is left must be zero

_SACRIFICED = (Triple, MatrixTriple, AndTriple, SquarePair, DaBit, EdaBit)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A share of something that is opened: additive in a ring, or without one bitwise."""

    share: Words = field(repr=False)
    ring: Z2k | None = None


_Checked = tuple[Correlation, Material, Material]
"""A kind, a piece of it, and the spare that is thrown away."""


def _spare(kind: Correlation) -> Correlation:
    """Another piece of the kind; for edaBits a daBit for each of their bits."""
    return DaBit(kind.ring, 64 * prod(kind.parts()[0].shape)) if isinstance(kind, EdaBit) else kind


async def _sacrifice(ctx: Context, checked: Sequence[_Checked]) -> None:
    """Damgard, Pastro, Smart, Zakarias, CRYPTO 2012, for triples; for the others the same idea."""
    factors = ctx.common_prg("sacrifice").words((len(checked),)) | np.uint64(1)
    coins = [one[0].ring.reduce(t.reshape(())) for one, t in zip(checked, np.split(factors, len(checked)), strict=True)]
    masks = [mask for one, t in zip(checked, coins, strict=True) for mask in _masks(one, t)]
    at = iter(await _all_opened(ctx, masks))
    residues = [_residue(one, t, at, ctx.me == 0) for one, t in zip(checked, coins, strict=True)]
    for (kind, _, _), value in zip(checked, await _all_opened(ctx, residues), strict=True):
        if value.any():
            raise _wrong(kind)


def _masks(one: _Checked, t: Words) -> list[_Opening]:
    """What is opened of a piece: t a - f and b - g, t a - f, or bits."""
    kind, piece, spare = one
    if isinstance(kind, AndTriple):
        return [_Opening(bits.bit_xor(x, y)) for x, y in zip(piece[:2], spare[:2], strict=True)]
    if isinstance(kind, DaBit | EdaBit):
        return [_Opening(bits.bit_xor(piece[0].reshape(-1), spare[0]))]
    ring = kind.ring
    first = _Opening(ring.sub(ring.mul(piece[0], t), spare[0]), ring)
    return [first] if isinstance(kind, SquarePair) else [first, _Opening(ring.sub(piece[1], spare[1]), ring)]


def _residue(one: _Checked, t: Words, opened: Iterator[Words], first: bool) -> _Opening:
    """A share of zero, if the piece and its spare are what they should be. `first` adds what is public."""
    kind, piece, spare = one
    ring = kind.ring
    if isinstance(kind, DaBit | EdaBit):
        return _Opening(_residue_of_bits(kind, piece, spare, next(opened), first), ring)
    rho = next(opened)
    if isinstance(kind, SquarePair):
        squares = ring.sub(ring.mul(piece[1], ring.mul(t, t)), spare[1])
        return _Opening(ring.sub(squares, ring.mul(rho, ring.add(ring.mul(piece[0], t), spare[0]))), ring)
    sigma = next(opened)
    (f_sigma,), (rho_g,), (both,) = (kind.derive(*x) for x in ((spare[0], sigma), (rho, spare[1]), (rho, sigma)))
    terms = [spare[2], f_sigma, rho_g, *([both] if first else [])]
    if isinstance(kind, AndTriple):
        return _Opening(reduce(bits.bit_xor, terms, piece[2]))
    return _Opening(reduce(ring.sub, terms, ring.mul(piece[2], t)), ring)


def _residue_of_bits(kind: DaBit | EdaBit, piece: Material, spare: Material, opened: Words, first: bool) -> Words:
    """With b' = b ^ e for an opened e, [b'] = e + (1 - 2 e) [b]."""
    ring, count = kind.ring, spare[1].size
    e = bits.unpack(opened, count).astype(U64)
    moved = ring.reduce((e if first else np.uint64(0)) + (np.uint64(1) - np.uint64(2) * e) * spare[1])
    if isinstance(kind, EdaBit):
        weights = np.arange(ring.bits, dtype=U64)[:, None]
        planes = np.left_shift(moved.reshape(ring.bits, -1), weights)
        moved = ring.reduce(planes.sum(axis=0, dtype=U64)[: kind.count])
    return ring.sub(piece[1], moved)


async def _all_opened(ctx: Context, openings: Sequence[_Opening]) -> list[Words]:
    """The totals of all shares, in order."""
    results: list[Words] = [np.zeros(0, U64)] * len(openings)
    for additive in (True, False):
        places = [i for i, opening in enumerate(openings) if (opening.ring is not None) == additive]
        if places:
            add: Callable[[Array, Array], Array] = np.add if additive else bits.bit_xor
            totals = await ctx.add_up(add, *(openings[i].share for i in places))
            for i, total in zip(places, totals, strict=True):
                ring = openings[i].ring
                results[i] = total if ring is None else ring.reduce(total)
    return results


def _wrong(kind: Correlation) -> SupplyError:
    return SupplyError(
        "wrong-material",
        f"a piece of {kind.name} that the parties made is not what it should be",
        "some party's program or memory is at fault, or a party deviates: trust nothing of this run",
    )
