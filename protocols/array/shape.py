"""The structure of secrets: reshaping, indexing, joining, choosing publicly. All local.

Every operation here is a function of numpy that only moves elements, named with public parameters; shares of any kind
are moved by it alike. It takes a value as it is, at the scale that it has: what needs a part of it shorter shortens the
part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols import shares
from protocols.array.facts import kind_of
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.missing import missing
from protocols.array.node import Facts, Node, Operation, operation
from protocols.array.public import own_index, own_number, own_truths
from protocols.array.recording import rearranged, record
from protocols.array.scales import common_scale, constant_bits
from protocols.array.secret import SecretArray
from protocols.shares import Share


def _facts(name: str, move: Callable[..., Any], *parts: Node, **parameters: Any) -> Facts:
    """What is public of `move(parts, **parameters)`; a teaching error where numpy would not do it."""
    try:
        shape = np.shape(move([np.broadcast_to(np.uint8(0), part.shape) for part in parts], **parameters))
    except (ValueError, IndexError, TypeError) as error:
        of = " and ".join(str(part.shape) for part in parts)
        raise LocalError(
            "shape-mismatch", f"{name} of shape {of}: {error}", "check shapes and axes", line=user_line()
        ) from None
    range_ = reduce(lambda r, s: r | s, (part.range for part in parts))
    kind = "bit" if parts[0].kind == "bit" else kind_of(*parts)
    return Facts(shape, kind, parts[0].scale, range_)


def moving(name: str, move: Callable[..., Any]) -> Operation:
    """An operation on one secret: `move(array, **parameters)`."""

    def facts(x: Node, **parameters: Any) -> Facts:
        return _facts(name, lambda arrays, **kept: move(*arrays, **kept), x, **parameters)

    def run(ctx: Context, node: Node, x: Share) -> Share:
        return x.map_structure(lambda array: move(array, **node.parameters))

    return operation(name, facts, run, keeps_signs=True, moves=lambda arrays, **named: move(*arrays, **named))


def _joining(name: str, join: Callable[..., Any]) -> Operation:
    """An operation on several secrets of one scale: `join(arrays, **parameters)`."""

    def facts(*parts: Node, **parameters: Any) -> Facts:
        return _facts(name, join, *parts, **parameters)

    def run(ctx: Context, node: Node, *parts: Share) -> Share:
        return shares.joined(lambda arrays: join(arrays, **node.parameters), parts)

    return operation(name, facts, run, keeps_signs=True, moves=join)


def _replaced(arrays: Sequence[Any], index: Any) -> Any:
    """A copy of the first array with the second written at this index."""
    result = np.array(arrays[0])
    result[index] = arrays[1]
    return result


INDEX = moving("index", lambda a, index: a[index])
RESHAPE = moving("reshape", lambda a, shape: a.reshape(shape))
TRANSPOSE = moving("transpose", lambda a, axes: np.transpose(a, axes))
SQUEEZE = moving("squeeze", lambda a, axis: np.squeeze(a, axis))
EXPAND = moving("expand_dims", lambda a, axis: np.expand_dims(a, axis))
BROADCAST = moving("broadcast_to", lambda a, shape: np.broadcast_to(a, shape))
FLIP = moving("flip", lambda a, axis: np.flip(a, axis))
CONCATENATE = _joining("concatenate", lambda arrays, axis: np.concatenate(arrays, axis))
STACK = _joining("stack", lambda arrays, axis: np.stack(arrays, axis))
VSTACK = _joining("vstack", lambda arrays: np.vstack(arrays))
HSTACK = _joining("hstack", lambda arrays: np.hstack(arrays))
CHOOSE = _joining("where public", lambda arrays, condition: np.where(condition, *arrays))
REPLACE = _joining("replace", _replaced)


@implements(SecretArray.__getitem__)
def getitem(x: SecretArray, index: Any) -> SecretArray:
    """x[index], by any public numpy index, or by a secret whole number or several (`protocols/array/selecting.py`)."""
    if isinstance(index, SecretArray):
        return x.take(index, 0)
    index = _public_index(index)
    if _adds_axes_only(index) and _axes_taken(index) <= x.ndim:
        return reshape(x, np.broadcast_to(0, x.shape)[index].shape)
    return record(INDEX, x, index=index)


def _axes_taken(index: Any) -> int:
    return sum(isinstance(part, slice) for part in (index if isinstance(index, tuple) else (index,)))


def _adds_axes_only(index: Any) -> bool:
    """Whether an index, as `:, None`, takes all elements in their order."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or (type(part) is slice and part == slice(None)) for part in parts)


def replaced(x: SecretArray, index: Any, value: Any) -> SecretArray:
    """x with `value`, secret or public, written at a public index."""
    if _has_secrets(index):
        raise LocalError(
            "secret-index",
            "a secret place to write to",
            "write where a condition holds: x[np.arange(len(x)) == i] = value",
            line=user_line(),
        )
    return record(REPLACE, *alike(x, value), index=own_index(index))


