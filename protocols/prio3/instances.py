"""The types of Prio3 that have a name: code points of the VDAF's registry (section 10), L1BoundSum of its own draft."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import FIELD64, FIELD128, PrimeField
from protocols.prio3.chunk_lengths import chunk_length_or_good
from protocols.prio3.norms import BoundedL2, L1BoundSum
from protocols.prio3.refusals import unfit, whole
from protocols.prio3.scalars import Count, Sum
from protocols.prio3.vdaf_prio3 import Prio3
from protocols.prio3.vectors import Histogram, MultihotCountVec, Numbers, SumVec

MULTIPROOF = 0xFFFFFFFF
"""What the reference code of the draft gives its experimental type."""
BOUNDED_L2 = 0xFFFF0000
"""Of the range for private use, as in libprio."""
_BELOW_ONE = 1 - 2.0**-40
"""By more than float64 is wrong about a norm."""


class Prio3Count(Prio3[int, int]):
    """How many of the clients have 1 and not 0."""

    def __init__(self, shares: int = 2) -> None:
        super().__init__(shares, Count(FIELD64), 1)


class Prio3Sum(Prio3[int, int]):
    """The sum of whole numbers from 0 to `max_measurement`, below 2^63."""

    def __init__(self, shares: int, max_measurement: int) -> None:
        super().__init__(shares, Sum(FIELD64, whole(max_measurement, "max_measurement")), 2)


class Prio3SumVec(Prio3[Numbers, list[int]]):
    """The sum of vectors of `length` whole numbers from 0 to `max_measurement`.

    `chunk_length`: which all parties must know alike; a good one by default (`good_chunk_length`).
    """

    def __init__(self, shares: int, length: int, max_measurement: int, chunk_length: int | None = None) -> None:
        length, max_measurement = whole(length, "length"), whole(max_measurement, "max_measurement")
        chunk_length = chunk_length_or_good(chunk_length, length * max_measurement.bit_length())
        super().__init__(shares, SumVec(FIELD128, length, max_measurement, chunk_length), 3)


class Prio3Histogram(Prio3[int, list[int]]):
    """How many clients are in each of `length` buckets; each in one."""

    def __init__(self, shares: int, length: int, chunk_length: int | None = None) -> None:
        length = whole(length, "length")
        circuit = Histogram(FIELD128, length, chunk_length_or_good(chunk_length, length))
        super().__init__(shares, circuit, 4)


class Prio3MultihotCountVec(Prio3[Numbers, list[int]]):
    """How many clients have each of `length` properties; each at most `max_weight` of them."""

    def __init__(self, shares: int, length: int, max_weight: int, chunk_length: int | None = None) -> None:
        length, max_weight = whole(length, "length"), whole(max_weight, "max_weight")
        chunk_length = chunk_length_or_good(chunk_length, length + max_weight.bit_length())
        super().__init__(shares, MultihotCountVec(FIELD128, length, max_weight, chunk_length), 5)


class Prio3L1BoundSum(Prio3[Numbers, list[int]]):
    """The sum of vectors of `length` whole numbers from 0 on, of which each vector's add up to at most `max_value`."""

    def __init__(self, shares: int, length: int, max_value: int, chunk_length: int | None = None) -> None:
        length, max_value = whole(length, "length"), whole(max_value, "max_value")
        chunk_length = chunk_length_or_good(chunk_length, (length + 1) * max_value.bit_length())
        super().__init__(shares, L1BoundSum(FIELD128, length, max_value, chunk_length), 7)


class Prio3SumVecWithMultiproof(Prio3[Numbers, list[int]]):
    """Prio3SumVec over another field, with several proofs: FIELD64 with three has half the bytes of FIELD128."""

    def __init__(
        self,
        shares: int,
        field: PrimeField,
        proofs: int,
        length: int,
        max_measurement: int,
        chunk_length: int | None = None,
    ) -> None:
        length, max_measurement = whole(length, "length"), whole(max_measurement, "max_measurement")
        chunk_length = chunk_length_or_good(chunk_length, length * max_measurement.bit_length())
        super().__init__(shares, SumVec(field, length, max_measurement, chunk_length), MULTIPROOF, proofs)


class Prio3BoundedL2(Prio3[Numbers, list[int]]):
    """The sum of vectors of `length` fixed-point numbers of `bits` bits in [-1, 1), each of norm below 1: gradients.

    Measurements and results are whole numbers in units of 2^(1-bits): entries from -2^(bits-1) to 2^(bits-1) - 1, the
    sum of their squares below 2^(2 bits - 2). The result is exact.
    """

    def __init__(self, shares: int, length: int, bits: int, chunk_length: int | None = None) -> None:
        length, bits = whole(length, "length"), whole(bits, "bits")
        chunk_length = chunk_length_or_good(chunk_length, length * bits + 2 * bits - 2)
        super().__init__(shares, BoundedL2(FIELD128, length, bits, chunk_length), BOUNDED_L2)
        self.bits = bits

    def clipped(self, values: object, norm: float) -> npt.NDArray[np.int64]:
        """Real numbers (length,) as a measurement, after they are made shorter than `norm`, which becomes 1.

        Entries are cut towards zero, so that no rounding makes the vector longer. A result x stands for x times
        norm * 2^(1-bits). For types of up to 62 bits. LocalError `wrong-measurement` for NaN, infinity, another shape.
        """
        length = self.circuit.output_len
        try:
            reals = np.asarray(values, np.float64)
        except (TypeError, ValueError):
            raise unfit(f"these are no {length} real numbers", "give an array of floats") from None
        if reals.shape != (length,) or not np.isfinite(reals).all() or not norm > 0 or self.bits > 62:
            raise unfit(f"these are no {length} finite numbers, no norm above 0, or of too many bits", "clean the data")
        largest = float(np.abs(reals).max()) or 1.0
        direction = reals / largest
        longer = float(np.linalg.norm(direction)) * largest >= norm
        unit = direction / np.linalg.norm(direction) if longer else reals / norm
        return (unit * (_BELOW_ONE * 2.0 ** (self.bits - 1))).astype(np.int64)
