"""A group of a few elements: the squares modulo a small safe prime. Everything can be enumerated, nothing is secure."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Bytes, Flags
from mpc.algebra.ring import Words, as_words

_BYTES = 8


class TinyGroup:
    """The squares modulo p = 2 q + 1, q an odd prime, p < 2^16: what `mpc.algebra.group.Group` says, of order q."""

    point_words = 1
    encoding_bytes = _BYTES
    uniform_bytes = _BYTES

    def __init__(self, q: int) -> None:
        """q and 2 q + 1 are prime, by the caller's word."""
        self.p, self.order, self.name = 2 * q + 1, Modulus(q), f"insecure squares modulo {2 * q + 1}"

    def generator(self) -> Words:
        """Four, which is a square and not 1: every such one generates."""
        return np.array([4], np.uint64)

    def decode(self, encodings: Bytes) -> tuple[Words, Flags]:
        """Squares are what q takes to 1."""
        words = np.ascontiguousarray(encodings).view(np.uint64)
        square = np.array([pow(int(x), self.order.n, self.p) == 1 and 0 < x < self.p for x in words.ravel()], bool)
        valid = square.reshape(words.shape[:-1])
        return np.where(valid[..., None], words, np.uint64(1)), valid

    def encode(self, points: Words) -> Bytes:
        """The square itself."""
        return np.ascontiguousarray(points).view(np.uint8)

    def from_uniform(self, uniform: Bytes) -> Words:
        """The square of a number from 2 to p - 2: never the neutral element."""
        words = np.ascontiguousarray(uniform).view(np.uint64) % np.uint64(self.p - 3) + np.uint64(2)
        return self._reduced(words * words)

    def equal(self, x: Words, y: Words) -> Flags:
        """The same squares."""
        return np.asarray((x == y)[..., 0])

    def add(self, x: Words, y: Words) -> Words:
        """The product modulo p."""
        return self._reduced(x * y)

    def sub(self, x: Words, y: Words) -> Words:
        """The quotient modulo p."""
        return self._reduced(x * self._power(y, np.full(y.shape, self.order.n - 1, np.uint64)))

    def marks(self, points: Words) -> Words:
        """x + 1 / x, which tells all pairs apart."""
        neutral = np.ones_like(points)
        return as_words((points + self.sub(neutral, points))[..., 0] % np.uint64(self.p))

    def mul(self, points: Words, scalars: Words, *, bits: int | None = None) -> Words:
        """Powers modulo p."""
        return self._power(points, scalars)

    def sums_of_products(self, points: Words, scalars: Words, *, public: bool, bits: int | None = None) -> Words:
        """One term after the other."""
        total = np.ones((len(points), 1), np.uint64)
        for term in range(points.shape[1]):
            total = self.add(total, self._power(points[:, term], scalars[:, term]))
        return total

    def tables(self, points: Words) -> Words:
        """The bases themselves."""
        return points

    def sums_of_bases(self, tables: Words, scalars: Words) -> Words:
        """The same as for other sums."""
        return self.sums_of_products(np.broadcast_to(tables, scalars.shape), scalars, public=False)

    def _power(self, bases: Words, exponents: Words) -> Words:
        result = np.ones(bases.shape, np.uint64)
        for bit in reversed(range(self.order.bits)):
            result = self._reduced(result * result)
            result = np.where(exponents >> np.uint64(bit) & np.uint64(1), self._reduced(result * bases), result)
        return result

    def _reduced(self, x: Words) -> Words:
        return as_words(x % np.uint64(self.p))
