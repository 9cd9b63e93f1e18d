"""A garbler's part: masks, products of masks with what the other garblers hold, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import U64, Words
from mpc.algebra.words import aligned
from mpc.context import Context
from mpc.correlation import Material
from mpc.garbling_jointly import Keys
from protocols.garbled import bmr_products
from protocols.garbled.bmr_gates import cleared
from protocols.garbled.bmr_levels import Piece
from protocols.garbled.bmr_masks import Bytes, lanes, of_literals, spread
from protocols.garbled.bmr_messages import Call, Pair, starts_of, take_for_binding, take_for_products
from protocols.garbled.bmr_products import Received, Sent, bound_at_receiver, bound_at_sender
from protocols.garbled.bmr_walk import Bound, Garbler
from protocols.preprocessing.kinds.labels import ODD

WORK_OF_LABEL = 100
"""A label that is hashed or shifted takes about as long as so many products."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """Round 1 of a piece: this party's bits of the operands' masks, and both ends of products with each other one."""

    piece: Piece
    left: Words = field(repr=False)
    right: Words = field(repr=False)
    ends: dict[int, tuple[Sent, Received]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Round 2 of a piece: the bits that this party binds, and the labels that it does it with."""

    bits: Bytes = field(repr=False)
    labels: dict[Pair, Material] = field(repr=False)


