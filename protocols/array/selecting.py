"""Choosing elements by a secret place: all are taken, each with a weight of which one is 1 and the others 0.

With weights w_0, ..., w_{k-2} and w_{k-1} = 1 - (w_0 + ... + w_{k-2}), the element chosen is

    x_{k-1} + sum over i < k - 1 of w_i (x_i - x_{k-1}),

exact in the ring whatever the differences come to, since it is one of the elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.choices import chosen
from protocols.array.facts import axes_of, joint_shape
from protocols.array.folding import axis_back, axis_last, axis_number, folded
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import equal, logical_and, logical_xor
from protocols.array.node import Facts, Node, operation
from protocols.array.rearranging import by_places
from protocols.array.recording import record
from protocols.array.scales import common_scale, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import alike, are_truths, broadcast_to, getitem
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


def _picked(weights: Node, x: Node) -> Facts:
    return Facts(joint_shape("choice", weights.shape[:-1], x.shape[:-1]), x.kind, x.scale, x.range)


def _looked_up(weights: Node, x: Node) -> Facts:
    return Facts((*x.shape[:-1], *weights.shape[:-1]), x.kind, x.scale, x.range)


async def _pick(ctx: Context, node: Node, weights: ArithmeticShare, x: ArithmeticShare) -> ArithmeticShare:
    last = x[..., -1:]
    return (await suite_of(ctx).mul(ctx, weights, x[..., :-1] - last)).sum(-1) + last[..., 0]


async def _look_up(ctx: Context, node: Node, weights: ArithmeticShare, x: ArithmeticShare) -> ArithmeticShare:
    others = x.shape[-1] - 1
    last = x[..., -1:]
    rows = (x[..., :-1] - last).reshape((last.size, others))
    columns = weights.reshape((weights.size // others, others)).transpose((1, 0))
    chosen = await suite_of(ctx).matmul(ctx, rows, columns) + last.reshape((last.size, 1))
    return chosen.reshape(node.shape)


PICK = operation("pick", _picked, _pick)
LOOK_UP = operation("look up", _looked_up, _look_up)


def pick(weights: SecretArray, x: SecretArray) -> SecretArray:
    """Of each row x[..., :] the element whose weight is 1, weights[..., :] being those of all but the last: 1 round."""
    return record(PICK, weights, ring_form(x)) if weights.shape[-1] else x[..., 0]


def weights_of(index: SecretArray, count: int) -> SecretArray:
    """[index == i] for all i but the last of `count`, as numbers in a new last axis: 8 rounds. Errors: those of
    `check_index`."""
    check_index(index, count)
    return ring_form(equal(index.reshape((*index.shape, 1)), np.arange(count - 1)))


def check_index(index: SecretArray, count: int) -> None:
    """LocalError `secret-index` unless the index's range lies within [0, count - 1], or is not one of whole numbers."""
    if index.kind == "bit":
        raise LocalError(
            "secret-index",
            "a secret condition as an index: how many elements it takes would show",
            "weigh with it, (x * mask).sum() / mask.sum(), or np.where(mask, x, 0); mpc.compress(mask, x, size) "
            "brings what it takes to the front, in a public size; only x[mask] = y writes by it",
            line=user_line(),
        )
    if index.kind == "fixed" or index.range.lo < 0 or index.range.hi >= count:
        lo, hi = index.bounds
        raise LocalError(
            "secret-index",
            f"a secret index of kind {index.kind} in [{lo:g}, {hi:g}] into {count} elements",
            f"use whole numbers in [0, {count - 1}]: declare index.within(0, {count - 1}), or np.clip it",
            line=user_line(),
        )


def bit_at(index: SecretArray, bits: Any) -> SecretArray:
    """Of each row bits[..., :], secret or public, the one at its place: the XOR of those that match, 8 rounds."""
    count = np.shape(bits)[-1]
    check_index(index, count)
    matches = equal(index.reshape((*index.shape, 1)), np.arange(count))
    return folded(logical_xor, logical_and(matches, bits))


