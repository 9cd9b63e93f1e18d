"""Which identifiers two parties have in common, for one of them to learn, or both.

Jarecki, Liu, "Fast secure computation of set intersection", SCN 2010, with the function of RFC 9497: the
offerer sends F_k(y) for all it has; the finder has F_k evaluated on all it has, and looks them up. The exponentiation
of either party by the other is Meadows', IEEE S&P 1986, and Huberman, Franklin, Hogg's, EC 1999. Departures: that all
is evaluated by one key is proved for all elements at once; where the offerer is to learn, too, the finder sends it a
second part of F_k(x) of what both have, which it can only compute of identifiers that it asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Bytes, Flags, Points, Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.matching.elements import (
    ELEMENT_WORDS,
    ENCODING,
    ascending,
    receive_ascending,
    receive_elements,
    rows_of,
)
from protocols.matching.one_key_cp92 import PROOF_BYTES, prove_one_key, verify_one_key
from protocols.matching.oprf_rfc9497 import blinded, evaluated, padded, part, tag_of, unblinded
from protocols.proofs.transcript import Setting

TAG = 32
"""Bytes of F_k(x) by which identifiers are found: nobody finds two that have the same."""

ANSWER = 16
"""The bytes behind them, by which the offerer sees what the finder has found."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Public: how many identifiers are asked about, how many are offered, padding included, and whether the offerer
    learns which were found."""

    asked: int
    offered: int
    answered: bool

    @property
    def answers(self) -> int:
        """As many as can be found: what is not is made up, so that their number tells nothing."""
        return min(self.asked, self.offered) if self.answered else 0

    @property
    def rounds(self) -> int:
        return 2 + self.answered

    @property
    def words(self) -> int:
        """Of all messages of both."""
        proof = ELEMENT_WORDS + PROOF_BYTES // 8
        return proof + 2 * ELEMENT_WORDS * self.asked + TAG // 8 * self.offered + ANSWER // 8 * self.answers


@cost(
    rounds=lambda peer, terms, own: terms.rounds,
    to_one=lambda peer, terms, own: terms.words,
    call_name="matches of two",
    parties=2,
)
async def find(ctx: Context, offerer: int, terms: Terms, own: Sequence[bytes]) -> Flags:
    """Which of `own` (at most `terms.asked` encodings, ascending) the offerer has, too: (own,).

    Learns nothing else of the offerer's but how many there are. The offerer is called `offer`; it may be malicious: it
    learns nothing (but, where it is answered, which of its own were found), and what is found is right. PeerError
    `bad-element`, `repeated-elements`, those of `protocols.proofs.proof.verify`, Abort `proof-refused`.
    """
    if ctx.planning:
        return await _planned_find(ctx, offerer, terms, len(own))
    messages = padded(own, terms.asked, ctx.prg("padding of identifiers").bytes)
    questions, blinds = await ctx.in_thread(blinded, messages, tag_of(ctx), ctx.prg("blinds of identifiers").bytes)
    sent = await ctx.in_thread(questions.to_bytes)
    ctx.send(offerer, sent)
    image, _ = await receive_elements(ctx, offerer, 1)
    offered = await receive_ascending(ctx, offerer, terms.offered, TAG)
    answers = await receive_elements(ctx, offerer, terms.asked)
    proof = await ctx.receive(offerer, Spec((PROOF_BYTES,), np.uint8))
    setting = Setting.of(ctx, offerer)
    await ctx.in_thread(verify_one_key, setting, image.reshape(), (questions, sent), answers, proof)
    outputs = await ctx.in_thread(unblinded, messages, blinds, answers[0])
    there = set(offered)
    found = np.array([output[:TAG] in there for output in outputs[: len(own)]], bool)
    if terms.answered:
        ctx.send(offerer, _answers(outputs, found, terms.answers, ctx.prg("padding of answers").bytes))
    return found


@cost(
    rounds=lambda peer, terms, own: terms.rounds,
    to_one=lambda peer, terms, own: terms.words,
    call_name="matches of two",
    parties=2,
)
async def offer(ctx: Context, finder: int, terms: Terms, own: Sequence[bytes]) -> Flags | None:
    """Let party `finder`, which calls `find`, learn which of its identifiers are among `own` (encodings, ascending).

    If `terms.answered`, which of `own` (own,) it has found; else None, and nothing is learnt. The finder may be
    malicious: it learns of `terms.asked` identifiers whether they are here, and cannot claim others; but it may keep
    some that it has found to itself, or end the call. PeerError `bad-element`, `repeated-elements`.
    """
    if ctx.planning:
        return await _planned_offer(ctx, finder, terms, len(own))
    messages = padded(own, terms.offered, ctx.prg("padding of identifiers").bytes)
    key = Scalars.random(ORDER, (), ctx.prg("key of a matching").bytes)
    image = generator() * key
    outputs = await ctx.in_thread(evaluated, messages, tag_of(ctx), key)
    ctx.send(finder, image.reshape(1).to_bytes())
    ctx.send(finder, ascending(part(outputs, 0, TAG), TAG))
    asked = await receive_elements(ctx, finder, terms.asked)
    source = ctx.prg("nonces of a proof").bytes
    answers, proof = await ctx.in_thread(_answered, Setting.of(ctx, ctx.me), key, image, asked, source)
    ctx.send(finder, answers)
    ctx.send(finder, proof)
    if not terms.answered:
        return None
    claimed = set(await receive_ascending(ctx, finder, terms.answers, ANSWER))
    return np.array([output[TAG : TAG + ANSWER] in claimed for output in outputs[: len(own)]], bool)


def _answered(
    setting: Setting, key: Scalars, image: Points, asked: tuple[Points, Bytes], source: RandomBytes
) -> tuple[Bytes, Bytes]:
    answers = (asked[0] * key).to_bytes()
    return answers, prove_one_key(setting, key, image, asked, answers, source)


def _answers(outputs: Sequence[bytes], found: Flags, count: int, source: RandomBytes) -> Bytes:
    """What shows that an identifier was found, and made up ones, in an order that tells neither which nor where."""
    right = [outputs[i][TAG : TAG + ANSWER] for i in np.flatnonzero(found).tolist()]
    made_up = source(ANSWER * (count - len(right)))
    return ascending([*right, *rows_of(np.frombuffer(made_up, np.uint8).reshape(-1, ANSWER))], ANSWER)


async def _planned_find(ctx: Context, offerer: int, terms: Terms, own: int) -> Flags:
    ctx.send(offerer, blank((terms.asked, ENCODING), np.uint8))
    await receive_elements(ctx, offerer, 1)
    await receive_ascending(ctx, offerer, terms.offered, TAG)
    await receive_elements(ctx, offerer, terms.asked)
    await ctx.receive(offerer, Spec((PROOF_BYTES,), np.uint8))
    if terms.answered:
        ctx.send(offerer, blank((terms.answers, ANSWER), np.uint8))
    return np.zeros(own, bool)


async def _planned_offer(ctx: Context, finder: int, terms: Terms, own: int) -> Flags | None:
    ctx.send(finder, blank((1, ENCODING), np.uint8))
    ctx.send(finder, blank((terms.offered, TAG), np.uint8))
    await receive_elements(ctx, finder, terms.asked)
    ctx.send(finder, blank((terms.asked, ENCODING), np.uint8))
    ctx.send(finder, blank((PROOF_BYTES,), np.uint8))
    if not terms.answered:
        return None
    await receive_ascending(ctx, finder, terms.answers, ANSWER)
    return np.zeros(own, bool)
