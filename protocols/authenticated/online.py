"""The online phase: masked inputs and their labels, evaluation, the check of all ANDs, outputs to who learns them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.authenticated.bits import ONE, Bits, add
from protocols.authenticated.dependent import PUBLIC, Garbled, Task
from protocols.authenticated.ends import EVALUATOR, GARBLER, Ends
from protocols.authenticated.equality import Zeros, check_equal, failed
from protocols.authenticated.evaluating import evaluated
from protocols.authenticated.masked import check

Bytes = npt.NDArray[np.uint8]
_DIGEST = 4
_WORK = 100


def _bits(task: Task, owner: int) -> int:
    return len(task.rows(owner)) * task.instances


def _outputs(task: Task) -> int:
    return len(task.circuit.ends) * task.instances


def _rounds(ends: Ends, garbled: Garbled, inputs: Bytes, receivers: Sequence[int]) -> int:
    task = garbled.task
    labelled = 1 + (EVALUATOR in task.owners)
    if task.ands:
        return labelled + 3 + (EVALUATOR in receivers)
    return labelled + (GARBLER in receivers)


def _to_one(ends: Ends, garbled: Garbled, inputs: Bytes, receivers: Sequence[int]) -> int:
    task = garbled.task
    opened = len(set(receivers)) * (words_for(_outputs(task)) + _DIGEST)
    labels = 2 * len(task.owners) * task.instances
    return words_for(_bits(task, EVALUATOR)) + labels + words_for(task.ands) + opened


def _words(ends: Ends, garbled: Garbled, inputs: Bytes, receivers: Sequence[int]) -> int:
    return 3 * _DIGEST if garbled.task.ands else 0


@cost(rounds=_rounds, words=_words, to_one=_to_one)
async def evaluate(ctx: Context, ends: Ends, garbled: Garbled, inputs: Bytes, receivers: Sequence[int]) -> Bytes | None:
    """The outputs, (bits, instances), at the `receivers`, None at others; a garbling is for one call.

    inputs: (bits, instances), this party's own and the public ones; the other's are ignored. Nobody learns anything
    else. Abort `authenticated-check-failed` at who notices that the other has deviated; whoever does not receive this
    may have learnt its outputs already: no protocol of two parties is fair.
    """
    if garbled.used:
        raise LocalError("garbling-used", "a second evaluation of one garbling", "garble anew: both runs would be open")
    garbled.used = True
    if ctx.planning:
        return await _rehearse(ctx, garbled.task, receivers)
    garble_side = ends.role == GARBLER
    masked, ands = await (_give_labels if garble_side else _take_labels)(ctx, ends, garbled, inputs)
    outputs = await _checked(ctx, ends, garbled, masked, ands)
    return await _opened(ctx, ends, garbled.outputs, outputs, receivers)


async def _give_labels(ctx: Context, ends: Ends, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Bytes]:
    """The garbler: masked inputs of both, their labels to the evaluator; the masked bits of all ANDs come back."""
    task = garbled.task
    masked, theirs = _masked(ends, garbled, inputs), task.rows(EVALUATOR)
    if theirs:
        told = await ctx.receive(EVALUATOR, Spec((words_for(_bits(task, EVALUATOR)),)))
        masked[theirs] = unpack(told, _bits(task, EVALUATOR)).reshape(-1, task.instances)
    assert garbled.zeros is not None
    labels = garbled.zeros.reshape(-1, 2).copy()
    add(labels, np.uint64(0) - masked.reshape(-1).astype(U64), ends.delta)
    ctx.send(EVALUATOR, labels.reshape(garbled.zeros.shape))
    ands = await ctx.receive(EVALUATOR, Spec((words_for(task.ands),))) if task.ands else np.empty(0, U64)
    return masked, unpack(ands, task.ands)


async def _take_labels(ctx: Context, ends: Ends, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Bytes]:
    """The evaluator: its masked inputs to the garbler, labels of all inputs, evaluation, masked bits of all ANDs."""
    task = garbled.task
    masked, known = _masked(ends, garbled, inputs), task.rows(EVALUATOR)
    if known:
        ctx.send(GARBLER, pack(masked[known]))
    labels = await ctx.receive(GARBLER, Spec((len(task.owners), task.instances, 2)))
    colours = (labels[..., 0] & ONE).astype(np.uint8)
    known = known + task.rows(PUBLIC)
    if not np.array_equal(colours[known], masked[known]):
        raise failed(ctx, GARBLER, "labels of inputs")
    ands = await ctx.off_loop(_WORK * task.ands, _evaluated, garbled, labels)
    if task.ands:
        ctx.send(GARBLER, pack(ands))
    return colours, ands


def _evaluated(garbled: Garbled, labels: Words) -> Bytes:
    return evaluated(garbled, labels) if garbled.task.ands else np.empty(0, np.uint8)


def _masked(ends: Ends, garbled: Garbled, inputs: Bytes) -> Bytes:
    """Own inputs masked, public ones as they are, zeros for the other's."""
    rows, task = np.zeros(inputs.shape, np.uint8), garbled.task
    own, public = task.rows(ends.role), task.rows(PUBLIC)
    rows[own] = inputs[own] ^ (garbled.inputs.first[own, :, 0] & ONE).astype(np.uint8)
    rows[public] = inputs[public]
    return rows