def looked_up(x: SecretArray, index: SecretArray, axis: int | None) -> SecretArray:
    """x[index] along an axis for secret whole numbers: 9 rounds, 8 of bits, index.size * count comparisons.

    Nobody learns the index. Errors: those of `check_index`.
    """
    rows = axis_last(x, axis)
    check_index(index, rows.shape[-1])
    lead = rows.ndim - 1
    if x.kind == "bit":
        found = bit_at(index, rows.reshape(*rows.shape[:-1], *(1,) * index.ndim, rows.shape[-1]))
    elif rows.shape[-1] == 1:
        found = rows[..., np.zeros(index.shape, int)]
    else:
        found = record(LOOK_UP, weights_of(index, rows.shape[-1]), rows)
    place = 0 if axis is None else axis % x.ndim
    order = (*range(place), *range(lead, found.ndim), *range(place, lead))
    return found.transpose(*order) if found.ndim > 1 else found


@implements(np.take)
def take(x: SecretArray, indices: Any, axis: int | None = None) -> SecretArray:
    """Elements along an axis, of all in one dimension for None: local for public indices, as `looked_up` for secret."""
    if isinstance(indices, SecretArray):
        return looked_up(x, indices, axis)
    flat = x.reshape(-1) if axis is None else x
    place = 0 if axis is None else int(axis) % max(x.ndim, 1)
    return getitem(flat, (*(slice(None),) * place, np.asarray(indices, int)))


@implements(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> SecretArray:
    """Of each row along an axis the elements at places of its own: local for public places, 9 rounds for secret ones, 8
    where the elements are public or truth values.

    Secret places cost a comparison with each place of their row; nobody learns them. Raises LocalError
    `shape-mismatch`, and those of `check_index`.
    """
    if not isinstance(indices, SecretArray):
        moved: SecretArray = by_places([arr], lambda numbers: np.take_along_axis(numbers, indices, axis))
        return moved
    whole: Any = np.reshape(arr, -1) if axis is None else arr if isinstance(arr, SecretArray) else np.asarray(arr)
    if whole.ndim != indices.ndim:
        raise LocalError(
            "shape-mismatch",
            f"np.take_along_axis of {whole.ndim} axes at places of {indices.ndim}",
            "give an array of places with the same axes, or np.take(x, places)",
            line=user_line(),
        )
    (along,) = axes_of(indices, -1 if axis is None else axis_number(axis))
    return axis_back(_taken_by_row(np.moveaxis(whole, along, -1), axis_last(indices, along)), along)


def _taken_by_row(rows: Any, index: SecretArray) -> SecretArray:
    """rows[..., index[...]], each row at its own places, which are the last axis of both."""
    count: int = rows.shape[-1]
    apart: Any = np.expand_dims(rows, -2)
    if are_truths(rows):
        return bit_at(index, apart)
    if not isinstance(rows, SecretArray):
        return choose(index, [rows[..., i : i + 1] for i in range(count)])
    shape = joint_shape("np.take_along_axis", index.shape, (*rows.shape[:-1], 1))
    return broadcast_to(pick(weights_of(index, count), apart), shape)


@implements(np.choose)
def choose(a: Any, choices: Sequence[Any]) -> SecretArray:
    """choices[a], elementwise, for a secret a: 9 rounds, 8 if the choices are public or truth values.

    `choices` is a sequence of secrets and public arrays that broadcast with a. Errors: those of `check_index`.
    """
    stacked: Any
    if not isinstance(a, SecretArray):
        index = np.asarray(a)
        stacked = np.stack(np.broadcast_arrays(*alike(*choices)), -1)
        return getitem(broadcast_to(stacked, (*index.shape, len(choices))), (*np.indices(index.shape), index))
    if are_truths(*choices):
        return bit_at(a, np.stack(np.broadcast_arrays(*choices), -1))
    weights = weights_of(a, len(choices))
    if any(isinstance(c, SecretArray) for c in choices):
        stacked = np.stack(np.broadcast_arrays(*common_scale(*choices)), -1)
        return pick(weights, stacked)
    return chosen(weights, choices)
