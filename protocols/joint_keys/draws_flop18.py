"""Shares of candidates: drawn and committed to before anything is known of the other party's; opened when thrown away.

What becomes of a candidate can be looked at by both once no secret matters any more: Frederiksen, Lindell, Osheter,
Pinkas, CRYPTO 2018, and Chen, Doerner, Kondi, Lee, Rosefield, shelat, CRYPTO 2020, section 1.2. So whoever made a good
candidate seem bad is found out, and only what is kept needs a proof.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.domain_hash import DomainHash
from mpc.errors import Abort
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.proofs.whole_numbers import length_fits, random_numbers

Places = npt.NDArray[np.int64]

_NONCE_WORDS = 4
_COMMITMENT_WORDS = 4
"""256 bits each."""


@dataclass(frozen=True, slots=True)
class Draws:
    """This party's x (count, words) and nonces, both secret; the peer's `commitments`, and the hash that makes them."""

    lengths: Lengths
    x: Words = field(repr=False)
    nonces: Words = field(repr=False)
    commitments: Words = field(repr=False)
    by: DomainHash = field(repr=False)


@cost(rounds=1, words=lambda lengths, count: _COMMITMENT_WORDS * count)
async def draw(ctx: Context, lengths: Lengths, count: int) -> Draws:
    """Shares of `count` candidates for a prime, each committed to by a hash with a nonce of 256 bits.

    Nobody learns anything of the other's; neither can open others than it drew.
    """
    stream = ctx.prg("shares of candidates")
    x = random_numbers(count, lengths.share_bits, stream.bytes)
    nonces = stream.words((count, _NONCE_WORDS))
    own = await ctx.in_thread(commitments, ctx.hash("share of a candidate", ctx.me), x, nonces)
    (both,) = await ctx.exchange(own)
    peer = 1 - ctx.me
    return Draws(lengths, x, nonces, both[peer], ctx.hash("share of a candidate", peer))


@cost(rounds=1, words=lambda draws, places: len(places) * (draws.x.shape[1] + _NONCE_WORDS))
async def opened(ctx: Context, draws: Draws, places: Places) -> Words:
    """The peer's x (len(places), words) of candidates that are given up; it learns this party's.

    Abort `candidate-opening` where it opens others than it committed to, or numbers that are too long.
    """
    x, nonces = await ctx.exchange(draws.x[places], draws.nonces[places])
    theirs, peer = x[1 - ctx.me], 1 - ctx.me
    made = await ctx.in_thread(commitments, draws.by, theirs, nonces[peer], places)
    if not (np.array_equal(made, draws.commitments[places]) and length_fits(theirs, draws.lengths.share_bits)):
        raise deviates(ctx, "candidate-opening", "opened other shares of a candidate than it had committed to")
    return theirs


def deviates(ctx: Context, code: str, what: str) -> Abort:
    """The error of a check that only a peer that deviates from the protocol fails."""
    name = ctx.names[1 - ctx.me]
    return Abort(
        code,
        f"{name} {what}",
        "that party does not follow the protocol; no key was made, and nothing of this one is to be used",
        party=name,
        path=ctx.path,
        line=ctx.counted_at or None,
    )


def commitments(by: DomainHash, x: Words, nonces: Words, places: Places | None = None) -> Words:
    """(count, 4), each of its place among the candidates."""
    at = range(len(x)) if places is None else places.tolist()
    made = [
        by.copy().absorb(i, nonce, row).words(_COMMITMENT_WORDS) for i, nonce, row in zip(at, nonces, x, strict=True)
    ]
    return np.array(made, np.uint64).reshape(len(x), _COMMITMENT_WORDS)
