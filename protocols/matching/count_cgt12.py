"""How many identifiers two parties have in common, and not which.

De Cristofaro, Gasti, Tsudik, "Fast and private computation of cardinality of set intersection and union", CANS 2012:
the counter blinds all its elements by one scalar, the other party multiplies them by its own and sends them
back in another order, beside hashes of its own elements times that scalar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha512

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.group import Bytes, Points, Scalars
from mpc.algebra.ristretto import ORDER
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
from protocols.matching.hash_to_group_rfc9380 import hash_to_group
from protocols.matching.oprf_rfc9497 import padded, tag_of
from protocols.matching.refusals import unlike_ids

TAG = 32


@dataclass(frozen=True, slots=True)
class Counting:
    """Public: how many identifiers the counter and the other party have, padding included, and whether that party
    learns the count."""

    counted: int
    offered: int
    told: bool

    @property
    def most(self) -> int:
        """No count is larger."""
        return min(self.counted, self.offered)

    @property
    def rounds(self) -> int:
        return 2 + self.told

    @property
    def words(self) -> int:
        """Of all messages of both."""
        return 2 * ELEMENT_WORDS * self.counted + TAG // 8 * self.offered + self.told


@cost(
    rounds=lambda peer, counting, own: counting.rounds,
    to_one=lambda peer, counting, own: counting.words,
    call_name="count of two",
    parties=2,
)
async def count(ctx: Context, other: int, counting: Counting, own: Sequence[bytes]) -> int:
    """How many of `own` (encodings, ascending) party `other`, which calls `be_counted`, has, too. 0 in a plan.

    Semi-honest: a counter that asks with several elements about one identifier weighs it, and so learns more of fewer.
    PeerError `bad-element`, `repeated-elements`.
    """
    messages = padded(own, counting.counted, ctx.prg("padding of identifiers").bytes)
    sent, blind = blank((counting.counted, ENCODING), np.uint8), None
    if not ctx.planning:
        blind = Scalars.random(ORDER, (), ctx.prg("blind of identifiers").bytes)
        sent = await ctx.in_thread(_asked, messages, tag_of(ctx), blind)
    ctx.send(other, sent)
    offered = await receive_ascending(ctx, other, counting.offered, TAG)
    answers, _ = await receive_elements(ctx, other, counting.counted)
    found = 0 if blind is None else await ctx.in_thread(_found, answers, blind, offered)
    if counting.told:
        ctx.send(other, np.array([found], np.uint64))
    return found


@cost(
    rounds=lambda peer, counting, own: counting.rounds,
    to_one=lambda peer, counting, own: counting.words,
    call_name="count of two",
    parties=2,
)
async def be_counted(ctx: Context, counter: int, counting: Counting, own: Sequence[bytes]) -> int | None:
    """The other half. Learns nothing, or if `counting.told` the count, as the counter says it. PeerError as `count`;
    `malformed-message` for a count that cannot be."""
    messages = padded(own, counting.offered, ctx.prg("padding of identifiers").bytes)
    key = Scalars.random(ORDER, (), ctx.prg("key of a matching").bytes)
    if ctx.planning:
        ctx.send(counter, blank((counting.offered, TAG), np.uint8))
        await receive_elements(ctx, counter, counting.counted)
        ctx.send(counter, blank((counting.counted, ENCODING), np.uint8))
    else:
        ctx.send(counter, await ctx.in_thread(_offered, messages, tag_of(ctx), key))
        asked, _ = await receive_elements(ctx, counter, counting.counted)
        ctx.send(counter, await ctx.in_thread(_shuffled, asked, key))
    if not counting.told:
        return None
    told = int((await ctx.receive(counter, Spec((1,))))[0])
    if told > counting.most:
        raise unlike_ids(ctx, "malformed-message", counter, "a count that is larger than either set")
    return told


def _asked(messages: Sequence[bytes], tag: bytes, blind: Scalars) -> Bytes:
    """By one scalar all elements: in an order that follows from what they became."""
    return ascending(rows_of((hash_to_group(messages, tag) * blind).to_bytes()), ENCODING)


def _offered(messages: Sequence[bytes], tag: bytes, key: Scalars) -> Bytes:
    return ascending(_tags(hash_to_group(messages, tag) * key), TAG)


def _shuffled(asked: Points, key: Scalars) -> Bytes:
    """What was asked times the key, in the order of what it became, which only who has the key could foresee."""
    return ascending(rows_of((asked * key).to_bytes()), ENCODING)


def _found(answers: Points, blind: Scalars, offered: Sequence[bytes]) -> int:
    return len(set(_tags(answers * blind.inverse())) & set(offered))


def _tags(elements: Points) -> list[bytes]:
    return [sha512(b"parley count" + row).digest()[:TAG] for row in rows_of(elements.to_bytes())]
