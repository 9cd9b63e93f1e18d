"""A limit of the machine: a loop that does one thing only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One call of `run` does `count` units of `unit`."""

    unit: str
    count: int
    run: Callable[[], object]
