"""What one party proves or sends to all others, who know afterwards that all of them have the same.

To each verifier alone a prover could prove something else. So everybody hashes what it has, and all compare: an echo
broadcast, after which either all have the same or every honest party has aborted (Goldwasser, Lindell, "Secure
multi-party computation without agreement", Journal of Cryptology 2005, section 3). Malicious provers are caught,
whatever they send and with whomever they collude; a verifier who lies can end the run, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.group import Points
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import PeerError
from mpc.side_by_side import run_all
from protocols.paillier.keys import PrivateKey
from protocols.proofs.any_statement import AnyStatement, begun, proof_bytes, prove, verify
from protocols.proofs.key_sending import ReceivedKey, key_words, receive_key, send_key
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen, RingPedersenKey
from protocols.proofs.sending import receive_points, send_points
from protocols.proofs.transcript import Bytes, Setting

_HASH_WORDS = 4


@cost(
    rounds=2,
    words=_HASH_WORDS,
    to_one=lambda statement, *_: proof_bytes(statement) // 8,
    call_name="proof to all",
)
async def prove_to_all(ctx: Context, statement: AnyStatement, *witness: Any) -> None:
    """Prove to all other parties, which call `verify_with_all`, that this party knows a witness (secret).

    `statement`: a sigma protocol with its scalars, a `Range` or `Satisfies` with values and blindings, or a relation
    with numbers and units. It must be the same for all. LocalError `wrong-witness`; PeerError `proofs-differ` where
    another party has another statement or proof.
    """
    setting, source = Setting.of(ctx, ctx.me), ctx.prg("nonces of a proof to all").bytes
    made = await ctx.in_thread(prove, setting, statement, witness, source)
    for j in ctx.others:
        ctx.send(j, made)
    await _require_same(ctx, ctx.me, _hashed(setting, statement, made))


@cost(
    rounds=2,
    words=_HASH_WORDS,
    to_one=lambda prover, statement: proof_bytes(statement) // 8,
    call_name="proof to all",
)
async def verify_with_all(ctx: Context, prover: int, statement: AnyStatement) -> None:
    """Verify what party `prover` proves by `prove_to_all`. Returns only if the proof holds, and all parties had it.

    Errors as in `verify`, and PeerError `proofs-differ`.
    """
    setting = Setting.of(ctx, prover)
    sent = await ctx.receive(prover, Spec((proof_bytes(statement),), np.uint8))
    await ctx.in_thread(verify, setting, statement, sent)
    await _require_same(ctx, prover, _hashed(setting, statement, sent))


@cost(rounds=2, words=_HASH_WORDS, to_one=lambda points: 4 * points.size, call_name="points to all")
async def send_points_to_all(ctx: Context, points: Points) -> None:
    """Send elements of ristretto255 to all other parties, which call `receive_points_with_all`."""
    await _with_each(ctx, ctx.me, lambda call, j: send_points(call, j, points))
    await _require_same(ctx, ctx.me, _hash_of(ctx, points))


@cost(rounds=2, words=_HASH_WORDS, to_one=lambda sender, shape: 4 * prod(shape), call_name="points to all")
async def receive_points_with_all(ctx: Context, sender: int, shape: Sequence[int]) -> Points:
    """Elements that all other parties got, too. PeerError `bad-element`, `proofs-differ`."""
    got = await _with_each(ctx, sender, lambda call, _: receive_points(call, sender, shape))
    points: Points = got[ctx.me]
    await _require_same(ctx, sender, _hash_of(ctx, points))
    return points


@cost(rounds=3, words=_HASH_WORDS, to_one=lambda key: key_words(key.public.bits), call_name="paillier key to all")
async def send_key_to_all(ctx: Context, key: PrivateKey) -> dict[int, RingPedersen]:
    """As `send_key`, to all other parties, which call `receive_key_with_all`: with a proof by the parameters of each.

    The parameters are returned by party.
    """
    parameters = await _with_each(ctx, ctx.me, lambda call, j: send_key(call, j, key))
    await _require_same(ctx, ctx.me, _words(key.public.fingerprint))
    return parameters


@cost(
    rounds=3,
    words=_HASH_WORDS,
    to_one=lambda sender, own=None, *, bits=2048: key_words(bits),
    call_name="paillier key to all",
)
async def receive_key_with_all(
    ctx: Context, sender: int, own: RingPedersenKey | None = None, *, bits: int = 2048
) -> ReceivedKey:
    """As `receive_key`; the key is the one that all other parties have received. PeerError `proofs-differ` besides."""
    got = await _with_each(ctx, sender, lambda call, _: receive_key(call, sender, own, bits=bits))
    received: ReceivedKey = got[ctx.me]
    await _require_same(ctx, sender, _words(received.key.fingerprint))
    return received


async def _with_each(ctx: Context, owner: int, run: Any) -> dict[int, Any]:
    """What `run` gives in the call between the owner and each other party, by party: at others for themselves."""
    calls = {j: ctx.child("with each") for j in ctx.everyone if j != owner}
    mine = calls if ctx.me == owner else {ctx.me: calls[ctx.me]}
    results: dict[int, Any] = {}

    async def one(j: int) -> None:
        results[j] = await run(mine[j], j)

    await run_all([(one, j) for j in mine])
    for call in mine.values():
        ctx.join(call)
    return results


def _hashed(setting: Setting, statement: AnyStatement, proof: Bytes) -> Words:
    """256 bits of setting, statement and proof: the digests in a proof's header are shorter."""
    transcript = begun(setting, statement)
    transcript.absorb("proof", proof.tobytes())
    return transcript.words("what all have", _HASH_WORDS)


def _hash_of(ctx: Context, points: Points) -> Words:
    return ctx.hash("points to all").absorb(points.shape, points.to_bytes()).words(_HASH_WORDS)


def _words(fingerprint: bytes) -> Words:
    return np.frombuffer(fingerprint, "<u8").astype(np.uint64)


async def _require_same(ctx: Context, owner: int, own: Words) -> None:
    """PeerError `proofs-differ` unless all parties have the same hash.

    It names a party that this one knows to deviate: the owner, where that says itself that it sent something else, or,
    at the owner, whoever has not what it sent. Of another party that differs nobody can tell whether it lies or was
    sent something else.
    """
    (told,) = await ctx.exchange(own)
    differing = [j for j in ctx.others if not np.array_equal(told[j], own)]
    if not differing:
        return
    known = owner if owner in differing else differing[0] if ctx.me == owner else None
    name, of = ctx.names[differing[0] if known is None else known], ctx.names[owner]
    raise PeerError(
        "proofs-differ",
        f"{name} has another statement, proof or key of {'itself' if name == of else of} than this party",
        f"see that all write the same statement; else {of} sent parties different ones, or {name} says so wrongly: "
        "trust nothing of what was proved here",
        party=None if known is None else name,
        path=ctx.path,
        line=ctx.line or None,
    )
