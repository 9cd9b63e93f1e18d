"""Yao's protocol on garblings that were made ahead: two rounds of few bytes, and then the evaluator is on its own.

What `yao.py` does while it runs lies ready here as material: the tables and labels of random bits c at the evaluator,
the offset D, masks and the colours of the outputs at the garbler (`protocols.preprocessing.kinds.garbling`). An input
wire is the XOR of two, as if the circuit began with an XOR gate for each: one of c, one of what is left, e = x ^ c. The
evaluator tells d = c ^ x_1, the garbler has e = d ^ x_0 and answers with the one label M ^ e D of its wire; added to
that of c it is the label of x. An output is shared by colours, as there. `ahead_numbers.py` has numbers in and out.

Semi-honest. The tables are out before the inputs are chosen, so privacy is adaptive; docs/protocols/yao.md says in
which model it is proved. What outputs mean is never sent. Yao, FOCS 1986; Bellare, Hoang, Rogaway, "Adaptively Secure
Garbling with Applications to One-Time Programs and Secure Outsourcing", ASIACRYPT 2012.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple, cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.correlation import Material
from mpc.errors import LocalError
from mpc.garbling import Bytes
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.numbers import parted, summed
from protocols.garbled.walk import Execution, Scheme, together
from protocols.garbled.whole import evaluated, shifted, table_words
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
    garblings = await take(ctx, circuit, instances, scheme)
    if ctx.planning:
        await rehearse(ctx, garblings)
        return blank((len(circuit.ends), own.shape[1]))
    bits = unpack(own.reshape(-1), 64 * own.size).reshape(len(own), -1)[:, :instances]
    if ctx.me == GARBLER:
        ends = await answer(ctx, garblings, lambda told: told ^ bits)
    else:
        ends = await ask(ctx, garblings, lambda random: random ^ bits)
    return joined_planes([end.bits for end in ends])


@dataclass(frozen=True, slots=True)
class Taken:
    """Some instances and their garbling, used once."""

    instances: slice
    kind: Garbling
    material: Material = field(repr=False)


class Ends(NamedTuple):
    """This party's shares of the outputs of some instances: bits, (bits, instances), and numbers, (instances,) each."""

    bits: Bytes
    numbers: list[Words]

    def __repr__(self) -> str:
        return f"<shares of {len(self.bits)} bits and {len(self.numbers)} numbers>"


async def take(ctx: Context, circuit: Circuit, instances: int, scheme: Scheme, **apart: Any) -> list[Taken]:
    """The garblings of so many instances. `apart`: of `Garbling.of`."""
    taken, ring = [], cast(Z2k, ctx.ring)
    for block in blocks_of(circuit, instances, scheme):
        if circuit.gates >= MANY_GATES:
            await ctx.in_thread(table_words, circuit, block.stop - block.start, scheme)
        kind = Garbling.of(ring, circuit, block.stop - block.start, scheme, GARBLER, EVALUATOR, **apart)
        taken.append(Taken(block, kind, await ctx.take(kind)))
    return taken


def fits(circuit: Circuit, instances: int, scheme: Scheme) -> bool:
    """Whether the tables of so many instances may be made ahead for one call."""
    one = _words_of_one(circuit, scheme)
    return one <= MOST_TABLE_WORDS and one * instances <= MOST_WORDS


def _words_of_one(circuit: Circuit, scheme: Scheme) -> int:
    return max(1, prod(scheme.shape(circuit.ands)))


def blocks_of(circuit: Circuit, instances: int, scheme: Scheme) -> Iterator[slice]:
    """The instances of each piece of material. LocalError `garbling-too-large`."""
    one = _words_of_one(circuit, scheme)
    if not fits(circuit, instances, scheme):
        raise LocalError(
            "garbling-too-large",
            f"tables of {8 * one * instances:,} bytes for {instances:,} of `{circuit.name}`, to be made ahead",
            f"let tables travel as they are made (--garbling online), or take at most {MOST_WORDS // one:,} at a time",
        )
    size = max(1, PIECE_WORDS // one)
    if size > together(circuit):
        size -= size % together(circuit)
    for start in range(0, instances, size):
        yield slice(start, min(start + size, instances))


async def answer(ctx: Context, garblings: Sequence[Taken], known: Callable[[Bytes], Bytes]) -> list[Ends]:
    """The garbler's part: a label for each masked bit; its shares of the outputs were known before.

    known: the masked bits (bits, instances), from what the evaluator tells, a bit for each random one.
    """
    count, instances = sum(each.kind.random for each in garblings), sum(each.kind.instances for each in garblings)
    told = await ctx.receive(EVALUATOR, Spec((words_for(count),))) if count else np.empty(0, U64)
    bits, ends = known(unpack(told, count).reshape(-1, instances)), []
    for each in garblings:
        offset, masks = each.material[:2]
        if masks.size:
            own = np.ascontiguousarray(bits[:, each.instances]).reshape(-1)
            ctx.send(EVALUATOR, await ctx.off_loop(LABEL_WORK * len(own), shifted, masks, own, offset | ODD))
        ends.append(Ends(_rows(each.material[6], each.kind.instances), list(each.material[7])))
    return ends


async def ask(ctx: Context, garblings: Sequence[Taken], hidden: Callable[[Bytes], Bytes]) -> list[Ends]:
    """The evaluator's part: it tells bits, receives labels, and evaluates.

    hidden: what it tells (bits, instances), from its random bits in that shape.
    """
    random = [unpack(each.material[3], each.kind.random).reshape(-1, each.kind.instances) for each in garblings]
    if random[0].size:
        ctx.send(GARBLER, pack(np.ascontiguousarray(hidden(np.concatenate(random, axis=1))).reshape(-1)))
    ends = []
    for each in garblings:
        shape = each.kind.masked, 2
        told = await ctx.receive(GARBLER, Spec(shape)) if each.kind.masked else np.empty(shape, U64)
        ends.append(await ctx.off_loop(WORK_OF_AND * each.kind.elements, _evaluated, each, told))
    return ends


def _evaluated(taken: Taken, told: Words) -> Ends:
    kind = taken.kind
    _, _, _, _, own, starts, _, _, tables, corrections = taken.material
    execution = Execution(kind.circuit, kind.instances, starts[:2])
    labels = evaluated(execution, kind.way, kind.inputs(told, own), tables)
    plain, numbers = parted(kind.circuit, labels, sums=bool(kind.sums))
    bits = (plain[..., 0] & np.uint64(1)).astype(np.uint8)
    return Ends(bits, summed(kind.circuit, numbers, corrections, kind.ring, starts[2:]))


async def rehearse(ctx: Context, garblings: Sequence[Taken]) -> None:
    """The messages of a plan, as large as the real ones."""
    if count := sum(each.kind.random for each in garblings):
        told = blank((words_for(count),))
        if ctx.me == EVALUATOR:
            ctx.send(GARBLER, told)
        else:
            await ctx.receive(EVALUATOR, Spec(told.shape))
    for each in garblings:
        if not each.kind.masked:
            continue
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, blank((each.kind.masked, 2)))
        else:
            await ctx.receive(GARBLER, Spec((each.kind.masked, 2)))


def joined_planes(parts: Sequence[Bytes]) -> Words:
    """Bits (bits, instances) of all instances, packed."""
    return np.stack([pack(row) for row in np.concatenate(parts, axis=1)])


def _rows(packed: Words, instances: int) -> Bytes:
    rows = [unpack(row, instances) for row in packed]
    return np.stack(rows) if rows else np.zeros((0, instances), np.uint8)
