"""The tools of kinds, from oblivious transfers between each two parties."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Material
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.independent import independent
from protocols.authenticated.side import Side
from protocols.ot.groups import Group
from protocols.ot.one_of_many import tables_receive, tables_send
from protocols.ot.own_offsets import own_offsets_receive, own_offsets_send
from protocols.preprocessing import products, switching
from protocols.preprocessing.kinds.labels import ODD
from protocols.preprocessing.orders import Order
from protocols.preprocessing.pairs import Pairs, between_pairs
from protocols.preprocessing.tools import Pair, Rows

CHUNK_LABELS = 1 << 18
"""Correlations in one call of the transfers that tables are made of: bounds the memory, 100 bytes for each."""
LOTS = 4
"""Lots of authenticated bits whose transfers are kept: one is complete when the next begins."""


@dataclass(frozen=True, slots=True)
class OtTools:
    """`protocols.preprocessing.tools.Tools` on this party's ends of the transfers."""

    ends: Pairs
    lots: dict[int, Ends] = field(default_factory=dict, repr=False)
    """Of lots of authenticated bits, the last used last: transfers under offsets that nothing else has."""

    def may_be_random(self, ctx: Context, ring: Z2k, length: int) -> bool:
        """There are two parties, and no row is cut."""
        return products.may_be_random(ctx, ring, length)

    async def cross_products(
        self, ctx: Context, ring: Z2k, a: Words | None, b: Rows, pairs: Collection[Pair] | None = None
    ) -> tuple[Words, Words]:
        """A choice for each bit of a; the words of b behind it."""
        return await products.cross_products(ctx, self.ends, ring, a, b, pairs)

    async def cross_ands(
        self, ctx: Context, a: Words | None, b: Words | None, rows: int, words: int
    ) -> tuple[Words, Words, Words]:
        """A choice for each bit of a; if all is random, no message but those of the transfers."""
        return await products.cross_ands(ctx, self.ends, a, b, rows, words)

    async def bits_to_ring(
        self, ctx: Context, planes: Words, groups: Sequence[Group], targets: int = 1, words: int = 1
    ) -> Words:
        """n - 1 products in a row, party by party."""
        return await products.bits_to_ring(ctx, self.ends, planes, groups, targets, words)

    async def labels(self, ctx: Context, sender: int, receiver: int, count: int) -> Material:
        """Correlated transfers as they are."""
        nothing = np.empty((0,), U64)
        parts = {"offset": nothing, "zeros": nothing, "bits": nothing, "labels": nothing}

        async def send(child: Context, other: int) -> None:
            end = self.ends.senders[other]
            parts["zeros"] = await end.extend(child, count)
            parts["offset"] = end.delta.copy()

        async def receive(child: Context, other: int) -> None:
            parts["bits"], parts["labels"] = await self.ends.receivers[other].extend(child, count)

        await between_pairs(ctx, send, receive, {(sender, receiver)})
        return tuple(parts.values())

    async def own_labels(self, ctx: Context, sender: int, receiver: int, counts: Sequence[int]) -> list[Material]:
        """Random transfers, whose messages are brought to differ by the offsets."""
        nothing = np.empty((0,), U64)
        made: list[Material] = [(nothing,) * 4] * len(counts)

        async def send(child: Context, other: int) -> None:
            offsets = [row | ODD for row in child.prg("offsets").words((len(counts), 2))]
            zeros = await own_offsets_send(child, self.ends.senders[other], counts, offsets)
            made[:] = [(*own, nothing, nothing) for own in zip(offsets, zeros, strict=True)]

        async def receive(child: Context, other: int) -> None:
            received = await own_offsets_receive(child, self.ends.receivers[other], counts)
            made[:] = [(nothing, nothing, *own) for own in received]

        await between_pairs(ctx, send, receive, {(sender, receiver)})
        return made

    async def authenticated(self, ctx: Context, sizes: Sequence[Size], lot: int) -> tuple[Side, list[Independent]]:
        """Transfers that are secure against either party, set up anew for each lot."""
        ends = self.lots.pop(lot, None) or await set_up(ctx)
        made = await independent(ctx, ends, Size.total(sizes))
        self.lots[lot] = ends
        while len(self.lots) > LOTS:
            del self.lots[next(iter(self.lots))]
        return Side(ends.role, ends.delta), made.split(sizes)

    async def translated(
        self, ctx: Context, ring: Z2k, permuter: int, order: Order | None, records: Words
    ) -> Words:  # fmt: skip
        """A choice for each switch of a permutation network."""
        return await switching.translated(ctx, self.ends, ring, permuter, order, records)

    async def tables(self, ctx: Context, sender: int, receiver: int, words: int, depth: int, width: int) -> Material:
        """Of hashes of one label for each bit of a place."""
        tables, places, entries = (
            np.empty(shape if ctx.me == holder else (0,), U64)
            for shape, holder in (
                ((1 << depth, width, words), sender),
                ((depth, words), receiver),
                ((width, words), receiver),
            )
        )

        async def send(child: Context, other: int) -> None:
            for part in _chunks(words, depth):
                size = part.stop - part.start
                tables[..., part] = await tables_send(child, self.ends.senders[other], size, depth, width)

        async def receive(child: Context, other: int) -> None:
            for part in _chunks(words, depth):
                size, end = part.stop - part.start, self.ends.receivers[other]
                places[:, part], entries[:, part] = await tables_receive(child, end, size, depth, width)

        await between_pairs(ctx, send, receive, {(sender, receiver)})
        return tables, places, entries


def _chunks(words: int, depth: int) -> Iterator[slice]:
    step = max(1, CHUNK_LABELS // (64 * depth))
    for start in range(0, words, step):
        yield slice(start, min(words, start + step))
