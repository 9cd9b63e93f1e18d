"""Who is meant where a program names a party, or several: by their indices."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.errors import LocalError


def party_index(everyone: range, given: Any, line: str | None = None) -> int:
    """The index of a party: any whole number, no truth value. LocalError `no-such-party`, `bad-party`."""
    index = None if isinstance(given, bool | np.bool_) else _index(given)
    if index is None:
        raise LocalError(
            "bad-party",
            f"a value of type {type(given).__name__} where the index of a party belongs",
            f"give a whole number from 0 to {len(everyone) - 1}, or for receivers several: to=(0, 1)",
            line=line,
        )
    if index not in everyone:
        raise LocalError(
            "no-such-party", f"there is no party {index} among {len(everyone)}", "parties count from 0", line=line
        )
    return index


def receivers_of(everyone: range, to: Any, line: str | None = None) -> tuple[int, ...]:
    """The parties that `to=` names, each once: one, several, or with None all."""
    if to is None:
        return tuple(everyone)
    several: Sequence[Any] = list(to) if np.iterable(to) and not isinstance(to, str) else [to]
    return tuple(dict.fromkeys(party_index(everyone, one, line) for one in several))


def _index(given: Any) -> int | None:
    try:
        return operator.index(given)
    except TypeError:
        return None
