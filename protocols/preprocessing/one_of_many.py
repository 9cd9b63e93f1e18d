"""Material for tables that one party holds and another one reads: `mpc.correlation.OneOfMany`, from transfers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Material, OneOfMany
from protocols.ot.one_of_many import tables_receive, tables_send
from protocols.preprocessing.pairs import Pairs, between_pairs

CHUNK_LABELS = 1 << 18
"""Correlations in one call of the transfers: bounds the memory, 100 bytes for each."""

_Form = tuple[int, int, int, int]
"""Sender, receiver, depth and width."""


async def make_tables(ctx: Context, ends: Pairs, kinds: Sequence[OneOfMany]) -> list[Material]:
    """All of one form go through the transfers together. Who neither sends nor receives has empty parts."""
    empty = np.zeros(0, U64)
    made: list[Material] = [(empty, empty, empty)] * len(kinds)
    for form in sorted({_form(kind) for kind in kinds}):
        places = [i for i, kind in enumerate(kinds) if _form(kind) == form]
        ends_of = np.cumsum([kinds[i].words for i in places])
        whole = await _made(ctx, ends, form, int(ends_of[-1]))
        cut = [_split(part, ends_of) for part in whole]
        for i, parts in zip(places, zip(*cut, strict=True), strict=True):
            made[i] = parts
    return made


def _form(kind: OneOfMany) -> _Form:
    return kind.sender, kind.receiver, kind.depth, kind.width


async def _made(ctx: Context, ends: Pairs, form: _Form, words: int) -> Material:
    sender, receiver, depth, width = form
    tables, places, entries = (
        np.empty(shape if ctx.me == holder else (0,), U64)
        for shape, holder in (
            ((1 << depth, width, words), sender),
            ((depth, words), receiver),
            ((width, words), receiver),
        )
    )

    async def send(child: Context, other: int) -> None:
        for part in _chunks(words, depth):
            size = part.stop - part.start
            tables[..., part] = await tables_send(child, ends.senders[other], size, depth, width)

    async def receive(child: Context, other: int) -> None:
        for part in _chunks(words, depth):
            size = part.stop - part.start
            places[:, part], entries[:, part] = await tables_receive(child, ends.receivers[other], size, depth, width)

    await between_pairs(ctx, send, receive, {(sender, receiver)})
    return tables, places, entries


def _chunks(words: int, depth: int) -> Iterator[slice]:
    step = max(1, CHUNK_LABELS // (64 * depth))
    for start in range(0, words, step):
        yield slice(start, min(words, start + step))


def _split(part: Words, ends: Words) -> list[Words]:
    if part.ndim == 1:
        return [part] * len(ends)
    return [np.ascontiguousarray(piece) for piece in np.split(part, ends[:-1], axis=-1)]
