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
    return _of_inputs(garbled.task) + words_for(garbled.task.ands)


def _of_inputs(task: Task) -> int:
    return words_for(_bits(task, EVALUATOR)) + 2 * len(task.own) * task.instances


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
    masked, labels = await (_give_labels if side.role == GARBLER else _take_labels)(ctx, side, garbled, inputs)
    ands = await _masked_ands(ctx, side, garbled, labels)
    return Masked(await _checked(ctx, side, garbled, masked, ands), garbled.outputs)


@cost(
    rounds=lambda side, garbled, inputs: 1 + bool(garbled.task.rows(EVALUATOR)),
    to_one=lambda side, garbled, inputs: _of_inputs(garbled.task),
)
async def give_inputs(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Words]:
    """The first step alone: the masked inputs of both, and this party's labels, of masked zero at the garbler, of the
    masked bits at the evaluator. Arguments and errors as of `evaluate_masked`."""
    if ctx.planning:
        for sender, array in _messages_of_inputs(garbled.task):
            await _passed(ctx, sender, array)
        return inputs, blank((0, 2))
    return await (_give_labels if side.role == GARBLER else _take_labels)(ctx, side, garbled, inputs)


async def _give_labels(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Words]:
    """The garbler: masked inputs of both, their labels to the evaluator; labels of masked zero."""
    task = garbled.task
    masked, theirs = _masked(side, garbled, inputs), task.rows(EVALUATOR)
    if theirs:
        told = await ctx.receive(EVALUATOR, Spec((words_for(_bits(task, EVALUATOR)),)))
        masked[theirs] = unpack(told, _bits(task, EVALUATOR)).reshape(-1, task.instances)
    assert garbled.zeros is not None
    labels = garbled.zeros[task.own]
    add(labels.reshape(-1, 2), np.uint64(0) - masked[task.own].reshape(-1).astype(U64), side.delta)
    ctx.send(EVALUATOR, labels)
    return masked, garbled.zeros


async def _take_labels(ctx: Context, side: Side, garbled: Garbled, inputs: Bytes) -> tuple[Bytes, Words]:
    """The evaluator: its masked inputs to the garbler; labels of all inputs, and the masked bits that they tell."""
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
    return colours, labels


async def _masked_ands(ctx: Context, side: Side, garbled: Garbled, labels: Words) -> Bytes:
    """The masked bits of all ANDs, which the evaluator finds and tells."""
    count = garbled.task.ands
    if side.role == EVALUATOR:
        ands = await ctx.off_loop(_WORK * count, _evaluated, garbled, labels)
        if count:
            ctx.send(GARBLER, pack(ands))
        return ands
    told = await ctx.receive(EVALUATOR, Spec((words_for(count),))) if count else np.empty(0, U64)
    return unpack(told, count)


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
    messages = _messages_of_inputs(task) + ([(EVALUATOR, blank((words_for(task.ands),)))] if task.ands else [])
    for sender, array in messages:
        await _passed(ctx, sender, array)
    if task.ands:
        await check_equal(ctx, Zeros(), "masked bits of ANDs")
    return planned_outputs(len(task.circuit.ends), task.instances)


def _messages_of_inputs(task: Task) -> list[tuple[int, Words]]:
    own, labels = blank((words_for(_bits(task, EVALUATOR)),)), blank((len(task.own), task.instances, 2))
    return [*([(EVALUATOR, own)] if task.rows(EVALUATOR) else []), (GARBLER, labels)]


async def _passed(ctx: Context, sender: int, array: Words) -> None:
    if ctx.me == sender:
        ctx.send(1 - sender, array)
    else:
        await ctx.receive(sender, Spec(array.shape))
