"""Transfers between pairs of parties, piece by piece: correlations are on their way while products are made of others.

Each direction of each pair works through the pieces in order. A receiver asks for the next piece's correlations before
it waits for what the sender makes of this one's, so that neither the network nor a core waits for the other, and no
more than two pieces of a direction are in memory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.products_alsz13 import (
    Received,
    Sent,
    given_choices_receive,
    given_choices_send,
    random_choices_receive,
    random_choices_send,
)
from protocols.preprocessing.pairs import Pairs, between_pairs
from protocols.preprocessing.tools import Pair


@dataclass(frozen=True, slots=True)
class Piece:
    """`count` correlations and what both ends do with them; `choices` are the receiver's, or None for random ones."""

    count: int
    send: Callable[[Context, CotSender, Sent], Awaitable[None]]
    receive: Callable[[Context, CotReceiver, Received], Awaitable[None]]
    choices: Callable[[], Words] | None = None


async def run_pieces(ctx: Context, ends: Pairs, pieces: Sequence[Piece], pairs: Collection[Pair] | None = None) -> None:
    """All pieces in every direction, or only in those of `pairs` (sender, receiver)."""

    async def send(child: Context, receiver: int) -> None:
        await _send_all(child, ends.senders[receiver], pieces)

    async def receive(child: Context, sender: int) -> None:
        await _receive_all(child, ends.receivers[sender], pieces)

    await between_pairs(ctx, send, receive, pairs)


async def _send_all(ctx: Context, cot: CotSender, pieces: Sequence[Piece]) -> None:
    labels, products = ctx.child("correlations"), ctx.child("what they are for")
    for piece in pieces:
        take = random_choices_send if piece.choices is None else given_choices_send
        held = await take(labels, cot, piece.count)
        products.depth = max(products.depth, labels.depth)
        await piece.send(products, cot, held)
    ctx.join(labels)
    ctx.join(products)


async def _receive_all(ctx: Context, cot: CotReceiver, pieces: Sequence[Piece]) -> None:
    labels, products = ctx.child("correlations"), ctx.child("what they are for")
    before: tuple[Piece, Received] | None = None

    async def finish() -> None:
        if before is not None:
            products.depth = max(products.depth, labels.depth)
            await before[0].receive(products, cot, before[1])
            labels.depth = max(labels.depth, products.depth)

    for piece in pieces:
        if piece.choices is None:
            held = await random_choices_receive(labels, cot, piece.count)
        else:
            held = await given_choices_receive(labels, cot, piece.choices(), piece.count)
        await finish()
        before = piece, held
    await finish()
    ctx.join(labels)
    ctx.join(products)
