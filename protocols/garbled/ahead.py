"""Yao's protocol on garblings that were made ahead: two rounds of few bytes, and then the evaluator is on its own.

What `yao.py` does while it runs lies ready here as material: the tables and labels of random bits c at the evaluator,
the offset D, masks and the colours of the outputs at the garbler (`protocols.preprocessing.kinds.garbling`). An input
wire is the XOR of two, as if the circuit began with an XOR gate for each: one of c, one of what is left, e = x ^ c. The
evaluator tells d = c ^ x_1, the garbler has e = d ^ x_0 and answers with the one label M ^ e D of its wire; added to
that of c it is the label of x. An output is shared by colours, as there.

Semi-honest. The tables are out before the inputs are chosen, so privacy is adaptive; docs/protocols/yao.md says in
which model it is proved. What outputs mean is never sent. Yao, FOCS 1986; Bellare, Hoang, Rogaway, "Adaptively Secure
Garbling with Applications to One-Time Programs and Secure Outsourcing", ASIACRYPT 2012.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.correlation import Material
from mpc.errors import LocalError
from mpc.garbling import Bytes
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.walk import TOGETHER, Execution, Scheme
from protocols.garbled.whole import colours, evaluated, shifted, table_words
from protocols.garbled.yao import EVALUATOR, GARBLER, MANY_GATES, WORK_OF_AND, check_planes
from protocols.preprocessing.kinds.garbling import MOST_TABLE_WORDS, Garbling
from protocols.preprocessing.kinds.labels import ODD

PIECE_WORDS = 1 << 21
"""Tables of one piece of material, if that has several instances: 16 MiB."""
MOST_WORDS = 1 << 28
"""Tables of one call: 2 GiB, which the evaluator holds at once."""
LABEL_WORK = 20
"""What the garbler does for an input bit, in products."""


def _bits(circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return int(own.shape[0]) * instances


def _ands(circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return circuit.ands * instances


@cost(
    rounds=2, to_one=lambda *call: words_for(_bits(*call)) + 2 * _bits(*call), garbling=_ands,
    call_name="garbled_ahead", parties=2,
)  # fmt: skip
async def evaluate(ctx: Context, circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> Words:
    """This party's share of the outputs from its share of the inputs: packed planes (bits, words) of so many instances.

    As `yao.evaluate`, on material of the kind `garbling`. LocalError `wrong-shape`, `unfit-session`,
    `garbling-too-large` where the tables take more than MOST_WORDS.
    """
    check_planes(ctx, circuit, own, instances)
    if circuit.gates >= MANY_GATES:
        await ctx.in_thread(table_words, circuit, 1, scheme)
    blocks = list(blocks_of(circuit, instances, scheme))
    ring = cast(Z2k, ctx.ring)
    kinds = [
        Garbling.of(ring, circuit, block.stop - block.start, scheme, GARBLER, EVALUATOR) for block in blocks
    ]  # fmt: skip
    each = [_Block(block, kind, await ctx.take(kind)) for block, kind in zip(blocks, kinds, strict=True)]
    if ctx.planning:
        return await _rehearse(ctx, circuit, own, instances, kinds)
    bits = unpack(own.reshape(-1), 64 * own.size).reshape(len(own), -1)
    run = _answer if ctx.me == GARBLER else _evaluate
    shares = await run(ctx, each, bits)
    return np.stack([pack(row) for row in np.concatenate(shares, axis=1)])


def blocks_of(circuit: Circuit, instances: int, scheme: Scheme) -> Iterator[slice]:
    """The instances of each piece of material. LocalError `garbling-too-large`."""
    one = max(1, table_words(circuit, 1, scheme))
    if one > MOST_TABLE_WORDS or one * instances > MOST_WORDS:
        raise LocalError(
            "garbling-too-large",
            f"tables of {8 * one * instances:,} bytes for {instances:,} of `{circuit.name}`, to be made ahead",
            f"let tables travel as they are made (--garbling online), or take at most {MOST_WORDS // one:,} at a time",
        )
    size = max(1, PIECE_WORDS // one)
    if size > TOGETHER:
        size -= size % TOGETHER
    for start in range(0, instances, size):
        yield slice(start, min(start + size, instances))


@dataclass(frozen=True, slots=True)
class _Block:
    """Some instances and their garbling, used once."""

    instances: slice
    kind: Garbling
    material: Material

    def own(self, bits: Bytes) -> Bytes:
        """This party's shares of the inputs (bits, instances), in the order of the garbling's, flat."""
        return np.ascontiguousarray(bits[:, self.instances]).reshape(-1)


async def _answer(ctx: Context, blocks: Sequence[_Block], bits: Bytes) -> list[Bytes]:
    """The garbler's: a label for each input bit; its shares of the outputs were known before."""
    count = sum(block.kind.count for block in blocks)
    told, at = unpack(await ctx.receive(EVALUATOR, Spec((words_for(count),))), count), 0
    shares = []
    for block in blocks:
        offset, masks = block.material[:2]
        e = told[at : at + block.kind.count] ^ block.own(bits)
        at += block.kind.count
        labels = await ctx.off_loop(LABEL_WORK * block.kind.count, shifted, masks, e, offset | ODD)
        ctx.send(EVALUATOR, labels)
        shares.append(_rows(block.material[6], block.kind.instances))
    return shares


async def _evaluate(ctx: Context, blocks: Sequence[_Block], bits: Bytes) -> list[Bytes]:
    """The evaluator's: the labels of the inputs, and those of the outputs from them."""
    chosen = [unpack(block.material[3], block.kind.count) ^ block.own(bits) for block in blocks]
    ctx.send(GARBLER, pack(np.concatenate(chosen)))
    shares = []
    for block in blocks:
        labels = await ctx.receive(GARBLER, Spec((block.kind.count, 2)))
        work = WORK_OF_AND * block.kind.elements
        found = await ctx.off_loop(work, _outputs, block.kind, block.material, labels)
        shares.append(_rows(found, block.kind.instances))
    return shares


def _outputs(kind: Garbling, material: Material, labels: Words) -> Words:
    """Shares of the outputs, packed."""
    own, start, tables = material[4], material[5], material[7]
    execution = Execution(kind.circuit, kind.instances, start)
    inputs = (labels ^ own).reshape(-1, kind.instances, 2)
    return colours(evaluated(execution, kind.way, inputs, tables))


def _rows(packed: Words, instances: int) -> Bytes:
    return np.stack([unpack(row, instances) for row in packed])


async def _rehearse(
    ctx: Context, circuit: Circuit, own: Words, instances: int, kinds: Sequence[Garbling]
) -> Words:  # fmt: skip
    """The messages of a plan, as large as the real ones."""
    told = blank((words_for(_bits(circuit, own, instances)),))
    if ctx.me == EVALUATOR:
        ctx.send(GARBLER, told)
    else:
        await ctx.receive(EVALUATOR, Spec(told.shape))
    for kind in kinds:
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, blank((kind.count, 2)))
        else:
            await ctx.receive(GARBLER, Spec((kind.count, 2)))
    return blank((len(circuit.ends), own.shape[1]))
