"""Two parties that have met by keys of 512 bits, which anybody could break, and candidates that are known before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from random import Random

import numpy as np

from mpc.algebra.bigint import from_ints, limbs_for
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.joint_keys import draws_flop18
from protocols.joint_keys.draws_flop18 import Draws
from protocols.joint_keys.ends_flop18 import Ends, transfers
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import random_prime
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey

TINY = Lengths.insecure_of(96)
PRIMES = (259405393848127, 263386651333571, 239552615333219, 257808658278491)
"""Of 48 bits, 3 mod 4, as TINY draws them."""
SMALLEST, LARGEST = 211106232533047, 281474976710591
DEAD, TRIED, BAD = 243973477742935, 222978082478183, 221872541492999
"""3 mod 4 and composite: divided by 5, by 53759, and by no prime below 2^22."""
CANDIDATES = (DEAD, PRIMES[0], BAD, TRIED, PRIMES[1], PRIMES[2], PRIMES[3])
"""The pairs that the sieve leaves: one that the test refuses, one that a small prime divides, and a good one."""


@lru_cache(maxsize=1)
def keys() -> tuple[tuple[PrivateKey, ...], tuple[RingPedersenKey, ...]]:
    """Paillier keys and ring-Pedersen parameters of both parties."""
    own = tuple(PrivateKey.insecure_of(*(random_prime(256) for _ in range(2))) for _ in range(2))
    return own, tuple(RingPedersenKey(*(random_prime(256, safe=True) for _ in range(2))) for _ in range(2))


async def met(ctx: Context, lengths: Lengths = TINY) -> Ends:
    """Ends without the proofs of keys, which have tests of their own."""
    own, parameters = keys()
    me, peer = ctx.me, 1 - ctx.me
    return Ends(
        lengths, own[me], own[peer].public, parameters[me].public, parameters[peer].public, await transfers(ctx)
    )


def shares(lengths: Lengths, party: int, factors: Sequence[int]) -> Words:
    """x (count, words) of a party, such that the factors come out; the same for both parties' calls."""
    random, limit, found = Random(7), 1 << lengths.share_bits, []
    for factor in factors:
        total = (factor - lengths.constant) // 4
        first = random.randrange(max(0, total - limit + 1), min(limit, total + 1))
        found.append(total - first if party else first)
    return from_ints(found, limbs_for(lengths.share_bits))


def drawing(factors: Sequence[int]) -> Callable[[Context, Lengths, int], Awaitable[Draws]]:
    """In the place of `draw`: candidates that are these numbers."""

    async def draw(ctx: Context, lengths: Lengths, count: int) -> Draws:
        x = shares(lengths, ctx.me, factors)
        nonces = ctx.prg("nonces").words((len(x), 4))
        own = draws_flop18.commitments(ctx.hash("share of a candidate", ctx.me), x, nonces)
        (both,) = await ctx.exchange(own)
        return Draws(lengths, x, nonces, both[1 - ctx.me], ctx.hash("share of a candidate", 1 - ctx.me))

    return draw


def random_shares(lengths: Lengths, count: int) -> Words:
    """x of so many candidates, from numpy's generator."""
    words = np.random.default_rng(count).integers(0, 1 << 62, (count, limbs_for(lengths.share_bits)), np.uint64)
    words[:, -1] &= np.uint64((1 << lengths.share_bits % 64) - 1)
    return words
