"""A modulus N = p q that n parties make together, of which nobody ever knows p and q: Boneh and Franklin, CRYPTO 1997.

Semi-honest security: parties follow the protocol, and all but one may put together what they saw. A malicious party can
have a bad N accepted, learn bits of p and q by what it makes fail, or keep the search from ending; it is not found out.
Malicious key generation for more than two parties is not offered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mpc.algebra.bigint import to_ints
from mpc.context import Context
from mpc.errors import Abort, ParleyError
from protocols.assurances import FOLLOWED, KEYS, assure
from protocols.joint_keys.candidates_cdklrs20 import Candidates, make_candidates
from protocols.joint_keys.joint_biprimality_bf97 import is_biprime, screened, total_of
from protocols.joint_keys.key import AdditiveShare, KeyShare, check_parties
from protocols.joint_keys.public_tests import has_small_factor
from protocols.joint_keys.residue_products import ends_of
from protocols.joint_keys.search_space import SearchSpace
from protocols.joint_keys.sharing_fps00 import share_key
from protocols.paillier.key_checks import check_modulus
from protocols.paillier.keys import check_wanted
from protocols.paillier.randomisers import Exponent
from protocols.preprocessing.pairs import SILENT, Extension, Pairs

Progress = Callable[[int, int], None]
"""Told how many candidates there were, and how many it takes on average."""

LOOKING = "candidates for a key"
"""What the run's own progress counts."""

_PATIENCE = 64
"""Times the expected number of candidates: so many fail with probability e^-64 < 2^-92."""


async def generate_modulus(
    ctx: Context, *, bits: int = 2048, on_progress: Progress | None = None, extension: Extension = SILENT
) -> AdditiveShare:
    """N of 2048, 3072 or 4096 bits, and this party's share of phi(N): all parties' add up to it.

    N = p q for random primes p and q, 3 modulo 4, each above 2^(bits/2 - 1/2); gcd(N, phi(N)) = 1. Everybody learns N,
    and the N of candidates that failed, whose factors have nothing to do with it. Secure against semi-honest parties,
    all but one of whom may be corrupted. p - 1 and q - 1 may have common odd factors, and (p - 1) / 2 is hardly ever
    prime.

    For 2048 bits some 3,700 candidates on average, an eighth of it at a time; their number varies from run to run, and
    with it rounds and bytes, which grow with each pair of parties. `extension`: how transfers are made. LocalError
    `paillier-key-size`; PeerError `malformed-residues`; Abort `joint-modulus-not-found`.
    """
    check_wanted(bits, 1, "textbook")
    share = await _searched(ctx, SearchSpace(bits, ctx.n), on_progress or _quiet, extension)
    await ctx.in_thread(check_modulus, share.n)
    return share


async def generate(
    ctx: Context,
    *,
    threshold: int,
    bits: int = 2048,
    s: int = 1,
    exponent: Exponent = "textbook",
    on_progress: Progress | None = None,
) -> KeyShare:
    """This party's share of a new key that nobody knows: any `threshold` + 1 of the parties decrypt.

    `generate_modulus`, and then `share_key`, with whose further rounds, errors and security: semi-honest parties, up to
    `threshold` of whom put together what they saw. exponent: of randomisers; of a modulus like this a power of one
    base, as `half` and `short` take, reaches a part of all that it should, so that they assume more. LocalError
    `joint-key-parties`, `paillier-key-size`, `wrong-number` for another s than N^(s+1) has room for, and `wrong-choice`
    for another exponent, before anything is sent.
    """
    check_parties(ctx.n, threshold)
    check_wanted(bits, s, exponent)
    made = await generate_modulus(ctx, bits=bits, on_progress=on_progress)
    return await share_key(ctx, made, parties=ctx.n, threshold=threshold, s=s, exponent=exponent)


async def insecure_generate_modulus(
    ctx: Context, *, bits: int, on_progress: Progress | None = None, extension: Extension = SILENT
) -> AdditiveShare:
    """As `generate_modulus`, of any even number of bits from 40 on: for tests."""
    return await _searched(ctx, SearchSpace(bits, ctx.n), on_progress or _quiet, extension)


async def _searched(ctx: Context, space: SearchSpace, progress: Progress, extension: Extension) -> AdditiveShare:
    """The search in a call of its own, whose messages count for the line that asked for it."""
    assure(ctx, KEYS, FOLLOWED)
    call = ctx.child("joint modulus", line=ctx.counted_at)
    share = await _search(call, space, progress, extension)
    ctx.join(call)
    return share


async def _search(ctx: Context, space: SearchSpace, progress: Progress, extension: Extension) -> AdditiveShare:
    ends, tried = await ends_of(ctx, extension), 0
    while tried < _PATIENCE * space.expected:
        progress(tried, round(space.expected))
        ctx.progress(LOOKING, tried, round(space.expected))
        candidates = await make_candidates(ctx, ends, space, space.batch)
        found = await first_good(ctx, ends, space, candidates)
        if found is not None:
            return _share(ctx, candidates, found)
        tried += space.batch
    raise _not_found(ctx)


async def first_good(ctx: Context, ends: Pairs, space: SearchSpace, candidates: Candidates) -> int | None:
    """The place of the first candidate that is a product of two primes; None if there is none."""
    left = await ctx.in_thread(without_small_factors, candidates.n, space)
    numbers, totals = [candidates.n[k] for k in left], total_of(candidates.shares[:, left])
    passed = await screened(ctx, numbers, totals)
    for k in np.flatnonzero(passed).tolist():
        if await is_biprime(ctx, ends, numbers[k], totals[k]):
            return left[k]
    return None


def without_small_factors(numbers: list[int], space: SearchSpace) -> list[int]:
    """The places of numbers of the right form that no small prime divides."""
    formed = (k for k, n in enumerate(numbers) if n.bit_length() == space.bits and n % 4 == 1)
    return [k for k in formed if not has_small_factor(numbers[k], space.half)]


def _share(ctx: Context, candidates: Candidates, k: int) -> AdditiveShare:
    """phi(N) = N - p - q + 1, where p + q is 4 (y_p + y_q) + 6. Python's integers see a share here, once a key."""
    n, (total,) = candidates.n[k], to_ints(total_of(candidates.shares[:, k])[None])
    return AdditiveShare(n, n - 5 - 4 * total if ctx.me == 0 else -4 * total)


def _not_found(ctx: Context) -> ParleyError:
    return Abort(
        "joint-modulus-not-found",
        "no modulus of two primes was found among many times as many candidates as it takes",
        "some party does not follow the protocol, or a machine miscalculates: try again with parties that do",
        path=ctx.path,
        line=ctx.counted_at or None,
    )


def _quiet(tried: int, expected: int) -> None:
    pass
