"""The online phase: masked inputs and their labels, evaluation, the check of all ANDs, masked outputs."""

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
from protocols.authenticated.bits import ONE, add
from protocols.authenticated.equality import Zeros, check_equal, failed
from protocols.authenticated.evaluating import evaluated
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.masked import check
from protocols.authenticated.outputs import Masked, open_outputs, planned_outputs
from protocols.authenticated.side import EVALUATOR, GARBLER, Side
from protocols.authenticated.task import PUBLIC, Task

Bytes = npt.NDArray[np.uint8]
_DIGEST = 4
_WORK = 100


def _bits(task: Task, owner: int) -> int:
    return len(task.rows(owner)) * task.instances


def _rounds(side: Side, garbled: Garbled, inputs: Bytes) -> int:
    return 1 + bool(garbled.task.rows(EVALUATOR)) + (3 if garbled.task.ands else 0)


def _to_one(side: Side, garbled: Garbled, inputs: Bytes) -> int:
    task = garbled.task
    return words_for(_bits(task, EVALUATOR)) + 2 * len(task.own) * task.instances + words_for(task.ands)


def _words(side: Side, garbled: Garbled, inputs: Bytes) -> int:
    return 2 * _DIGEST if garbled.task.ands else 0


async def evaluate(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes, receivers: Sequence[int]) -> Bytes | None:
    """The outputs, (bits, instances), at the `receivers`, None at others: `evaluate_masked`, then `open_outputs`."""
    masked = await evaluate_masked(ctx, side, garbled, inputs)
    return await open_outputs(ctx, side, masked, receivers)


@cost(rounds=_rounds, words=_words, to_one=_to_one)
async def evaluate_masked(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> Masked:
    """The outputs masked, of ANDs that have been checked. Nobody learns anything; a garbling is for one call.

    inputs: (bits, instances), this party's own and the public ones; the other's are ignored, and so are common ones,
    which are given before (`give_common`). From here on nobody can change its own.
    Abort `authenticated-check-failed` at who notices that the other has deviated.
    """
    if garbled.used:
        raise LocalError("garbling-used", "a second evaluation of one garbling", "garble anew: both runs would be open")
    garbled.used = True
    if ctx.planning:
        return await _rehearse(ctx, garbled.task)
    garble_side = side.role == GARBLER
    masked, ands = await (_give_labels if garble_side else _take_labels)(ctx, side, garbled, inputs)
    return Masked(await _checked(ctx, side, garbled, masked, ands), garbled.outputs)


async def _give_labels(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Bytes]:
    """The garbler: masked inputs of both, their labels to the evaluator; the masked bits of all ANDs come back."""
    task = garbled.task
    masked, theirs = _masked(side, garbled, inputs), task.rows(EVALUATOR)
    if theirs:
        told = await ctx.receive(EVALUATOR, Spec((words_for(_bits(task, EVALUATOR)),)))
        masked[theirs] = unpack(told, _bits(task, EVALUATOR)).reshape(-1, task.instances)
    assert garbled.zeros is not None
    labels = garbled.zeros[task.own]
    add(labels.reshape(-1, 2), np.uint64(0) - masked[task.own].reshape(-1).astype(U64), side.delta)
    ctx.send(EVALUATOR, labels)
    ands = await ctx.receive(EVALUATOR, Spec((words_for(task.ands),))) if task.ands else np.empty(0, U64)
    return masked, unpack(ands, task.ands)


async def _take_labels(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Bytes]:
    """The evaluator: its masked inputs to the garbler, labels of all inputs, evaluation, masked bits of all ANDs."""
    task = garbled.task
    masked, known = _masked(side, garbled, inputs), task.rows(EVALUATOR)
    if known:
        ctx.send(GARBLER, pack(masked[known]))
    told = await ctx.receive(GARBLER, Spec((len(task.own), task.instances, 2)))
    labels = _with_common(garbled, told)
    colours = (labels[..., 0] & ONE).astype(np.uint8)
    known = known + task.rows(PUBLIC)
    if not np.array_equal(colours[known], masked[known]):
        raise failed(ctx, GARBLER, "labels of inputs")
    ands = await ctx.off_loop(_WORK * task.ands, _evaluated, garbled, labels)
    if task.ands:
        ctx.send(GARBLER, pack(ands))
    return colours, ands


def _with_common(garbled: Garbled, told: Words) -> Words:
    """Labels of all inputs in all instances."""
    if garbled.common is None:
        return told
    labels = np.empty((len(garbled.task.owners), *told.shape[1:]), U64)
    labels[garbled.task.own] = told
    labels[list(garbled.task.common)] = garbled.common.labels[:, None]
    return labels


def _evaluated(garbled: Garbled, labels: Words) -> Bytes:
    return evaluated(garbled, labels) if garbled.task.ands else np.empty(0, np.uint8)


def _masked(side: Side, garbled: Garbled, inputs: Bytes) -> Bytes:
    """Own inputs masked, public ones as they are, common ones as all know them masked, zeros for the other's."""
    rows, task = np.zeros(inputs.shape, np.uint8), garbled.task
    own, public = task.rows(side.role), task.rows(PUBLIC)
    rows[own] = inputs[own] ^ garbled.inputs[own]
    rows[public] = inputs[public]
    if garbled.common is not None:
        rows[list(task.common)] = garbled.common.masked[:, None]
    return rows


async def _checked(ctx: Context, side: Side, garbled: Garbled, masked: Bytes, ands: Bytes) -> Bytes:
    """The masked outputs, of ANDs that are all right."""
    zeros = Zeros()
    outputs = await ctx.off_loop(_WORK * garbled.task.ands, check, side, garbled, masked, ands, zeros)
    if garbled.task.ands:
        await check_equal(ctx, zeros, "masked bits of ANDs")
    return outputs


async def _rehearse(ctx: Context, task: Task) -> Masked:
    """The messages of a plan."""
    own, labels = blank((words_for(_bits(task, EVALUATOR)),)), blank((len(task.own), task.instances, 2))
    messages = [(EVALUATOR, own)] if task.rows(EVALUATOR) else []
    messages += [(GARBLER, labels), *([(EVALUATOR, blank((words_for(task.ands),)))] if task.ands else [])]
    for sender, array in messages:
        await _passed(ctx, sender, array)
    if task.ands:
        await check_equal(ctx, Zeros(), "masked bits of ANDs")
    return planned_outputs(len(task.circuit.ends), task.instances)


async def _passed(ctx: Context, sender: int, array: Words) -> None:
    if ctx.me == sender:
        ctx.send(1 - sender, array)
    else:
        await ctx.receive(sender, Spec(array.shape))
