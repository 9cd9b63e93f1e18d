"""One circuit too large for memory: all phases of some of its gates, then of the next ones.

The same protocol as in whole circuits, gate for gate. Labels, masks and masked bits of the wires that are still needed
go on from segment to segment; whatever else belongs to a segment's ANDs is gone when they have been checked. Inputs are
masked and labelled before the first segment: docs/protocols/authenticated_garbling.md has why a party that knows masked
bits may as well make its part of the next ANDs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.algebra.words import aligned
from mpc.context import Context, Spec
from mpc.garbling_authenticated import ZERO, check_words, evaluate, garble, merge, spread
from protocols.authenticated.ands import Independent
from protocols.authenticated.bits import Bits
from protocols.authenticated.dependent import products
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.garbling import Bytes
from protocols.authenticated.masked import bits_of_words, words_of_bits
from protocols.authenticated.outputs import Masked, planned_outputs
from protocols.authenticated.side import EVALUATOR, GARBLER, Side
from protocols.authenticated.steps import Run, Steps
from protocols.authenticated.task import Task

_WORK = 400


@dataclass(frozen=True, slots=True)
class Operands:
    """The masks of some ANDs' operands, of all instances."""

    left: Bits
    right: Bits


def segments(steps: Steps, most: int) -> Iterator[tuple[Run, ...]]:
    """Consecutive runs of so many ANDs of an instance, or of one run that has more. Each segment has an AND."""
    some: list[Run] = []
    for run in steps.runs:
        if run.ands and some and sum(each.ands for each in some) + run.ands > most:
            yield tuple(some)
            some = []
        some.append(run)
    if some:
        yield tuple(some)


def ands_of(part: Sequence[Run]) -> int:
    """Of one instance."""
    return sum(run.ands for run in part)


class Walk:
    """A party on its way through a circuit, with up to 64 instances: what it has of the wires in the slots.

    masks: (bits, instances, 2) of the inputs. labels: at the garbler of masked zero, at the evaluator of the masked
    bits, (bits, instances, 2). masked: the masked bits.
    """

    def __init__(self, side: Side, task: Task, steps: Steps, start: Words) -> None:
        self.side, self.task, self.steps, self.start = side, task, steps, start
        self._masks = [_slots(steps, task.instances) for _ in range(2)]
        self._labels = _slots(steps, task.instances)
        self._bits = np.zeros((steps.slots, 1, 2), U64)

    def __repr__(self) -> str:
        return f"<on the way through {self.task.circuit.name}, {self.task.instances} instances>"

    def begin(self, masks: Bits, labels: Words, masked: Bytes) -> None:
        """Take in the inputs."""
        for slots, own in zip(self._masks, (masks.first, masks.second), strict=True):
            slots[self.steps.inputs] = own
        self._labels[self.steps.inputs] = labels
        self._bits[self.steps.inputs, 0, 0] = words_of_bits(masked)

    def operands(self, part: Sequence[Run], results: Bits) -> Operands:
        """Masks of the operands of a segment's ANDs; those of the results are given, and go on."""
        shape = results.first.shape
        made = Operands(*(Bits(np.empty(shape, U64), np.empty(shape, U64)) for _ in range(2)))
        for slots, name, offset in zip(self._masks, Bits.__slots__, self._offsets, strict=True):
            given, left, right = (getattr(bits, name) for bits in (results, made.left, made.right))
            for run, here in self.places(part):
                spread(slots, run.gates, given[here], (left[here], right[here]), offset)
        return made

    def places(self, part: Sequence[Run]) -> Iterator[tuple[Run, slice]]:
        """Each run of a segment, and where its ANDs are among the segment's."""
        width = self.task.instances
        return ((run, run.places(-part[0].first * width, width)) for run in part)

    def tables(self, run: Run, shares: Sequence[Words]) -> Words:
        """The garbler's message for the ANDs of a run: tables, and the bits by which results' labels were made even."""
        count = len(shares[0])
        message = np.empty(4 * count + words_for(count), U64)
        first = run.first * self.task.instances
        tables = message[: 4 * count].reshape(count, 2, 2)
        message[4 * count :] = pack(garble(self._labels, run.gates, shares, self.side.delta, self.start, first, tables))
        return message

    def evaluated(self, run: Run, shares: Sequence[Words], message: Words) -> Bytes:
        """The evaluator's masked bits of a run."""
        count = len(shares[0])
        tables, sums = np.empty((count, 2, 2), U64), shares[2].copy()
        merge(tables, message[: 4 * count].reshape(count, 2, 2), shares[1], shares[0])
        sums[:, 0] ^= unpack(message[4 * count :], count)
        return evaluate(self._labels, run.gates, tables, sums, self.start, run.first * self.task.instances)

    def check(self, part: Sequence[Run], ands: Bytes, held: Sequence[Words], zeros: Zeros) -> None:
        """What both parties hold where the ANDs of a segment are right goes to `zeros`."""
        for run, here in self.places(part):
            bits = ands[here].reshape(-1, self.task.instances)
            zeros.add(check_words(self._bits, run.gates, bits, [words[here] for words in held], self.side.delta))

    def outputs(self) -> Masked:
        """At the end."""
        ends, width = self.steps.ends, self.task.instances
        masks = [slots[ends >> 1] for slots in self._masks]
        for labels, offset in zip(masks, self._offsets, strict=True):
            labels[(ends & 1) == 1] ^= offset
        return Masked(bits_of_words(self._bits[ends >> 1, 0, 0], width).astype(np.uint8), Bits(*masks))

    @property
    def _offsets(self) -> tuple[Words, Words]:
        """As what a public 1 is shared, in either sharing."""
        return (self.side.delta, ZERO) if self.side.role == GARBLER else (ZERO, self.side.delta)


