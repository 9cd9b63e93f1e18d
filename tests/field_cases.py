"""What tests of kernels of prime fields go through: moduli of each kind, elements of them, and guarded outputs."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

import native
from native import WORDS, ffi, lib

Words = npt.NDArray[np.uint64]

MERSENNE61 = 2**61 - 1
FIELD64 = 2**32 * 4294967295 + 1
FIELD128 = 2**66 * 4611686018427387897 + 1
LARGEST64 = 2**64 - 59
KINDS = [MERSENNE61, FIELD64, LARGEST64, FIELD128]
GENERAL = [2**63 - 25, 2**63 + 29, 2**62 - 57, 2**61 + 15, 2**52 + 21, 2**32 + 15, 2**32 - 5, 65537, 3 * 2**30 + 1]
MODULI = [*KINDS, 2**64 - 2**32 + 3 * 2**9 + 1, *GENERAL]
TINY = [2, 3, 5, 7, 251]

FAMILIES = ("mersenne61", "field64", "pseudo", "general", "field128")


def p(x: Words) -> native.Pointer:
    return ffi.from_buffer(WORDS, x)


@dataclass(frozen=True)
class Modulus:
    """A modulus as kernels take it."""

    p: int
    words: int
    constants: Words = field(compare=False)

    @property
    def field(self) -> native.Pointer:
        return p(self.constants)

    def edges(self) -> list[int]:
        special = [0, 1, 2, 2**31, 2**32 - 1, 2**32, 2**52 - 1, 2**52, 2**60, 2**63, 2**64 - 1, 2**64, 2**104, 2**127]
        near = [self.p - 1, self.p - 2, self.p // 2, self.p // 2 + 1]
        return sorted({v for v in [*special, *near, self.p - 2**32] if 0 <= v < self.p})

    def sample(self, n: int, seed: int = 0) -> list[int]:
        """n elements, edge values among them."""
        return list(sample(self, n, seed))

    def array(self, values: list[int], offset: int = 1) -> Words:
        """The words of elements, `offset` words past the alignment of a fresh array."""
        x = np.zeros(len(values) * self.words + offset, np.uint64)[offset:]
        if self.words == 1:
            x[:] = values
            return x
        x[::2], x[1::2] = [v & 2**64 - 1 for v in values], [v >> 64 for v in values]
        return x

    def ints(self, x: Words) -> list[int]:
        words = x.tolist()
        if self.words == 1:
            return words
        return [low | high << 64 for low, high in zip(words[::2], words[1::2], strict=True)]

    def guarded(self, n: int) -> "Guarded":
        return Guarded(self, n)


@cache
def sample(m: Modulus, n: int, seed: int) -> tuple[int, ...]:
    generator = np.random.default_rng([n, seed, m.p % 2**32])
    drawn, edges = generator.bytes(24 * n), m.edges()
    values = [int.from_bytes(drawn[i : i + 24]) % m.p for i in range(0, 24 * n, 24)]
    places = generator.integers(0, max(n, 1), min(n, n // 3 + 1)).tolist()
    for place, edge in zip(places, generator.integers(0, len(edges), len(places)).tolist(), strict=True):
        values[place] = edges[edge]
    return tuple(values)


class Guarded:
    """An output inside a larger array, whose other words must stay as they are."""

    def __init__(self, modulus: Modulus, n: int) -> None:
        self.modulus, self.length = modulus, n * modulus.words
        self.whole = np.full(self.length + 18, 0xDEADBEEF, np.uint64)
        self.out = self.whole[1 : 1 + self.length]

    def ints(self) -> list[int]:
        assert self.whole[0] == 0xDEADBEEF
        assert (self.whole[1 + self.length :] == 0xDEADBEEF).all()
        return self.modulus.ints(self.out)


def modulus(value: int) -> Modulus:
    constants = np.zeros(8, np.uint64)
    words = lib.parley_field_prepare(p(constants), value % 2**64, value >> 64)
    assert words == 1 + (value >= 2**64)
    return Modulus(value, words, constants)
