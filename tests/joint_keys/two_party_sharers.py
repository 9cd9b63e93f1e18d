"""Two parties with a modulus of 96 bits that is certified, as they share its key; the proofs of N are left out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from joint_keys.two_party_ends import PRIMES, TINY, keys, shares

from mpc.context import Context
from protocols.joint_keys.certified_flop18 import Committed, commit
from protocols.joint_keys.certifying_flop18 import Certified
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.sharing_between_two_fps00 import share_certified
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import random_prime

FACTORS = PRIMES[:2]
N = FACTORS[0] * FACTORS[1]
M = (FACTORS[0] - 1) * (FACTORS[1] - 1) // 4


@lru_cache(maxsize=2)
def long_keys(bits: int) -> tuple[PrivateKey, ...]:
    """Paillier keys that products fit in: in one part of beta with 1024 bits, in three with 900."""
    return tuple(PrivateKey.insecure_of(*(random_prime(bits // 2) for _ in range(2))) for _ in range(2))


async def certified(ctx: Context, bits: int = 1024) -> tuple[Ends, Certified]:
    """What the making of the modulus would have left."""
    me, peer = ctx.me, 1 - ctx.me
    own, (_, parameters) = long_keys(bits), keys()
    cot: Any = None
    ends = Ends(TINY, own[me], own[peer].public, parameters[me].public, parameters[peer].public, cot)
    committed, secrets = commit(
        TINY, me, shares(TINY, me, FACTORS), parameters[peer].public, ctx.prg("blindings").bytes
    )
    (both,) = await ctx.exchange(committed.commitments)
    theirs = Committed(TINY, peer, both[peer], parameters[me].public)
    return ends, Certified(N, committed, theirs, secrets)


async def shared(ctx: Context, peer: int) -> Any:
    return await share_certified(ctx, *await certified(ctx))
