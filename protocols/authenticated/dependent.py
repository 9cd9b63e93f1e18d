"""The function-dependent phase: masks of all wires, authenticated products of them, and the garbled tables.

Katz, Ranellucci, Rosulek, Wang, CRYPTO 2018, section 5, figure 4, with half-gates: letters in
docs/protocols/authenticated_garbling.md. Nothing here depends on an input.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.authenticated.ands import Ands, Independent
from protocols.authenticated.bits import ONE, Bits, add, masks, own_sharing
from protocols.authenticated.common import Common, common_inputs
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.garbling import Bytes, Garbled, garbled_block, merged_block, zero_labels
from protocols.authenticated.masks import Masks
from protocols.authenticated.side import EVALUATOR, GARBLER, Side
from protocols.authenticated.steps import blocks, steps_of
from protocols.authenticated.task import Task

_WORK = 200
_AT_ONCE = 1 << 13
_NONE = np.empty(0, U64)


def _rounds(side: Side, task: Task, made: Independent, common: Common | None = None) -> int:
    return 4 if task.ands else 0


def _words(side: Side, task: Task, made: Independent, common: Common | None = None) -> int:
    return 2 * words_for(task.ands) + 8 if task.ands else 0


def _to_one(side: Side, task: Task, made: Independent, common: Common | None = None) -> int:
    return sum(4 * count + words_for(count) for count in _block_ands(task))


def _block_ands(task: Task) -> list[int]:
    """ANDs of each block, whose tables are one message."""
    return [task.circuit.ands * (block.stop - block.start) for block in blocks(task.instances)] if task.ands else []


def told_words(task: Task) -> tuple[int, int]:
    """What parties 0 and 1 receive in this phase."""
    opened = 2 * words_for(task.ands) + 8 if task.ands else 0
    return opened, opened + sum(4 * count + words_for(count) for count in _block_ands(task))


@cost(rounds=_rounds, words=_words, to_one=_to_one)
async def garble_circuit(
    ctx: Context, side: Side, task: Task, made: Independent, common: Common | None = None
) -> Garbled:
    """Garble a circuit for all instances, by what was made for `task.size`; `common`: what belongs to its common
    inputs, if these were garbled before with other instances. Abort `authenticated-check-failed`."""
    garbled, inputs = begun(ctx, side, task, made, common)
    if ctx.planning:
        await _rehearse(ctx, task)
        return garbled
    steps = steps_of(task.circuit)
    wires = await ctx.off_loop(_WORK * task.ands, Masks, side, steps, inputs, made.results, task.instances)
    garbled.outputs = wires.outputs
    if task.ands:
        sums = await products(ctx, side, wires.left, wires.right, made.ands) ^ made.results
        await _tables(ctx, side, garbled, wires, sums)
    return garbled


def begun(ctx: Context, side: Side, task: Task, made: Independent, common: Common | None) -> tuple[Garbled, Bits]:
    """A garbling with nothing but its inputs, whose masks are (bits, instances, 2)."""
    start = ctx.hash("authenticated garbling").absorb(task.circuit.digest).words(2)
    owned = [made.owned(party)[: task.owned[party]] for party in (GARBLER, EVALUATOR)]
    if task.common and common is None:
        rest = [made.owned(party)[task.owned[party] :] for party in (GARBLER, EVALUATOR)]
        common = common_inputs(ctx, side, task.owners_of_common, rest)
    nothing = Bits(blank((0, 2)), blank((0, 2)))
    if ctx.planning:
        return Garbled(task, start, np.zeros((0, 0), np.uint8), nothing, (_NONE, _NONE, _NONE), common=common), nothing
    inputs = _input_masks(task, owned, common)
    garbled = Garbled(task, start, _own(side, task, inputs), nothing, (_NONE, _NONE, _NONE), common=common)
    if side.role == GARBLER:
        garbled.zeros = zero_labels(ctx, garbled)
    return garbled, inputs


def _input_masks(task: Task, owned: Sequence[Bits], common: Common | None) -> Bits:
    """Of each input bit; none for public ones, the same in all instances for common ones."""
    shape = (len(task.owners), task.instances, 2)
    made = Bits(np.zeros(shape, U64), np.zeros(shape, U64))
    for owner, bits in enumerate(owned):
        rows = task.rows(owner)
        made.first[rows], made.second[rows] = bits.first.reshape(-1, *shape[1:]), bits.second.reshape(-1, *shape[1:])
    if common is not None:
        rows = list(task.common)
        made.first[rows], made.second[rows] = common.masks.first[:, None], common.masks.second[:, None]
    return made


def _own(side: Side, task: Task, inputs: Bits) -> Bytes:
    """The masks of this party's inputs."""
    own = np.zeros(inputs.first.shape[:2], np.uint8)
    rows = task.rows(side.role)
    own[rows] = inputs.first[rows, :, 0] & ONE
    return own


