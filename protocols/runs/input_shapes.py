"""Shapes of inputs: public, told to the other parties before a run, and what a plan is made of."""

from __future__ import annotations

from math import prod
from typing import Any

import msgpack
import numpy as np

from mpc.algebra.encoding import as_numbers
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError, PeerError
from protocols.runs.table import Table, Tables

_HEADER = 1 << 20
_DIGEST_BYTES = 8
_LONGEST = 1 << 40
_DTYPES: dict[str, type[np.generic]] = {"f": np.float64, "i": np.int64, "u": np.uint64, "b": np.bool_}

_MOST_TEXTS = 1000

Described = tuple[tuple[int, ...], type[np.generic], frozenset[bytes], frozenset[bytes]]
"""The shape and dtype of an input, digests of the names of whole columns beside decimals, and of columns of texts."""


async def exchange_shapes(ctx: Context, mine: Any) -> list[Any]:
    """Zeros in the shape and dtype of every party's input. The names of another's columns are not told; any will do.

    Where columns of whole numbers stand beside decimals, or texts beside numbers, digests of their names are told: who
    knows a name knows its column's kind, and who guesses one can tell that it is there.

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


def describe(mine: Any) -> Any:
    """Zeros in the shape and dtype of an input, or of inputs by name; None for a party without one.

    A table keeps the names and types of its columns; its texts become empty ones.
    """
    if mine is None:
        return None
    if isinstance(mine, Tables):
        return Tables({name: describe(table) for name, table in mine.items()})
    if isinstance(mine, Table):
        return mine.blank()
    dtype = as_numbers(mine).dtype
    return np.zeros(np.shape(mine), np.int64 if dtype.kind == "O" else dtype)


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
    kind = np.dtype(mine.joint).kind if isinstance(mine, Table) else as_numbers(mine).dtype.kind
    told = ["i" if kind == "O" else kind, list(np.shape(mine))]
    named = [mine.whole_names, [*mine.texts]] if isinstance(mine, Table) else [[], []]
    while named and not named[-1]:
        named.pop()
    return [*told, *([_digest(name) for name in names] for names in named)]


def _digest(name: str) -> bytes:
    """What is told of a column's name, by which whoever knows it knows it again."""
    return DomainHash("parley column of whole numbers").absorb(name).bytes(_DIGEST_BYTES)


def _admitted(data: bytes, ctx: Context, sender: str) -> Any:
    described = _unpacked_shape(data, sender)
    if isinstance(described, dict):
        return Tables({name: _zeros(part, ctx, sender) for name, part in described.items()})
    return None if described is None else _zeros(described, ctx, sender)


def _zeros(described: Described, ctx: Context, sender: str) -> Table:
    shape, dtype, whole, texts = described
    ctx.session.intake.admit(prod(shape) + len(texts) * shape[0], sender, f"an input of shape {shape}")
    return Table(np.zeros(shape, dtype), None, lambda name: _type_of(_digest(name), whole, texts))


def _type_of(name: bytes, whole: frozenset[bytes], texts: frozenset[bytes]) -> type[Any] | None:
    return str if name in texts else np.int64 if name in whole else None


def _unpacked_shape(data: bytes, sender: str) -> Described | dict[str, Described] | None:
    try:
        described = msgpack.unpackb(data)
        if isinstance(described, dict):
            return {str(name): _shape_and_dtype(part) for name, part in described.items()}
        return None if described is None else _shape_and_dtype(described)
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise PeerError(
            "malformed-message", f"{sender} sent a description of its input that cannot be read", party=sender
        ) from error


def _shape_and_dtype(described: Any) -> Described:
    kind, shape, *more = described
    whole, texts = (frozenset(more[i] if len(more) > i else ()) for i in range(2))
    if len(more) > 2 or not all(type(digest) is bytes and len(digest) == _DIGEST_BYTES for digest in whole | texts):
        raise ValueError("columns out of form")
    if len(shape) > 8 or not all(type(s) is int and 0 <= s <= _LONGEST for s in shape) or prod(shape) > _LONGEST:
        raise ValueError("shape out of range")
    if texts and (len(shape) != 2 or len(texts) > _MOST_TEXTS):
        raise ValueError("texts out of form")
    return tuple(shape), _DTYPES[kind], whole, texts
