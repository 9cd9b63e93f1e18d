"""The first message of a training: that all parties have the same model and the same terms, or who has others."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from mpc.algebra.words import U64, Words
from mpc.context import Array, Context, Spec
from mpc.errors import PeerError
from protocols.federated.layout import MOST_TEXT, Vector, first_difference

_SHOWN = 300
"""Characters of what a peer sent, in an error."""


async def agreed_weights(ctx: Context, terms: str, layout: str, weights: Vector) -> Vector:
    """The weights that all begin with: those of party 0, which are sent where not all have the same.

    One round; one more where weights differ. PeerError `different-model`, `different-training`, naming a party and the
    first thing that it has otherwise; `weights-not-finite`.
    """
    call = ctx.child("agree on a training", line=ctx.counted_at)
    text, own = terms.encode(), np.frombuffer(_digests(terms, weights), U64)
    (told,) = await call.exchange(own)
    ctx.join(call)
    if ctx.planning:
        return weights
    if any((words[:4] != own[:4]).any() for words in told):
        await _differ(call, text, layout)
    if any((words[4:] != told[0][4:]).any() for words in told):
        weights = await _of_party_0(call, weights)
        ctx.join(call)
    return weights


def mark_of(weights: Vector) -> int:
    """What messages of a round carry a part of: parties with other weights are noticed. Never 0."""
    return int.from_bytes(sha256(weights.tobytes()).digest()[:8], "little") | 1


def _digests(terms: str, weights: Vector) -> bytes:
    return sha256(b"parley federated terms:" + terms.encode()).digest() + sha256(weights.tobytes()).digest()


async def _differ(call: Context, text: bytes, layout: str) -> None:
    """Everybody tells its terms, and raises what it finds at the first party that has others."""
    for j in call.others:
        call.send(j, np.frombuffer(text, np.uint8))
    texts: dict[int, str] = {}
    for j in call.others:
        sent: Array = await call.receive(j, Spec(None, np.uint8, MOST_TEXT + (1 << 16)))
        texts[j] = sent.tobytes().decode(errors="replace")
    mine = text.decode()
    for j, theirs in texts.items():
        if theirs != mine:
            of_model = not theirs.endswith("\n" + layout)
            raise _other(call, j, first_difference(mine, theirs), of_model=of_model)
    raise _other(call, next(iter(texts)), "told a digest that is not of its terms", of_model=False)


def _other(call: Context, party: int, difference: str, *, of_model: bool) -> PeerError:
    name, what = call.names[party], "another model" if of_model else "other terms of training"
    shown = "".join(letter if letter.isprintable() else "?" for letter in difference[:_SHOWN])
    return PeerError(
        "different-model" if of_model else "different-training",
        f"{name} has {what} than this party: it {shown}",
        "all parties train the same model, by the same strategy, rounds, updates and privacy",
        party=name,
        path=call.path,
        line=call.counted_at or None,
    )


async def _of_party_0(call: Context, weights: Vector) -> Vector:
    if call.me == 0:
        for j in call.others:
            call.send(j, weights.view(U64))
        return weights
    words: Words = await call.receive(0, Spec(weights.shape))
    sent = words.view(np.float64)
    if not np.isfinite(sent).all():
        raise PeerError(
            "weights-not-finite",
            f"{call.names[0]} sent weights to begin with that are NaN or infinite",
            "see to the model of that party",
            party=call.names[0],
            path=call.path,
            line=call.counted_at or None,
        )
    return sent.copy()
