"""Gadgets: the circuits of degree two whose outputs a proof gives instead of computing them (BBCGGI19, section 4.3).

Wires of a gadget are one array (batch, count, m) for each input of an inner circuit, of which there are `count`
copies, at m points or calls at once. A gadget adds up the outputs of its copies (`ParallelSum` of the drafts), so its
result is (batch, m). In messages the inputs stand copy by copy, input j of copy i at place i * kinds + j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.elements import shaped

Wires = Sequence[Words]

DEGREE = 2
"""Of every gadget here. What computes with gadget polynomials counts on it: 2 p - 1 values at roots of order 2 p."""


class Gadget(Protocol):
    """What a gadget offers."""

    @property
    def kinds(self) -> int:
        """Inputs of one copy."""

    @property
    def count(self) -> int:
        """Copies."""

    def evaluate(self, field: PrimeField, wires: Wires) -> Words:
        """The sums of the copies' outputs: `kinds` arrays (batch, any count, m) to (batch, m)."""


@dataclass(frozen=True, slots=True)
class Products:
    """`count` products of two inputs: ParallelSum(Mul, count); Mul itself with one."""

    count: int
    kinds: int = 2

    def evaluate(self, field: PrimeField, wires: Wires) -> Words:
        """The sum of all products."""
        return field.column_dots(wires[0], wires[1])


@dataclass(frozen=True, slots=True)
class Quadratics:
    """`count` values of one public polynomial c + b x + x^2: ParallelSum(PolyEval([c, b, 1]), count)."""

    constant: int
    linear: int
    count: int
    kinds: int = 1

    def evaluate(self, field: PrimeField, wires: Wires) -> Words:
        """The sum of all values, each (x + b) x + c."""
        (x,) = wires
        constants = field.from_ints(self.constant * field.shape(x)[1])
        return field.add(field.column_dots(field.add(x, field.from_ints(self.linear)), x), constants)


@dataclass(frozen=True, slots=True)
class Calls:
    """A gadget and how often a circuit calls it."""

    gadget: Gadget
    calls: int

    @property
    def arity(self) -> int:
        """Wires."""
        return self.gadget.kinds * self.gadget.count

    @property
    def p(self) -> int:
        """Points of a wire polynomial: the least power of two above the number of calls; the first is its seed."""
        return 1 << self.calls.bit_length()

    @property
    def polynomial_length(self) -> int:
        """Values of the gadget polynomial that a proof carries."""
        return DEGREE * (self.p - 1) + 1

    @property
    def proof_length(self) -> int:
        """Elements of a proof: wire seeds, then the gadget polynomial."""
        return self.arity + self.polynomial_length


def in_copies(field: PrimeField, flat: Words, gadget: Gadget) -> list[Words]:
    """Inputs (batch, arity) in the order of messages as `kinds` arrays (batch, count)."""
    copies = shaped(field, flat, len(flat), gadget.count, gadget.kinds)
    return [copies[:, :, kind] for kind in range(gadget.kinds)]


def summed_under(field: PrimeField, wires: Wires, weights: Words) -> list[Words]:
    """Wires (batch, p, count), summed over p under weights (batch, p): (batch, count)."""
    batch, p = field.shape(weights)
    row = shaped(field, weights, batch, 1, p)
    return [shaped(field, field.matmul(row, wire), batch, field.shape(wire)[2]) for wire in wires]


def in_order(field: PrimeField, copies: Wires) -> Words:
    """Inputs (batch, count) of each kind in the order of messages: (batch, arity)."""
    batch, count = field.shape(copies[0])
    return shaped(field, np.stack(copies, axis=2), batch, count * len(copies))
