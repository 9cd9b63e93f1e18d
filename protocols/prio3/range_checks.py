"""Whole numbers from 0 to a bound as bits, and the check that elements are bits (VDAF, sections 7.4.2 and 7.4.3).

A number up to `most` is written in k = bit_length(most) bits of weights 1, 2, ..., 2^(k-2) and most - (2^(k-1) - 1):
the weights add up to `most`, so that bits are in range by themselves, whatever they are.

That n elements m are bits is checked in chunks: with r of the joint randomness for a chunk, the sum of
r^(j+1) m_j (m_j - 1) is zero for bits, and for anything else with probability at most chunk_length / p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.elements import inverse_of, shaped
from protocols.prio3.gadgets import Calls, Products, Wires
from protocols.prio3.refusals import unfit, wrong_type

Bits = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64] | npt.NDArray[np.object_]

_OF_WORDS = 2**62
"""Whole numbers below it are computed with as int64."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Numbers from 0 to `most`, in bits."""

    most: int

    @property
    def bits(self) -> int:
        """Bits of one number."""
        return self.most.bit_length()

    @property
    def weights(self) -> list[int]:
        """What each bit counts."""
        return [*(1 << i for i in range(self.bits - 1)), self._last]

    @property
    def _last(self) -> int:
        return self.most + 1 - (1 << (self.bits - 1))

    def encode(self, numbers: object, shape: tuple[int, ...]) -> Bits:
        """The bits (*shape, bits) of whole numbers in range; no branch and no index depends on them.

        LocalError `wrong-measurement` for another shape, for what is no whole number, and for numbers out of range.
        """
        values = whole_numbers(numbers, shape).reshape(-1)
        if values.size and not bool(np.all((values >= 0) & (values <= self.most))):
            raise unfit(f"a number is not from 0 to {self.most}", "clip it, or make a type of a higher bound")
        values = values if self.most < _OF_WORDS else values.astype(object)
        high = (values > 2 ** (self.bits - 1) - 1).astype(values.dtype)
        low = values - high * self._last
        planes = [(low >> i) & 1 for i in range(self.bits - 1)]
        return np.stack([*planes, high], axis=-1).astype(np.uint8).reshape(*shape, self.bits)

    def decode(self, field: PrimeField, bits: Words) -> Words:
        """The numbers (batch, n) of elements (batch, n * bits): linear, so of shares shares."""
        batch, length = field.shape(bits)
        numbers = length // self.bits
        rows = shaped(field, bits, batch * numbers, self.bits)
        return shaped(field, field.matmul(rows, field.from_ints(self.weights)), batch, numbers)


def whole_numbers(numbers: object, shape: tuple[int, ...]) -> Whole:
    """The numbers as an array of the shape: of int64, or of Python's integers where 64 bits are too few."""
    try:
        values = np.asarray(numbers)
    except ValueError:
        raise unfit("a measurement has rows of several lengths", f"this type takes shape {shape}") from None
    if np.can_cast(values.dtype, np.int64):
        values = values.astype(np.int64)
    elif values.dtype.kind == "u":
        values = values.astype(object)
    elif values.dtype.kind != "O" or not all(isinstance(v, int) for v in values.reshape(-1)):
        raise unfit(f"a measurement is whole numbers, not {values.dtype}", "round and scale it first")
    if values.shape != shape:
        raise unfit(f"a measurement of this type has shape {shape}, not {values.shape}", "bring it into that shape")
    return values


def summed(values: Whole, most: int) -> int:
    """The sum of numbers that is at most `most` in magnitude if they are in range."""
    return int(values.sum() if most < _OF_WORDS else values.astype(object).sum())


@dataclass(frozen=True, slots=True)
class BitCheck:
    """That `length` elements are bits, `chunk_length` of them a call of one gadget."""

    field: PrimeField
    length: int
    chunk_length: int

    def __post_init__(self) -> None:
        if self.length < 1 or self.chunk_length < 1:
            cause = f"a vector of {self.length} elements in chunks of {self.chunk_length} is none"
            raise wrong_type(cause, "give positive lengths")

    @property
    def calls(self) -> Calls:
        """The gadget."""
        return Calls(Products(self.chunk_length), -(-self.length // self.chunk_length))

    def wires(self, meas: Words, joint_rand: Words, shares: int) -> Wires:
        """Pairs r^(j+1) m_j and m_j - 1 / shares, for chunk k at point k: two arrays (batch, p, chunk_length)."""
        field, chunks, p = self.field, self.calls.calls, self.calls.p
        m, r, one = (field.zeros((len(meas), p * n)) for n in (self.chunk_length, 1, 1))
        m[:, self.chunk_length : self.chunk_length + self.length] = meas
        r[:, 1 : chunks + 1] = joint_rand
        one[:, 1 : chunks + 1] = inverse_of(field, shares)
        m, one = shaped(field, m, len(meas), p, self.chunk_length), shaped(field, one, len(meas), p, 1)
        return field.mul(powers(field, r, self.chunk_length), m), field.sub(m, one)

    def wires_at(self, meas: Words, joint_rand: Words, shares: int, weights: Words) -> Wires:
        """The same, summed over the points under weights (batch, p), and never written out: (batch, chunk_length)."""
        field, taken = self.field, weights[:, 1 : self.calls.calls + 1]
        sums = field.power_sums(meas, self.chunk_length, taken, joint_rand)
        less = field.mul(field.sum(taken, axis=1), inverse_of(field, shares))
        return sums[:, 0], field.sub(sums[:, 1], shaped(field, less, len(meas), 1))

    def output(self, results: Words) -> Words:
        """The sum of all chunks: (batch, 1)."""
        return shaped(self.field, self.field.sum(results, axis=1), len(results), 1)


def powers(field: PrimeField, r: Words, n: int) -> Words:
    """r^1, ..., r^n for elements r (batch, m): (batch, m, n), by doubling."""
    batch, m = field.shape(r)
    out = field.zeros((batch, m, n))
    out[:, :, 0] = r
    done = 1
    while done < n:
        more = min(done, n - done)
        out[:, :, done : done + more] = field.mul(out[:, :, :more], out[:, :, done - 1 : done])
        done += more
    return out