def _public_index(index: Any) -> Any:
    if _has_secrets(index):
        raise LocalError(
            "secret-index",
            "an index must be public: which element is taken would show",
            "read x[i] with a secret i alone, or np.take(x, i, axis); choose with np.where on a secret condition",
            line=user_line(),
        )
    return own_index(index)


def _has_secrets(index: Any) -> bool:
    return any(isinstance(part, SecretArray) for part in (index if isinstance(index, tuple) else (index,)))


def are_truths(*values: Any) -> bool:
    """Whether all of them are truth values, secret or public."""
    return all(v.kind == "bit" if isinstance(v, SecretArray) else np.asarray(v).dtype == np.bool_ for v in values)


def refuse_truths(name: str, *values: Any) -> None:
    """LocalError `arithmetic-of-bits` where all are truth values: numpy takes sums and products of these for `|` and
    `&`, and has no differences."""
    if are_truths(*values):
        raise LocalError(
            "arithmetic-of-bits",
            f"`{name}` of truth values alone, which are no numbers for numpy",
            "to count, make one of them a number, b.astype(int), or use b.sum(); to combine conditions, use |, & and ^",
            line=user_line(),
        )


def alike(*values: Any) -> tuple[SecretArray, ...]:
    """Secrets and public values in one form, in which they can be joined: bits if all of them are truth values, else
    numbers of one scale. At least one must be secret."""
    if not are_truths(*values):
        return common_scale(*values)
    context = next(v.context for v in values if isinstance(v, SecretArray))
    return tuple(v if isinstance(v, SecretArray) else constant_bits(context, own_truths(v)) for v in values)


@implements(np.copy)
def copy(x: SecretArray, order: Any = None) -> SecretArray:
    """A handle of its own on the same value."""
    return x.copy()


@implements(np.ndim)
def ndim(x: SecretArray) -> int:
    """The number of dimensions, which is public."""
    return x.ndim


@implements(np.shape)
def shape_of(x: SecretArray) -> tuple[int, ...]:
    """The shape, which is public."""
    return x.shape


@implements(np.size)
def size(x: SecretArray, axis: int | None = None) -> int:
    """The number of elements, or of those along an axis, which is public."""
    return x.size if axis is None else x.shape[axis]


@implements(np.reshape)
def reshape(x: SecretArray, shape: Any, order: str = "C") -> SecretArray:
    """x in another shape, in C order, or with the first axis running fastest for "F"."""
    if order not in ("C", "F"):
        raise missing(f"order={order!r}", "'C' or 'F': a secret has no layout in memory")
    sides = own_number(shape)
    if order == "F":
        turned = sides if isinstance(sides, int) else tuple(reversed(sides or ()))
        return transpose(reshape(transpose(x), turned))
    return rearranged(RESHAPE, x, shape=sides)


@implements(np.ravel)
def ravel(x: SecretArray, order: str = "C") -> SecretArray:
    """x in one dimension, in C order, or with the first axis running fastest for "F"."""
    return reshape(x, -1, order)


@implements(np.transpose)
def transpose(x: SecretArray, axes: Any = None) -> SecretArray:
    """x with its axes permuted."""
    return rearranged(TRANSPOSE, x, axes=own_number(axes))


@implements(np.squeeze)
def squeeze(x: SecretArray, axis: Any = None) -> SecretArray:
    """x without its axes of length one."""
    return rearranged(SQUEEZE, x, axis=own_number(axis))


@implements(np.expand_dims)
def expand_dims(x: SecretArray, axis: Any) -> SecretArray:
    """x with a new axis of length one."""
    return rearranged(EXPAND, x, axis=own_number(axis))


@implements(np.broadcast_to)
def broadcast_to(x: SecretArray, shape: Any) -> SecretArray:
    """x repeated to a shape as numpy broadcasts."""
    return record(BROADCAST, x, shape=own_number(shape))


@implements(np.flip)
def flip(x: SecretArray, axis: Any = None) -> SecretArray:
    """x in reverse order along axes."""
    return rearranged(FLIP, x, axis=own_number(axis))


@implements(np.concatenate)
def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> SecretArray:
    """Secrets and public arrays joined along an axis, or all elements in one dimension for None."""
    return record(CONCATENATE, *alike(*arrays), axis=own_number(axis))


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> SecretArray:
    """Secrets and public arrays joined along a new axis."""
    return record(STACK, *alike(*arrays), axis=own_number(axis))


@implements(np.vstack)
def vstack(arrays: Sequence[Any]) -> SecretArray:
    """Rows joined."""
    return record(VSTACK, *alike(*arrays))


@implements(np.hstack)
def hstack(arrays: Sequence[Any]) -> SecretArray:
    """Columns joined."""
    return record(HSTACK, *alike(*arrays))


def choose(condition: Any, x: Any, y: Any) -> SecretArray:
    """x where a public condition holds, y elsewhere."""
    return record(CHOOSE, *alike(x, y), condition=own_truths(condition))
