"""Two parties with a modulus of 96 bits that is certified, as they share its key; the proofs of N are left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from joint_keys.two_party_ends import PRIMES, TINY, keys, shares

from mpc.context import Context
from protocols.joint_keys.certified_flop18 import Committed, commit
from protocols.joint_keys.certifying_flop18 import Certified
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.sharing_between_two_fps00 import share_certified
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import random_prime
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey

FACTORS = PRIMES[:2]
N = FACTORS[0] * FACTORS[1]
M = (FACTORS[0] - 1) * (FACTORS[1] - 1) // 4


@lru_cache(maxsize=2)
def long_keys(bits: int) -> tuple[PrivateKey, ...]:
    """Paillier keys that products fit in: in one part of beta with 1024 bits, in three with 900."""
    return tuple(PrivateKey.insecure_of(*(random_prime(bits // 2) for _ in range(2))) for _ in range(2))


async def certified(ctx: Context, bits: int = 1024) -> tuple[Ends, Certified]:
    """What the making of a modulus of 96 bits would have left."""
    return await certified_of(ctx, TINY, FACTORS, long_keys(bits), keys()[1])


async def certified_of(
    ctx: Context,
    lengths: Lengths,
    factors: tuple[int, int],
    own: Sequence[PrivateKey],
    parameters: Sequence[RingPedersenKey],
) -> tuple[Ends, Certified]:
    """The same of these factors, by these keys and parameters of both parties."""
    me, peer = ctx.me, 1 - ctx.me
    cot: Any = None
    to, by = parameters[peer].public, parameters[me].public
    ends = Ends(lengths, own[me], own[peer].public, by, to, cot)
    committed, secrets = commit(lengths, me, shares(lengths, me, factors), to, ctx.prg("blindings").bytes)
    (both,) = await ctx.exchange(committed.commitments)
    theirs = Committed(lengths, peer, both[peer], by)
    return ends, Certified(factors[0] * factors[1], committed, theirs, secrets)


async def shared(ctx: Context, peer: int) -> Any:
    return await share_certified(ctx, *await certified(ctx))
