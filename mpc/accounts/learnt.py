"""What a program was handed when it revealed a value, by which its result is told to be that very value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any
from weakref import ref
from zlib import crc32

import numpy as np

MOST_PARTS = 1000
"""Of a result whose parts are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a value may be from the exact one, and whether that hangs on what was decided (`ledger.Reveal`)."""

    error: float
    decided: bool


class Learnt:
    """The numbers and arrays that were revealed to this party and may be off, each with its bound.

    Known again is the object itself, an array as long as nothing was written into it: what a program computes of it is
    another number, of which no bound is known. Arrays are not kept alive.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[Any, int, Bound]] = {}

    def add(self, value: Any, error: float, *, decided: bool) -> None:
        """A value, numpy's number or array, as the program is handed it."""
        if not 0 < error < inf:
            return
        key, bound = id(value), Bound(error, decided)
        if isinstance(value, np.ndarray) and value.dtype.kind != "O":
            self._held[key] = ref(value, lambda _: self._held.pop(key, None)), _checksum(value), bound
        elif isinstance(value, np.number):
            self._held[key] = (lambda: value), 0, bound

    def bound_of(self, value: Any) -> Bound | None:
        """The bound of a value that was revealed and is still what it was."""
        if not isinstance(value, np.number | np.ndarray) or id(value) not in self._held:
            return None
        held, checksum, bound = self._held[id(value)]
        unchanged = isinstance(value, np.number) or _checksum(value) == checksum
        return bound if held() is value and unchanged else None

    def bounds_in(self, result: Any) -> dict[str, Bound]:
        """The bound of a result, as `result`; of a dict or a tuple each part's, by key or by place as `[0]`."""
        if isinstance(result, Mapping):
            parts = [(str(key), value) for key, value in result.items()]
        elif isinstance(result, list | tuple):
            parts = [(f"[{place}]", value) for place, value in enumerate(result)]
        else:
            parts = [("result", result)]
        if len(parts) > MOST_PARTS:
            return {}
        names = Counter(name for name, _ in parts)
        found = {name: self.bound_of(value) for name, value in parts if names[name] == 1}
        return {name: bound for name, bound in found.items() if bound is not None}


def _checksum(array: np.ndarray[Any, Any]) -> int:
    return crc32(np.ascontiguousarray(array).data)
