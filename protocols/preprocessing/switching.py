"""Records brought into an order that one party knows, by a network of switches between it and each other party.

Mohassel, Sadeghian, EUROCRYPT 2013, section 3: every switch is one transfer, chosen by the party that knows the order.
It is the block size T = 2 of Chase, Ghosh, Poburinnaya, ASIACRYPT 2020, section 5. A switch with bit c exchanges its
two records x and y by the product c (x - y), which the first loses and the second gains: one correlated transfer of as
many bits as a record has. The sender's shares follow from its own labels, so that it need not wait from layer to layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np

from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.groups import Group
from protocols.ot.products_alsz13 import Received, Sent, product_receive, product_send
from protocols.preprocessing.orders import Order, distances, halves, routed, switch, wires
from protocols.preprocessing.pairs import Pairs
from protocols.preprocessing.streams import Piece, run_pieces

CHUNK_LABELS = 1 << 18
"""Correlations in one call of the transfers, or those of one layer where these are more."""

_ROUTING_WORK = 200
"""What a switch takes to find, in the multiply-adds of `Context.off_loop`."""


async def translated(
    ctx: Context, ends: Pairs, ring: Z2k, permuter: int, order: Order | None, records: Words
) -> Words:  # fmt: skip
    """This party's share of the parties' summed records (rows, count, width), each row in its order.

    `order` (rows, count), which the permuter alone passes. Nobody learns anything. Semi-honest, n - 1 may collude.
    """
    rows, count, width = ring.shape(records)
    lanes = rows * wires(count) // 2
    work = lanes * len(distances(count)) * _ROUTING_WORK
    network = await ctx.off_loop(work, _Network, ctx.me, ctx.everyone, ring, order, _padded(records))
    if lanes * width:
        pieces = [network.piece(layers, lanes) for layers in _runs(len(distances(count)), lanes)]
        await run_pieces(ctx, ends, pieces, {(j, permuter) for j in ctx.everyone if j != permuter})
    return ring.reduce(network.total()[:, :count])


class _Network:
    """One party's share of what the wires carry, layer by layer: against each other party, the permuter has one."""

    def __init__(self, me: int, everyone: range, ring: Z2k, order: Order | None, records: Words) -> None:
        self._groups = [Group(ring.bits)]
        self._whole: Z2k = Z64 if ring.words == 1 else Z128
        self._distances = distances(records.shape[1])
        self._layers = None if order is None else routed(order)
        self._of = {me: records}
        if order is not None:
            self._of |= {j: np.zeros_like(records) for j in everyone if j != me}
            self._exchange(records, range(len(self._distances)))

    def total(self) -> Words:
        """The sum of this party's shares."""
        return reduce(self._whole.add, self._of.values())

    def piece(self, layers: range, lanes: int) -> Piece:
        """These layers, for each of which the permuter's choices are the switches."""

        async def send(own: Context, cot: CotSender, held: Sent) -> None:
            (records,) = self._of.values()
            for place, layer in enumerate(layers):
                low, high = halves(records, self._distances[layer])
                part = _sent(held, place * lanes, lanes)
                apart = self._whole.sub(low, high).reshape(-1, *low.shape[3:])
                products = await product_send(own, cot, part, apart, self._groups, 1, self._whole.words)
                self._gain(low, high, products)

        async def receive(own: Context, cot: CotReceiver, held: Received) -> None:
            records = self._of[cot.peer]
            for place, layer in enumerate(layers):
                self._exchange(records, range(layer, layer + 1))
                low, high = halves(records, self._distances[layer])
                part = _received(held, place * lanes, lanes)
                width, words = low.shape[3], self._whole.words
                products = await product_receive(own, cot, part, lanes, width, self._groups, 1, words)
                self._gain(low, high, products)

        return Piece(lanes * len(layers), send, receive, lambda: self._choices(layers))

    def _choices(self, layers: range) -> Words:
        assert self._layers is not None
        return bits.pack(self._layers[layers.start : layers.stop])

    def _exchange(self, records: Words, layers: range) -> None:
        """What the permuter has of the wires moves in the clear."""
        assert self._layers is not None
        for layer in layers:
            switch(records, self._distances[layer], self._layers[layer])

    def _gain(self, low: Words, high: Words, products: Words) -> None:
        moved = products.reshape(low.shape)
        low[...] = self._whole.sub(low, moved)
        high[...] = self._whole.add(high, moved)


def _padded(records: Words) -> Words:
    """A copy with as many wires as a network has."""
    rows, count, *rest = records.shape
    return np.concatenate([records, np.zeros((rows, wires(count) - count, *rest), np.uint64)], axis=1)


def _runs(layers: int, lanes: int) -> Iterator[range]:
    step = max(1, CHUNK_LABELS // lanes)
    for start in range(0, layers, step):
        yield range(start, min(layers, start + step))


def _sent(held: Sent, start: int, count: int) -> Sent:
    turns = None if held.turns is None else _cut(held.turns, start, count)
    return Sent(held.first + start, held.labels[start : start + count], turns)


def _received(held: Received, start: int, count: int) -> Received:
    return Received(held.first + start, held.labels[start : start + count], _cut(held.choices, start, count))


def _cut(packed: Words, start: int, count: int) -> Words:
    """Some of packed bits, packed."""
    first = start // 64
    end = start % 64 + count
    return bits.pack(bits.unpack(packed[first : first + words_for(end)], end)[start % 64 :])
