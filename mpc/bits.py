"""Packed bits: 64 to a word, and the bit planes of arrays of words.

Bit i of a flat array of bits is bit i % 64 of word i // 64. What this file packs has zeros in the padding bits of the
last word; `bit_not` turns them to ones, and every reader here ignores them but `popcount`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.ring import U64, Words, as_words, contiguous, elementwise, pointer
from native import BYTES, ffi, lib


def words_for(count: int) -> int:
    """How many words `count` packed bits take."""
    return (count + 63) // 64


def pack(bits: npt.NDArray[np.uint8 | np.bool_]) -> Words:
    """The bits of an array of any shape (uint8 of 0 and 1, or bool), flattened in C order, packed: (words_for(size),).

    Of each uint8 only the lowest bit is taken. Another dtype raises LocalError `wrong-dtype`.
    """
    if not isinstance(bits, np.ndarray) or bits.dtype not in (np.uint8, np.bool_):
        kind = getattr(bits, "dtype", type(bits).__name__)
        raise LocalError("wrong-dtype", f"bits are arrays of uint8 or bool, got {kind}", "use x.astype(np.uint8)")
    flat = np.asarray(bits, order="C").view(np.uint8)
    out = np.empty(words_for(flat.size), U64)
    lib.parley_pack(pointer(out), ffi.from_buffer(BYTES, flat), flat.size)
    return out


def unpack(words: Words, count: int) -> npt.NDArray[np.uint8]:
    """The first `count` bits of a flat array of words_for(count) words: (count,) of 0 and 1."""
    words = contiguous(as_words(words))
    _check_width("unpack", words.shape, (words_for(count),))
    out = np.empty(count, np.uint8)
    lib.parley_unpack(ffi.from_buffer(BYTES, out), pointer(words), count)
    return out


def planes(x: Words, bits: int = 64) -> Words:
    """The lowest `bits` bit planes of x (any shape, flattened in C order): (bits, words_for(x.size)).

    Row i packs bit i of every element.
    """
    if not 0 <= bits <= 64:
        raise LocalError("wrong-shape", f"a word has 64 bit planes, not {bits}", "ask for 0 to 64")
    x = contiguous(as_words(x))
    out = np.empty((bits, words_for(x.size)), U64)
    lib.parley_planes(pointer(out), pointer(x), x.size, bits)
    return out


def from_planes(planes: Words, count: int) -> Words:
    """The inverse of `planes`: (k, words_for(count)) with k <= 64 becomes (count,) words below 2^k."""
    rows = contiguous(as_words(planes))
    bits = min(rows.shape[0], 64) if rows.ndim == 2 else 64
    _check_width("from_planes", rows.shape, (bits, words_for(count)))
    out = np.empty(count, U64)
    lib.parley_from_planes(pointer(out), pointer(rows), count, bits)
    return out


def bit_and(x: Words, y: Words) -> Words:
    """x & y on packed words, broadcasting like numpy."""
    return elementwise(np.bitwise_and, lib.parley_bit_and, x, y)


def bit_xor(x: Words, y: Words) -> Words:
    """x ^ y on packed words, broadcasting like numpy."""
    return elementwise(np.bitwise_xor, lib.parley_bit_xor, x, y)


def bit_or(x: Words, y: Words) -> Words:
    """x | y on packed words, broadcasting like numpy."""
    return elementwise(np.bitwise_or, lib.parley_bit_or, x, y)


def bit_not(x: Words) -> Words:
    """~x on packed words, padding bits included."""
    return np.asarray(np.invert(as_words(x)), order="C")


def popcount(words: Words) -> int:
    """The number of ones in all the words, padding bits included."""
    words = contiguous(as_words(words))
    return lib.parley_popcount(pointer(words), words.size)


def _check_width(name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if shape != expected:
        raise LocalError(
            "wrong-shape",
            f"{name} expects packed words of shape {expected}, got {shape}",
            "count bits, not words: `count` bits take words_for(count) words",
        )
