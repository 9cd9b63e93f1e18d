"""Whether N is a product of two primes that are 3 mod 4, from shares of these: Boneh, Franklin, CRYPTO 1997, section 3.

With p = c + 4 (x_0 + x_1), q likewise, and w_i the sum of party i's x of p and of q: (N + 1 - p - q) / 4 = A - w_0 -
w_1 for A = (N + 1 - 2 c) / 4. For g of Jacobi symbol 1 that power of g is 1 or -1 where both are prime; else for at
most half of all g, unless N has two prime factors or one, and one more than once. That is so with a probability
below 2^-500 for numbers of 1024 bits of which an honest party has drawn a part; so the paper's last step is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bigint import Modulus, from_ints, limbs_for, montgomery_exponentiate
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import PeerError
from protocols.joint_keys.draws_flop18 import deviates
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.public_tests import has_small_factor
from protocols.proofs.whole_numbers import are_units, resized

Flags = npt.NDArray[np.bool_]

_FIRST_BASE = 4


def public_exponent(lengths: Lengths, n: int) -> int:
    """A."""
    return (n + 1 - 2 * lengths.constant) // 4


def sums_of(x: Words, limbs: int) -> Words:
    """w (..., limbs) of secret x (..., 2, words), in words that hold it."""
    whole = Modulus(2 ** (64 * limbs) - 1)
    return whole.add(resized(x[..., 0, :], limbs), resized(x[..., 1, :], limbs))


def without_small_factors(lengths: Lengths, n: Sequence[int]) -> Flags:
    """Which of public moduli no small prime divides."""
    return np.array([not has_small_factor(number, lengths.half) for number in n], np.bool_)


@cost(rounds=1, words=lambda lengths, n, x: len(n) * limbs_for(lengths.bits))
async def filtered(ctx: Context, lengths: Lengths, n: Sequence[int], x: Words) -> Flags:
    """Which moduli pass the test by g = 4, if the peer tells the truth, which is found out later.

    x: (count, 2, words), secret. Party 0 tells g^(A - w_0), party 1 g^(w_1): both are the same, or each other's
    negative, where N passes. PeerError `candidate-malformed` for numbers that are no units.
    """
    own = await ctx.in_thread(_powers, ctx.me, lengths, n, x)
    (both,) = await ctx.exchange(own)
    moduli = [Modulus(number) for number in n]
    passed = [_agree(ctx, *rows) for rows in zip(moduli, both[1 - ctx.me], own, strict=True)]
    return np.array(passed, np.bool_)


def passes_first(p: int, q: int) -> bool:
    """Whether the product of opened numbers passes `filtered` if both parties tell the truth."""
    n = p * q
    return pow(_FIRST_BASE, (n + 1 - p - q) // 4, n) in (1, n - 1)


def _powers(me: int, lengths: Lengths, n: Sequence[int], x: Words) -> Words:
    moduli = [Modulus(number) for number in n]
    limbs = limbs_for(lengths.bits)
    g = from_ints([_FIRST_BASE] * len(n), limbs)
    exponents, bits = sums_of(x, limbs), lengths.share_bits + 1
    if me == 0:
        a = from_ints([public_exponent(lengths, number) for number in n], limbs)
        exponents, bits = Modulus(2 ** (64 * limbs) - 1).sub(a, exponents), lengths.bits
    return montgomery_exponentiate(g, np.ascontiguousarray(exponents[:, : limbs_for(bits)]), moduli, bits=bits)


def _agree(ctx: Context, modulus: Modulus, theirs: Words, own: Words) -> bool:
    if not are_units(modulus, theirs[None]):
        raise malformed(ctx)
    return is_one_or_minus_one(modulus, theirs[None], own[None])


def is_one_or_minus_one(modulus: Modulus, x: Words, y: Words) -> bool:
    """Whether x = y or x = -y in every row, of public numbers (count, limbs)."""
    minus = modulus.sub(np.zeros_like(y), y)
    return bool(((x == y).all(axis=-1) | (x == minus).all(axis=-1)).all())


def malformed(ctx: Context) -> PeerError:
    """Numbers that are no units modulo N."""
    return deviates(ctx, "candidate-malformed", "sent numbers that are no units modulo the candidate")
