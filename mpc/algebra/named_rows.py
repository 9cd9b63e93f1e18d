"""Which rows of a party's own data an error is about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ROWS_SHOWN = 8


def named_rows(outside: npt.NDArray[np.bool_]) -> str:
    """The first rows with places that are outside, to go on a sentence with; "" for a single number.

    For the owner, who is the only one to read it; what stands there is not said.
    """
    if not outside.ndim:
        return ""
    rows = np.flatnonzero(outside.reshape(len(outside), -1).any(axis=1))
    more = f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else ""
    return f": in {'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows[:ROWS_SHOWN]))}{more}, counted from 0"
