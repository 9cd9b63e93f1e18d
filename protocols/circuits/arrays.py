"""Arrays of numbers as the bits of a kind, and back: many instances of a circuit's input or output at once.

Bits lie along the last axis, the least significant first. Of a string of bytes the first byte is the most significant,
as hexadecimal is written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.encoding import are_integers, as_numbers
from mpc.algebra.named_rows import named_rows
from mpc.algebra.words import U64, Words
from mpc.errors import LocalError
from protocols.circuits.kinds import Bits, Float, Float32

Bytes = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]
WORD = 64
_PATTERNS: dict[Bits, tuple[type[np.generic], type[np.generic]]] = {
    Float32: (np.float32, np.uint32),
    Float(11, 52): (np.float64, np.uint64),
}
"""The kinds that the processor has too: numpy's type, and that of its pattern."""


def bits_of(kind: Bits, values: Any) -> Bytes:
    """The bits of values of a kind: an array (..., width) of 0 and 1 for values (...).

    values: numbers, or bytes for one value of 8 bits each, or truth values (..., width), which are taken as the bits
    themselves; of a kind of one bit (...). Reals are rounded to the nearest float of the kind. LocalError
    `not-a-number` for NaN and what is no number, `not-whole`, `out-of-range` with the places of what does not fit,
    `bad-width` for another number of bits. No error tells a value.
    """
    if isinstance(values, bytes | bytearray):
        return _of_width(kind, bits_of_bytes(values), f"{len(values)} bytes")
    try:
        array = as_numbers(values)
    except ValueError:
        raise LocalError("not-a-number", "lists of different lengths", "give an array") from None
    if array.dtype.kind == "b":
        return (array[..., None] if kind.width == 1 else _of_width(kind, array)).astype(np.uint8)
    if isinstance(kind, Float):
        return _bits_of_words(_patterns(kind, array), kind.width)
    return _bits_of_wholes(kind, _wholes(kind, array))


def numbers_of(kind: Bits, bits: Any) -> Any:
    """The values that bits (..., width) stand for: int64 of up to 63 bits, else Python's integers; floats of a float.

    LocalError `bad-width` for another number of bits.
    """
    array = _of_width(kind, _as_bits(bits))
    if kind.width > WORD:
        return _long_numbers(kind, array)
    words = _words_of_bits(array)
    if kind in _PATTERNS:
        real, pattern = _PATTERNS[kind]
        return np.asarray(words.astype(pattern)).view(real)[()]
    if isinstance(kind, Float) or kind.width == WORD:
        return _each(lambda row: kind.decoded(row.tolist()), array, np.float64 if isinstance(kind, Float) else object)
    low, high = kind.bounds
    numbers = words.astype(np.int64)
    return np.where(numbers > high, numbers + low - high - 1, numbers)[()]


def bits_of_bytes(data: Any) -> Bytes:
    """Bytes, or whole numbers (..., k) from 0 to 255, as bits (..., 8 k). LocalError `not-a-number`, `out-of-range`."""
    array = np.frombuffer(data, np.uint8) if isinstance(data, bytes | bytearray) else np.atleast_1d(as_numbers(data))
    whole = array.dtype.kind in "iu" or (array.dtype.kind == "f" and bool((array == np.rint(array)).all()))
    if not whole:
        raise LocalError("not-a-number", f"bytes of dtype {array.dtype}", "give whole numbers from 0 to 255")
    if ((array < 0) | (array > 255)).any():
        raise LocalError("out-of-range", "a byte is not from 0 to 255", "give whole numbers from 0 to 255")
    last_first = np.ascontiguousarray(array[..., ::-1].astype(np.uint8))
    return np.unpackbits(last_first, axis=-1, bitorder="little")


def bytes_of_bits(bits: Any) -> Bytes:
    """Bits (..., 8 k) as bytes (..., k). LocalError `bad-width` for parts of bytes."""
    array = np.atleast_1d(_as_bits(bits))
    if array.shape[-1] % 8:
        raise LocalError("bad-width", f"{array.shape[-1]} bits are no whole number of bytes", "use numbers_of")
    return np.packbits(array, axis=-1, bitorder="little")[..., ::-1]


def planes_of(bits: Bytes) -> Words:
    """Bits (..., width) packed over the instances: (width, words)."""
    size = int(np.prod(bits.shape[:-1]))
    columns = np.ascontiguousarray(bits.reshape(size, bits.shape[-1]).T)
    return np.array([pack(column) for column in columns], U64).reshape(bits.shape[-1], words_for(size))


def bits_of_planes(planes: Words, shape: tuple[int, ...]) -> Bytes:
    """Packed planes (width, words) of instances of this shape as bits (..., width)."""
    size = int(np.prod(shape))
    rows = np.array([unpack(plane, size) for plane in planes], np.uint8).reshape(len(planes), size)
    return np.ascontiguousarray(rows.T).reshape(*shape, len(planes))


def _as_bits(bits: Any) -> Bytes:
    """An array of 0 and 1. LocalError `not-a-number` for anything else."""
    try:
        array = np.asarray(bits)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind not in "biuf" or not ((array == 0) | (array == 1)).all():
        raise LocalError("not-a-number", f"{array.dtype} values that are no bits", "give 0 and 1, or truth values")
    return array.astype(np.uint8)


