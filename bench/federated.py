"""The table of federated learning: secure aggregation, proofs, sets in common, training.

Each subject is a file of its own, `bench/federated_SUBJECT.py`, with its workloads (NAMES or WORKS) and `measure`; all
that lie there are in the table.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bench.harness import Options, Row

TITLE = "Federated learning: clients, servers and proofs"
TABLE = "federated"


@cache
def subjects() -> tuple[ModuleType, ...]:
    """The files of the table, by name."""
    found = sorted(info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return tuple(import_module(f"bench.{name}") for name in found if name.startswith(f"{TABLE}_"))


def names() -> list[str]:
    """The workloads."""
    return [name for subject in subjects() for name in getattr(subject, "NAMES", None) or subject.WORKS]


def measure(options: Options) -> Iterator[list[Row]]:
    """The rows of one workload after the other."""
    for subject in subjects():
        yield from subject.measure(TABLE, options)
