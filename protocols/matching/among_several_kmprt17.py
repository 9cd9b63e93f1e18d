"""Which identifiers three and more parties have in common: the leader learns, and whom it tells.

Kolesnikov, Matania, Pinkas, Rosulek, Trieu, CCS 2017, the protocol in the "augmented semi-honest" model, with the
function of RFC 9497 in place of theirs. The other parties, the clients, hold for every identifier shares s_i of zero,
which follow from a key of each pair. Client i gives the leader a hint by which it reads s_i(x) for each x that i has,
and random elements for others. An x of which what is read adds up to zero is in all sets. Departure: clients that are
to learn, too, get of what was found the parts of F that they can compute by themselves, as between two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.group import Bytes, Flags, Points, Scalars
from mpc.algebra.ring import Words
from mpc.algebra.ristretto import ORDER
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from protocols.matching.elements import (
    ENCODING,
    ascending,
    receive_ascending,
    rows_of,
    send_elements,
    take_elements,
)
from protocols.matching.hint_sending import give_hint, take_hint
from protocols.matching.oprf_rfc9497 import blinded, evaluated, padded, part, tag_of, unblinded
from protocols.matching.programmed_kmprt17 import FIELD, MASK, PLACE, Layout, Places, programmed, read
from protocols.matching.refusals import unlike_ids

ANSWER = 16
"""The bytes of F(x) behind place and mask, by which a client sees what was found."""

_WHOLE = PLACE + MASK
_ZERO_BYTES = 32


@dataclass(frozen=True, slots=True)
class Roles:
    """Public: who leads, who else takes part, how many identifiers each party has, by index, and who of the clients
    learns."""

    leader: int
    clients: tuple[int, ...]
    sizes: tuple[int, ...]
    answered: tuple[int, ...]

    def answers(self, client: int) -> int:
        """As many as can be found, made up ones included."""
        return min(self.sizes[j] for j in (self.leader, *self.clients)) if client in self.answered else 0

    def layout(self, client: int) -> Layout:
        return Layout.of(self.sizes[client])


async def match_several(ctx: Context, roles: Roles, own: Sequence[bytes]) -> Flags | None:
    """Which of `own` (encodings, ascending) all have: (own,) at the leader and at clients that are told; else None.

    The leader learns nothing else, nor do clients; together with some of them the leader learns which of its
    identifiers all the others have. Semi-honest, any of them together. PeerError `bad-element`, `repeated-elements`,
    `malformed-message`.
    """
    call = ctx.child("matches of several")
    lead = _lead if call.me == roles.leader else _follow
    found = await lead(call, roles, own)
    ctx.join(call)
    return found


async def _lead(ctx: Context, roles: Roles, own: Sequence[bytes]) -> Flags | None:
    messages = padded(own, roles.sizes[ctx.me], ctx.prg("padding of identifiers").bytes)
    sent, blinds = blank((len(messages), ENCODING), np.uint8), None
    if not ctx.planning:
        questions, blinds = await ctx.in_thread(blinded, messages, tag_of(ctx), ctx.prg("blinds").bytes)
        sent = await ctx.in_thread(questions.to_bytes)
    for client in roles.clients:
        await send_elements(ctx, client, sent)
    total, outputs = FIELD.zeros(len(messages)), []
    for client in roles.clients:
        answers, hint = await take_hint(ctx, client, len(messages), roles.layout(client))
        if not ctx.planning:
            assert blinds is not None
            outputs.append(await ctx.in_thread(unblinded, messages, blinds, answers))
            share = await ctx.in_thread(_read, roles.layout(client), hint, outputs[-1])
            total = FIELD.add(total, share)
    found: Flags = ~np.any(total, axis=-1)[: len(own)]
    found = np.zeros(len(own), bool) if ctx.planning else found
    _refuse_more(ctx, roles, found)
    for k, client in enumerate(roles.clients):
        if client in roles.answered:
            right = [] if ctx.planning else [outputs[k][i][_WHOLE : _WHOLE + ANSWER] for i in np.flatnonzero(found)]
            made_up = ctx.prg("padding of answers").bytes(ANSWER * (roles.answers(client) - len(right)))
            made_up_rows = rows_of(np.frombuffer(made_up, np.uint8).reshape(-1, ANSWER))
            await _send_answers(ctx, client, ascending([*right, *made_up_rows], ANSWER))
    return found


def _refuse_more(ctx: Context, roles: Roles, found: Flags) -> None:
    """PeerError `malformed-message` where more is common than the client with the fewest has: its hint has room for
    some more than it told."""
    fewest = min(roles.clients, key=lambda client: roles.sizes[client])
    if np.count_nonzero(found) > roles.sizes[fewest]:
        raise unlike_ids(ctx, "malformed-message", fewest, "a hint that fits more identifiers than it has")


async def _follow(ctx: Context, roles: Roles, own: Sequence[bytes]) -> Flags | None:
    asked: Points | None = None
    outputs: list[bytes] = []
    key = Scalars.random(ORDER, (), ctx.prg("key of a matching").bytes)
    messages = padded(own, roles.sizes[ctx.me], ctx.prg("padding of identifiers").bytes)
    for client in roles.clients:
        if client == ctx.me:
            asked, _ = await take_elements(ctx, roles.leader, roles.sizes[roles.leader])
        else:
            ctx.reserve()
    assert asked is not None
    layout = roles.layout(ctx.me)
    if not ctx.planning:
        outputs = await ctx.in_thread(evaluated, messages, tag_of(ctx), key)
        shares = await ctx.in_thread(_shares_of_zero, messages, _zero_keys(ctx, roles))
        places = Places.of(layout, part(outputs, 0, _WHOLE))
        hint = await ctx.in_thread(programmed, layout, places, shares, ctx.prg("filling of a hint"))
        answers = await ctx.in_thread(lambda: (asked * key).to_bytes())
    else:
        hint, answers = blank(layout.shape), blank((asked.size, ENCODING), np.uint8)
    for client in roles.clients:
        if client == ctx.me:
            await give_hint(ctx, roles.leader, answers, hint)
        else:
            ctx.reserve()
    return await _told(ctx, roles, outputs, len(own))


async def _told(ctx: Context, roles: Roles, outputs: Sequence[bytes], own: int) -> Flags | None:
    """Which of this client's identifiers the leader says all have; None where it is not told."""
    claimed: list[bytes] | None = None
    for client in roles.clients:
        if client == ctx.me and client in roles.answered:
            claimed = await _take_answers(ctx, roles.leader, roles.answers(client))
        elif client in roles.answered:
            ctx.reserve()
    if claimed is None:
        return None
    there = set(claimed)
    return np.array([output[_WHOLE : _WHOLE + ANSWER] in there for output in outputs[:own]] or [False] * own, bool)


