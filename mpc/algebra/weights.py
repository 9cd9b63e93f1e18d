"""Products of words by matrices of small integers, a model's weights, and by matrices that are streams of randomness.

Weights are of 16 bits with a sign and stay so in memory: a product of few rows takes as long as reading them. A matrix
that is a stream is drawn piece by piece where it is multiplied, so that it never stands in memory. Everything is modulo
2^64; `Ring.reduce` takes results to a ring of fewer bits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt

from mpc.algebra.cores import in_parts
from mpc.algebra.matmul import stacked_product
from mpc.algebra.words import U64, KernelStream, Stream, Words, as_words, contiguous, kind, pointer
from mpc.errors import LocalError
from native import Pointer, ffi, lib

Weights: TypeAlias = npt.NDArray[np.int16]
Part: TypeAlias = Callable[[int, int], object]

_TOGETHER = 64
"""Columns that a core takes are a multiple of it: a few registers of the kernels."""
ENOUGH_WORK = 10_000_000
"""Products for which a core of its own is worth a thread: a millisecond or two."""
DRAWN_TOGETHER = 1 << 15
"""Words of a stream that are drawn at once where a kernel can't draw them."""


def weight_product(x: Words, weights: Weights) -> Words:
    """x @ weights modulo 2^64, exactly: (..., columns) for words x (..., inner) and int16 weights (inner, columns).

    Weights are read once for any few rows, where they lie: row by row, as parts of a larger matrix, or transposed
    (`matrix.T`); other layouts are copied. LocalError `wrong-dtype`, `wrong-shape`.
    """
    rows, (weights, step, turned) = _rows(x, _checked(weights).shape), _walkable(weights)
    (count, inner), columns = rows.shape, weights.shape[1]
    out = np.empty((count, columns), U64)
    kernel = lib.parley_weights_transposed if turned else lib.parley_weights_product

    def part(start: int, end: int) -> None:
        w = weights[:, start:end]
        kernel(*_ends(out, rows, start), _weights_at(w), step, count, inner, end - start)

    _by_columns(out, inner, part)
    return out.reshape(*x.shape[:-1], columns)


def stream_product(x: Words, stream: Stream, shape: tuple[int, int], *, transposed: bool = False) -> Words:
    """x @ a for the matrix a = stream.words(shape), or x @ a.T; the stream goes on behind it. x is (..., inner).

    Of a only some thousand words are in memory at a time. LocalError `wrong-dtype`, `wrong-shape`.
    """
    lines, length = shape
    inner, columns = (length, lines) if transposed else (lines, length)
    rows = _rows(x, (inner, columns))
    if not _of_kernels(stream):
        return _drawn_product(rows, stream, shape, transposed).reshape(*x.shape[:-1], columns)
    out = np.empty((len(rows), columns), U64)
    key, block = stream.left_to_kernel(lines * length)
    kernel = lib.parley_weights_by_stream_transposed if transposed else lib.parley_weights_by_stream

    def part(start: int, end: int) -> None:
        first = start * length if transposed else start
        kernel(*_ends(out, rows, start), key, block, first, length, len(rows), inner, end - start)

    _by_columns(out, inner, part)
    return out.reshape(*x.shape[:-1], columns)


def masked_weights(weights: Weights, stream: Stream, out: Words | None = None) -> Words:
    """weights - stream.words(weights.shape) modulo 2^64, into `out` if there is one: words of that shape in C order.

    Masks of a matrix can be made in pieces, of its first rows, then of the next ones: the stream goes on where it was.
    LocalError `wrong-dtype`, `wrong-shape`.
    """
    narrow = np.ascontiguousarray(_checked(weights))
    out = np.empty(narrow.shape, U64) if out is None else as_words(out)
    if out.shape != narrow.shape or not out.flags.c_contiguous:
        raise LocalError(
            "wrong-shape",
            f"masked weights of shape {narrow.shape} don't go into words of shape {out.shape}",
            "give words of the same shape in C order",
        )
    if not _of_kernels(stream):
        np.subtract(narrow.astype(U64), stream.words(narrow.shape), out=out)
        return out
    key, block = stream.left_to_kernel(narrow.size)
    to, of = out.reshape(-1), narrow.reshape(-1)

    def part(start: int, end: int) -> None:
        lib.parley_weights_masked(pointer(to[start:end]), _weights_at(of[start:end]), key, block, start, end - start)

    in_parts(narrow.size, part, step=_TOGETHER, smallest=ENOUGH_WORK)
    return out


