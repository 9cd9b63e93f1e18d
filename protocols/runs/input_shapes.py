"""Shapes of inputs: public, told to the other parties before a run, and what a plan is made of."""

from __future__ import annotations

from math import prod
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from mpc.context import Context, Spec
from mpc.errors import PeerError

_HEADER = 256
_LONGEST = 1 << 40


async def exchange_shapes(ctx: Context, mine: Any) -> list[npt.NDArray[Any] | None]:
    """Zeros in the shape and dtype of every party's input.

    PeerError `malformed-message`; `too-many-elements` where the others' are more than this party is willing to hold.
    """
    own = np.frombuffer(_packed_shape(mine), np.uint8)
    for j in ctx.everyone:
        if j != ctx.me:
            ctx.send(j, own)
    spec = Spec(None, np.uint8, _HEADER)
    return [
        describe(mine) if j == ctx.me else _admitted((await ctx.receive(j, spec)).tobytes(), ctx, ctx.names[j])
        for j in ctx.everyone
    ]


def describe(mine: Any) -> npt.NDArray[Any] | None:
    """Zeros in the shape and dtype of an input; None for a party without one."""
    return None if mine is None else np.zeros(np.shape(mine), np.asarray(mine).dtype)


def _packed_shape(mine: Any) -> bytes:
    described = None if mine is None else [np.asarray(mine).dtype.kind, list(np.shape(mine))]
    packed: bytes = msgpack.packb(described)
    return packed


def _admitted(data: bytes, ctx: Context, sender: str) -> npt.NDArray[Any] | None:
    described = _unpacked_shape(data, sender)
    if described is None:
        return None
    shape, dtype = described
    ctx.session.intake.admit(prod(shape), sender, f"an input of shape {shape}")
    return np.zeros(shape, dtype)


def _unpacked_shape(data: bytes, sender: str) -> tuple[tuple[int, ...], type] | None:
    dtypes = {"f": np.float64, "i": np.int64, "u": np.uint64, "b": np.bool_}
    try:
        described = msgpack.unpackb(data)
        if described is None:
            return None
        kind, shape = described
        if len(shape) > 8 or not all(type(s) is int and 0 <= s <= _LONGEST for s in shape) or prod(shape) > _LONGEST:
            raise ValueError("shape out of range")
        return tuple(shape), dtypes[kind]
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise PeerError(
            "malformed-message", f"{sender} sent a description of its input that cannot be read", party=sender
        ) from error
