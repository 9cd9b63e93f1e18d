"""Types of vectors of bounded norm: L1BoundSum and BoundedL2, for contributions that no client can make large.

L1: draft-ietf-ppm-l1-bound-sum-01. L2: the bit decomposition of libprio's FixedPointBoundedL2VecSum
(divviup/libprio-rs, src/flp/types/fixedpoint_l2.rs; Rathee et al. 2021 and the PINE draft do it cheaper, for other
drafts), as a circuit of the current one: chunks with a joint random element each, outputs reduced by the verifiers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.elements import inverse_of, shaped
from protocols.prio3.gadgets import Calls, Quadratics, Wires, summed_under
from protocols.prio3.range_checks import Bounded, summed, whole_numbers
from protocols.prio3.refusals import unfit, wrong_type
from protocols.prio3.vectors import CheckedBits, Numbers, bounded


class L1BoundSum(CheckedBits[Numbers]):
    """`length` numbers from 0 on whose sum is at most `max_value`; the sum follows in bits."""

    def __init__(self, field: PrimeField, length: int, max_value: int, chunk_length: int) -> None:
        self.number = bounded(field, max_value)
        if length < 1 or (length + 1) * max_value >= field.p:
            raise wrong_type(f"{length} numbers up to {max_value} may reach p = {field.p}", "give a lower bound")
        super().__init__(field, (length + 1) * self.number.bits, chunk_length)
        self.output_len = length
        self.most = max_value

    def encode(self, measurement: Numbers) -> Words:
        """The bits of the numbers, and of their sum."""
        numbers = whole_numbers(measurement, (self.output_len,))
        bits = self.number.encode(numbers, (self.output_len,)).reshape(-1)
        if (norm := summed(numbers, self.output_len * self.most)) > self.number.most:
            raise unfit(f"the numbers add up to more than {self.number.most}", "clip the measurement first")
        return self.field.from_bits(np.concatenate([bits, self.number.encode(norm, ())]))

    def also_zero(self, meas: Words, shares: int) -> Words:
        """The sum of the numbers, less what was said of it."""
        numbers = self.number.decode(self.field, meas)
        return self.field.sub(self.field.sum(numbers[:, :-1], axis=1), numbers[:, -1])

    def truncate(self, meas: Words) -> Words:
        """The numbers without their sum."""
        return self.number.decode(self.field, meas)[:, : self.output_len]


class BoundedL2(CheckedBits[Numbers]):
    """`length` fixed-point numbers in [-1, 1) of `bits` bits, whose Euclidean norm is below 1.

    An entry is a whole number x from -2^(bits-1) to 2^(bits-1) - 1, in units of 2^(1-bits). It is sent as the bits of
    y = x + 2^(bits-1), and the squared norm as 2 bits - 2 bits. What is proven: all of these are bits, and the sum of
    (y - 2^(bits-1))^2 over all entries equals the number that the norm's bits stand for, which is below 2^(2 bits - 2).
    The sum cannot wrap, as length * 2^(2 bits - 2) < p, so the equality holds in the whole numbers.
    """

    def __init__(self, field: PrimeField, length: int, bits: int, chunk_length: int) -> None:
        if bits < 2 or length < 1 or length << (2 * bits - 2) >= field.p:
            cause = f"the squares of {length} numbers of {bits} bits add up to more than p = {field.p}"
            raise wrong_type(cause, "take fewer bits (at least 2), or shorter vectors")
        self.number, self.norm = Bounded(2**bits - 1), Bounded(2 ** (2 * bits - 2) - 1)
        super().__init__(field, length * bits + 2 * bits - 2, chunk_length)
        self.output_len, self.most, self.zero = length, 2**bits - 1, 1 << (bits - 1)
        self.squares = _squares(bits, length)
        self.gadgets = (self.check.calls, self.squares)

    def encode(self, measurement: Numbers) -> Words:
        """The bits of the entries, and of the squared norm."""
        x = whole_numbers(measurement, (self.output_len,))
        if not bool(np.all((x >= -self.zero) & (x < self.zero))):
            raise unfit(f"an entry is not from {-self.zero} to {self.zero - 1}", "scale and clip the vector first")
        most = self.output_len << (2 * self.number.bits - 2)
        x = x if most < 2**62 else x.astype(object)
        if (norm := summed(x * x, most)) > self.norm.most:
            raise unfit(f"the vector's norm is not below {self.zero}", "clip the vector to a norm below 1 first")
        entries = self.number.encode(x + self.zero, (self.output_len,)).reshape(-1)
        return self.field.from_bits(np.concatenate([entries, self.norm.encode(norm, ())]))

    def wires(self, meas: Words, joint_rand: Words, shares: int) -> list[Wires]:
        """Those of the check, and the entries."""
        return [self.check.wires(meas, joint_rand, shares), self._entries(meas, shares)]

    def wires_at(self, meas: Words, joint_rand: Words, shares: int, weights: Sequence[Words]) -> list[Wires]:
        """The same."""
        check = self.check.wires_at(meas, joint_rand, shares, weights[0])
        return [check, summed_under(self.field, self._entries(meas, shares), weights[1])]

    def _entries(self, meas: Words, shares: int) -> Wires:
        """Padded with zeros, which are y = 2^(bits-1)."""
        field, batch, squares = self.field, len(meas), self.squares
        calls, count = squares.calls, squares.gadget.count
        entries = field.zeros((batch, squares.p * count))
        entries[:, count : count * (calls + 1)] = field.mul(field.from_ints(self.zero), inverse_of(field, shares))
        entries[:, count : count + self.output_len] = self.truncate(meas)
        return (shaped(field, entries, batch, squares.p, count),)

    def outputs(self, meas: Words, results: Sequence[Words], shares: int) -> Words:
        """The check's sum, and the squared norm less what was said of it."""
        field, batch = self.field, len(meas)
        said = self.norm.decode(field, meas[:, self.output_len * self.number.bits :])
        apart = field.sub(shaped(field, field.sum(results[1], axis=1), batch, 1), said)
        return np.concatenate([self.check.output(results[0]), apart], axis=1)

    def truncate(self, meas: Words) -> Words:
        """The entries, as y."""
        return self.number.decode(self.field, meas[:, : self.output_len * self.number.bits])

    def decode(self, total: Sequence[int], count: int) -> list[int]:
        """The sums of the entries x, in the same units."""
        return [y - count * self.zero for y in total]


def _squares(bits: int, length: int) -> Calls:
    """Adds up (y - 2^(bits-1))^2 = y^2 - 2^bits y + 2^(2 bits - 2), about sqrt(length) entries a call."""
    count = max(1, round(length**0.5))
    return Calls(Quadratics(1 << (2 * bits - 2), -(1 << bits), count), -(-length // count))
