"""The structure of secrets: reshaping, indexing, joining. All local."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import common_scale, kind_of
from protocols.array.secret import SecretArray, implements, user_line
from protocols.shares import ArithmeticShare, BooleanShare, joined


def _rearranged(name: str, x: SecretArray, change: Callable[[Any], Any]) -> SecretArray:
    """x, or what it was shortened to, with the numpy rearrangement `change` applied to its elements."""
    x = x.derived.get(x.context.fractional_bits, x)
    positions = np.arange(x.size, dtype=np.uint64).reshape(x.shape)
    try:
        index = np.asarray(change(positions))
    except (ValueError, IndexError, TypeError) as error:
        raise LocalError(
            "shape-mismatch",
            f"{name} of a secret of shape {x.shape}: {error}",
            "check shapes and axes",
            line=user_line(),
        ) from None

    def run(ctx: Context, a: Any) -> Any:
        return a.map_structure(change)

    return SecretArray(x.context, name, (x,), run, shape=index.shape, kind=x.kind, scale=x.scale, range_=x.range)


@implements(SecretArray.__getitem__)
def getitem(x: SecretArray, index: Any) -> SecretArray:
    """x[index], by any public numpy index."""
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, SecretArray) for part in parts):
        raise LocalError(
            "secret-index",
            "an index must be public: which element is taken would show",
            "take all elements and choose with np.where on a secret condition",
            line=user_line(),
        )
    return _rearranged("index", x, lambda a: a[index])


@implements(np.ndim)
def ndim(x: SecretArray) -> int:
    """The number of dimensions, which is public."""
    return x.ndim


@implements(np.shape)
def shape_of(x: SecretArray) -> tuple[int, ...]:
    """The shape, which is public."""
    return x.shape


@implements(np.size)
def size(x: SecretArray) -> int:
    """The number of elements, which is public."""
    return x.size


@implements(np.reshape)
def reshape(x: SecretArray, shape: Any) -> SecretArray:
    """x in another shape, C order."""
    return _rearranged("reshape", x, lambda a: a.reshape(shape))


@implements(np.ravel)
def ravel(x: SecretArray) -> SecretArray:
    """x in one dimension."""
    return reshape(x, -1)


@implements(np.transpose)
def transpose(x: SecretArray, axes: Any = None) -> SecretArray:
    """x with its axes permuted."""
    return _rearranged("transpose", x, lambda a: np.transpose(a, axes))


@implements(np.squeeze)
def squeeze(x: SecretArray, axis: Any = None) -> SecretArray:
    """x without its axes of length one."""
    return _rearranged("squeeze", x, lambda a: np.squeeze(a, axis))


@implements(np.expand_dims)
def expand_dims(x: SecretArray, axis: Any) -> SecretArray:
    """x with a new axis of length one."""
    return _rearranged("expand_dims", x, lambda a: np.expand_dims(a, axis))


@implements(np.broadcast_to)
def broadcast_to(x: SecretArray, shape: Any) -> SecretArray:
    """x repeated to a shape as numpy broadcasts."""
    return _rearranged("broadcast_to", x, lambda a: np.broadcast_to(a, shape))


@implements(np.flip)
def flip(x: SecretArray, axis: Any = None) -> SecretArray:
    """x in reverse order along axes."""
    return _rearranged("flip", x, lambda a: np.flip(a, axis))


@implements(np.concatenate)
def concatenate(arrays: Sequence[Any], axis: int = 0) -> SecretArray:
    """Secrets and public arrays joined along an axis."""
    return _joined("concatenate", arrays, lambda parts: np.concatenate(parts, axis))


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> SecretArray:
    """Secrets and public arrays joined along a new axis."""
    return _joined("stack", arrays, lambda parts: np.stack(parts, axis))


@implements(np.vstack)
def vstack(arrays: Sequence[Any]) -> SecretArray:
    """Rows joined."""
    return _joined("vstack", arrays, np.vstack)


@implements(np.hstack)
def hstack(arrays: Sequence[Any]) -> SecretArray:
    """Columns joined."""
    return _joined("hstack", arrays, np.hstack)


def _joined(name: str, arrays: Sequence[Any], join: Callable[[list[Any]], Any]) -> SecretArray:
    if all(isinstance(a, SecretArray) and a.kind == "bit" for a in arrays):
        return _joined_bits(name, arrays, join)
    parts = common_scale(*arrays)
    try:
        shape = join([np.broadcast_to(np.uint8(0), p.shape) for p in parts]).shape
    except ValueError as error:
        raise LocalError("shape-mismatch", f"{name}: {error}", "check shapes and axis", line=user_line()) from None

    def run(ctx: Context, *values: ArithmeticShare) -> ArithmeticShare:
        return joined(join, values)

    return SecretArray(
        parts[0].context, name, parts, run, shape=shape, kind=kind_of(*parts), scale=parts[0].scale,
        range_=reduce(lambda r, s: r | s, (p.range for p in parts)),
    )  # fmt: skip


def _joined_bits(name: str, arrays: Sequence[SecretArray], join: Callable[[list[Any]], Any]) -> SecretArray:
    shape = join([np.zeros(a.shape, np.bool_) for a in arrays]).shape

    def run(ctx: Context, *values: BooleanShare) -> BooleanShare:
        return joined(join, values)

    return SecretArray(
        arrays[0].context, name, tuple(arrays), run, shape=shape, kind="bit", scale=0, range_=arrays[0].range
    )
