"""Shapes of inputs: public, told to the other parties before a run, and what a plan is made of."""

from __future__ import annotations

from math import prod
from typing import Any

import msgpack
import numpy as np

from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.runs.table import Table, Tables

_HEADER = 256


async def exchange_shapes(ctx: Context, mine: Any) -> list[Any]:
    """Zeros in the shape and dtype of every party's input. The names of another's columns are not told; any will do."""
    own = np.frombuffer(_packed_shape(mine), np.uint8)
    for j in ctx.everyone:
        if j != ctx.me:
            ctx.send(j, own)
    spec = Spec(None, np.uint8, _HEADER)
    return [
        describe(mine) if j == ctx.me else _unpacked_shape((await ctx.receive(j, spec)).tobytes(), ctx.names[j])
        for j in ctx.everyone
    ]


def describe(mine: Any) -> Any:
    """Zeros in the shape and dtype of an input, or of inputs by name; None for a party without one.

    A table keeps the names of its columns.
    """
    if mine is None:
        return None
    if isinstance(mine, Tables):
        return Tables({name: describe(table) for name, table in mine.items()})
    zeros = np.zeros(np.shape(mine), np.asarray(mine).dtype)
    return Table(zeros, mine.columns) if isinstance(mine, Table) else zeros


def _packed_shape(mine: Any) -> bytes:
    packed: bytes = msgpack.packb(_described(mine))
    if len(packed) > _HEADER:
        raise LocalError("too-many-inputs", "the inputs' names are too long, or too many", "give fewer, shorter names")
    return packed


def _described(mine: Any) -> Any:
    if mine is None:
        return None
    if isinstance(mine, Tables):
        return {name: _described(table) for name, table in mine.items()}
    return [np.asarray(mine).dtype.kind, list(np.shape(mine))]


def _unpacked_shape(data: bytes, sender: str) -> Any:
    try:
        described = msgpack.unpackb(data)
        if isinstance(described, dict):
            return Tables({str(name): _zeros(part) for name, part in described.items()})
        return None if described is None else _zeros(described)
    except (ValueError, TypeError, KeyError, MemoryError, msgpack.UnpackException) as error:
        raise PeerError(
            "malformed-message", f"{sender} sent a description of its input that cannot be read", party=sender
        ) from error


def _zeros(described: Any) -> Table:
    dtypes = {"f": np.float64, "i": np.int64, "u": np.uint64, "b": np.bool_}
    kind, shape = described
    if len(shape) > 8 or not all(type(s) is int and 0 <= s < 1 << 40 for s in shape) or prod(shape) > 1 << 34:
        raise ValueError("shape out of range")
    return Table(np.zeros(shape, dtypes[kind]), None)
