"""Preprocessed material as a notion: what a protocol may ask for with `ctx.take(kind)`.

What kinds there are is the protocols' business (`protocols.preprocessing.kinds`). A kind is public: a frozen
description with shapes. Its material is a tuple of word arrays, one for each part, in the order of `parts()`. The
leading `drawn` parts are uniformly random and independent; the others follow from them (`derive`, in the clear: what a
maker computes and a check repeats). A part is shared additively ("sum"), bitwise ("xor"), additively modulo 256 byte by
byte ("bytes"), or known whole to a single
holder ("clear"), who draws it itself if it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache, lru_cache
from math import prod
from typing import Any, ClassVar, Literal, Self

from mpc.algebra import bits, byte_lanes
from mpc.algebra.interface import Z2k
from mpc.algebra.shapes import Shape
from mpc.algebra.words import Words
from mpc.prg import Prg

Material = tuple[Words, ...]
Sharing = Literal["sum", "xor", "bytes", "clear"]
_OF_PLACE = 16


@dataclass(frozen=True, slots=True)
class Part:
    """One array of a kind: its shape in 64-bit words and how the parties hold it."""

    shape: Shape
    sharing: Sharing
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Correlation:
    """The base of all kinds; `ring` is the ring of its arithmetic parts.

    `dealt`: whether a dealer may make it. `of_one_run`: whether pieces have a secret in common that is of one run, so
    that a store never gives another run what one has left.
    """

    ring: Z2k
    name: ClassVar[str] = "correlation"
    drawn: ClassVar[int] = 0
    dealt: ClassVar[bool] = True
    of_one_run: ClassVar[bool] = False

    def parts(self) -> tuple[Part, ...]:
        """The arrays of this kind, drawn ones first."""
        raise TypeError(f"{type(self).__name__} has no parts")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The remaining parts, in the clear, from the drawn ones in the clear."""
        return ()

    @property
    def stands_on(self) -> tuple[tuple[int, ...], Correlation] | None:
        """Where the standing material was made that the derived parts follow from as well, and its kind, of drawn parts
        alone; None if they follow from a piece's own. Such pieces are of one session, never of a store."""
        return None

    @classmethod
    def derive_on(cls, standing: Material, kinds: Sequence[Self], drawn: Sequence[Material]) -> list[Material]:
        """The remaining parts of pieces that all stand on this, from it and their drawn ones, in the clear."""
        raise TypeError(f"{cls.__name__} stands on nothing")

    @property
    def expanded(self) -> int:
        """How many words more than its parts a maker works out of it for what stands on it, some at a time."""
        return 0

    def in_run(self, run: int) -> Self:
        """The same for the run of this number, of those that a store is made for."""
        return self

    def of_ring(self, shape: Shape, sharing: Sharing = "sum", holder: int | None = None) -> Part:
        """A part that holds ring elements, in this shape of elements: a last axis has their words if they have two."""
        return Part(shape if self.ring.words == 1 else (*shape, self.ring.words), sharing, holder)

    @property
    def elements(self) -> int:
        """How many single correlations this is, for plans and reports."""
        first = self.parts()[0]
        return prod(first.shape) // (self.ring.words if first.sharing == "sum" else 1)

    @property
    def weight(self) -> int:
        """How many words a piece counts as where material is made some at a time: its own, and its place."""
        return _OF_PLACE + sum(prod(part.shape) for part in self.parts())

    def encoding(self) -> tuple[int | str, ...]:
        """Flat and injective within the kind: used on the wire and to separate random streams."""
        flat: list[int | str] = [self.name]
        kind: Any = type(self)
        for field in _names_of_fields(kind):
            value = getattr(self, field)
            numbers = value if isinstance(value, tuple) else (value,) if isinstance(value, int) else _numbers_of(value)
            flat.extend((len(numbers), *numbers))
        return tuple(flat)


@cache
def _names_of_fields(kind: type[Correlation]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@lru_cache(maxsize=64)
def _numbers_of(ring: Any) -> tuple[int | str, ...]:
    """Those of a ring, which is the same for most of a run's material: taking a dataclass apart is slow."""
    return astuple(ring)


def draw(prg: Prg, part: Part, ring: Z2k) -> Words:
    """This party's uniformly random share of one part, the next of its stream."""
    words = prg.words(part.shape)
    return ring.reduce(words) if part.sharing == "sum" else words


def together(part: Part, ring: Z2k, x: Words, y: Words) -> Words:
    """What two shares of a part add up to."""
    return ring.add(x, y) if part.sharing == "sum" else _of_bits(part, byte_lanes.add)(x, y)


def apart(part: Part, ring: Z2k, x: Words, y: Words) -> Words:
    """The share that adds up to x with y."""
    return ring.sub(x, y) if part.sharing == "sum" else _of_bits(part, byte_lanes.sub)(x, y)


def _of_bits(part: Part, of_bytes: Callable[[Words, Words], Words]) -> Callable[[Words, Words], Words]:
    return of_bytes if part.sharing == "bytes" else bits.bit_xor


def holds(part: Part, party: int) -> bool:
    """Whether a party has words of this part."""
    return part.sharing != "clear" or part.holder == party
