"""Masks: streams of AES-256 in counter mode, added to a vector of Z_2^bits or taken from it; vectors on the wire.

A vector lies in whole blocks of 16 bytes, its end padded, in elements of 1, 2, 4 or 8 bytes, whichever are the first of
at least `bits`: sums modulo 2^(8 bytes) are sums modulo 2^bits, and the bits above go where it is packed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from mpc.algebra import bits as bit_arrays
from mpc.algebra.bits import words_for
from mpc.algebra.cores import in_parts
from native import BYTES, ffi, lib

KEY_BYTES = 32
Vector = npt.NDArray[np.unsignedinteger]

_ROUND_KEY_BYTES = 240
_BLOCK = 16
_SMALLEST_PART = 1 << 14
"""Blocks for which another thread is worth it."""
_KEYS_AT_ONCE = 64


def in_blocks(length: int, dtype: np.dtype[np.unsignedinteger]) -> Vector:
    """Zeros (length,), the first of an array that is whole blocks."""
    per_block = _BLOCK // dtype.itemsize
    return np.zeros(-(-length // per_block) * per_block, dtype)[:length]


def add_masks(vector: Vector, keys: Sequence[bytes], negative: Sequence[bool]) -> None:
    """vector += the stream of each key of 32 bytes, or -= it where `negative` says so; in place, on the cores allowed.

    `vector` is of `in_blocks`. The keys are secret, `negative` is public.
    """
    whole = vector.base
    assert isinstance(whole, np.ndarray)
    assert whole.nbytes % _BLOCK == 0
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        these = slice(start, start + _KEYS_AT_ONCE)
        (_by_kernel if lib.parley_has_fast_aes() else _by_openssl)(whole, keys[these], negative[these])


def _by_kernel(whole: Vector, keys: Sequence[bytes], negative: Sequence[bool]) -> None:
    schedules = bytearray(_ROUND_KEY_BYTES * len(keys))
    for i, key in enumerate(keys):
        place = memoryview(schedules)[_ROUND_KEY_BYTES * i : _ROUND_KEY_BYTES * (i + 1)]
        lib.parley_aes256_expand_key(ffi.from_buffer(BYTES, place), ffi.from_buffer(BYTES, key))
    signs, data = ffi.from_buffer(BYTES, bytes(negative)), whole.view(np.uint8)
    round_keys = ffi.from_buffer(BYTES, schedules)

    def part(start: int, end: int) -> None:
        here = ffi.from_buffer(BYTES, data[_BLOCK * start : _BLOCK * end])
        width = whole.dtype.itemsize
        lib.parley_aes256_add_streams(here, round_keys, signs, len(keys), start, end - start, width)

    in_parts(data.size // _BLOCK, part, step=1024, smallest=_SMALLEST_PART)


def _by_openssl(whole: Vector, keys: Sequence[bytes], negative: Sequence[bool]) -> None:
    """The same where the processor has no AES."""
    zeros = bytes(whole.nbytes)
    for key, minus in zip(keys, negative, strict=True):
        stream = np.frombuffer(Cipher(AES(key), CTR(bytes(_BLOCK))).encryptor().update(zeros), whole.dtype)
        (np.subtract if minus else np.add)(whole, stream, out=whole)


def packed_bytes(length: int, bits: int) -> int:
    """What a vector takes on the wire."""
    return length * bits // 8 if bits in (8, 16, 32, 64) else 8 * bits * words_for(length)


def packed(vector: Vector, bits: int) -> memoryview:
    """The elements modulo 2^bits: as they are where their type has as many bits, else plane by plane of bits."""
    if 8 * vector.dtype.itemsize == bits:
        return vector.astype(vector.dtype.newbyteorder("<"), copy=False).view(np.uint8).data
    planes = bit_arrays.planes(vector.astype(np.uint64), bits)
    return planes.astype("<u8", copy=False).reshape(-1).view(np.uint8).data


def unpack(content: bytes | memoryview, length: int, bits: int, dtype: np.dtype[np.unsignedinteger]) -> Vector:
    """The elements of `packed_bytes` bytes."""
    if 8 * dtype.itemsize == bits:
        return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype, copy=False)
    rows = np.frombuffer(content, "<u8").astype(np.uint64, copy=False).reshape(bits, words_for(length))
    return bit_arrays.from_planes(rows, length).astype(dtype)
