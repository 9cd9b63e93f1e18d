"""The group ristretto255: prime order about 2^252, 128 bits of security, unique encodings of 32 bytes. RFC 9496."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from mpc.algebra.bigint import Modulus
from mpc.algebra.cores import in_parts
from mpc.algebra.group import Bytes, Flags, Points
from mpc.algebra.ring import U64, Words, contiguous, pointer
from native import lib

_POINT, _NUMBER = 16, 4
_BITS = 253
"""Of scalars below the order."""
_LANES = 8
_SMALLEST_PART = 32
_GENERATOR = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")

ORDER = Modulus(2**252 + 27742317777372353535851937790883648493)
"""L, the order of the group."""
_P = Modulus(2**255 - 19)


class Ristretto255:
    """The one member of its class, `RISTRETTO`; what it offers says `mpc.algebra.group.Group`."""

    name = "ristretto255"
    order = ORDER
    point_words = _POINT
    encoding_bytes = 32
    uniform_bytes = 64

    def generator(self) -> Words:
        """That of RFC 9496."""
        words, _ = self.decode(np.frombuffer(_GENERATOR, np.uint8))
        return words

    def decode(self, encodings: Bytes) -> tuple[Words, Flags]:
        """RFC 9496, 4.3.1: refuses numbers that are not below p, odd ones, and what is no element."""
        flat = np.ascontiguousarray(encodings).reshape(-1, self.encoding_bytes).view(np.uint64)
        valid = np.zeros(len(flat), U64)

        def run(out: Words, x: Words, part: slice) -> None:
            lib.parley_curve_decode(pointer(out), pointer(valid[part]), pointer(x), len(x))

        words = _in_lanes(run, _POINT, flat)
        shape = encodings.shape[:-1]
        return words.reshape(*shape, _POINT), valid.astype(bool).reshape(shape)

    def encode(self, points: Words) -> Bytes:
        """RFC 9496, 4.3.2."""

        def run(out: Words, x: Words, _: slice) -> None:
            lib.parley_curve_encode(pointer(out), pointer(x), len(x))

        flat = _in_lanes(run, _NUMBER, contiguous(points).reshape(-1, _POINT))
        return flat.view(np.uint8).reshape(*points.shape[:-1], self.encoding_bytes)

    def from_uniform(self, uniform: Bytes) -> Words:
        """RFC 9496, 4.3.4."""

        def run(out: Words, x: Words, _: slice) -> None:
            lib.parley_curve_from_uniform(pointer(out), pointer(x), len(x))

        flat = np.ascontiguousarray(uniform).reshape(-1, self.uniform_bytes).view(np.uint64)
        return _in_lanes(run, _POINT, flat).reshape(*uniform.shape[:-1], _POINT)

    def equal(self, x: Words, y: Words) -> Flags:
        """RFC 9496, 4.5."""
        x, y = contiguous(x), contiguous(y)
        out = np.empty(x.shape[:-1], U64)
        lib.parley_curve_equal(pointer(out), pointer(x), pointer(y), out.size)
        return out.astype(bool)

    def add(self, x: Words, y: Words) -> Words:
        """x + y."""
        out = np.empty(x.shape, U64)
        lib.parley_curve_add(pointer(out), pointer(contiguous(x)), pointer(contiguous(y)), x.size // _POINT)
        return out

    def sub(self, x: Words, y: Words) -> Words:
        """x - y."""
        out = np.empty(x.shape, U64)
        lib.parley_curve_sub(pointer(out), pointer(contiguous(x)), pointer(contiguous(y)), x.size // _POINT)
        return out

    def marks(self, points: Words) -> Words:
        """The lowest word of (x / y + y / x)^2, and 0 for the neutral element.

        By RFC 9496, 4.5, points stand for one element where x / y is the same, or the inverse of the other's; to negate
        it is to negate x. Whoever has x y = 0 stands for the neutral element.
        """
        x, y = points[..., :_NUMBER], points[..., _NUMBER : 2 * _NUMBER]
        below, above = _P.mul(x, y), _P.add(_P.square(x), _P.square(y))
        neutral = ~below.any(axis=-1)
        below[..., 0] |= neutral.astype(U64)
        marks: Words = np.where(neutral, np.uint64(0), _P.square(_P.mul(above, _P.inverse(below)))[..., 0])
        return marks

    def mul(self, points: Words, scalars: Words, *, bits: int | None = None) -> Words:
        """Each point times its secret scalar."""

        def run(out: Words, x: Words, part: slice) -> None:
            lib.parley_curve_mul(pointer(out), pointer(x), pointer(scalars[part]), bits or _BITS, len(x))

        return _in_lanes(run, _POINT, points)

    def sums_of_products(self, points: Words, scalars: Words, *, public: bool, bits: int | None = None) -> Words:
        """By rows; a long row in parts on all cores."""
        kernel = lib.parley_curve_sum_of_products_var if public else lib.parley_curve_sum_of_products
        rows, terms = scalars.shape[:2]
        if rows == 1:
            return _one_sum(kernel, points[0], scalars[0], bits or _BITS)[None]

        def run(out: Words, x: Words, part: slice) -> None:
            _sums(kernel, out, x, scalars[part], terms, bits or _BITS)

        return _in_lanes(run, _POINT, points)

    def tables(self, points: Words) -> Words:
        """(k, words of a table)."""
        out = np.empty((len(points), lib.parley_curve_table(_BITS)), U64)
        lib.parley_curve_tables(pointer(out), pointer(points), _BITS, len(points))
        return out

    def sums_of_bases(self, tables: Words, scalars: Words) -> Words:
        """From the tables of all bases."""

        def run(out: Words, x: Words, _: slice) -> None:
            lib.parley_curve_sum_of_bases(pointer(out), pointer(tables), pointer(x), _BITS, len(x), len(tables))

        return _in_lanes(run, _POINT, scalars)


RISTRETTO = Ristretto255()


@cache
def generator() -> Points:
    """The generator of RFC 9496, shape ()."""
    return Points(RISTRETTO, RISTRETTO.generator())


def _sums(kernel: Callable[..., None], out: Words, points: Words, scalars: Words, terms: int, bits: int) -> None:
    space = np.empty(lib.parley_curve_workspace(terms), U64)
    count = math.prod(out.shape[:-1])
    kernel(pointer(out), pointer(points), pointer(scalars), bits, count, terms, pointer(space))


def _one_sum(kernel: Callable[..., None], points: Words, scalars: Words, bits: int) -> Words:
    """(16,): the sum of points (terms, 16) times scalars (terms, 4)."""
    parts: list[Words] = []

    def run(start: int, end: int) -> None:
        out = np.empty((1, _POINT), U64)
        _sums(kernel, out, points[start:end], scalars[start:end], end - start, bits)
        parts.append(out)

    in_parts(len(scalars), run, step=_LANES, smallest=8 * _SMALLEST_PART)
    total = parts[0]
    for part in parts[1:]:
        total = RISTRETTO.add(total, part)
    found: Words = total[0]
    return found


def _in_lanes(run: Callable[[Words, Words, slice], None], words: int, x: Words) -> Words:
    """(n, words) of what `run` makes of the rows of x, in parts on the cores that this party may use."""
    x = contiguous(x)
    out = np.empty((len(x), words), U64)

    def run_part(start: int, end: int) -> None:
        part = slice(start, end)
        run(out[part], x[part], part)

    in_parts(len(x), run_part, step=_LANES, smallest=_SMALLEST_PART)
    return out
