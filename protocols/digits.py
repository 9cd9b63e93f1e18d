"""Numbers digit by digit, and tables of what a comparison of one digit with another gives.

For comparisons of a number that some know with one that others know: whoever knows one tabulates, whoever knows the
other reads. Tables and places as in `mpc.algebra.bit_tables`; the answers of all digits are put together by
`protocols.prefix`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.algebra.interface import Bits
from mpc.algebra.words import Words


@dataclass(frozen=True, slots=True)
class Digits:
    """Consecutive bits as `count` digits of `depth` bits, lowest first; what is missing at the top is zero."""

    count: int
    depth: int

    @staticmethod
    def of(positions: int, most: int) -> Digits:
        """Digits of at most `most` bits for so many bits."""
        count = -(-positions // most)
        return Digits(count, -(-positions // max(count, 1)))

    def split(self, bits: Bits, planes: Words) -> Words:
        """Planes (positions, m, words) as digits (depth, m, count * words)."""
        m, words = planes.shape[1:]
        missing = bits.zeros((self.count * self.depth - len(planes), m, words))

        def arranged(*parts: Words) -> Words:
            digits = np.concatenate(parts).reshape(self.count, self.depth, m, words).transpose(1, 2, 0, 3)
            return digits.reshape(self.depth, m, self.count * words)

        return bits.moved(arranged, planes, missing)


def equalities(bits: Bits, digits: Words) -> Words:
    """For each number v the plane [v = digit]: (depth, ...) becomes (2^depth, ...)."""
    return bits.one_hot(digits)


def comparisons(bits: Bits, digits: Words) -> Words:
    """For each number v the planes [v < digit] and [v = digit]: (depth, ...) becomes (2^depth, 2, ...)."""
    equal = equalities(bits, digits)
    lower = bits.prefix_planes(equal, "xor", from_last=True)
    return bits.moved(lambda *each: np.stack(each, axis=1), bits.xor(lower, equal, out=lower), equal)


def comparisons_from_below(bits: Bits, digits: Words) -> Words:
    """For each number v the comparisons of its lowest 1, 2, .. depth bits: (2^depth, depth, 2, ...)."""
    depth = len(digits)

    def repeated(*tables: Words) -> Words:
        extra = (1,) * (tables[0].ndim - 1)
        return np.stack([np.tile(t, (1 << (depth - 1 - j), *extra)) for j, t in enumerate(tables)], axis=1)

    return bits.moved(repeated, *(comparisons(bits, digits[: j + 1]) for j in range(depth)))
