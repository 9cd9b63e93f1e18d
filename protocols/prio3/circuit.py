"""Validity circuits: what makes a measurement valid, and how it is written in field elements (VDAF, section 7.3.2).

No gadget here reads what another gave, so a circuit is two linear maps: measurement to the wires of its gadgets, and
measurement with the gadgets' results to outputs, all of which are zero if and only if it is valid. Both work on shares,
where constants enter as their fraction 1 / shares; and on a batch of measurements (batch, meas_len) at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.gadgets import Calls, Wires, summed_under

Measurement = TypeVar("Measurement", contravariant=True)
Result = TypeVar("Result", covariant=True)


class Circuit(ABC, Generic[Measurement, Result]):
    """A type of measurements, with what the proof system has to know of it.

    field, meas_len, joint_rand_len, output_len, eval_output_len, gadgets: lengths in elements. `most`: the largest
    entry that a valid measurement adds to an aggregate; aggregates are refused that could reach p.
    """

    field: PrimeField
    meas_len: int
    joint_rand_len: int
    output_len: int
    eval_output_len: int
    most: int
    gadgets: tuple[Calls, ...]

    @property
    def bound(self) -> int:
        """The largest number that bits stand for: what their weights depend on, beside the lengths."""
        return self.most

    @property
    def prove_rand_len(self) -> int:
        """Elements of the prover's randomness: a seed a wire."""
        return sum(g.arity for g in self.gadgets)

    @property
    def query_rand_len(self) -> int:
        """Elements of the verifiers' randomness: one an output if there are several, and a point a gadget."""
        return len(self.gadgets) + (self.eval_output_len if self.eval_output_len > 1 else 0)

    @cached_property
    def proof_len(self) -> int:
        """Elements of a proof."""
        return sum(g.proof_length for g in self.gadgets)

    @cached_property
    def verifier_len(self) -> int:
        """Elements of a verifier: the reduced output, and a gadget's wires and value."""
        return 1 + sum(g.arity + 1 for g in self.gadgets)

    @abstractmethod
    def encode(self, measurement: Measurement) -> Words:
        """The elements (meas_len,) of a measurement; LocalError `wrong-measurement` if it is not of this type."""

    @abstractmethod
    def wires(self, meas: Words, joint_rand: Words, shares: int) -> list[Wires]:
        """Each gadget's wires, arrays (batch, p, count): call k at point k from 1 on, zero elsewhere; fresh ones."""

    def wires_at(self, meas: Words, joint_rand: Words, shares: int, weights: Sequence[Words]) -> list[Wires]:
        """Each gadget's wires, summed over its points under its weights (batch, p): arrays (batch, count)."""
        wires = self.wires(meas, joint_rand, shares)
        return [summed_under(self.field, some, w) for some, w in zip(wires, weights, strict=True)]

    @abstractmethod
    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """The outputs (batch, eval_output_len), of results (batch, calls) for each gadget."""

    @abstractmethod
    def truncate(self, meas: Words) -> Words:
        """What is added up of measurements: (batch, output_len)."""

    @abstractmethod
    def decode(self, total: Sequence[int], count: int) -> Result:
        """The result, of the sum of the truncated measurements of so many clients."""


AnyCircuit = Circuit[Any, Any]
