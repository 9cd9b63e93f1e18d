"""What garblers and their evaluator take and tell each other in each round, as shapes: costs and plans follow them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.correlation import Material
from mpc.garbling_jointly import table_shape
from protocols.circuits.circuit import Circuit
from protocols.garbled.bmr_gates import table_words
from protocols.garbled.bmr_levels import Levels, Piece, levels_of, pieces
from protocols.preprocessing.kinds.labels import Labels

Pair = tuple[int, int]
"""Two garblers or garbler and evaluator, of one transfer: sender and receiver."""


@dataclass(frozen=True, slots=True)
class Call:
    """A circuit on so many instances among n parties, of which the last evaluates."""

    circuit: Circuit
    instances: int
    n: int

    @property
    def evaluator(self) -> int:
        """Its index."""
        return self.n - 1

    @property
    def garblers(self) -> range:
        """Their indices."""
        return range(self.n - 1)

    @property
    def inputs(self) -> int:
        """Bits of all inputs of an instance."""
        return self.circuit.first_gate - 1

    @property
    def levels(self) -> Levels:
        """The circuit as they go through it."""
        return levels_of(self.circuit)

    def pieces(self) -> Iterator[Piece]:
        """In order."""
        return pieces(self.circuit, self.instances)

    def others(self, garbler: int) -> list[int]:
        """The other garblers."""
        return [j for j in self.garblers if j != garbler]

    def pairs(self) -> list[Pair]:
        """Of garblers."""
        return [(i, j) for i in self.garblers for j in self.others(i)]

    # labels

    def labels_in(self, piece: Piece) -> int:
        """What begins with the piece: a label for each bit of each input of its block."""
        return self.inputs * piece.instances if piece.begins else 0

    def bound_in(self, piece: Piece) -> int:
        """Bits that each garbler binds to the others' offsets: masks of inputs and of ANDs, one more of each AND."""
        return self.labels_in(piece) + 2 * piece.ands

    # messages

    def masked_inputs(self) -> Spec:
        """Round 1, of each garbler to the evaluator."""
        return Spec((words_for(self.inputs * self.instances),))

    def opened(self, piece: Piece) -> Spec:
        """Round 1, of each garbler to each other: two bits for each AND."""
        return Spec((2, words_for(piece.ands)))

    def turns(self, piece: Piece) -> Spec:
        """Round 2, of each garbler to each other: how far apart two offsets are, and a bit for each that is bound."""
        return Spec((2 + words_for(self.bound_in(piece)),))

    def input_turns(self, piece: Piece) -> Spec:
        """Round 2, of the evaluator to each garbler."""
        return Spec((words_for(self.labels_in(piece)),))

    @staticmethod
    def apart() -> Spec:
        """Round 2, of each garbler to the evaluator: how far apart two offsets are."""
        return Spec((2,))

    def tables(self, piece: Piece) -> Spec:
        """Round 3, of each garbler to the evaluator."""
        return Spec(table_shape(len(self.garblers), piece.ands))

    def lowest(self, piece: Piece) -> Spec:
        """Round 3, beside these: a bit for each AND."""
        return Spec((words_for(piece.ands),))

    def words(self) -> int:
        """What a garbler sends and the evaluator sends it: the same for each."""
        m, total = len(self.garblers), words_for(self.inputs * self.instances)
        for piece in self.pieces():
            total += (m - 1) * (2 * words_for(piece.ands) + 2 + words_for(self.bound_in(piece)))
            total += 2 + words_for(self.labels_in(piece)) if piece.begins else 0
            total += table_words(m, piece.ands)
        return total

    def material(self) -> int:
        """Labels: three for each AND and pair of garblers, one for each input bit of pair or garbler."""
        m = len(self.garblers)
        bits, ands = self.inputs * self.instances, self.circuit.ands * self.instances
        return m * (m - 1) * (bits + 3 * ands) + m * bits


def starts_of(ctx: Context, call: Call, garbler: int) -> Words:
    """What the keys of a garbler's hashes begin with, of its strings for each garbler's labels: (garblers, 2)."""
    return np.stack([ctx.hash("garbled by several", garbler, j).words(2) for j in call.garblers])


async def take_for_products(ctx: Context, call: Call, piece: Piece) -> dict[Pair, Material]:
    """Labels between garblers, for products of bits."""
    return {pair: await _take(ctx, piece.ands, pair) for pair in call.pairs()}


async def take_for_binding(ctx: Context, call: Call, piece: Piece) -> dict[Pair, Material]:
    """Labels between garblers, for products of bits and offsets; and of each garbler for the evaluator, for inputs."""
    taken = {pair: await _take(ctx, call.bound_in(piece), pair) for pair in call.pairs()}
    if piece.begins:
        pairs = [(garbler, call.evaluator) for garbler in call.garblers]
        taken |= {pair: await _take(ctx, call.labels_in(piece), pair) for pair in pairs}
    return taken


async def _take(ctx: Context, count: int, pair: Pair) -> Material:
    return await ctx.take(Labels(cast(Z2k, ctx.ring), count, *pair))


async def rehearse(ctx: Context, call: Call) -> Words:
    """The messages of a plan, as large as the real ones; nothing is computed."""
    every, others, down = list(call.pieces()), call.others(ctx.me), (call.garblers, [call.evaluator])
    with_ands = [piece for piece in every if piece.ands]
    for piece in with_ands:
        await take_for_products(ctx, call, piece)
    opened = [call.opened(piece) for piece in with_ands]
    _send(ctx, call.garblers, others, opened)
    _send(ctx, *down, [call.masked_inputs()])
    await _receive(ctx, others, call.garblers, opened)
    await _receive(ctx, *down, [call.masked_inputs()])
    depth = ctx.depth
    for piece in every:
        child = ctx.child("piece", depth=depth)
        await take_for_binding(child, call, piece)
        await _rehearse_piece(child, call, piece)
        ctx.join(child)
    return blank((len(call.circuit.ends), words_for(call.instances)))


async def _rehearse_piece(ctx: Context, call: Call, piece: Piece) -> None:
    """Rounds 2 and 3."""
    others, evaluator = call.others(ctx.me), [call.evaluator]
    turns, back = [call.turns(piece)], [call.input_turns(piece)] if piece.begins else []
    down = [call.apart()] * piece.begins
    tables = [call.tables(piece), call.lowest(piece)] if piece.ands else []
    _send(ctx, call.garblers, others, turns)
    _send(ctx, call.garblers, evaluator, down)
    _send(ctx, evaluator, call.garblers, back)
    await _receive(ctx, others, call.garblers, turns)
    await _receive(ctx, evaluator, call.garblers, back)
    if ctx.me in call.garblers:
        await ctx.drained(call.evaluator)
    _send(ctx, call.garblers, evaluator, tables)
    await _receive(ctx, call.garblers, evaluator, down + tables)


def _send(ctx: Context, senders: Collection[int], receivers: Collection[int], specs: Sequence[Spec]) -> None:
    for j in receivers if ctx.me in senders else ():
        for spec in specs:
            ctx.send(j, blank(spec.shape))


async def _receive(ctx: Context, senders: Collection[int], receivers: Collection[int], specs: Sequence[Spec]) -> None:
    for j in senders if ctx.me in receivers else ():
        for spec in specs:
            await ctx.receive(j, spec)
