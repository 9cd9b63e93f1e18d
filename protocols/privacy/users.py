"""Whose each row is: what one party knows of its users, and how many rows of one of them count, which is public."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of
from protocols.privacy.neighbours import substitute, user
from protocols.privacy.sensitivity import counted, named


@dataclass(frozen=True, eq=False, slots=True)
class Users:
    """The user of each row of a party's data, and how many rows of one user count: `mpc.secret(..., users=)`.

    `ids` (rows): names or numbers, of the party that has them; None at the others. They stay with it. `most_records`:
    of one user only the first so many rows are put in, in the order of the data; it is public, the same at all
    parties. So is the number of rows that are left. One `Users` serves all secrets that have the same rows: rows of
    secrets with two of them are never taken to be of one user. Raises LocalError as `count_of` and `counted`.
    """

    ids: npt.ArrayLike | None = field(repr=False)
    most_records: int
    kept: npt.NDArray[np.bool_] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "most_records", count_of(self.most_records, "the records of a user"))
        if self.ids is None:
            return
        ids = named(self.ids)
        if ids.ndim != 1:
            raise LocalError("wrong-shape", f"users in an array of shape {ids.shape}", "one user for each row")
        object.__setattr__(self, "kept", counted(len(ids), substitute(user(self.most_records)), ids))

    def first_rows(self, rows: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """The rows that count. LocalError `contributions-unbounded` where it is not known whose they are, `wrong-shape`
        where these are other rows."""
        if self.kept is None:
            raise LocalError(
                "contributions-unbounded",
                "a party's rows are to be bounded for each user, and nothing says whose each row is",
                "mpc.privacy.Users(ids, most_records=...) with the user of each row, at the party that owns the data",
            )
        if rows.shape[:1] != self.kept.shape:
            raise LocalError(
                "wrong-shape",
                f"{len(self.kept)} rows have a user each, and the data are of shape {rows.shape}",
                "one user for each row",
            )
        return rows[self.kept]
