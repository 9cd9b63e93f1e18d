"""A party's view exactly: all randomness of a protocol on a tiny ring, every combination in one lane of one run.

A first run on zeros notes each random draw and gives it bit positions; a second run has 2^bits lanes, and the draw's
value in lane i is what its bits of i say. Every lane is one outcome, all outcomes are there and equally likely, so the
rows of the view are its distribution, not a sample of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import trio

from mpc.algebra import bits
from mpc.algebra.ring import Ring, Words
from mpc.errors import LocalError
from mpc.prg import Seed
from mpc.testing.views import Protocol, Randomness, View, coalition, observe, packed_by_lane

MAX_BITS = 20
_FIRST_LANES = 64

Draw = tuple[object, ...]


@dataclass(slots=True)
class Enumeration:
    """Which bits of a lane's number each draw takes."""

    ring: Ring
    lanes: int = _FIRST_LANES
    places: dict[Draw, int] = field(default_factory=dict)
    bits: int = 0
    fixed: bool = False

    def seed(self, name: str) -> Seed:
        """What stands for a seed: its streams are enumerated."""
        return cast(Seed, _Seed(self, name))

    def digits(self, draw: Draw, width: int) -> Words:
        """The value of one draw of `width` bits in every lane."""
        if draw not in self.places:
            self._place(draw, width)
        if not self.fixed:
            return np.zeros(self.lanes, np.uint64)
        lanes = np.arange(self.lanes, dtype=np.uint64)
        return (lanes >> np.uint64(self.places[draw])) & np.uint64((1 << width) - 1)

    def fix(self) -> None:
        """All draws are known: from now on lanes run through their combinations."""
        self.fixed = True
        self.lanes = max(1 << self.bits, _FIRST_LANES)

    def _place(self, draw: Draw, width: int) -> None:
        if self.fixed:
            raise LocalError(
                "not-enumerable", f"the draw {draw} was not made in the first run", "draw the same whatever was drawn"
            )
        self.places[draw] = self.bits
        self.bits += width
        if self.bits > MAX_BITS:
            raise LocalError(
                "not-enumerable",
                f"this protocol draws over {MAX_BITS} random bits on a ring of {self.ring.bits}",
                "use a smaller ring, fewer parties or sampled_view",
            )


def exact_view(
    protocol: Protocol,
    inputs: Sequence[Sequence[int]],
    *,
    suite: Any,
    observers: int | Collection[int],
    ring: Ring,
    dealt: bool = True,
) -> View:
    """What the observers see of `protocol(ctx, mine, lanes)` under all randomness there is, at most 2^20 combinations.

    `inputs[i]` lists party i's ring elements; `mine` holds them as arrays of shape (lanes,). The protocol must work
    elementwise, on arrays whose last axis is the lanes or packs them. Compare two with `assert_same_distribution`.
    Raises LocalError `not-enumerable` if there is too much randomness, or randomness of another shape.
    """
    enumeration = Enumeration(ring)
    randomness = Randomness.of(len(inputs), enumeration.seed)

    def run() -> View:
        view = View(coalition(observers), enumeration.lanes, ring, exact=True)
        return trio.run(observe, protocol, inputs, view, randomness, suite, dealt)

    run()
    enumeration.fix()
    return run()


@dataclass(frozen=True, slots=True)
class _Seed:
    enumeration: Enumeration
    name: str

    def prg(self, *domain: object) -> _Prg:
        """The stream of a domain; of a material's domain only path and name count, its shape depends on the lanes."""
        return _Prg(self.enumeration, (self.name, *domain[:3]))


_FLAT_BITS = frozenset({"dabit"})
"""Kinds of material whose packed bits are drawn for all planes at once."""


@dataclass(slots=True)
class _Prg:
    enumeration: Enumeration
    stream: Draw
    drawn: int = 0

    def words(self, shape: int | tuple[int, ...]) -> Words:
        """Enumerated ring elements, (..., lanes) or flat; or packed bits, once or several times in the last axis."""
        lanes, width = self.enumeration.lanes, bits.words_for(self.enumeration.lanes)
        sides = (shape,) if isinstance(shape, int) else shape
        size = int(np.prod(sides))
        if not size:
            rows = []
        elif sides and (sides[-1] == lanes or (len(sides) == 1 and size % lanes == 0)):
            rows = [self._digits(self.enumeration.ring.bits) for _ in range(size // lanes)]
        elif packed_by_lane(sides, lanes) or sides == (width,) or (self._flat and len(sides) == 1 and not size % width):
            rows = [bits.pack(self._digits(1).astype(np.uint8)) for _ in range(size // width)]
        else:
            cause = f"a draw of shape {sides} with {lanes} lanes"
            raise LocalError("not-enumerable", cause, "work elementwise on lanes")
        return np.concatenate([np.zeros(0, np.uint64), *rows]).reshape(sides)

    @property
    def _flat(self) -> bool:
        return bool(_FLAT_BITS.intersection(self.stream[1:]))

    def _digits(self, width: int) -> Words:
        self.drawn += 1
        return self.enumeration.digits((*self.stream, self.drawn), width)
