"""What a party gives beside its identifiers: a row for each, as an array."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.misuse import refuse_unawaited
from protocols.array.public import refuse_masked, refuse_mixed


def beside(given: Any, rows: int, what: str, line: str) -> npt.NDArray[Any]:
    """An array with a row for each of so many identifiers. LocalError `wrong-columns`, `masked-array`."""
    refuse_unawaited(given, line)
    refuse_masked(given)
    refuse_mixed(given)
    try:
        array = np.asarray(given)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if given is None or not array.ndim or len(array) != rows:
        have = f"of {len(array)} rows" if array.ndim else "that are none"
        raise LocalError(
            "wrong-columns",
            f"{what} {have} beside {rows} identifiers",
            'give a number, or a row of them, for each identifier: mine[["age", "income"]]',
            line=line,
        )
    return array


def with_zero(bounds: Any) -> Any:
    """Public bounds that hold zero, too, which stands where no identifier is; what are no bounds as it is."""
    try:
        lo, hi = bounds
        return (min(lo, 0), max(hi, 0)) if lo <= hi else bounds
    except (TypeError, ValueError):
        return bounds
