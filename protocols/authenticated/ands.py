"""What the function-independent phase makes: authenticated ANDs, and bits for the masks of wires."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

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
