"""Whether two parties hold the same, without telling anything else: by a key that both get only if they do.

What has to be 0 in authenticated garbling is shared as v (D_0 ^ D_1): both hold the same word where v is 0, and words
that differ by what neither knows where it is 1. So digests of all such words are compared. Who makes a single v be 1
knows all of the other's digest but 63 bits, and would search these at leisure if it ever saw the digest or a hash of
it: they are half of the other's offset. So the digest is taken for a password: CPace (Haase, Labrique, TCHES 2019;
draft-irtf-cfrg-cpace), on edwards25519. Each party sends a random multiple of a point that follows from its digest, and
then what it has made of the common multiple. Who tries a digest does so before it sees anything, and once.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from nacl import bindings as sodium

from mpc.accounts.cost import cost
from mpc.algebra.ring import U64, Words, contiguous
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.errors import Abort

_WORDS = 4
"""Of a digest, of a point, and of what is made of a common one: 256 bits each."""
_WIDE_SCALAR_BYTES = 64
"""Bytes that are reduced to one scalar: 64 leave a bias below 2^-250."""


class Zeros:
    """A party's digest of words that the other one holds as well, where all is as it should be; in order."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = sha256()

    def __repr__(self) -> str:
        return "Zeros(...)"

    def add(self, labels: Words) -> None:
        """Take in labels of any shape, which is public."""
        self._state.update(contiguous(labels).data)

    def digest(self) -> Words:
        """(4,) words."""
        return np.frombuffer(self._state.digest(), U64)


@cost(rounds=2, words=2 * _WORDS)
async def check_equal(ctx: Context, zeros: Zeros, what: str) -> None:
    """Abort `authenticated-check-failed` unless the other of the two parties has taken in the same.

    A party that took in anything else passes with a chance of 2^-63; it may try one guess, and is found out where
    it guesses wrong. Neither learns what the other took in, whatever it computes afterwards: that it was not the same
    is all (computational Diffie-Hellman, hashes as random functions).
    """
    if ctx.planning:
        await ctx.exchange(blank((_WORDS,)))
        await ctx.exchange(blank((_WORDS,)))
        return
    peer = 1 - ctx.me
    scalar = sodium.crypto_core_ed25519_scalar_reduce(ctx.prg("equality").bytes(_WIDE_SCALAR_BYTES))
    base = sodium.crypto_core_ed25519_from_uniform(ctx.hash("base of equality").absorb(zeros.digest()).bytes(32))
    (points,) = await ctx.exchange(_words(sodium.crypto_scalarmult_ed25519_noclamp(scalar, base)))
    answer = points[peer].tobytes()
    if not sodium.crypto_core_ed25519_is_valid_point(answer):
        raise failed(ctx, peer, what)
    common = sodium.crypto_scalarmult_ed25519_noclamp(scalar, answer)
    (told,) = await ctx.exchange(_confirmation(ctx, ctx.me, points, common))
    if not np.array_equal(told[peer], _confirmation(ctx, peer, points, common)):
        raise failed(ctx, peer, what)


def _confirmation(ctx: Context, party: int, points: Sequence[Words], common: bytes) -> Words:
    """What a party tells of the common multiple: nobody can say the other one's, or that of another call."""
    return ctx.hash("key of equality", party).absorb(points[0], points[1], common).words(_WORDS)


def _words(point: bytes) -> Words:
    return np.frombuffer(point, U64)


def failed(ctx: Context, peer: int, what: str) -> Abort:
    """The error of a check that only a party that deviates from the protocol fails."""
    name = ctx.names[peer]
    return Abort(
        "authenticated-check-failed",
        f"{what} do not agree with what {name} holds ({ctx.name})",
        "that party does not follow the protocol, or the line to it is broken; trust nothing of this run, and begin a "
        "new session: this one's transfers are thrown away",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )
