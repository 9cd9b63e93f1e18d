"""The one thing that training asks of secure aggregation: the sum of vectors of many clients, of which nobody sees one.

What sums is behind this interface: parties of a mesh (`masked_sums`), one process for a simulation (`InProcess`), and
whatever else adds words up modulo 2^b. Who trains does not know which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mpc.algebra.words import U64, Words

Widths = tuple[tuple[int, int], ...]
"""Of the parts of a client's vector: how many numbers, and of how many bits their ring is. Public, the same for all."""

Parts = Sequence[Words]
"""A client's vector: a part for each of the widths, its numbers reduced modulo 2^bits."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of the parts, modulo their rings, and of whom: the clients whose vectors are in it, by number."""

    parts: list[Words]
    survivors: tuple[int, ...]
    bytes_sent: int = 0
    """By this process, for this sum."""


class Aggregate(Protocol):
    """What sums vectors. A client that vanishes is missing from the survivors, and its vector from the sum."""

    async def sum(self, own: Iterable[tuple[int, Parts]], widths: Widths) -> Total:
        """The total over all clients. `own`: those vectors that this process has, with their clients' numbers, taken
        one after the other; one in a party of a mesh, none in a server."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """All clients in one process, for simulations: their vectors meet here, and nothing is hidden from who runs it."""

    async def sum(self, own: Iterable[tuple[int, Parts]], widths: Widths) -> Total:
        """As of `Aggregate`; only one vector is held beside the sum."""
        totals, survivors = [np.zeros(count, U64) for count, _ in widths], []
        for client, parts in own:
            for total, part in zip(totals, parts, strict=True):
                total += part
            survivors.append(client)
        reduced = [total & mask(bits) for total, (_, bits) in zip(totals, widths, strict=True)]
        return Total(reduced, tuple(survivors))


def mask(bits: int) -> np.uint64:
    """What keeps the lowest bits of a word."""
    return np.uint64(2**bits - 1)
