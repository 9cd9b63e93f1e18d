"""Boolean circuits on shares: the bits of all inputs, the circuit by one way or the other, the bits of all outputs.

One node is a whole circuit for many instances. What a node holds of its inputs says how each becomes planes of bits:
bits that all parties have, bits that one has, truth values, numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from mpc.accounts.ledger import CircuitRun, Ledger
from mpc.algebra.bits import words_for
from mpc.context import Context, together
from protocols.array.node import Facts, Node, Shape, operation
from protocols.array.scales import BIT
from protocols.circuits import gmw
from protocols.circuits.circuit import Circuit
from protocols.circuits.kinds import Int, UInt
from protocols.garbled.bmr_gates import table_words
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.schemes import BYTES_OF_AND, SCHEMES
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare, concatenate_planes, stack, stack_planes
from protocols.suite import suite_of

OF_YAO = 2
"""How many parties Yao's protocol is for."""


class Known(NamedTuple):
    """An input of `width` bits that all parties have: the node's `publics[place]`, planes for all instances."""

    width: int
    place: int

    async def planes(self, ctx: Context, node: Node, secrets: Sequence[Any]) -> BooleanShare:
        """<its bits>. Local."""
        return suite_of(ctx).constant_bits(ctx, node.parameters["publics"][self.place], node.parameters["batch"])

    def of_garbler(self) -> bool:
        """Whether the evaluator's share of a constant is zero: party 0 holds it."""
        return True


class Owned(NamedTuple):
    """An input that `owner` alone has: `own[place]` of the node there, planes for all instances."""

    width: int
    place: int
    owner: int

    async def planes(self, ctx: Context, node: Node, secrets: Sequence[Any]) -> BooleanShare:
        """<its bits>, put in plane by plane; for garbling, what the garbler has stays with it."""
        batch, rows = node.parameters["batch"], node.parameters["own"][self.place]
        if self.of_garbler() and _apart(ctx, node):
            held: BooleanShare = suite_of(ctx).garblers_bits(ctx, rows, self.width, batch)
            return held
        if ctx.me != self.owner:
            rows = [None] * self.width
        elif ctx.planning:
            rows = [ctx.bits.zeros((words_for(prod(batch)),))] * self.width
        calls = [(suite_of(ctx).input_bits, self.owner, row, batch) for row in rows]
        planes: BooleanShare = stack_planes(await together(ctx, *calls))
        return planes

    def of_garbler(self) -> bool:
        """Whether it is party 0's."""
        return self.owner == 0


class Truths(NamedTuple):
    """An input that is the operand of this place: truth values, of several bits along the last axis."""

    width: int
    place: int

    async def planes(self, ctx: Context, node: Node, secrets: Sequence[Any]) -> BooleanShare:
        """<its bits>. Local."""
        bits: BooleanShare = secrets[self.place]
        if self.width == 1:
            return stack_planes([bits])
        return stack_planes([bits.map_structure(itemgetter((..., i))) for i in range(self.width)])

    def of_garbler(self) -> bool:
        """No: both have a share."""
        return False


class Whole(NamedTuple):
    """An input that is the operand of this place: whole numbers that fit `needed` bits, the highest a sign or not."""

    width: int
    place: int
    needed: int
    signed: bool

    async def planes(self, ctx: Context, node: Node, secrets: Sequence[Any]) -> BooleanShare:
        """<its bits>: those needed, filled up with the sign, or with zeros."""
        low = await suite_of(ctx).a2b(ctx, secrets[self.place], self.needed)
        if self.needed == self.width:
            return low
        if self.signed:
            return low.plane(np.minimum(np.arange(self.width), self.needed - 1))
        words = ctx.bits.zeros((self.width - self.needed, words_for(low.size)))
        return concatenate_planes([low, suite_of(ctx).constant_bits(ctx, words, low.shape)])

    def of_garbler(self) -> bool:
        """No: both have a share."""
        return False


Origin = Known | Owned | Truths | Whole


def _facts(*secrets: Node, batch: Shape, circuit: Circuit, **parameters: Any) -> Facts:
    return Facts((*batch, len(circuit.ends)), "bit", 0, BIT)


async def _run(ctx: Context, node: Node, *secrets: Any) -> BooleanShare:
    """<all bits of all outputs> along the last axis."""
    suite, circuit, batch = suite_of(ctx), node.parameters["circuit"], node.parameters["batch"]
    if not prod(node.shape):
        nothing: BooleanShare = suite.constant_bits(ctx, ctx.bits.zeros((0,)), node.shape)
        return nothing
    parts = await together(ctx, *[(origin.planes, node, secrets) for origin in node.parameters["origins"]])
    inputs: BooleanShare = concatenate_planes([_broadcast(part, batch) for part in parts])
    ways = {"yao": suite.garbled, "bmr": suite.garbled_by_several, "gmw": gmw.evaluate}
    scheme = [SCHEMES[node.parameters["scheme"]]] if node.parameters["by"] == "yao" else []
    apart = {"of_garbler": _of_garbler(node)} if _apart(ctx, node) else {}
    outputs: BooleanShare = await ways[node.parameters["by"]](ctx, circuit, inputs, *scheme, **apart)
    return stack([outputs.plane(i) for i in range(len(circuit.ends))], -1)


def _apart(ctx: Context, node: Node) -> bool:
    """Whether the garbler's own bits take a way of their own."""
    return node.parameters["by"] == "yao" and suite_of(ctx).garblers_bits is not None


def _of_garbler(node: Node) -> tuple[bool, ...]:
    """For each bit of the inputs whether the garbler has all of it."""
    return tuple(origin.of_garbler() for origin in node.parameters["origins"] for _ in range(origin.width))


def _broadcast(planes: BooleanShare, batch: Shape) -> BooleanShare:
    return planes if planes.shape == batch else planes.map_structure(lambda array: np.broadcast_to(array, batch))


async def _number(ctx: Context, node: Node, bits: BooleanShare) -> ArithmeticShare:
    """[the number of bits along the last axis]: bit i is worth 2^i, the highest of a signed number -2^i."""
    each = await suite_of(ctx).bits_to_ring(ctx, bits)
    weights = [1 << i for i in range(bits.shape[-1])]
    weights[-1] *= -1 if node.parameters["signed"] else 1
    return each.scale(each.ring.from_ints(weights)).sum(-1)


def _noted(ledger: Ledger, node: Node) -> None:
    circuit, instances = node.parameters["circuit"], prod(node.parameters["batch"])
    way, scheme = (node.parameters["by"], node.parameters["adversary"]), node.parameters["scheme"]
    session = node.value.home.session
    run = CircuitRun(node.line, circuit.name, circuit.ands, instances, *way)
    if session.n > OF_YAO:
        run = replace(run, **node.parameters["weighed"]._asdict())
    if way[0] == "yao":
        tables = BYTES_OF_AND[scheme] * circuit.ands * instances
        run = replace(run, scheme=scheme, garbling=session.ways.garbling, tables=tables)
    elif way[0] == "bmr":
        tables = 8 * table_words(session.n - 1, circuit.ands * instances)
        run = replace(run, scheme=HALF_GATES.name, garbling="online", tables=tables)
    ledger.circuit(node.value.path, run)


CIRCUIT = operation("circuit", _facts, _run, owned="own", noted=_noted)
NUMBER = operation(
    "number of bits",
    lambda bits, signed: Facts(bits.shape[:-1], "int", 0, Range(*(Int if signed else UInt)(bits.shape[-1]).bounds)),
    _number,
)