async def _checked(ctx: Context, ends: Ends, garbled: Garbled, masked: Bytes, ands: Bytes) -> Bytes:
    """The masked outputs, of ANDs that are all right."""
    zeros = Zeros()
    outputs = await ctx.off_loop(_WORK * garbled.task.ands, check, ends, garbled, masked, ands, zeros)
    if garbled.task.ands:
        await check_equal(ctx, zeros, "masked bits of ANDs")
    return outputs


async def _opened(ctx: Context, ends: Ends, masks: Bits, masked: Bytes, receivers: Sequence[int]) -> Bytes | None:
    """The outputs: each receiver gets the other's shares of their masks, with a digest of their MACs."""
    flat = Bits(masks.first.reshape(-1, 2), masks.second.reshape(-1, 2))
    own_macs, others = (flat.second, flat.first) if ends.role == GARBLER else (flat.first, flat.second)
    if ends.peer in receivers:
        ctx.send(ends.peer, np.concatenate([flat.own, _digest(own_macs)]))
    if ends.role not in receivers:
        return None
    words = words_for(masked.size)
    told = await ctx.receive(ends.peer, Spec((words + _DIGEST,)))
    values = unpack(told[:words] ^ flat.own, masked.size)
    expected = others.copy()
    add(expected, np.uint64(0) - values.astype(U64), ends.delta)
    if not np.array_equal(_digest(expected), told[words:]):
        raise failed(ctx, ends.peer, "masks of outputs")
    return values.reshape(masked.shape) ^ masked


def _digest(labels: Words) -> Words:
    zeros = Zeros()
    zeros.add(labels)
    return zeros.digest()


async def _rehearse(ctx: Context, task: Task, receivers: Sequence[int]) -> Bytes | None:
    """The messages of a plan."""
    own, labels = blank((words_for(_bits(task, EVALUATOR)),)), blank((len(task.owners), task.instances, 2))
    ands, opened = blank((words_for(task.ands),)), blank((words_for(_outputs(task)) + _DIGEST,))
    messages = [(EVALUATOR, own)] if task.rows(EVALUATOR) else []
    messages += [(GARBLER, labels), *([(EVALUATOR, ands)] if task.ands else [])]
    for sender, array in messages:
        await _passed(ctx, sender, array)
    if task.ands:
        await check_equal(ctx, Zeros(), "masked bits of ANDs")
    if 1 - ctx.me in receivers:
        ctx.send(1 - ctx.me, opened)
    if ctx.me not in receivers:
        return None
    await ctx.receive(1 - ctx.me, Spec(opened.shape))
    return np.zeros((len(task.circuit.ends), task.instances), np.uint8)


async def _passed(ctx: Context, sender: int, array: Words) -> None:
    if ctx.me == sender:
        ctx.send(1 - sender, array)
    else:
        await ctx.receive(sender, Spec(array.shape))
