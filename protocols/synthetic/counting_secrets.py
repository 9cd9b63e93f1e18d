"""Rows whose columns are secrets, of one party or several: counted on shares, all pairs of attributes by one product.

With H the matrix of rows and of the categories of all attributes, 1 where the row has the category, H^T H has in its
blocks the marginals of all pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import sum_
from protocols.array.contributions import rows_of
from protocols.array.lines import user_line
from protocols.array.logic import equal
from protocols.array.matrices import matmul
from protocols.array.records import Labels, Source, most_rows, united
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.array.thresholds import nearest
from protocols.synthetic.counting import Counts
from protocols.synthetic.domain import Domain


def counts_of(columns: Mapping[str, SecretArray], domain: Domain) -> Counts:
    """Secret columns (rows,), one for each attribute, as counts of all marginals of one and two attributes.

    Columns may be of several owners, who each know something else of the same persons, and computed of other secrets
    row by row; how many rows there are is public. Categories are numbers. A value that is none of them is counted in no
    cell, and nobody learns of it. Records what is to be computed: rows times categories comparisons, and a product of
    the matrix of those with itself. Raises LocalError `wrong-categories`, and `sensitivity-unknown` and `not-bounded`
    where it is not known that each record is in one row.
    """
    found = [_column(columns, name) for name in domain.names]
    if len({column.shape for column in found}) != 1:
        raise _wrong("columns differ in length")
    of = united(rows_of(column.node).of for column in found)
    if _most_rows_of_an_owner(of) > 1:
        raise LocalError(
            "sensitivity-unknown",
            "a record is in several rows of these columns",
            "columns of the same rows in the same order, each record in one of them",
            line=user_line(),
        )
    pairs = zip(found, domain.categories, strict=True)
    members = concatenate([_members(column, _numbers(values)) for column, values in pairs], axis=1)
    owners = frozenset(source.owner for source in of)
    return Counts(domain, _cells(ring_form(members), domain), owners, _most_records(of), rows_are_public=True)


def _most_rows_of_an_owner(of: Mapping[Source, Labels]) -> int:
    """In how many rows one record may be: with other users a party's row is taken to be another one of the same."""
    rows = dict[int, int]()
    for source, labels in of.items():
        rows[source.owner] = rows.get(source.owner, 0) + most_rows(labels)
    return max(rows.values(), default=0)


def _members(column: SecretArray, categories: npt.NDArray[Any]) -> SecretArray:
    """Whether each row has each category: (rows, categories), at most one in a row. LocalError `wrong-categories` for
    two that the column's last place does not tell apart, as one row would be counted in both."""
    x = ring_form(column)
    units = nearest(x, categories).values
    held = units[(units >= x.range.lo) & (units <= x.range.hi)]
    if len(np.unique(held)) < len(held):
        raise _wrong("two categories of a column are one number, rounded as its values are")
    return equal(column.reshape(-1, 1), categories)


def _cells(members: SecretArray, domain: Domain) -> SecretArray:
    products, ends = matmul(members.T, members), np.cumsum((0, *domain.sizes))
    blocks = [products[ends[a] : ends[a + 1], ends[b] : ends[b + 1]].reshape(-1) for a, b in domain.pairs]
    return concatenate([sum_(members, 0), *blocks])


def _most_records(of: Mapping[Source, Any]) -> int | None:
    bounds = [source.users.most_records for source in of if source.users is not None]
    return max(bounds) if bounds and len(bounds) == len(of) else None


def _column(columns: Mapping[str, SecretArray], name: str) -> SecretArray:
    column = columns.get(name)
    if not isinstance(column, SecretArray) or len(column.shape) != 1:
        raise _wrong(f"there is no secret column {name!r} of one dimension")
    return column


def _numbers(values: tuple[Any, ...]) -> npt.NDArray[Any]:
    if any(isinstance(value, str) for value in values):
        raise _wrong("categories are texts, and secrets are numbers")
    return np.array(values) * 1


def _wrong(why: str) -> LocalError:
    return LocalError(
        "wrong-categories",
        f"these are no rows of the domain: {why}",
        "a secret (rows,) of numbers for each attribute, and numbers for categories",
        line=user_line(),
    )
