"""Secrets become encrypted numbers: for whoever has the key, or for sums and products by known numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from zlib import crc32

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.bridge import share_of
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.revealing import checked, shown_form
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.encrypted.from_shares import to_ciphertexts
from protocols.homomorphic.scale import Scale
from protocols.outputs import Output, released_by
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PublicKey
from protocols.party_indices import party_index, receivers_of
from protocols.shares import ArithmeticShare


async def ciphertexts_of(
    ctx: Context, x: SecretArray, key: PublicKey, *, owner: int, to: int | Sequence[int] | None = None
) -> Ciphertexts | None:
    """A secret's numbers, encrypted under a key of party `owner` that all parties have: at the party indices `to`,
    None elsewhere. By default all parties get them, the same ciphertexts.

    They have the run's fractional bits if the secret is `fixed`, else none, and the bound that follows from its range;
    truth values are 0 and 1. **They count as revealed to the owner**, who can decrypt them wherever they go from here:
    the call passes what outputs pass, tolerance and policies, and the report has its line. Nobody else learns anything,
    against semi-honest parties, any of them together but the owner and a receiver. What receivers see in the open is
    within 2^-40 of random for all numbers together.
    In a ring of 64 bits numbers are cut into limbs that a mask has room beside, which takes their bits; in one of 128
    mostly not. Then one round, and a ciphertext for each number from every party to every receiver. Source:
    `protocols.encrypted.from_shares`.
    LocalError `too-many-at-once`, `no-value` (no public key), as `mpc.reveal`; PeerError `public-values-differ` (a
    party has another key), `paillier-range`, `paillier-not-unit`.
    """
    need_context(ctx, "ciphertexts_of")
    line = user_line()
    if not isinstance(key, PublicKey):
        raise LocalError(
            "no-value",
            f"a value of type {type(key).__name__} where the owner's public key belongs",
            "send key.public.to_bytes() to all parties, which read it by mpc.paillier.PublicKey.from_bytes",
            line=line,
        )
    owner, receivers = party_index(ctx.everyone, owner, line), receivers_of(ctx.everyone, to, line)
    if not receivers:
        raise LocalError("bad-party", "nobody would get the ciphertexts", "name receivers, `to=`", line=line)
    x = shown_form(ring_form(checked(ctx, x, line)))
    call = ctx.child("ciphertexts of", line=line)
    share = cast(ArithmeticShare, await share_of(call, x))
    scale = Scale(x.scale, x.range.magnitude)
    call.remark(crc32(repr((scale, owner, receivers)).encode(), crc32(key.fingerprint)) or 1)
    output = Output(x.shape, x.kind, (owner,), line, x.range, x.scale, decided=x.node.value.decided)

    async def open_() -> Sequence[Ciphertexts | None]:
        return [await to_ciphertexts(call, share, key, scale, receivers)]

    with naming_line():
        (found,) = await released_by(call, [output], open_)
    ctx.join(call)
    return found
