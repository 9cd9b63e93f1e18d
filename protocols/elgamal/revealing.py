"""What is encrypted under a joint key becomes known: every party sends its part of the decryption, in one round.

Where fewer parties than all are enough, all compare a hash of the ciphertexts before, in a round of its own.

Receivers learn the numbers; up to `threshold` parties, together with what they receive, learn nothing else of the key
or of other ciphertexts. Decrypted is what the parties agree on: a party that lets others choose what is decrypted lets
them read whatever they can have put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points
from mpc.algebra.ring import Words
from mpc.algebra.ristretto import RISTRETTO, generator
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from mpc.errors import PeerError
from protocols.arguments import instance_of
from protocols.assurances import assure_holders, assure_makers
from protocols.elgamal.ciphertexts import Ciphertexts, ciphertexts_of
from protocols.elgamal.joint_decryption_ped91 import combined, is_right, part_of
from protocols.elgamal.key_shares import KeyShare
from protocols.elgamal.plaintexts import from_points
from protocols.joint_decryption import Receivers, compared_words, output_of, require_place, require_same, right_parts
from protocols.outputs import released_by
from protocols.party_indices import receivers_of
from protocols.proofs import proof as sigma
from protocols.proofs.linear import same_logarithm
from protocols.proofs.sending import points_in
from protocols.proofs.transcript import Bytes, Setting

Numbers = npt.NDArray[Any]


def _rounds(share: KeyShare, array: Ciphertexts, *, to: Receivers = None) -> int:
    return int(array.size > 0) + int(_compared_words(share, array) > 0)


def _compared_words(share: KeyShare, array: Ciphertexts, *, to: Receivers = None) -> int:
    return compared_words(share.n, share.threshold) * int(array.size > 0)


def _words(share: KeyShare, array: Ciphertexts, *, to: Receivers = None) -> int:
    receivers = receivers_of(range(share.n), to)
    return len(receivers) * (array.size * RISTRETTO.encoding_bytes + _proof_bytes()) // 8 if array.size else 0


@cost(rounds=_rounds, words=_compared_words, to_one=_words)
async def reveal(ctx: Context, share: KeyShare, array: Ciphertexts, *, to: Receivers = None) -> Numbers | None:
    """The numbers of ciphertexts that all parties have, as `PrivateKey.decrypt` gives them: to everybody or to the
    party indices `to`; None elsewhere.

    All parties call it, with the very same ciphertexts. Each proves that its part is right; a wrong one is refused, and
    the error names the party. That holds against any number of malicious parties; that they learn nothing else, up to
    `threshold` of them. LocalError `joint-key-place`, `elgamal-other-key`, `no-such-party`, `elgamal-beyond-bound`.
    PeerError `public-values-differ`, `bad-element`, `malformed-proof`, `proof-of-another-statement`,
    `proof-of-another-session`, Abort `proof-refused`. Source: protocols/elgamal/joint_decryption_ped91.py.
    """
    numbers, refused = await _revealed(ctx, share, array, to)
    if refused:
        raise refused[0]
    return numbers


@cost(rounds=_rounds, words=_compared_words, to_one=_words)
async def reveal_despite(
    ctx: Context, share: KeyShare, array: Ciphertexts, *, to: Receivers = None
) -> tuple[Numbers | None, list[PeerError]]:
    """As `reveal`; the numbers come out as long as threshold + 1 parts are right, with the errors that refuse the
    others, each of which names its party.

    Errors as of `reveal`; of PeerErrors the first, where fewer parts are right.
    """
    return await _revealed(ctx, share, array, to)


async def _revealed(
    ctx: Context, share: KeyShare, array: Ciphertexts, to: Receivers
) -> tuple[Numbers | None, list[PeerError]]:
    instance_of(share, "share", KeyShare, "this party's share of a key of ElGamal's")
    ciphertexts_of(array).require_key(share.public)
    require_place(ctx, share.me, share.n)
    assure_holders(ctx, share.n, share.threshold)
    assure_makers(ctx)
    receivers, flat = receivers_of(ctx.everyone, to), array.words.reshape(array.size, array.words.shape[-1])
    if not _compared_words(share, array):
        ctx.remark(await ctx.in_thread(_mark, array, receivers))
    refused: list[PeerError] = []

    async def open_() -> list[Points | None]:
        if not array.size:
            return [array.parts[1].reshape(0) if ctx.me in receivers else None]
        if _compared_words(share, array):
            await require_same(ctx, await ctx.in_thread(_said, ctx, array, receivers))
        return [await _opened(ctx, share, flat, receivers, refused)]

    output = output_of(ctx, array.shape, array.scale.bound, array.fractional_bits, receivers)
    (points,) = await released_by(ctx, [output], open_)
    if points is None:
        return None, refused
    return await ctx.in_thread(from_points, points.reshape(*array.shape), array.scale), refused


def _said(ctx: Context, array: Ciphertexts, receivers: Sequence[int]) -> DomainHash:
    """Of what is decrypted, how it is read, and by whom."""
    said = ctx.hash("what is revealed").absorb(array.fingerprint, len(array.shape), *array.shape)
    said.absorb(array.scale.fractional_bits, array.scale.bound, len(receivers), *receivers)
    return said.absorb(*(part.to_bytes() for part in array.parts))


async def _opened(
    ctx: Context, share: KeyShare, flat: Words, receivers: Sequence[int], refused: list[PeerError]
) -> Points | None:
    """m G (m,) at receivers; `refused` has why parts of others were not taken."""
    source = ctx.prg("nonces of a part of a decryption").bytes
    own = await ctx.in_thread(_own_part, Setting.of(ctx, ctx.me), share, flat, source)
    right = await right_parts(
        ctx, receivers, share.threshold, own, lambda sender: _part_from(ctx, sender, share, flat), refused
    )
    if right is None:
        return None
    return await ctx.in_thread(combined, list(right), list(right.values()), flat)


def _own_part(setting: Setting, share: KeyShare, flat: Words, source: RandomBytes) -> tuple[Points, Bytes]:
    """This party's part, and the message that tells it to others: encodings, and the proof behind them."""
    part = part_of(share, flat)
    statement = is_right(setting, share.images[share.me], flat, part)
    proof = sigma.prove(setting, statement, share.secret_scalar.reshape(1), source)
    return part, np.concatenate([part.to_bytes().ravel(), proof])


async def _part_from(ctx: Context, sender: int, share: KeyShare, flat: Words) -> Points:
    """Another party's part. PeerError where it is none."""
    length = len(flat) * RISTRETTO.encoding_bytes
    sent = await ctx.receive(sender, Spec((length + _proof_bytes(),), np.uint8))
    part = points_in(ctx, sender, sent[:length].reshape(-1, RISTRETTO.encoding_bytes))
    await ctx.in_thread(_verify, Setting.of(ctx, sender), share.images[sender], flat, part, sent[length:])
    return part


def _verify(setting: Setting, image: Points, flat: Words, part: Points, proof: Bytes) -> None:
    sigma.verify(setting, is_right(setting, image, flat, part), proof)


@lru_cache(maxsize=1)
def _proof_bytes() -> int:
    return sigma.proof_bytes(same_logarithm([generator()] * 2, [generator()] * 2))


def _mark(array: Ciphertexts, receivers: Sequence[int]) -> int:
    """Of key, ciphertexts and how they are read: another at a party that would decrypt something else."""
    said = array.fingerprint, array.shape, array.scale, receivers
    return crc32(repr(said).encode(), crc32(b"".join(part.to_bytes().tobytes() for part in array.parts))) or 1
