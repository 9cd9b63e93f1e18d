"""Candidates N = p q of which every party has a share of p and q, and nobody either of them.

p and q are 3 modulo 4 and coprime to all small primes: their residues are products of units, one of each party, and
only then sums. Chen, Doerner, Kondi, Lee, Rosefield, shelat, "Multiparty generation of an RSA modulus", CRYPTO 2020,
section 6.1 (residues, lifted and multiplied by the Chinese remainder theorem), with the units of Malkin, Wu and Boneh,
NDSS 1999, section 3.1. Against semi-honest parties, all but one of whom may be corrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.algebra.residues import Residues, below, carried, digits_of
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.joint_keys.residue_products import open_residues, shared_product, sum_of_factors
from protocols.joint_keys.search_space import SearchSpace, smallest_factor
from protocols.preprocessing.pairs import Pairs

THREE_OR_NONE = (3, 0)
"""What is left of a share of p modulo 4, at party 0 and at the others."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """`n`: the public N of each. `shares`: y_i of p and of q, (2, count, limbs): p = 4 y + 3 for their sum y."""

    n: list[int]
    shares: Words = field(repr=False)


async def make_candidates(ctx: Context, ends: Pairs, space: SearchSpace, count: int) -> Candidates:
    """`count` candidates, each independent of the others. Everybody learns N of each, of two numbers with no factor of
    the sieve, and no more; a party's share of either is uniform.

    n + 3 rounds, n to make sums of factors, two for products and one to open N, and those of two extensions. PeerError
    `malformed-residues`.
    """
    sieve, rest = space.sieve, THREE_OR_NONE[ctx.me > 0]
    units = await ctx.in_thread(_units, ctx.prg("units of a sieve"), sieve, (2, count))
    residues = await sum_of_factors(ctx, ends, sieve, units)
    multiples = _multiples(ctx.prg("multiples of a sieve"), space, (2, count), first=ctx.me == 0)
    shares = await ctx.in_thread(_lifted, space, residues, rest, multiples)
    further = await ctx.in_thread(_of_shares, space.further, shares, rest)
    product = await shared_product(ctx, ends, space.further, further[0], further[1])
    known, added = await open_residues(
        ctx,
        (sieve, sieve.mul(units[0], units[1]), sieve.mul),
        (space.further, product, space.further.add),
    )
    return Candidates(await ctx.in_thread(_together, space, known, added), shares)


def _units(prg: Prg, sieve: Residues, shape: tuple[int, ...]) -> Words:
    """Uniform units modulo each power r^k of the sieve, (*shape, len(moduli)): r times a number below r^(k - 1), and a
    number from 1 to r - 1."""
    draws = prg.words((2, *shape, len(sieve.moduli), 2))
    primes = np.array([smallest_factor(m) for m in sieve.moduli], U64)
    return primes * below(draws[0], sieve.row // primes) + below(draws[1], primes - np.uint64(1)) + np.uint64(1)


def _multiples(prg: Prg, space: SearchSpace, shape: tuple[int, ...], *, first: bool) -> Words:
    """k_i of each share, and what party 0 adds."""
    drawn = below(prg.words((*shape, 2)), space.multiples)
    return drawn + np.uint64(space.first if first else 0)


def _lifted(space: SearchSpace, residues: Words, rest: int, multiples: Words) -> Words:
    """y_i = Y_i + M k_i, where 4 y_i + rest has these residues."""
    sieve = space.sieve
    quarters = sieve.mul(sieve.sub(residues, sieve.constant(rest)), _inverses_of_four(sieve))
    limbs = limbs_for(space.half)
    lifted = np.zeros((*multiples.shape, limbs), U64)
    combined = sieve.combine(quarters)
    lifted[..., : combined.shape[-1]] = combined
    return carried(digits_of(lifted) + multiples[..., None] * digits_of(from_ints([sieve.product], limbs)))


def _inverses_of_four(sieve: Residues) -> Words:
    return np.array([pow(4, -1, m) for m in sieve.moduli], U64)


def _of_shares(modulo: Residues, shares: Words, rest: int) -> Words:
    """The residues of 4 y_i + rest."""
    return modulo.add(modulo.mul(modulo.of(shares), modulo.constant(4)), modulo.constant(rest))


def _together(space: SearchSpace, known: Words, added: Words) -> list[int]:
    """N from its residues."""
    both = Residues((*space.sieve.moduli, *space.further.moduli))
    return to_ints(both.combine(np.concatenate([known, added], axis=-1)))
