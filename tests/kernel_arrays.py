"""Arrays for tests of kernels: edge values, misaligned, and outputs between guards."""

import numpy as np
import numpy.typing as npt

import native
from native import BYTES, WORDS, ffi

Words = npt.NDArray[np.uint64]

SIZES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512, 513, 1000, 4097]
EDGES = [0, 1, 2, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
M = 2**64


def sample(n: int, seed: int = 0, *, offset: int = 1) -> Words:
    """n words with the edge values among them, `offset` words past the alignment of a fresh array."""
    generator = np.random.default_rng([n, seed])
    x = np.empty(n + offset, np.uint64)[offset:]
    x[:] = generator.integers(0, M, n, dtype=np.uint64, endpoint=False)
    places = generator.integers(0, max(n, 1), min(n, 4 * len(EDGES)))
    x[places] = generator.choice(np.array(EDGES, np.uint64), len(places))
    return x


def p(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def ints(x: Words) -> list[int]:
    numbers: list[int] = x.tolist()
    return numbers


def guarded(n: int) -> tuple[Words, Words]:
    """An output array inside a larger one whose last words must stay as they are."""
    whole = np.full(n + 9, 0xDEADBEEF, np.uint64)
    return whole[1 : n + 1], whole


def untouched(whole: Words) -> bool:
    return bool(whole[0] == 0xDEADBEEF and (whole[-8:] == 0xDEADBEEF).all())
