"""What the function-independent phase makes: authenticated ANDs, and bits for the masks of wires."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from mpc.algebra.ring import Words
from protocols.authenticated.bits import Bits
from protocols.authenticated.side import EVALUATOR, GARBLER


@dataclass(frozen=True, slots=True, eq=False)
class Ands:
    """Authenticated bits x, y and z = x y, as many of each."""

    x: Bits
    y: Bits
    z: Bits

    def __repr__(self) -> str:
        return f"<{len(self.x)} authenticated ANDs>"

    def __getitem__(self, places: slice) -> Ands:
        return Ands(self.x[places], self.y[places], self.z[places])

    def __len__(self) -> int:
        return len(self.x)


class Size(NamedTuple):
    """How much of it: ANDs, each with a bit for the mask of a result, and bits that a party alone knows."""

    ands: int
    owned: tuple[int, int] = (0, 0)

    @property
    def bits(self) -> int:
        """Of all sorts together."""
        return 4 * self.ands + sum(self.owned)

    @classmethod
    def total(cls, sizes: Iterable[Size]) -> Size:
        """Of several together."""
        each = list(sizes)
        return cls(sum(s.ands for s in each), (sum(s.owned[0] for s in each), sum(s.owned[1] for s in each)))


@dataclass(frozen=True, slots=True, eq=False)
class Independent:
    """A party's part of it, used once. labels: (2, bits, 2), both sharings of x, y, z, of results, of owned bits."""

    size: Size
    labels: Words = field(repr=False)

    def _bits(self, begin: int, count: int) -> Bits:
        return Bits(*self.labels[:, begin : begin + count])

    @property
    def ands(self) -> Ands:
        """The ANDs."""
        count = self.size.ands
        return Ands(*(self._bits(begin * count, count) for begin in range(3)))

    @property
    def results(self) -> Bits:
        """A random bit for each."""
        return self._bits(3 * self.size.ands, self.size.ands)

    def owned(self, party: int) -> Bits:
        """Random bits that this party alone knows."""
        begin = 4 * self.size.ands + (self.size.owned[GARBLER] if party == EVALUATOR else 0)
        return self._bits(begin, self.size.owned[party])

    def split(self, sizes: Sequence[Size]) -> list[Independent]:
        """Parts of these sizes, which together are all of it; each is a copy, unless it is the only one."""
        if len(sizes) == 1:
            return [self]
        begins, parts = [0, self.size.ands, 2 * self.size.ands, 3 * self.size.ands, 4 * self.size.ands], []
        begins.append(begins[-1] + self.size.owned[GARBLER])
        for size in sizes:
            counts = [size.ands] * 4 + list(size.owned)
            ends = [begin + count for begin, count in zip(begins, counts, strict=True)]
            slices = [self.labels[:, begin:end] for begin, end in zip(begins, ends, strict=True)]
            parts.append(Independent(size, np.concatenate(slices, axis=1)))
            begins = ends
        return parts