def _slots(steps: Steps, width: int) -> Words:
    slots = aligned((steps.slots, width, 2))
    slots[0] = 0
    return slots


def _counts(task: Task, part: Sequence[Run]) -> list[int]:
    """ANDs of each message of tables."""
    return [run.ands * task.instances for run in part if run.ands]


def _rounds(side: Side, task: Task, part: Sequence[Run], *_: object) -> int:
    return 7


def _words(side: Side, task: Task, part: Sequence[Run], *_: object) -> int:
    ands = ands_of(part) * task.instances
    return 2 * words_for(ands) + 16


def _to_one(side: Side, task: Task, part: Sequence[Run], *_: object) -> int:
    counts = _counts(task, part)
    return sum(4 * count + words_for(count) for count in counts) + words_for(sum(counts))


@cost(rounds=_rounds, words=_words, to_one=_to_one)
async def go_on(
    ctx: Context, side: Side, task: Task, part: Sequence[Run], walk: Walk | None, made: Independent
) -> None:  # fmt: skip
    """The dependent and the online phase of a segment, on authenticated ANDs of as many; a plan has no `walk`.

    Abort `authenticated-check-failed`.
    """
    count = ands_of(part) * task.instances
    if walk is None:
        await _rehearse(ctx, task, part)
        return
    wires = await ctx.off_loop(_WORK * count, walk.operands, part, made.results)
    sums = await products(ctx, side, wires.left, wires.right, made.ands) ^ made.results
    shares = wires.left.first, wires.right.first, sums.first
    held = wires.left.both, wires.right.both, sums.both
    del wires, sums
    ands = await (_send if side.role == GARBLER else _receive)(ctx, walk, part, shares)
    del shares
    zeros = Zeros()
    await ctx.off_loop(_WORK * count, walk.check, part, ands, held, zeros)
    await check_equal(ctx, zeros, "masked bits of ANDs")


async def _send(ctx: Context, walk: Walk, part: Sequence[Run], shares: Sequence[Words]) -> Bytes:
    """The garbler: tables, run by run; the masked bits of all come back."""
    count = len(shares[0])
    for run, here in walk.places(part):
        work = _WORK * run.ands * walk.task.instances
        message = await ctx.off_loop(work, walk.tables, run, [labels[here] for labels in shares])
        if run.ands:
            await ctx.drained(EVALUATOR)
            ctx.send(EVALUATOR, message)
    return unpack(await ctx.receive(EVALUATOR, Spec((words_for(count),))), count)


async def _receive(ctx: Context, walk: Walk, part: Sequence[Run], shares: Sequence[Words]) -> Bytes:
    """The evaluator: as tables come, it evaluates, and then tells the masked bits."""
    ands, nothing = np.empty(len(shares[0]), np.uint8), np.empty(0, U64)
    for run, here in walk.places(part):
        count = run.ands * walk.task.instances
        message = await ctx.receive(GARBLER, Spec((4 * count + words_for(count),))) if count else nothing
        own = [labels[here] for labels in shares]
        ands[here] = await ctx.off_loop(_WORK * count, walk.evaluated, run, own, message)
    ctx.send(GARBLER, pack(ands))
    return ands


async def _rehearse(ctx: Context, task: Task, part: Sequence[Run]) -> None:
    """The messages of a plan."""
    counts = _counts(task, part)
    bits = blank((words_for(sum(counts)),))
    await ctx.exchange(blank((2, words_for(sum(counts)))))
    await check_equal(ctx, Zeros(), "opened masks of wires")
    for count in counts:
        shape = (4 * count + words_for(count),)
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, blank(shape))
        else:
            await ctx.receive(GARBLER, Spec(shape))
    if ctx.me == EVALUATOR:
        ctx.send(GARBLER, bits)
    else:
        await ctx.receive(EVALUATOR, Spec(bits.shape))
    await check_equal(ctx, Zeros(), "masked bits of ANDs")


def ended(task: Task, walk: Walk | None) -> Masked:
    """The masked outputs; a plan's have no content."""
    return planned_outputs(len(task.circuit.ends), task.instances) if walk is None else walk.outputs()
