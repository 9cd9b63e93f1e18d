"""A key of each party for its session: what is encrypted under it, that party alone decrypts.

Keys come without proofs that they are well formed, which is enough against semi-honest parties:
`protocols.proofs.key_sending` sends keys that malicious ones made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from mpc.accounts.cost import cost
from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Root, Spec
from protocols.encrypted.receiving import placing
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey, PublicKey

KEY_BITS = 2048
_NAME = "Paillier keys"
_WORDS = limbs_for(KEY_BITS)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """This party's key, which plans have none of, and the public halves of all parties' by index."""

    own: PrivateKey | None = field(repr=False)
    public: tuple[PublicKey, ...]


@dataclass(slots=True, repr=False)
class _Kept:
    keys: SessionKeys | None = None
    lock: trio.Lock = field(default_factory=trio.Lock)


async def session_keys(ctx: Context) -> SessionKeys:
    """The keys of this session, which are made and sent when they are first asked for; all parties ask.

    PeerError `paillier-key-size` and the others of `check_modulus`, which name the sender.
    """
    kept: _Kept = ctx.session.kept.setdefault(_NAME, _Kept())
    async with kept.lock:
        if kept.keys is None:
            call = ctx.session.root(Root.PAILLIER_KEYS)
            call.depth, call.line = ctx.depth, ctx.counted_at
            kept.keys = await exchange_keys(call)
            ctx.join(call)
    return kept.keys


@cost(rounds=1, words=_WORDS)
async def exchange_keys(ctx: Context) -> SessionKeys:
    """Make a key, send its modulus to all others, and receive theirs."""
    if ctx.planning:
        await ctx.exchange(blank((_WORDS,)))
        return SessionKeys(None, (PublicKey(Encryption(Group((1 << KEY_BITS) - 1))),) * ctx.n)
    own = await ctx.in_thread(lambda: PrivateKey.generate(KEY_BITS, source=ctx.prg("Paillier key").bytes))
    for j in ctx.others:
        ctx.send(j, from_ints([own.public.group.n], _WORDS)[0])
    public = [own.public] * ctx.n
    for j in ctx.others:
        modulus = to_ints(await ctx.receive(j, Spec((_WORDS,))))[0]
        with placing(ctx):
            public[j] = await ctx.in_thread(PublicKey.received, modulus, 1, ctx.names[j])
    return SessionKeys(own, tuple(public))