async def products(ctx: Context, side: Side, left: Bits, right: Bits, ands: Ands) -> Bits:
    """Authenticated left x right, by authenticated ANDs: d = left ^ x and e = right ^ y are opened and checked.

    Abort `authenticated-check-failed`.
    """
    count, work = len(left), _WORK * len(left)
    own = await ctx.off_loop(work, _differences, left, right, ands)
    (shares,) = await ctx.exchange(own)
    zeros = Zeros()
    opened = [masks(row, count) for row in shares[0] ^ shares[1]]
    made = await ctx.off_loop(work, _multiplied, side, (left, right), ands, opened, zeros)
    await check_equal(ctx, zeros, "opened masks of wires")
    return made


def _differences(left: Bits, right: Bits, ands: Ands) -> Words:
    """This party's shares of d and e, packed."""
    pairs = ((left, ands.x), (right, ands.y))
    return np.stack([pack(((kept.first[:, 0] ^ own.first[:, 0]) & ONE).astype(np.uint8)) for kept, own in pairs])


def _multiplied(side: Side, wires: tuple[Bits, Bits], ands: Ands, opened: Sequence[Words], zeros: Zeros) -> Bits:
    """z ^ d y ^ e x ^ d e; what both parties hold where d and e are what was shared."""
    left, right = wires
    count = len(left)
    made = Bits(np.empty((count, 2), U64), np.empty((count, 2), U64))
    for at in range(0, count, _AT_ONCE):
        here = slice(at, min(at + _AT_ONCE, count))
        some = ands[here]
        d, e = (row[here] for row in opened)
        for kept, own, public in ((left[here], some.x, d), (right[here], some.y, e)):
            difference = kept.both ^ own.both
            difference ^= public & side.delta[0]
            zeros.add(difference)
        product = made[here]
        for total, x, y, z in (
            (product.first, some.x.first, some.y.first, some.z.first),
            (product.second, some.x.second, some.y.second, some.z.second),
        ):  # fmt: skip
            total[:] = z
            add(total, d, y)
            add(total, e, x)
        add(own_sharing(side, product), d & e, side.delta)
    return made


async def _tables(ctx: Context, side: Side, made: Garbled, wires: Masks, sums: Bits) -> None:
    """The garbler's tables to the evaluator, a message for each block; either keeps what the online phase needs."""
    made.checks = wires.left.both, wires.right.both, sums.both
    task, steps = made.task, steps_of(made.task.circuit)
    additions = wires.left.first, wires.right.first, sums.first
    if side.role == EVALUATOR:
        made.tables, made.additions = np.empty((task.ands, 2, 2), U64), sums.first
    for block, count in zip(blocks(task.instances), _block_ands(task), strict=True):
        here = slice(task.circuit.ands * block.start, task.circuit.ands * block.start + count)
        if made.zeros is not None:
            message = await ctx.off_loop(_WORK * count, garbled_block, side, made, steps, additions, block)
            await ctx.drained(EVALUATOR)
            ctx.send(EVALUATOR, message)
        elif made.tables is not None:
            message = await ctx.receive(GARBLER, Spec((4 * count + words_for(count),)))
            await ctx.off_loop(_WORK * count, merged_block, made, additions, here, message)


async def _rehearse(ctx: Context, task: Task) -> None:
    """The messages of a plan."""
    if task.ands:
        await ctx.exchange(blank((2, words_for(task.ands))))
        await check_equal(ctx, Zeros(), "opened masks of wires")
    for count in _block_ands(task):
        shape = (4 * count + words_for(count),)
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, blank(shape))
        else:
            await ctx.receive(GARBLER, Spec(shape))