def _of_width(kind: Bits, bits: Array, told: str = "") -> Array:
    """`told`: what was given, where that was bytes."""
    given = bits.shape[-1] if bits.ndim else 1
    if given != kind.width or not bits.ndim:
        way = f"give {kind.width} bits along the last axis, the least significant first"
        if told and kind.width % 8 == 0:
            way = f"give bytes of a length of {kind.width // 8}, the first the most significant, or {kind.width} bits"
        raise LocalError("bad-width", f"{told or f'{given} bits'} for {kind}", way)
    return bits


def _wholes(kind: Bits, array: Array) -> Array:
    """Whole numbers within the kind's bounds: of an integer's dtype, or Python's."""
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise _no_number(array.dtype, "NaN or infinity")
        if not (array == np.rint(array)).all():
            raise LocalError("not-whole", f"a fraction where {kind} belongs", "round it, or use Float32")
        array = _of_floats(array)
    elif array.dtype.kind not in "iu" and not are_integers(array):
        raise _no_number(array.dtype, f"an array of dtype {array.dtype}")
    low, high = kind.bounds
    outside = np.asarray((array < low) | (array > high), np.bool_)
    if outside.any():
        what = f"values outside {kind}, which holds {low} to {high}{named_rows(outside)}"
        raise LocalError("out-of-range", what, "widen the kind, or give what it holds")
    return array


def _of_floats(array: Array) -> Array:
    small = np.abs(array).max(initial=0.0) < 2.0**62
    return array.astype(np.int64) if small else _each_number(int, array)


def _bits_of_wholes(kind: Bits, array: Array) -> Bytes:
    if kind.width <= WORD and array.dtype.kind in "iu":
        return _bits_of_words(array.astype(np.int64 if array.dtype.kind == "i" else U64).astype(U64), kind.width)
    size = -(-kind.width // 8)
    mask = (1 << kind.width) - 1
    data = b"".join((int(number) & mask).to_bytes(size, "little") for number in array.reshape(-1).tolist())
    rows = np.frombuffer(data, np.uint8).reshape(*array.shape, size)
    return np.unpackbits(rows, axis=-1, bitorder="little")[..., : kind.width]


def _patterns(kind: Float, array: Array) -> Words:
    """The patterns of the nearest floats of a kind."""
    if array.dtype.kind not in "iuf" and not are_integers(array):
        raise _no_number(array.dtype, f"an array of dtype {array.dtype}")
    try:
        reals = array.astype(np.float64)
    except OverflowError:
        raise _too_large(kind, "") from None
    if np.isnan(reals).any():
        raise _no_number(array.dtype, "NaN")
    if kind in _PATTERNS and array.dtype.kind != "O":
        real, pattern = _PATTERNS[kind]
        with np.errstate(over="ignore"):
            words = np.asarray(array.astype(real)).view(pattern).astype(U64)
    else:
        given = reals if array.dtype.kind == "f" else array  # whole numbers are rounded once
        words = _words_of_bits(_each(lambda row: kind.encoded(row.item()), given[..., None], np.uint8, kind.width))
    outside = np.isfinite(reals) & (words & U64.type(kind.infinity) == U64.type(kind.infinity))
    if outside.any():
        raise _too_large(kind, named_rows(outside))
    return np.asarray(words, U64)


def _too_large(kind: Float, where: str) -> LocalError:
    return LocalError("out-of-range", f"values too large for {kind}{where}", "scale them down, or use a wider kind")


def _bits_of_words(words: Words, width: int) -> Bytes:
    rows = np.array(words, order="C")[..., None].view(np.uint8)
    return np.unpackbits(rows, axis=-1, bitorder="little")[..., :width]


def _words_of_bits(bits: Bytes) -> Words:
    rows = np.zeros((*bits.shape[:-1], WORD // 8), np.uint8)
    packed = np.packbits(bits, axis=-1, bitorder="little")
    rows[..., : packed.shape[-1]] = packed
    return rows.view(U64)[..., 0]


def _long_numbers(kind: Bits, bits: Bytes) -> Any:
    rows = np.packbits(bits, axis=-1, bitorder="little")
    high, modulus = kind.bounds[1], 1 << kind.width

    def number(row: Array) -> int:
        value = int.from_bytes(row.tobytes(), "little")
        return value - modulus if value > high else value

    return _each(number, rows, object)


def _each(function: Any, rows: Array, dtype: Any, width: int = 0) -> Any:
    """The function of each row of the last axis, as an array of its results (of `width` elements each, if not 0)."""
    shape = (*rows.shape[:-1], width) if width else rows.shape[:-1]
    found = np.empty(shape, dtype)
    for place in np.ndindex(*rows.shape[:-1]):
        found[place] = function(rows[place])
    return found[()]


def _each_number(function: Any, array: Array) -> Array:
    return np.asarray(_each(lambda row: function(row.item()), array[..., None], object), object)


def _no_number(dtype: np.dtype[Any], what: str) -> LocalError:
    return LocalError("not-a-number", f"{what}, which is no number", "clean the data, or give its bits")
