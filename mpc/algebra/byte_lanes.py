"""Numbers modulo 256, eight to a word: number i of an array of words is byte i % 8 of word i // 8, lowest first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words, contiguous

Bytes = npt.NDArray[np.uint8]
LANES = 8


def words_of(count: int) -> int:
    """How many words so many bytes take."""
    return -(-count // LANES)


def add(x: Words, y: Words) -> Words:
    """x + y, byte by byte."""
    return packed(unpacked(x) + unpacked(y))


def sub(x: Words, y: Words) -> Words:
    """x - y, byte by byte."""
    return packed(unpacked(x) - unpacked(y))


def unpacked(x: Words) -> Bytes:
    """(..., words) as bytes (..., 8 words)."""
    return contiguous(x).astype("<u8", copy=False).view(np.uint8)


def packed(x: Bytes) -> Words:
    """The inverse: bytes (..., 8 words) as words."""
    words: Words = np.ascontiguousarray(x).view("<u8").astype(U64, copy=False)
    return words
