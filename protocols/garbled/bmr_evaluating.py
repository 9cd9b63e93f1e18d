"""The evaluator's part: masked inputs, a label of each garbler of each, and the tables of all garblers."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Material
from protocols.garbled.bmr_gates import add_tables
from protocols.garbled.bmr_levels import Piece
from protocols.garbled.bmr_masks import Bytes, lanes, packed_rows
from protocols.garbled.bmr_messages import Call, Pair, starts_of, take_for_binding, take_for_products
from protocols.garbled.bmr_products import bound_at_receiver
from protocols.garbled.bmr_walk import Evaluator

WORK_OF_AND = 200
"""An AND takes about as long as so many products, for each two garblers."""
_LOW = np.uint64(1)


class Evaluating:
    """`protocols.garbled.bmr_blo16.Role` of the last party, from its share of the inputs."""

    def __init__(self, call: Call, own: Words) -> None:
        self.call, self.own = call, own
        self.masked: Words = own
        self.evaluator: Evaluator | None = None
        self.found = np.empty((len(call.circuit.ends), call.instances), np.uint8)

    async def first(self, ctx: Context) -> None:
        """Round 1: learn the inputs, masked by what the garblers share."""
        call, spec = self.call, self.call.masked_inputs()
        starts = np.stack([starts_of(ctx, call, j) for j in call.garblers])
        self.evaluator = Evaluator(call.levels, starts)
        for piece in call.pieces():
            if piece.ands:
                await take_for_products(ctx, call, piece)
        total = pack(lanes(self.own, slice(0, call.instances)))
        for j in call.garblers:
            total ^= await ctx.receive(j, spec)
        bits = unpack(total, call.inputs * call.instances)
        self.masked = packed_rows(bits.reshape(call.inputs, call.instances))

    async def bind(self, ctx: Context, piece: Piece) -> dict[Pair, Material]:
        """Round 2: tell each garbler where the masked inputs are, so that their labels are those that it has."""
        labels = await take_for_binding(ctx, self.call, piece)
        if piece.begins:
            packed = pack(lanes(self.masked, piece.block))
            for j in self.call.garblers:
                ctx.send(j, packed ^ labels[j, ctx.me][2])
        return labels

    async def finish(self, ctx: Context, piece: Piece, taken: dict[Pair, Material]) -> None:
        """Round 3: all tables."""
        m = len(self.call.garblers)
        inputs, lowest = await self._inputs(ctx, piece, taken), []
        total = np.empty((3 * m, piece.ands, 2), U64)
        for j in self.call.garblers if piece.ands else ():
            add_tables(total, await ctx.receive(j, self.call.tables(piece)), j)
            lowest.append(unpack(await ctx.receive(j, self.call.lowest(piece)), piece.ands))
        bits = np.array(lowest, np.uint8).reshape(m, piece.ands)
        assert self.evaluator is not None
        work = WORK_OF_AND * m * m * piece.ands
        outputs = await ctx.off_loop(work, self.evaluator.take, piece, inputs, total, bits)
        if outputs is not None:
            self.found[:, piece.block] = outputs

    async def _inputs(self, ctx: Context, piece: Piece, taken: dict[Pair, Material]) -> Words:
        """A label of each garbler of each bit, (garblers, bits x instances, 2); its lowest bit is the masked value."""
        found = np.empty((len(self.call.garblers), self.call.labels_in(piece), 2), U64)
        if piece.begins:
            bits: Bytes = lanes(self.masked, piece.block)
            for j in self.call.garblers:
                choices, labels = taken[j, ctx.me][2:]
                bound_at_receiver(found[j], choices, labels, await ctx.receive(j, self.call.apart()))
            found[..., 0] = found[..., 0] & ~_LOW | bits
        return found

    def outputs(self) -> Words:
        """The masked outputs: the garblers share the masks."""
        return packed_rows(self.found)
