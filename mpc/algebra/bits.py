"""Packed bits: 64 to a word, and the bit planes of arrays of words.

Bit i of a flat array of bits is bit i % 64 of word i // 64. What this file packs has zeros in the padding bits of the
last word; `bit_not` turns them to ones, and every reader here ignores them but `popcount`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import PrefixOp
from mpc.algebra.words import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import BYTES, Pointer, ffi, lib

_NATIVE_FROM = 8192
"""Operations on fewer words than this are quicker in numpy."""
_PREFIX_KERNELS = {"and": lib.parley_bit_prefix_and, "xor": lib.parley_bit_prefix_xor, "or": lib.parley_bit_prefix_or}
_PREFIX_ROWS = {"and": lib.PARLEY_AND, "xor": lib.PARLEY_XOR, "or": lib.PARLEY_OR}


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
    return _binary(np.bitwise_and, lib.PARLEY_AND, x, y)


def bit_xor(x: Words, y: Words, out: Words | None = None) -> Words:
    """x ^ y on packed words, broadcasting like numpy; into `out` if given, which may be x or y itself."""
    return _binary(np.bitwise_xor, lib.PARLEY_XOR, x, y, out)


def bit_or(x: Words, y: Words) -> Words:
    """x | y on packed words, broadcasting like numpy."""
    return _binary(np.bitwise_or, lib.PARLEY_OR, x, y)


def bit_and_not(x: Words, y: Words, out: Words | None = None) -> Words:
    """x & ~y on packed words, broadcasting like numpy; into `out` if given, which may be x or y itself."""
    return _binary(_and_not, lib.PARLEY_AND_NOT, x, y, out)


def bit_same(x: Words, y: Words, out: Words | None = None) -> Words:
    """~(x ^ y) on packed words, padding bits included, broadcasting like numpy; into `out` if given."""
    return _binary(_same, lib.PARLEY_SAME, x, y, out)


def bit_not(x: Words) -> Words:
    """~x on packed words, padding bits included."""
    return np.asarray(np.invert(as_words(x)), order="C")


def recombine(c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
    """c ^ d & b ^ e & a, and ^ d & e if `with_de`: what Beaver's product of bits computes from opened d and e.

    One pass over memory where d and a have one shape, b and e one shape, and these broadcast to that of c by repeating
    one of them along its first axis; otherwise several.
    """
    c, d, b, e, a = as_words(c), as_words(d), as_words(b), as_words(e), as_words(a)
    layout = _layout(c.shape, d, b) if d.shape == a.shape and b.shape == e.shape else None
    if layout is None or len(layout) > 2:
        right = bit_xor(b, e) if with_de else b
        return bit_xor(c, bit_xor(bit_and(d, right), bit_and(e, a)))
    (rows, left_step, right_step), (n, _, _) = ((1, 0, 0), (1, 1, 1), *layout)[-2:]
    out = np.empty(c.shape, U64)
    pc, pd, pb, pe, pa = (pointer(contiguous(v)) for v in (c, d, b, e, a))
    lib.parley_bit_recombine_rows(pointer(out), pc, pd, pb, pe, pa, left_step, right_step, rows, n, with_de)
    return out


def prefix(x: Words, op: PrefixOp) -> Words:
    """In each word, bit i is the "xor", "or" or "and" of bits 0 to i; the shape stays."""
    _check_op(op)
    x = contiguous(as_words(x))
    out = np.empty(x.shape, U64)
    _PREFIX_KERNELS[op](pointer(out), pointer(x), x.size)
    return out


def prefix_planes(planes: Words, op: PrefixOp, *, from_last: bool = False) -> Words:
    """Plane i is the "xor", "or" or "and" of planes 0 to i, or with `from_last` of planes i to the last: (k, ...)."""
    _check_op(op)
    x = contiguous(as_words(planes))
    if x.ndim < 1:
        raise LocalError("wrong-shape", "a single word is not an array of planes", "use shape (planes, words)")
    out = np.empty(x.shape, U64)
    rows = x.shape[0]
    lib.parley_bit_prefix_rows(_PREFIX_ROWS[op], pointer(out), pointer(x), rows, x.size // max(rows, 1), from_last)
    return out


def transpose(rows: Words, count: int) -> Words:
    """The transpose of k rows of `count` packed bits, (k, words_for(count)): (count, words_for(k)), padding cleared.

    128 rows of N bits become N words of 128 bits and the other way round, as oblivious transfer extension needs it.
    """
    x = contiguous(as_words(rows))
    k = x.shape[0] if x.ndim == 2 else 0
    _check_width("transpose", x.shape, (k, words_for(count)))
    make = np.empty if k % 64 == 0 else np.zeros
    out = make((count, words_for(k)), U64)
    steps = 8 * out.shape[1], 8 * x.shape[1]
    lib.parley_bit_transpose(_bytes(out), steps[0], _bytes(x), steps[1], k, count)
    return out


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


def _check_op(op: str) -> None:
    if op not in _PREFIX_ROWS:
        raise LocalError("unknown-operation", f"no prefixes of {op!r}", f"use one of {', '.join(_PREFIX_ROWS)}")


def _bytes(x: Words) -> Pointer:
    return ffi.from_buffer(BYTES, x)


def _first_word(x: Words) -> Pointer:
    """What a kernel on rows takes for an array of any strides; keeps alive only contiguous ones."""
    return pointer(x) if x.flags.c_contiguous else ffi.cast("uint64_t *", x.ctypes.data)


def _and_not(x: Words, y: Words, out: Words | None = None) -> Words:
    return np.bitwise_and(x, np.invert(y), out=out)


def _same(x: Words, y: Words, out: Words | None = None) -> Words:
    return np.bitwise_xor(x, np.invert(y), out=out)


def _binary(small: Callable[..., Words], what: int, x: Words, y: Words, out: Words | None = None) -> Words:
    """Operation `what` of the kernels on rows, broadcasting; `small` is the same in numpy, quicker on few words."""
    x, y = as_words(x), as_words(y)
    try:
        shape = x.shape if x.shape == y.shape else np.broadcast_shapes(x.shape, y.shape)
        if out is None and (x.size < _NATIVE_FROM > y.size):
            return np.asarray(small(x, y), order="C")
    except ValueError:
        raise LocalError(
            "wrong-shape",
            f"packed words of shapes {x.shape} and {y.shape} do not broadcast",
            "give both the same shape, or repeat axes of length 1 only",
        ) from None
    if out is None:
        out = np.empty(shape, U64)
    elif out.shape != shape or out.dtype != U64 or not out.flags.c_contiguous:
        raise LocalError("wrong-shape", f"`out` must be contiguous words of shape {shape}", "leave it out")
    layout = _layout(shape, x, y) if out.size >= _NATIVE_FROM and x.flags.aligned and y.flags.aligned else None
    if layout is None or len(layout) > 3:
        return small(x, y, out=out)
    (groups, x_group, y_group), (rows, x_row, y_row), (n, _, _) = ((1, 0, 0), (1, 0, 0), *layout)[-3:]
    px, py = _first_word(x), _first_word(y)
    lib.parley_bit_rows(what, pointer(out), px, x_group, x_row, py, y_group, y_row, groups, rows, n)
    return out


def _layout(shape: tuple[int, ...], x: Words, y: Words) -> list[tuple[int, int, int]] | None:
    """Axes of `shape`, outermost first, as (length, step in x, step in y), steps in words; as few as possible.

    The last one has steps of one word. None where the operands do not lie like that.
    """
    if x.shape == y.shape and x.flags.c_contiguous and y.flags.c_contiguous:
        return [(x.size, 1, 1)]
    axes: list[tuple[int, int, int]] = [(1, 1, 1)]
    strides = zip(shape, _strides(x, len(shape)), _strides(y, len(shape)), strict=True)
    for length, x_bytes, y_bytes in reversed(list(strides)):
        inner, x_inner, y_inner = axes[-1]
        if length == 1:
            continue
        if min(x_bytes, y_bytes) < 0 or x_bytes % 8 or y_bytes % 8:
            return None
        x_step, y_step = x_bytes // 8, y_bytes // 8
        if (x_step, y_step) == (inner * x_inner, inner * y_inner):
            axes[-1] = (length * inner, x_inner, y_inner)
        elif axes == [(1, 1, 1)]:
            return None
        else:
            axes.append((length, x_step, y_step))
    return axes[::-1]


def _strides(x: Words, ndim: int) -> list[int]:
    """The strides of x broadcast to `ndim` axes."""
    own = [0 if length == 1 else stride for length, stride in zip(x.shape, x.strides, strict=True)]
    return [0] * (ndim - x.ndim) + own
