"""The parts of a client's vector as elements of one ring, which is what a secure sum of many clients takes.

Parts of one width stay as they are. Otherwise the ring is that of 64 bits, and a part of b bits has floor(64 / b) of
its numbers in each element: as signed numbers v0 + 2^b v1 + ..., modulo 2^64. Of the sum of all clients' elements the
lowest b bits are the sum of the v0, a signed number below 2^(b-1) in size as the grid proves
(`protocols.federated.grids`); once it is taken off, the next b bits are the sum of the v1. So carries are no trouble,
and an element tells nothing but its sums. Where a sum wraps, its neighbour is off by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words
from protocols.federated.aggregate import Parts, Widths, mask

RING = 64
"""Bits of the ring where parts have several widths."""

Elements = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Between parts of these widths and elements of `bits` bits."""

    widths: Widths

    @property
    def bits(self) -> int:
        """Of the ring of all elements."""
        first = self.widths[0][1]
        return first if all(bits == first for _, bits in self.widths) else RING

    @property
    def length(self) -> int:
        """How many elements."""
        return sum(-(-count // self._each(bits)) for count, bits in self.widths)

    def elements(self, parts: Parts, dtype: np.dtype[np.unsignedinteger]) -> Elements:
        """(length,), of this unsigned type, which has at least `bits` bits."""
        columns = [self._together(part, bits) for part, (_, bits) in zip(parts, self.widths, strict=True)]
        return np.concatenate(columns).astype(dtype)

    def parts(self, total: Elements) -> list[Words]:
        """The sums of the parts, each modulo its own ring."""
        return list(self._apart(total.astype(U64)))

    def _each(self, bits: int) -> int:
        """Numbers of a part in an element."""
        return self.bits // bits

    def _together(self, part: Words, bits: int) -> Words:
        each = self._each(bits)
        if each == 1:
            return _signed(part, bits) & mask(self.bits)
        columns = _signed(np.pad(part, (0, -len(part) % each)), bits).reshape(-1, each)
        return np.asarray(np.bitwise_and((columns << _shifts(each, bits)).sum(axis=1, dtype=U64), mask(self.bits)))

    def _apart(self, total: Words) -> Iterator[Words]:
        start = 0
        for count, bits in self.widths:
            each = self._each(bits)
            rest = total[start : start + -(-count // each)].copy()
            start += len(rest)
            columns = np.empty((len(rest), each), U64)
            for place in range(each):
                number = _signed(rest & mask(bits), bits)
                columns[:, place] = number & mask(bits)
                rest = (rest - number) >> np.uint64(bits % RING)
            yield columns.reshape(-1)[:count]


def _signed(words: Words, bits: int) -> Words:
    """Numbers of a ring of so many bits as signed ones modulo 2^64."""
    shift = np.int64(RING - bits)
    return np.asarray(((words.astype(np.int64) << shift) >> shift).astype(U64))


def _shifts(each: int, bits: int) -> Sequence[int] | Words:
    return np.arange(each, dtype=U64) * np.uint64(bits)
