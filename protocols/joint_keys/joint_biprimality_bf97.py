"""Whether N is a product of two primes, which several parties test together who know of p and q only shares.

Boneh and Franklin, "Efficient generation of shared RSA keys", CRYPTO 1997; Journal of the ACM 2001, section 4. p and q
are 3 modulo 4, p = sum p_i and q = sum q_i. g^((N - p - q + 1) / 4) is 1 or -1 for every g with Jacobi symbol 1 where p
and q are different primes. Where N is no product of two, these g are a proper subgroup, half of them at most (lemma
4.1), but for powers of primes such that p + q - 1 and N have a common factor; eprint 2024/2072 has a quarter at most
where they have none.

Against semi-honest parties, all but one of whom may be corrupted. Of an N that passes they see nothing but that; of one
that fails they learn something, which its factors tell as well, and these mean nothing to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import Modulus, from_ints, limbs_for, montgomery_exponentiate, to_ints
from mpc.algebra.residues import Residues
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.joint_keys.public_tests import bases as public_bases
from protocols.joint_keys.residue_products import open_residues, shared_product
from protocols.joint_keys.search_space import other_moduli
from protocols.ot.small_products import malformed_residues
from protocols.preprocessing.pairs import Pairs

REPETITIONS = 128
"""A number of another form passes with probability 2^-128 at most. The bases are public coins that nobody chose."""

SPARE_BITS = 80
"""What masks p + q - 1 shows with a probability of about 2^-80."""

_FIRST_BASE = 4


async def screened(ctx: Context, numbers: Sequence[int], sums: Words) -> list[bool]:
    """Which N pass the test of one base, 4, the same for all: those of two primes do, and few others.

    sums: this party's y_i of p and of q, added up: (count, limbs), as `total_of` has them. One round.
    """
    moduli = await ctx.in_thread(lambda: [Modulus(n) for n in numbers])
    bases = from_ints([_FIRST_BASE] * len(numbers), moduli[0].limbs) if moduli else np.zeros((0, 1), U64)
    return await _pass(ctx, moduli, bases, sums)


async def is_biprime(ctx: Context, ends: Pairs, n: int, total: Words) -> bool:
    """Whether N is the product of two different primes, neither of which divides the other less one.

    total: (limbs,), as of `screened`. A number that is none passes with probability 2^-128 at most; then N and phi(N)
    have no common factor, as Paillier's cryptosystem asks. One round, an extension's and three.
    """
    bases = await ctx.in_thread(public_bases, ctx.common_prg("bases of a test"), n, REPETITIONS)
    modulus = Modulus(n)
    passed = await _pass(ctx, [modulus] * REPETITIONS, bases, np.broadcast_to(total, (REPETITIONS, len(total))))
    return all(passed) and await _is_coprime(ctx, ends, n, total)


def total_of(shares: Words) -> Words:
    """y_i of p and of q, (2, ..., limbs), added up: (..., limbs). Their sum fits."""
    limbs = shares.shape[-1]
    return _whole_numbers(limbs).add(shares[0], shares[1])


def _whole_numbers(limbs: int) -> Modulus:
    """Sums and differences of numbers of so many words that stay below 2^(64 limbs) - 1 and are not negative."""
    return Modulus((1 << 64 * limbs) - 1)


async def _pass(ctx: Context, moduli: list[Modulus], bases: Words, sums: Words) -> list[bool]:
    """Step 2 of the test: v_0 = g^((N - p_0 - q_0 + 1) / 4), v_i = g^((p_i + q_i) / 4), and v_0 = +-prod v_i.

    With three parties or more the v_i are multiplied by what each two share, so that they tell their product alone.
    """
    if not moduli:
        return []
    powers = await ctx.in_thread(_powers, moduli, bases, sums, ctx.me == 0)
    pairs = [(j, ctx.pairwise_prg(j, "blinds of a test")) for j in ctx.others] if ctx.n > 2 else []
    powers = await ctx.in_thread(_blinded, ctx.me, moduli, powers, pairs)
    opened = zip(*await _opened(ctx, moduli, powers), strict=True)
    return [_equal(m.n, v) for m, v in zip(moduli, opened, strict=True)]


def _powers(moduli: list[Modulus], bases: Words, sums: Words, first: bool) -> Words:
    """(p_0 + q_0) / 4 is y_0 + 3 / 2, so that party 0's exponent is (N - 5) / 4 less its sum y_0."""
    bits = max(m.bits for m in moduli)
    if first:
        limbs = moduli[0].limbs
        wide = np.zeros((len(sums), limbs), U64)
        wide[:, : sums.shape[1]] = sums
        sums = _whole_numbers(limbs).sub(from_ints([(m.n - 5) // 4 for m in moduli], limbs), wide)
    else:
        bits //= 2
    return montgomery_exponentiate(bases, sums[:, : limbs_for(bits)], moduli, bits=bits)


def _blinded(me: int, moduli: list[Modulus], powers: Words, pairs: list[tuple[int, Prg]]) -> Words:
    """Times a random unit for each other party: the same at party 0, whose power stands on the other side, and the
    inverse at one of two others. Only inverses of these units are computed by Python."""
    blinded = powers.copy()
    for modulus, rows in _alike(moduli):
        for other, prg in pairs:
            units = modulus.random_units(len(rows), prg.bytes)
            units = modulus.inverse(units) if 0 < me < other else units
            blinded[rows] = modulus.mul(blinded[rows], units)
    return blinded


def _alike(moduli: list[Modulus]) -> list[tuple[Modulus, list[int]]]:
    """Each modulus with its places, in order of the first ones."""
    places: dict[int, list[int]] = {}
    for k, modulus in enumerate(moduli):
        places.setdefault(modulus.n, []).append(k)
    return [(moduli[rows[0]], rows) for rows in places.values()]


@cost(rounds=1, words=lambda moduli, powers: powers.size)
async def _opened(ctx: Context, moduli: list[Modulus], powers: Words) -> list[list[int]]:
    """All parties' powers, each checked to be a unit below its N."""
    (everyones,) = await ctx.exchange(powers)
    values = [to_ints(each) for each in everyones]
    for j in ctx.others:
        if not await ctx.in_thread(_are_units, moduli, values[j]):
            raise malformed_residues(ctx, j)
    return values


def _are_units(moduli: list[Modulus], values: list[int]) -> bool:
    return all(value < m.n and gcd(value, m.n) == 1 for value, m in zip(values, moduli, strict=True))


def _equal(n: int, v: Sequence[int]) -> bool:
    product = 1
    for factor in v[1:]:
        product = product * factor % n
    return v[0] % n in (product, n - product)


async def _is_coprime(ctx: Context, ends: Pairs, n: int, total: Words) -> bool:
    """Whether gcd(p + q - 1, N) = 1, of a product with a random number alone: Boneh and Franklin's step 4.

    z = r (p + q - 1) + s N is opened, with r = sum r_i and s = sum s_i: modulo N it is a random multiple, and s, longer
    by 80 bits than what r (p + q - 1) has above N, hides the rest (Chen et al., CRYPTO 2020, section 6.2).
    """
    bits, parties = n.bit_length(), ctx.n.bit_length()
    r_bits = bits + SPARE_BITS
    s_bits = bits // 2 + 1 + 2 * SPARE_BITS + parties
    modulo = Residues(other_moduli(None, 1 << bits + s_bits + parties + 1))
    r, s = (modulo.of(_random(ctx, use, length)) for use, length in (("multiplier", r_bits), ("multiple", s_bits)))
    rest = 5 if ctx.me == 0 else 0
    u = modulo.add(modulo.mul(modulo.of(total), modulo.constant(4)), modulo.constant(rest))
    product = await shared_product(ctx, ends, modulo, r, u)
    masked = modulo.add(product, modulo.mul(s, modulo.constant(n)))
    (z,) = await open_residues(ctx, (modulo, masked, modulo.add))
    return gcd(to_ints(modulo.combine(z))[0], n) == 1


def _random(ctx: Context, use: str, bits: int) -> Words:
    """A number of so many bits, rounded up to whole bytes of words."""
    words = ctx.prg(f"random {use} of a test").words(limbs_for(bits))
    words[-1] >>= np.uint64(-bits % 64)
    return words
