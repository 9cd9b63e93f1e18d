"""Whether two parties hold the same, without telling what: by digests that are committed to before either is opened.

What has to be 0 in authenticated garbling is shared as v (D_0 ^ D_1): both hold the same word where v is 0, and words
that differ by what neither knows where it is 1. So a digest of all such words is compared. A party that opened its
digest first would let the other one answer with it, or try what it guesses of secrets: hence commitments, which are
bound to session, call and party.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import U64, Words, contiguous
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.errors import Abort

_WORDS = 4
"""Of a digest, of what hides it in a commitment, and of a commitment: 256 bits each."""


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


@cost(rounds=2, words=3 * _WORDS)
async def check_equal(ctx: Context, zeros: Zeros, what: str) -> None:
    """Abort `authenticated-check-failed` unless the other of the two parties has taken in the same.

    A party that took in anything else passes with a chance of 2^-63; it may try one guess, and is found out where
    it guesses wrong. Neither learns what the other took in.
    """
    own = blank((_WORDS,)) if ctx.planning else zeros.digest()
    hiding = ctx.prg("equality").words((_WORDS,))
    (commitments,) = await ctx.exchange(_commitment(ctx, ctx.me, hiding, own))
    (opened,) = await ctx.exchange(np.concatenate([hiding, own]))
    if ctx.planning:
        return
    peer = 1 - ctx.me
    kept = np.array_equal(commitments[peer], _commitment(ctx, peer, *np.split(opened[peer], 2)))
    if not kept or not np.array_equal(opened[peer][_WORDS:], own):
        raise failed(ctx, peer, what)


def _commitment(ctx: Context, party: int, hiding: Words, value: Words) -> Words:
    return ctx.hash("commitment to a digest", party).absorb(hiding, value).words(_WORDS)


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
