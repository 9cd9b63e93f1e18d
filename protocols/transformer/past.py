"""Keys and values of a text so far: shares, or kept under masks where the suite has a way for that.

Kept, they are opened once, less a mask, when their tokens come: later tokens open their queries and weights alone,
however long the text is.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Z2k
from mpc.context import Context, together
from mpc.standing import Standing
from protocols.kept_past import KeptPast, first_of, let_go
from protocols.models.architectures import Llama
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.shares import ArithmeticShare, choose, concatenate
from protocols.suite import suite_of

Part: TypeAlias = ArithmeticShare | KeptPast


class Past(NamedTuple):
    """Keys and values of a layer, (key-value heads, columns, head), with ACTIVATION fractional bits; zero in columns
    that stand ready for tokens to come."""

    keys: Part
    values: Part


class Fresh(NamedTuple):
    """Which columns become those of new rows, and of which row each."""

    columns: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.intp]


def fresh_columns(first: int, rows: int, columns: int) -> Fresh:
    """Rows that come to stand from column `first` on."""
    every = np.arange(columns)
    return Fresh((every >= first) & (every < first + rows), np.clip(every - first, 0, rows - 1))


def keeps(ctx: Context) -> bool:
    """Whether what is past is kept here: in a suite that has a way, with a dealer in the session."""
    return suite_of(ctx).keep_rows is not None and ctx.session.supply.deals_standing and ctx.ring.words == 1


def nothing_past(ctx: Context, llama: Llama, columns: int, name: str = "", room: int = 0) -> tuple[Past, ...]:
    """Before the first token, with room for so many columns now; kept under masks of a text of this name, with `room`
    for so many in the end, if there is one. Local."""
    heads, head = llama.key_value_heads, llama.head
    if not name:
        none = suite_of(ctx).constant(ctx, ctx.ring.zeros((heads, columns, head)))
        return (Past(none, none),) * llama.layers
    kind = RandomValue(cast(Z2k, ctx.ring), (heads, room, head))
    zeros = ctx.ring.zeros((heads, columns, head))
    parts = [[KeptPast(Standing(f"{name}, {i} {what}", kind), zeros) for what in "kv"] for i in range(llama.layers)]
    return tuple(Past(*each) for each in parts)


def forget(ctx: Context, past: tuple[Past, ...]) -> None:
    """Let the masks of a text go that has ended. Local."""
    for part in (part for layer in past for part in layer):
        if isinstance(part, KeptPast):
            let_go(ctx, part)


def with_room(ctx: Context, past: tuple[Past, ...], columns: int) -> tuple[Past, ...]:
    """The same with room for so many columns. Local."""
    return tuple(Past(*(_wider(ctx, part, columns) for part in layer)) for layer in past)


def _wider(ctx: Context, part: Part, columns: int) -> Part:
    heads, before, numbers = part.shape
    if columns <= before:
        return part
    more = ctx.ring.zeros((heads, columns - before, numbers))
    if isinstance(part, KeptPast):
        return part._replace(opened=ctx.ring.moved(lambda *both: np.concatenate(both, 1), part.opened, more))
    return concatenate([part, suite_of(ctx).constant(ctx, more)], 1)


async def extended(ctx: Context, past: Past, keys: ArithmeticShare, values: ArithmeticShare, fresh: Fresh) -> Past:
    """What is past with these rows (heads, rows, head). Local for shares; one hop where they are kept, and
    LocalError `row-kept` for columns that have rows already."""
    pairs = zip(past, (keys, values), strict=True)
    return Past(*await together(ctx, *((_extended, part, rows, fresh) for part, rows in pairs)))


async def _extended(ctx: Context, part: Part, rows: ArithmeticShare, fresh: Fresh) -> Part:
    where, sources = fresh.columns[:, None], fresh.sources
    if not isinstance(part, KeptPast):
        return choose(where, rows[:, sources], part)
    opened = await suite_of(ctx).keep_rows(ctx, rows, part.standing, first_of(fresh.columns))
    return part._replace(
        opened=ctx.ring.moved(lambda new, old: np.where(where, new[:, sources], old), opened, part.opened)
    )


async def times(ctx: Context, x: ArithmeticShare, part: Part, *, turned: bool) -> ArithmeticShare:
    """[x K^T] if `turned`, else [x K], for x of the same heads: (.., rows, numbers), or (.., rows, columns) that is
    zero in columns where nothing is. One hop."""
    z: ArithmeticShare
    if isinstance(part, KeptPast):
        z = await suite_of(ctx).times_past(ctx, x, part, turned)
    else:
        z = await suite_of(ctx).matmul(ctx, x, exchanged(part) if turned else part)
    return z


def exchanged(x: ArithmeticShare) -> ArithmeticShare:
    """The last two axes of x exchanged. Local."""
    axes = list(range(len(x.shape)))
    return x.transpose((*axes[:-2], axes[-1], axes[-2]))
