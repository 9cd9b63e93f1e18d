"""Coins that nobody knows before they are tossed: Blum, CRYPTO 1981, with hashes as commitments.

The common stream of a session is known from its handshake on; what is made afterwards can be made to suit it. Here each
party commits to a share of its own, and opens it when all have committed. Whoever goes last can still end the session
instead, which all see.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import Abort
from mpc.prg import Prg

_WORDS = 4
"""Of a party's share, and of a commitment to it: 256 bits."""

_REMEDY = "that party does not follow the protocol, or the line to it is broken; trust nothing of this run"


@cost(rounds=2, words=2 * _WORDS)
async def toss(ctx: Context) -> Prg:
    """Fresh public coins. A party that calls it has fixed, with what it holds then, what the coins are to decide about.

    Unpredictable to any n - 1 parties before this party's share is opened. Abort `wrong-coins` names a party that
    opened something else than it had committed to.
    """
    own = ctx.prg("coins").words((_WORDS,))
    (commitments,) = await ctx.exchange(_commitment(ctx, ctx.me, own))
    (shares,) = await ctx.exchange(own)
    for party, (commitment, share) in enumerate(zip(commitments, shares, strict=True)):
        if not np.array_equal(commitment, _commitment(ctx, party, share)):
            name = ctx.names[party]
            cause = f"{name} opened other coins than it had committed to"
            raise Abort("wrong-coins", cause, _REMEDY, party=name, path=ctx.path, line=ctx.line or None)
    return ctx.hash("coins").absorb(*shares).stream("tossed")


def _commitment(ctx: Context, party: int, share: Words) -> Words:
    return ctx.hash("commitment to coins", party).absorb(share).words(_WORDS)
