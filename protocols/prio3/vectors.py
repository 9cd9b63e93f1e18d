"""Types of many numbers: SumVec, Histogram, MultihotCountVec (VDAF, sections 7.4.3 to 7.4.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.circuit import Circuit, Measurement
from protocols.prio3.elements import inverse_of, shaped
from protocols.prio3.gadgets import Wires
from protocols.prio3.range_checks import BitCheck, Bounded
from protocols.prio3.refusals import unfit, wrong_type

Numbers = Sequence[int] | npt.NDArray[Any]


def bounded(field: PrimeField, most: int) -> Bounded:
    """The numbers up to a bound, if their weights are below p; else LocalError `wrong-prio3-parameters`."""
    if most < 1 or 2 ** most.bit_length() >= field.p:
        raise wrong_type(f"no number has the bound {most}", f"give one from 1 on, below 2^{field.bits - 1}")
    return Bounded(most)


class CheckedBits(Circuit[Measurement, list[int]]):
    """What the types of bits have in common: one check of `meas_len` elements, and what they say beyond it."""

    def __init__(self, field: PrimeField, meas_len: int, chunk_length: int) -> None:
        self.check = BitCheck(field, meas_len, chunk_length)
        self.field = field
        self.meas_len = meas_len
        self.gadgets = (self.check.calls,)
        self.joint_rand_len = self.check.calls.calls
        self.eval_output_len = 2

    def wires(self, meas: Words, joint_rand: Words, shares: int) -> list[Wires]:
        """Those of the check."""
        return [self.check.wires(meas, joint_rand, shares)]

    def wires_at(self, meas: Words, joint_rand: Words, shares: int, weights: Sequence[Words]) -> list[Wires]:
        """Those of the check."""
        return [self.check.wires_at(meas, joint_rand, shares, weights[0])]

    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """The check's sum, and what else must be zero."""
        also = shaped(self.field, self.also_zero(meas, shares), len(meas), 1)
        return np.concatenate([self.check.output(results[0]), also], axis=1)

    def also_zero(self, meas: Words, shares: int) -> Words:
        """A linear function (batch,) of the measurement."""
        raise NotImplementedError

    def decode(self, total: Sequence[int], count: int) -> list[int]:
        """The sums."""
        return list(total)


class SumVec(CheckedBits[Numbers]):
    """`length` numbers from 0 to `max_measurement`."""

    def __init__(self, field: PrimeField, length: int, max_measurement: int, chunk_length: int) -> None:
        self.number = bounded(field, max_measurement)
        super().__init__(field, length * self.number.bits, chunk_length)
        self.output_len = length
        self.most = max_measurement
        self.eval_output_len = 1

    def encode(self, measurement: Numbers) -> Words:
        """The bits, number by number."""
        bits = self.number.encode(measurement, (self.output_len,))
        return self.field.from_bits(bits.reshape(-1))

    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """The check's sum alone."""
        return self.check.output(results[0])

    def truncate(self, meas: Words) -> Words:
        """The numbers."""
        return self.number.decode(self.field, meas)


class Histogram(CheckedBits[int]):
    """One bucket of `length`: bits of which exactly one is 1. A measurement is the bucket's index."""

    most = 1

    def __init__(self, field: PrimeField, length: int, chunk_length: int) -> None:
        super().__init__(field, length, chunk_length)
        self.output_len = length

    def encode(self, measurement: int) -> Words:
        """1 in the bucket, 0 elsewhere; written the same way wherever it is."""
        if isinstance(measurement, bool) or not isinstance(measurement, int | np.integer):
            raise unfit("a measurement of a histogram is the index of a bucket", "give a whole number")
        if not 0 <= measurement < self.output_len:
            raise unfit(f"a bucket is not from 0 to {self.output_len - 1}", "see in which bucket the value belongs")
        return self.field.from_bits((np.arange(self.output_len) == measurement).astype(np.uint8))

    def also_zero(self, meas: Words, shares: int) -> Words:
        """The sum of the buckets, less 1."""
        return self.field.sub(self.field.sum(meas, axis=1), inverse_of(self.field, shares))

    def truncate(self, meas: Words) -> Words:
        """The buckets."""
        return meas


class MultihotCountVec(CheckedBits[Numbers]):
    """`length` bits of which at most `max_weight` are 1; their number follows in bits."""

    most = 1

    def __init__(self, field: PrimeField, length: int, max_weight: int, chunk_length: int) -> None:
        if not 0 < max_weight <= length < field.p:
            raise wrong_type(f"{max_weight} of {length} bits cannot be 1", "give a weight from 1 to the length")
        self.weight = bounded(field, max_weight)
        super().__init__(field, length + self.weight.bits, chunk_length)
        self.output_len = length

    @property
    def bound(self) -> int:
        """That of the number of ones."""
        return self.weight.most

    def encode(self, measurement: Numbers) -> Words:
        """The bits, and the bits of how many are 1."""
        bits = Bounded(1).encode(measurement, (self.output_len,)).reshape(-1)
        if (weight := int(bits.sum())) > self.weight.most:
            raise unfit(f"more than {self.weight.most} entries are 1", "leave some out, or take a higher weight")
        return self.field.from_bits(np.concatenate([bits, self.weight.encode(weight, ())]))

    def also_zero(self, meas: Words, shares: int) -> Words:
        """The number of ones, less what was said of it."""
        said = self.weight.decode(self.field, meas[:, self.output_len :])
        return self.field.sub(self.field.sum(self.truncate(meas), axis=1), said[:, 0])

    def truncate(self, meas: Words) -> Words:
        """The bits without their number."""
        return meas[:, : self.output_len]