def _by_columns(out: Words, inner: int, part: Part) -> None:
    """Runs part(start, end) on ranges of the columns, on more cores than one where the work is large."""
    rows, columns = out.shape
    in_parts(columns, part, step=_TOGETHER, smallest=1 + ENOUGH_WORK // (1 + rows * inner))


def _drawn_product(rows: Words, stream: Stream, shape: tuple[int, int], transposed: bool) -> Words:
    """The product by a stream that no kernel draws, some lines at a time."""
    lines, length = shape
    out = np.zeros((len(rows), lines if transposed else length), U64)
    together = max(1, DRAWN_TOGETHER // max(length, 1))
    for start in range(0, lines, together):
        end = min(start + together, lines)
        drawn = stream.words((end - start, length))
        if transposed:
            out[:, start:end] = stacked_product(lib.parley_matmul, rows, drawn.T)
        else:
            out += stacked_product(lib.parley_matmul, rows[:, start:end], drawn)
    return out


def _rows(x: Words, shape: tuple[int, int]) -> Words:
    """x as a matrix of rows, which must have the length that such a matrix takes."""
    x = as_words(x)
    if not x.ndim or x.shape[-1] != shape[0]:
        raise LocalError(
            "wrong-shape",
            f"rows of an array of shape {x.shape} can't be multiplied by a matrix of shape {shape}",
            f"the last axis must have length {shape[0]}",
        )
    return contiguous(x).reshape(prod(x.shape[:-1]), shape[0])


def _checked(weights: Weights) -> Weights:
    if isinstance(weights, np.ndarray) and weights.dtype == np.int16:
        if weights.ndim:
            return weights
        raise LocalError("wrong-shape", "weights are an array of one dimension or more", "give the matrix")
    raise LocalError(
        "wrong-dtype", f"weights are a numpy array of int16, got {kind(weights)}", "use weights.astype(np.int16)"
    )


def _walkable(weights: Weights) -> tuple[Weights, int, bool]:
    """A matrix whose rows lie without gaps, or its columns; how far it is to the next one, and whether columns do.

    It is itself if it is such a one. The strides of an axis of length 1 may be anything.
    """
    if weights.ndim != 2:
        raise LocalError("wrong-shape", f"weights are a matrix, got shape {weights.shape}", "give (inner, columns)")
    flags, size, (row, column) = weights.flags, weights.itemsize, weights.strides
    if flags.aligned and not flags.c_contiguous:
        if flags.f_contiguous:
            return weights, weights.shape[0], True
        if column == size and row >= 0 and row % size == 0:
            return weights, row // size, False
        if row == size and column >= 0 and column % size == 0:
            return weights, column // size, True
    plain = weights if flags.aligned and flags.c_contiguous else np.array(weights, order="C")
    return plain, weights.shape[1], False


def _ends(out: Words, rows: Words, start: int) -> tuple[Pointer, int, Pointer, int, int]:
    """Where a kernel finds its columns of `out` and all rows of x."""
    return _words_at(out[:, start:]), out.shape[1], pointer(rows), rows.shape[1], 1


def _words_at(x: Words) -> Pointer:
    return ffi.cast("uint64_t *", x.__array_interface__["data"][0])


def _weights_at(weights: Weights) -> Pointer:
    return ffi.cast("int16_t *", weights.__array_interface__["data"][0])


def _of_kernels(stream: Stream) -> TypeGuard[KernelStream]:
    return bool(getattr(stream, "of_kernels", False)) and bool(lib.parley_has_fast_aes())
