"""Rows come in as counts: each party counts its own rows by themselves, and no row leaves it in whatever form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.inputs import secret
from protocols.array.lines import naming_line, user_line
from protocols.array.secret import SecretArray
from protocols.privacy.neighbours import Kind, Neighbours
from protocols.privacy.users import Users
from protocols.synthetic.domain import Domain

MOST_ROWS = 1 << 24


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows fall into each cell of a domain, as a secret: (cells,). Each record is in one row.

    `owners`: whose records. `most_records`: how many rows of one user count, where that is known. `rows_are_public`:
    whether it is told how many rows there are; a record that comes or goes is then one that was, or will be, zero.
    """

    domain: Domain
    cells: SecretArray
    owners: frozenset[int]
    most_records: int | None = None
    rows_are_public: bool = False

    def require_bound(self, neighbours: Neighbours) -> None:
        """LocalError `contributions-unbounded` where a unit is a user, who may have more rows than it allows."""
        if neighbours.unit.kind is Kind.USER and not (self.most_records or inf) <= neighbours.unit.records:
            raise LocalError(
                "contributions-unbounded",
                f"the neighbours differ by {neighbours.unit}, and nothing bounds rows so",
                "mpc.synthetic.counts(..., users=mpc.privacy.Users(ids, most_records=...)), ids being None at all but "
                "the owner",
                line=user_line(),
            )


async def counts(
    ctx: Context,
    owner: int,
    table: Mapping[str, Any] | None,
    domain: Domain,
    *,
    most_rows: int = MOST_ROWS,
    users: Users | None = None,
) -> Counts:
    """Party `owner`'s table as secret counts of all marginals of one and two attributes.

    `table[name]` is the column of each attribute; the others' is ignored. Everybody learns `domain` and `most_rows`,
    which are the program's; how many rows there are nobody learns. `users` says whose each row is: so many rows of one
    user count, the first ones. Cost: one secret of `domain.cells` numbers, however
    many rows there are. Raises LocalError `wrong-categories` at the owner for a value that is none of the categories,
    `no-such-column`, `out-of-range` for more rows than `most_rows`, and as `mpc.secret`.
    """
    own = None
    if ctx.me == owner and table is not None:
        if not ctx.planning:
            _require_columns(table, domain)
        own = [0] * domain.cells if ctx.planning else domain.counted(_first_rows(table, domain, users))
    cells = await secret(ctx, owner, own, range=(0, most_rows), kind="int")
    return Counts(domain, cells, frozenset({owner}), None if users is None else users.most_records)


def _require_columns(table: Mapping[str, Any], domain: Domain) -> None:
    """LocalError `no-such-column`."""
    for name in domain.names:
        try:
            table[name]
        except (KeyError, ValueError, IndexError):
            raise LocalError(
                "no-such-column",
                f"the table has no column {name!r}, which is an attribute of the domain",
                f"a table of the columns {', '.join(domain.names)}",
                line=user_line(),
            ) from None


def _first_rows(table: Mapping[str, Any], domain: Domain, users: Users | None) -> Mapping[str, Any]:
    if users is None:
        return table
    with naming_line():
        return {name: users.first_rows(np.asarray(table[name])) for name in domain.names}


def all_counts(tables: Sequence[Counts], neighbours: Neighbours) -> Counts:
    """The counts of several parties' rows together. LocalError `wrong-categories` where they are not of one domain,
    `contributions-unbounded`, and `sensitivity-unknown` where a record may be counted in two of them."""
    if not tables or any(table.domain != tables[0].domain for table in tables):
        raise LocalError(
            "wrong-categories",
            f"{len(tables)} tables that are not of one domain",
            "count the rows of all parties by one mpc.synthetic.domain(...)",
            line=user_line(),
        )
    owners = frozenset[int]().union(*(table.owners for table in tables))
    if len(owners) != sum(len(table.owners) for table in tables):
        raise LocalError(
            "sensitivity-unknown",
            "one party has rows in two of these tables, and a record may be in both",
            "count all rows of a party in one table",
            line=user_line(),
        )
    for table in tables:
        table.require_bound(neighbours)
    first, *others = tables
    rows_are_public = any(table.rows_are_public for table in tables)
    cells = sum((table.cells for table in others), first.cells)
    return Counts(first.domain, cells, owners, rows_are_public=rows_are_public)
