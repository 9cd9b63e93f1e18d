"""Rows come in as counts: each party counts its own rows by themselves, and no row leaves it in whatever form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.inputs import secret
from protocols.array.lines import user_line
from protocols.array.secret import SecretArray
from protocols.synthetic.domain import Domain

MOST_ROWS = 1 << 24


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of one party fall into each cell of a domain, as a secret: (cells,)."""

    domain: Domain
    cells: SecretArray


async def counts(
    ctx: Context, owner: int, table: Mapping[str, Any] | None, domain: Domain, *, most_rows: int = MOST_ROWS
) -> Counts:
    """Party `owner`'s table as secret counts of all marginals of one and two attributes.

    `table[name]` is the column of each attribute; the others' is ignored. Everybody learns `domain` and `most_rows`,
    which are the program's; how many rows there are nobody learns. Cost: one secret of `domain.cells` numbers, however
    many rows there are. Raises LocalError `wrong-categories` at the owner for a value that is none of the categories,
    `out-of-range` for more rows than `most_rows`, and as `mpc.secret`.
    """
    own = None
    if ctx.me == owner and table is not None:
        own = [0] * domain.cells if ctx.planning else domain.counted(table)
    return Counts(domain, await secret(ctx, owner, own, range=(0, most_rows), kind="int"))


def all_counts(tables: Sequence[Counts]) -> Counts:
    """The counts of several parties' rows together. LocalError `wrong-categories` where they are not of one domain."""
    if not tables or any(table.domain != tables[0].domain for table in tables):
        raise LocalError(
            "wrong-categories",
            f"{len(tables)} tables that are not of one domain",
            "count the rows of all parties by one mpc.synthetic.domain(...)",
            line=user_line(),
        )
    first, *others = tables
    return Counts(first.domain, sum((table.cells for table in others), first.cells))
