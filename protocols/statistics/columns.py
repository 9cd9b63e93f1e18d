"""Columns of records that several parties have: values, which of them are there, and in how many rows one record is.

A record is a row: what stands at one place of every column of one part. A part is one party's rows, or rows of which
several parties have a column each. A column of several parts is a sequence of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.contributions import are_told, rows_of_unit
from protocols.array.inputs import secret
from protocols.array.lines import user_line
from protocols.array.logic import logical_and, where
from protocols.array.misuse import need_context
from protocols.array.revealing import checked
from protocols.array.scales import constant_bits
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.privacy.neighbours import Neighbours, Relation
from protocols.privacy.users import Users


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A value a record, (records,), and a secret bit that says whether it is there; all are where there is none.

    Compared with something, as `ages < 30` for `count`, it is a column of bits, of which the same are missing.
    """

    values: SecretArray
    valid: SecretArray | None = None

    def __eq__(self, other: Any) -> Any:
        return Column(self.values == other, self.valid)

    def __ne__(self, other: Any) -> Any:
        return Column(self.values != other, self.valid)

    def __lt__(self, other: Any) -> Column:
        return Column(self.values < other, self.valid)

    def __le__(self, other: Any) -> Column:
        return Column(self.values <= other, self.valid)

    def __gt__(self, other: Any) -> Column:
        return Column(self.values > other, self.valid)

    def __ge__(self, other: Any) -> Column:
        return Column(self.values >= other, self.valid)

    __hash__ = None  # type: ignore[assignment]


AnyColumn = SecretArray | Column | Sequence[SecretArray | Column]
"""One part, or a sequence of parts: the rows of one after those of another."""


@dataclass(frozen=True, slots=True)
class Records:
    """Columns beside one another. `rows`: in so many rows one unit of one party is at most; `valid`: which rows count,
    None if all do, and then how many they are is public. `hidden`: whether rows come and go by `valid`; and where
    neighbours have a unit more, whether each unit does by bits of its own."""

    columns: tuple[SecretArray, ...]
    valid: SecretArray | None
    rows: int
    hidden: bool

    @property
    def count(self) -> int:
        """How many rows there are, which is public."""
        return len(self.columns[0])


async def column(
    ctx: Context,
    owner: int,
    values: npt.ArrayLike | None = None,
    *,
    range: tuple[float, float] | None = None,
    users: Users | None = None,
) -> Column:
    """Party `owner`'s numbers, (records,), some of which may be missing: NaN, of which nobody else learns where.

    Numbers outside of `range`, in the value's own unit, are refused, as `mpc.secret` does; the others' `values` are
    ignored, and `users` are as there. Where NaN stands, the lower bound (0 without a range) comes in, and a bit that
    says that it does not count.
    Two secrets: a message, and the elements of both. Against whom, and errors, as of `mpc.secret`.
    """
    need_context(ctx, "statistics.column")
    own = there = None
    if ctx.me == owner and values is not None:
        given = np.asarray(values, np.float64)
        there = ~np.isnan(given)
        own = np.where(there, given, 0.0 if range is None else range[0])
    numbers = await secret(ctx, owner, own, range=range, kind="fixed", users=users)
    return Column(numbers, await secret(ctx, owner, there, kind="bit", users=users))


def records(ctx: Context, neighbours: Neighbours, *columns: AnyColumn) -> Records:
    """Columns of the same parts, all parts put one after another.

    LocalError `wrong-shape` for columns that differ in length; `sensitivity-unknown` and `not-bounded` as of
    `mpc.reveal`; `not-secret`, `foreign-secret`.
    """
    line = user_line()
    rows = list(zip(*_same_lengths([list(_parts(ctx, c, line)) for c in columns], line), strict=True))
    joined, valid = [concatenate([c.values for c in part]) for part in zip(*rows, strict=True)], _valid(ctx, rows)
    together = rows_of_unit([c.node for c in joined + ([] if valid is None else [valid])], neighbours)
    if not together:
        raise LocalError(
            "never-moved", "no party has a record in these columns", "compute it in the clear, which costs nothing",
            line=line,
        )  # fmt: skip
    hidden = valid is not None and (
        neighbours.relation is Relation.SUBSTITUTE or are_told([c.node for c in joined], valid.node)
    )
    return Records(tuple(joined), valid, together, hidden)


def filled(ctx: Context, x: AnyColumn, missing: float | None) -> AnyColumn:
    """The column with a public number in the place of what is missing, or as it is where there is no such number."""
    if missing is None:
        return x
    parts = list(_parts(ctx, x, user_line()))
    return [Column(c.values if c.valid is None else where(c.valid, c.values, missing)) for c in parts]


def _parts(ctx: Context, x: AnyColumn, line: str) -> Iterator[Column]:
    for part in [x] if isinstance(x, SecretArray | Column) or not isinstance(x, Iterable) else x:
        c = part if isinstance(part, Column) else Column(part)
        checked(ctx, c.values, line)
        if c.values.ndim != 1 or (c.valid is not None and checked(ctx, c.valid, line).shape != c.values.shape):
            raise LocalError(
                "wrong-shape", f"a column of shape {c.values.shape}, or other bits of what is there",
                "one value for each record, (records,), and as many bits", line=line,
            )  # fmt: skip
        if c.valid is not None and c.valid.kind != "bit":
            raise LocalError("not-a-bit", "what says which values are there is no bits", "x == x, say", line=line)
        yield c


def _same_lengths(columns: list[list[Column]], line: str) -> list[list[Column]]:
    lengths = [[len(part.values) for part in parts] for parts in columns]
    if not lengths[0] or any(other != lengths[0] for other in lengths):
        raise LocalError(
            "wrong-shape", f"columns of {', '.join(map(str, lengths))} records do not lie beside one another",
            "the same parts in each column, in the same order, a value for each record", line=line,
        )  # fmt: skip
    return columns


def _valid(ctx: Context, rows: list[tuple[Column, ...]]) -> SecretArray | None:
    """Whether all columns have a row's values."""
    found: list[SecretArray | None] = []
    for part in rows:
        valid: SecretArray | None = None
        for c in part:
            valid = c.valid if valid is None else valid if c.valid is None else logical_and(valid, c.valid)
        found.append(valid)
    if all(valid is None for valid in found):
        return None
    lengths = [len(part[0].values) for part in rows]
    all_there: list[Any] = [constant_bits(ctx, np.ones(n, np.bool_)) for n in lengths]
    return concatenate([a if v is None else v for v, a in zip(found, all_there, strict=True)])
