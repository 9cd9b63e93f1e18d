"""Types of one number: Count (0 or 1) and Sum (0 to a bound). No joint randomness (VDAF, sections 7.4.1 and 7.4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.circuit import Circuit
from protocols.prio3.elements import shaped
from protocols.prio3.gadgets import Calls, Products, Quadratics, Wires
from protocols.prio3.range_checks import Bounded
from protocols.prio3.refusals import wrong_type


class Count(Circuit[int, int]):
    """0 or 1: x^2 - x = 0."""

    meas_len, joint_rand_len, output_len, eval_output_len, most = 1, 0, 1, 1, 1
    gadgets = (Calls(Products(1), 1),)

    def __init__(self, field: PrimeField) -> None:
        self.field = field

    def encode(self, measurement: int) -> Words:
        """The number itself."""
        return self.field.from_bits(Bounded(1).encode(measurement, ()))

    def wires(self, meas: Words, joint_rand: Words, shares: int) -> list[Wires]:
        """x and x."""
        x = self.field.zeros((len(meas), 2, 1))
        x[:, 1, 0] = meas[:, 0]
        return [(x, x.copy())]

    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """x^2 - x."""
        return self.field.sub(results[0], meas)

    def truncate(self, meas: Words) -> Words:
        """The number."""
        return meas

    def decode(self, total: Sequence[int], count: int) -> int:
        """How many gave 1."""
        return total[0]


class Sum(Circuit[int, int]):
    """0 to `max_measurement`, in bits of which each is checked by itself."""

    joint_rand_len, output_len = 0, 1

    def __init__(self, field: PrimeField, max_measurement: int) -> None:
        if max_measurement < 1 or 2 ** max_measurement.bit_length() >= field.p:
            raise wrong_type(f"no sum has the bound {max_measurement}", f"give one from 1 on, below 2^{field.bits - 1}")
        self.field = field
        self.number = Bounded(max_measurement)
        self.most = max_measurement
        self.meas_len = self.eval_output_len = self.number.bits
        self.gadgets = (Calls(Quadratics(0, -1, 1), self.number.bits),)

    def encode(self, measurement: int) -> Words:
        """The bits."""
        return self.field.from_bits(self.number.encode(measurement, ()))

    def wires(self, meas: Words, joint_rand: Words, shares: int) -> list[Wires]:
        """One bit a call."""
        bits = self.field.zeros((len(meas), self.gadgets[0].p, 1))
        bits[:, 1 : self.meas_len + 1, 0] = meas
        return [(bits,)]

    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """b^2 - b for each bit b."""
        return shaped(self.field, results[0], len(meas), self.eval_output_len)

    def truncate(self, meas: Words) -> Words:
        """The number that the bits stand for."""
        return self.number.decode(self.field, meas)

    def decode(self, total: Sequence[int], count: int) -> int:
        """The sum."""
        return total[0]
