"""How far one unit moves integer figures: computed from bounds and neighbours, rounded up by the grid they lie on.

Neighbours differ by one unit: m records at most, whose values on the grid are l to h; M = max(|l|, |h|). A record of
several figures is in one of them, or in none.

| neighbours | figures | L1 | squared L2 |
|---|---|---|---|
| a unit added or removed | any | m M | (m M)^2 |
| m records substituted | one | m (h - l) | its square |
| a user's records, at most m in both data sets | one | m (max(h, 0) - min(l, 0)) | its square |
| any substituted | several | 2 m M | max(2 (m M)^2, (m (max(h, 0) - min(l, 0)))^2) |

The last one: what goes and what comes are each a vector of at most m M in L1, and the squared distance of two such, a
convex function, is largest at corners: all that goes in one figure and all that comes in another or in the same one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.grid import unmasked
from protocols.privacy.neighbours import Kind, Neighbours, Relation


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The most that all figures together move between neighbours: in L1, and the square of it in L2; in steps."""

    l1: int
    l2_squared: int
    neighbours: Neighbours


def of_sums(low: int, high: int, figures: int, neighbours: Neighbours) -> Sensitivity:
    """Of sums over public groups, one a figure, of records whose values are low to high."""
    m, most = neighbours.unit.most_records, max(abs(low), abs(high))
    span = m * (max(high, 0) - min(low, 0))
    if neighbours.relation is Relation.ADD_OR_REMOVE:
        return Sensitivity(m * most, (m * most) ** 2, neighbours)
    if figures > 1:
        return Sensitivity(2 * m * most, max(2 * (m * most) ** 2, span**2), neighbours)
    moved = m * (high - low) if neighbours.unit.kind is Kind.RECORD else span
    return Sensitivity(moved, moved**2, neighbours)


def counted(records: int, neighbours: Neighbours, users: npt.ArrayLike | None) -> npt.NDArray[np.bool_]:
    """Which records count: all, or the first so many of each user that the unit allows, in the order of the data.

    `users` (records): whose each is. What counts of one user depends on that user's records alone, so that no other's
    change. Raises LocalError `contributions-unbounded` where the unit is a user and users are not given, `wrong-shape`,
    `missing-values` where it is not known whose a record is, `wrong-dtype` for users that have no order.
    """
    if neighbours.unit.kind is Kind.RECORD:
        return np.ones(records, np.bool_)
    if users is None:
        raise LocalError(
            "contributions-unbounded",
            f"the neighbours differ by {neighbours.unit}, and nothing says whose each record is",
            "users=..., an array with the user of each record: what is beyond the bound is then left out",
        )
    of = named(users)
    if of.shape != (records,):
        raise LocalError("wrong-shape", f"{records} records, and users of shape {of.shape}", "one user for each record")
    order = _order(of)
    begins = np.flatnonzero(np.concatenate([[True], of[order][1:] != of[order][:-1]])[:records])
    places = np.arange(records) - np.repeat(begins, np.diff(np.append(begins, records)))
    kept = np.empty(records, np.bool_)
    kept[order] = places < neighbours.unit.records
    return kept


def named(users: npt.ArrayLike) -> npt.NDArray[np.generic]:
    """Users as an array. Of a list of names and NaN numpy would make one more name. LocalError `missing-values`."""
    if isinstance(users, list | tuple) and any(one is None or _is_nan(one) for one in users):
        raise _not_named()
    return unmasked(users)


def _is_nan(one: object) -> bool:
    return isinstance(one, float | np.floating) and bool(one != one)


def _not_named() -> LocalError:
    return LocalError(
        "missing-values", "of some records it is not said whose they are (NaN)", "leave them out, or name each"
    )


def _order(users: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """What puts the records of each user together. NaN is no user: two of them are never the same."""
    if (users != users).any():
        raise _not_named()
    try:
        return np.argsort(users, kind="stable")
    except TypeError:
        raise LocalError("wrong-dtype", "users that cannot be put in order", "all names, or all numbers") from None
