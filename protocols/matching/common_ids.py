"""What `mpc.matching.common` gives: the identifiers that all parties have, and where this party has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from protocols.matching.ids import Ids, Rows


@dataclass(frozen=True, slots=True, repr=False)
class Common:
    """`ids`: the identifiers that all have, ascending, so in the same order at all who learn them: int64, or objects.

    `rows` (common,): this party's row of each, the first where several have it; `table[found.rows]` are its data in
    that order. `mask` (rows,): which of this party's rows have a common identifier, repeated ones included.
    """

    ids: npt.NDArray[Any] = field(repr=False)
    rows: Rows = field(repr=False)
    mask: npt.NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, own: Ids, found: npt.NDArray[np.bool_]) -> Common:
        """Of this party's identifiers those that were found (identifiers,)."""
        return cls(own.values(found), own.first_rows()[found], found[own.place])

    @classmethod
    def planned(cls, rows: int, count: int) -> Common:
        """For plans: the first `count` of so many rows."""
        places = np.arange(min(count, rows))
        return cls(np.zeros(count, np.int64), places, np.arange(rows) < count)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<{len(self)} common identifiers, in {int(self.mask.sum())} of {len(self.mask)} rows>"