@cost(rounds=1, to_one=lambda peer, answers: answers.size // 8, call_name="answers about identifiers", parties=2)
async def _send_answers(ctx: Context, client: int, answers: Bytes) -> None:
    ctx.send(client, answers)


@cost(rounds=1, to_one=lambda peer, count: ANSWER // 8 * count, call_name="answers about identifiers", parties=2)
async def _take_answers(ctx: Context, leader: int, count: int) -> list[bytes]:
    return await receive_ascending(ctx, leader, count, ANSWER)


def _read(layout: Layout, hint: Words, outputs: Sequence[bytes]) -> Words:
    return read(layout, hint, Places.of(layout, part(outputs, 0, _WHOLE)))


def _zero_keys(ctx: Context, roles: Roles) -> list[tuple[bool, bytes]]:
    """A key with each other client, and whether its numbers are taken off here, where the other adds them."""
    others = [client for client in roles.clients if client != ctx.me]
    return [(other < ctx.me, ctx.pairwise_prg(other, "shares of zero").bytes(_ZERO_BYTES)) for other in others]


def _shares_of_zero(messages: Sequence[bytes], keys: Sequence[tuple[bool, bytes]]) -> Words:
    """s(y) (messages, 2): over all clients that have y these add up to zero; any but all of them are uniform.

    A key's numbers are keyed BLAKE2b (RFC 7693) of y.
    """
    total = FIELD.zeros(len(messages))
    for negative, key in keys:
        drawn = b"".join([blake2b(message, digest_size=16, key=key).digest() for message in messages])
        words = FIELD.reduce(np.frombuffer(drawn, "<u8").astype(np.uint64).reshape(-1, FIELD.words))
        total = FIELD.sub(total, words) if negative else FIELD.add(total, words)
    return total
