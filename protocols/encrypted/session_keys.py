"""A key of each party for its session: what is encrypted under it, that party alone decrypts."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from mpc.accounts.cost import cost
from mpc.algebra.bigint import limbs_for
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Root
from protocols.encrypted.receiving import placing
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.key_exchange import KEY_BITS, exchange_keys
from protocols.paillier.keys import PrivateKey, PublicKey

_NAME = "Paillier keys"


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """This party's key, which plans have none of, and the public halves of all parties' by index."""

    own: PrivateKey | None = field(repr=False)
    public: tuple[PublicKey, ...]


@dataclass(slots=True, repr=False)
class _Kept:
    keys: SessionKeys | None = None
    depth: int = 0
    lock: trio.Lock = field(default_factory=trio.Lock)


async def session_keys(ctx: Context) -> SessionKeys:
    """The keys of this session, which are made and sent when they are first asked for; all parties ask.

    They depend on nothing, so their round counts as one at the session's start, whichever call comes first. Without
    proofs that they are well formed, as `exchange_keys` says. PeerError `paillier-key-size` and the others of
    `check_modulus`, which name the sender.
    """
    kept: _Kept = ctx.session.kept.setdefault(_NAME, _Kept())
    async with kept.lock:
        if kept.keys is None:
            call = ctx.session.root(Root.PAILLIER_KEYS)
            call.line = ctx.counted_at
            kept.keys = await make_keys(call)
            kept.depth, ctx.payload = call.depth, ctx.payload + call.payload
    ctx.depth = max(ctx.depth, kept.depth)
    return kept.keys


@cost(rounds=1, words=limbs_for(KEY_BITS))
async def make_keys(ctx: Context) -> SessionKeys:
    """A new key of every party."""
    if ctx.planning:
        await ctx.exchange(blank((limbs_for(KEY_BITS),)))
        return SessionKeys(None, (PublicKey(Encryption(Group((1 << KEY_BITS) - 1))),) * ctx.n)
    with placing(ctx):
        keys = await exchange_keys(ctx)
    public = {**keys.others, ctx.me: keys.own.public}
    return SessionKeys(keys.own, tuple(public[j] for j in ctx.everyone))
