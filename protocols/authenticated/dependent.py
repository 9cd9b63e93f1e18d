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
from protocols.authenticated.bits import ONE, Bits, add, directions, masks, own_sharing, random_bits
from protocols.authenticated.common import Common
from protocols.authenticated.ends import EVALUATOR, GARBLER, Ends
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.garbling import Garbled, garbled_block, merged_block, zero_labels
from protocols.authenticated.leaky import Ands
from protocols.authenticated.masks import Masks
from protocols.authenticated.steps import blocks, steps_of
from protocols.authenticated.task import Task

_WORK = 200
_AT_ONCE = 1 << 13
_NONE = np.empty(0, U64)


def _rounds(ends: Ends, task: Task, ands: Sequence[Ands], common: Common | None = None) -> int:
    return ends.rounds(directions(task.ands, task.owned)) + (4 if task.ands else 0)


def _words(ends: Ends, task: Task, ands: Sequence[Ands], common: Common | None = None) -> int:
    return 2 * words_for(task.ands) + 12 if task.ands else 0


def _to_one(ends: Ends, task: Task, ands: Sequence[Ands], common: Common | None = None) -> int:
    tables = sum(4 * count + words_for(count) for count in _block_ands(task))
    return ends.words(directions(task.ands, task.owned)) + tables


def _block_ands(task: Task) -> list[int]:
    """ANDs of each block, whose tables are one message."""
    return [task.circuit.ands * (block.stop - block.start) for block in blocks(task.instances)] if task.ands else []


@cost(rounds=_rounds, words=_words, to_one=_to_one)
async def garble_circuit(
    ctx: Context, ends: Ends, task: Task, ands: Sequence[Ands], common: Common | None = None
) -> Garbled:
    """Garble a circuit for all instances, by as many authenticated ANDs as it has; `common`: what belongs to the
    task's common inputs. Abort as the other phases."""
    start = ctx.hash("authenticated garbling").absorb(task.circuit.digest).words(2)
    results, *owned = await random_bits(ctx, ends, task.ands, task.owned)
    if ctx.planning:
        return await _rehearse(ctx, task, start, common)
    inputs = _input_masks(task, owned, common)
    steps = steps_of(task.circuit)
    wires = await ctx.off_loop(_WORK * task.ands, Masks, ends, steps, inputs, results, task.instances)
    made = Garbled(task, start, inputs, wires.outputs, (_NONE, _NONE, _NONE), common=common)
    if task.ands:
        sums = await _products(ctx, ends, wires, ands) ^ results
        await _tables(ctx, ends, made, wires, sums)
    elif ends.role == GARBLER:
        made.zeros = zero_labels(ctx, made)
    return made


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


async def _products(ctx: Context, ends: Ends, wires: Masks, ands: Sequence[Ands]) -> Bits:
    """Authenticated left x right, by authenticated ANDs: d = left ^ x and e = right ^ y are opened and checked."""
    count, work = len(wires.left), _WORK * len(wires.left)
    own = await ctx.off_loop(work, _differences, wires, ands)
    (shares,) = await ctx.exchange(own)
    zeros = Zeros()
    opened = [masks(row, count) for row in shares[0] ^ shares[1]]
    products = await ctx.off_loop(work, _multiplied, ends, wires, ands, opened, zeros)
    await check_equal(ctx, zeros, "opened masks of wires")
    return products


def _differences(wires: Masks, ands: Sequence[Ands]) -> Words:
    """This party's shares of d and e, packed."""
    x, y = (np.concatenate([getattr(some, name).first[:, 0] for some in ands]) for name in "xy")
    pairs = ((wires.left, x), (wires.right, y))
    return np.stack([pack(((kept.first[:, 0] ^ word) & ONE).astype(np.uint8)) for kept, word in pairs])


def _multiplied(ends: Ends, wires: Masks, ands: Sequence[Ands], opened: Sequence[Words], zeros: Zeros) -> Bits:
    """z ^ d y ^ e x ^ d e; what both parties hold where d and e are what was shared."""
    count = len(wires.left)
    made, begin = Bits(np.empty((count, 2), U64), np.empty((count, 2), U64)), 0
    for batch in ands:
        for at in range(0, len(batch), _AT_ONCE):
            some = batch[at : at + _AT_ONCE]
            here = slice(begin + at, begin + at + len(some))
            d, e = (row[here] for row in opened)
            for kept, own, public in ((wires.left[here], some.x, d), (wires.right[here], some.y, e)):
                difference = kept.both ^ own.both
                difference ^= public & ends.delta[0]
                zeros.add(difference)
            product = made[here]
            for total, x, y, z in (
                (product.first, some.x.first, some.y.first, some.z.first),
                (product.second, some.x.second, some.y.second, some.z.second),
            ):  # fmt: skip
                total[:] = z
                add(total, d, y)
                add(total, e, x)
            add(own_sharing(ends, product), d & e, ends.delta)
        begin += len(batch)
    return made


async def _tables(ctx: Context, ends: Ends, made: Garbled, wires: Masks, sums: Bits) -> None:
    """The garbler's tables to the evaluator, a message for each block; either keeps what the online phase needs."""
    made.checks = wires.left.both, wires.right.both, sums.both
    task, steps = made.task, steps_of(made.task.circuit)
    additions = wires.left.first, wires.right.first, sums.first
    if ends.role == GARBLER:
        made.zeros = zero_labels(ctx, made)
    else:
        made.tables, made.additions = np.empty((task.ands, 2, 2), U64), sums.first
    for block, count in zip(blocks(task.instances), _block_ands(task), strict=True):
        here = slice(task.circuit.ands * block.start, task.circuit.ands * block.start + count)
        if made.zeros is not None:
            message = await ctx.off_loop(_WORK * count, garbled_block, ends, made, steps, additions, block)
            await ctx.drained(EVALUATOR)
            ctx.send(EVALUATOR, message)
        elif made.tables is not None:
            message = await ctx.receive(GARBLER, Spec((4 * count + words_for(count),)))
            await ctx.off_loop(_WORK * count, merged_block, made, additions, here, message)


async def _rehearse(ctx: Context, task: Task, start: Words, common: Common | None) -> Garbled:
    """The messages of a plan."""
    labels = blank((0, 2))
    if task.ands:
        await ctx.exchange(blank((2, words_for(task.ands))))
        await check_equal(ctx, Zeros(), "opened masks of wires")
    for count in _block_ands(task):
        shape = (4 * count + words_for(count),)
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, blank(shape))
        else:
            await ctx.receive(GARBLER, Spec(shape))
    nothing = Bits(labels, labels)
    return Garbled(task, start, nothing, nothing, (_NONE, _NONE, _NONE), common=common)