class Garbling:
    """`protocols.garbled.bmr_blo16.Role` of party `me`, from its share of the inputs."""

    def __init__(self, call: Call, own: Words, me: int) -> None:
        self.call, self.own, self.me = call, own, me
        self.others = call.others(me)
        self.masks: Words = np.empty((0, 0), U64)
        self.products: dict[int, Words] = {}
        self.delta: Words = np.zeros(2, U64)
        self.starts: Words = np.empty((0, 2), U64)
        self.garbler: Garbler | None = None

    # round 1

    async def first(self, ctx: Context) -> None:
        """Draw masks; tell the evaluator the inputs, masked; open what gives shares of products of operands' masks."""
        call, width, self.starts = self.call, self.own.shape[1], starts_of(ctx, self.call, self.me)
        drawn = ctx.prg("wire masks").words((call.inputs + call.circuit.ands, width))
        work = call.circuit.gates * width
        self.masks = await ctx.off_loop(work, spread, call.circuit, drawn[: call.inputs], drawn[call.inputs :])
        masked = lanes(self.own ^ drawn[: call.inputs], slice(0, call.instances))
        ctx.send(call.evaluator, pack(masked))
        opened = [await self._open(ctx, piece) for piece in call.pieces() if piece.ands]
        for part in opened:
            self.products[part.piece.number] = await self._multiply(ctx, part)

    async def _open(self, ctx: Context, piece: Piece) -> _Opened:
        """Two bits for each AND to each other garbler."""
        labels = await take_for_products(ctx, self.call, piece)
        left, right = (
            pack(lanes(of_literals(self.masks, literals[piece.gates], flips=self.me == 0), piece.block))
            for literals in self.call.levels.operands
        )
        ends = {}
        for j in self.others:
            offset, zeros = labels[self.me, j][:2]
            bits, chosen = labels[j, self.me][2:]
            starts = [ctx.hash("bmr products", *pair).words(2) for pair in ((self.me, j), (j, self.me))]
            work = piece.ands * WORK_OF_LABEL
            sent = await ctx.off_loop(work, bmr_products.sent, zeros, offset | ODD, starts[0], piece.number)
            received = await ctx.off_loop(work, bmr_products.received, bits, chosen, starts[1], piece.number)
            ctx.send(j, np.stack([received.opened(left), sent.opened(right)]))
            ends[j] = sent, received
        return _Opened(piece, left, right, ends)

    async def _multiply(self, ctx: Context, of: _Opened) -> Words:
        """This party's share of the operands' masks' products, packed."""
        total = of.left & of.right
        for j, (sent, received) in of.ends.items():
            d, e = await ctx.receive(j, self.call.opened(of.piece))
            total ^= sent.share(d) ^ received.share(of.left, e)
        return total

    # round 2

    async def bind(self, ctx: Context, piece: Piece) -> _Taken:
        """Tell each other garbler where the bits to be bound are, and how far its transfers' offset is from delta."""
        labels = await take_for_binding(ctx, self.call, piece)
        if self.garbler is None:
            self._begin(labels)
        bits = self._bits(piece)
        packed = pack(bits)
        for j in self.others:
            ctx.send(j, np.concatenate([self._apart(labels[self.me, j]), packed ^ labels[j, self.me][2]]))
        if piece.begins:
            ctx.send(self.call.evaluator, self._apart(labels[self.me, self.call.evaluator]))
        return _Taken(bits, labels)

    def _begin(self, labels: dict[Pair, Material]) -> None:
        """The offset is that of the transfers with the first other party.

        Of transfers whose offset stands in the session all calls so have the same: how far two are apart is never told.
        """
        first = (self.others or [self.call.evaluator])[0]
        self.delta = labels[self.me, first][0] | ODD
        self.garbler = Garbler(self.call.levels, Keys(self.me, self.delta, self.starts))

    def _apart(self, material: Material) -> Words:
        apart: Words = (material[0] | ODD) ^ self.delta
        return apart

    def _bits(self, piece: Piece) -> Bytes:
        """Masks of the block's inputs where it begins, of the ANDs, and products of operands' masks with these."""
        inputs = self.masks[1 : 1 + self.call.inputs] if piece.begins else self.masks[:0]
        own = lanes(self.masks[self.call.levels.products[piece.gates]], piece.block)
        product = unpack(self.products.pop(piece.number), piece.ands) if piece.ands else own
        return np.concatenate([lanes(inputs, piece.block), own, product ^ own])

    # round 3

    async def finish(self, ctx: Context, piece: Piece, taken: _Taken) -> None:
        """Tables."""
        turns = {}
        for j in self.others:
            turns[j] = await ctx.receive(j, self.call.turns(piece))
        to_labels = await ctx.receive(self.call.evaluator, self.call.input_turns(piece)) if piece.begins else None
        assert self.garbler is not None
        work = WORK_OF_LABEL * len(self.call.garblers) * (piece.ands + self.call.labels_in(piece))
        made = await ctx.off_loop(work, self._tables, piece, taken, turns, to_labels)
        await ctx.drained(self.call.evaluator)
        if piece.ands:
            for message in made:
                ctx.send(self.call.evaluator, message)

    def _tables(
        self, piece: Piece, taken: _Taken, turns: dict[int, Words], to_labels: Words | None
    ) -> tuple[Words, Words]:
        assert self.garbler is not None
        return self.garbler.tables(piece, self._bound(piece, taken, turns, to_labels))

    def _bound(self, piece: Piece, taken: _Taken, turns: dict[int, Words], to_labels: Words | None) -> Bound:
        """Shares of this party's and all others' bits times each offset, and the labels of the inputs.

        Those under its own offset are q of all transfers that it sends, shifted where its bit and all turns sum to 1.
        """
        count = len(taken.bits)
        shares, bits = aligned((len(self.call.garblers), count, 2)), taken.bits.copy()
        for j in self.others:
            choices, chosen = taken.labels[j, self.me][2:]
            bound_at_receiver(shares[j], choices, chosen, turns[j][:2])
            bits ^= unpack(turns[j][2:], count)
        own = [taken.labels[self.me, j][1] for j in self.others] or [np.zeros((count, 2), U64)]
        bound_at_sender(shares[self.me], reduce(np.bitwise_xor, own), bits, self.delta)
        labels = np.empty((0, 2), U64)
        if to_labels is not None:
            zeros = taken.labels[self.me, self.call.evaluator][1]
            labels = aligned(zeros.shape)
            bound_at_sender(labels, zeros, unpack(to_labels, len(zeros)), self.delta)
            cleared(labels)
        return Bound(labels, shares[:, : len(labels)], shares[:, len(labels) :])

    def outputs(self) -> Words:
        """Of the outputs' masks; one garbler turns what is negated."""
        return of_literals(self.masks, self.call.circuit.ends, flips=self.me == 0)
