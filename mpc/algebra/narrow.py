"""Words of fewer than 64 bits as they travel: one after the other, without the bits that they don't use.

Value i lies in bits i b to (i + 1) b - 1 of the bytes, lowest bit of the lowest byte first. 64 values are b words, and
all groups of 64 are packed at once, one place in the group after the other; of whole bytes each keeps its lowest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words, as_words
from mpc.errors import LocalError

Bytes = npt.NDArray[np.uint8]

GROUP = 64


def packed_bytes(count: int, bits: int) -> int:
    """How many bytes `count` values of so many bits take."""
    return -(-count * bits // 8)


def pack_words(words: Words, bits: int) -> Bytes:
    """Values below 2^bits, flattened, as bytes: (packed_bytes(count, bits),). Higher bits are left out; where there are
    none it may be the memory of `words`.

    LocalError `wrong-ring` for bits that are not 1 to 64, `wrong-dtype`.
    """
    _check(bits)
    flat = as_words(words).reshape(-1)
    if bits % 8 == 0:
        return _bytes_of(np.ascontiguousarray(flat)).reshape(-1, 8)[:, : bits // 8].reshape(-1)
    columns = _columns(flat, bits)
    out = np.zeros((columns.shape[1], bits), U64)
    for place, column in enumerate(columns):
        word, shift = divmod(place * bits, GROUP)
        out[:, word] |= column << np.uint64(shift)
        if shift + bits > GROUP:
            out[:, word + 1] |= column >> np.uint64(GROUP - shift)
    return _bytes_of(out.reshape(-1))[: packed_bytes(flat.size, bits)]


def unpack_words(packed: Bytes, bits: int, count: int) -> Words:
    """The values again: (count,), each below 2^bits. Bits that belong to no value are ignored.

    LocalError `wrong-ring`, and `wrong-shape` for another number of bytes than so many values take.
    """
    _check(bits)
    if packed.dtype != np.uint8 or packed.shape != (packed_bytes(count, bits),):
        raise LocalError(
            "wrong-shape",
            f"{count} values of {bits} bits are {packed_bytes(count, bits)} bytes, not {packed.dtype}{packed.shape}",
            "take the bytes that pack_words made of as many values",
        )
    if bits % 8 == 0:
        values = np.zeros((count, 8), np.uint8)
        values[:, : bits // 8] = packed.reshape(count, bits // 8)
        return _words_of(values.reshape(-1))
    groups = -(-count // GROUP)
    whole = np.zeros(groups * bits * 8, np.uint8)
    whole[: packed.size] = packed
    rows = _words_of(whole).reshape(groups, bits)
    out = np.empty((groups, GROUP), U64)
    for place in range(GROUP):
        word, shift = divmod(place * bits, GROUP)
        column = rows[:, word] >> np.uint64(shift)
        if shift + bits > GROUP:
            column |= rows[:, word + 1] << np.uint64(GROUP - shift)
        out[:, place] = column & _mask(bits)
    return out.reshape(-1)[:count]


def _columns(flat: Words, bits: int) -> Words:
    """(64, groups): the first values of all groups, the second ones, and so on; zeros where there are none."""
    groups = -(-flat.size // GROUP)
    whole = np.zeros(groups * GROUP, U64)
    np.bitwise_and(flat, _mask(bits), out=whole[: flat.size])
    return np.ascontiguousarray(whole.reshape(groups, GROUP).T)


def _mask(bits: int) -> np.uint64:
    return np.uint64(2**bits - 1)


def _bytes_of(words: Words) -> Bytes:
    return words.astype("<u8", copy=False).view(np.uint8)


def _words_of(packed: Bytes) -> Words:
    return packed.view("<u8").astype(U64, copy=False)


def _check(bits: int) -> None:
    if not 1 <= bits <= GROUP:
        raise LocalError("wrong-ring", f"a ring has 1 to 64 bits, not {bits}", "8 to 64 bits for sums of vectors")
