"""Products of stacks of matrices by numpy.matmul's rules, without copying what a kernel can read where it lies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from typing import TypeAlias, cast

import numpy as np

from mpc.algebra.accelerator import Accelerator, Product
from mpc.algebra.cores import in_parts
from mpc.algebra.words import U64, Words, contiguous, wrong_shapes
from native import Pointer, ffi

Kernel: TypeAlias = Callable[..., None]
"""parley_matmul or one of the same parameters for elements of several words."""

_ADDRESS = ffi.typeof("uint64_t *")
Axis: TypeAlias = tuple[int, int, int]
"""A batch axis: its length, and the words from one matrix of x and of y to the next."""
Operand: TypeAlias = tuple[int, int, int, int]
"""Where an operand begins, and the words from one matrix, row and column to the next."""

ENOUGH_WORK = 10_000_000
"""Products for which a core of its own is worth a thread: some milliseconds."""
ROWS_TOGETHER = 8
"""Kernels take so many rows at once."""


def stacked_product(kernel: Kernel, x: Words, y: Words, words: int = 1) -> Words:
    """x @ y for arrays whose elements are `words` words each: a last axis of that length if it is not 1.

    Operands may be transposed, sliced with positive steps and broadcast views: the kernel reads them where they lie.
    Shapes that do not fit raise LocalError `wrong-shape`.
    """
    if words == 1 and 2 <= x.ndim == y.ndim <= 3 and x.shape[:-2] == y.shape[:-2]:
        return _plain_product(kernel, x, y)
    a, b = (v[..., np.newaxis] if words == 1 else v for v in (x, y))
    inner, wanted = a.shape[-2:-1], b.shape[-2:-1] if b.ndim == 2 else b.shape[-3:-2]
    if not inner or inner != wanted:
        raise wrong_shapes("matmul", x, y)
    out = _stacks(kernel, a[np.newaxis] if a.ndim == 2 else a, b[:, np.newaxis] if b.ndim == 2 else b, x, y)
    rows = out.shape[-3:-2] if a.ndim > 2 else ()
    columns = out.shape[-2:-1] if b.ndim > 2 else ()
    return out.reshape(*out.shape[:-3], *rows, *columns, *([words] if words > 1 else []))


def device_product(device: Accelerator, x: Words, y: Words) -> Words | None:
    """x @ y by a device, which takes matrices in C order; None where that leaves it to the processor."""
    if not x.ndim or not y.ndim or x.shape[-1] != y.shape[0 if y.ndim == 1 else -2]:
        return None
    a = contiguous(x.reshape(1, -1) if x.ndim == 1 else x)
    b = contiguous(y.reshape(-1, 1) if y.ndim == 1 else y)
    (rows, inner), columns = a.shape[-2:], b.shape[-1]
    if b.ndim == 2:
        batch, shape = (), Product(1, 0, 0, prod(a.shape[:-1]), inner, columns)
    else:
        try:
            batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        except ValueError:
            return None
        (a, a_step), (b, b_step) = _stack(a, batch), _stack(b, batch)
        shape = Product(prod(batch), a_step, b_step, rows, inner, columns)
    out = np.empty((*(batch or a.shape[:-2]), rows, columns), U64)
    if not device.matmul(out, a, b, shape):
        return None
    kept = (*out.shape[:-2], *([rows] if x.ndim > 1 else []), *([columns] if y.ndim > 1 else []))
    return out.reshape(kept)


def _stack(x: Words, batch: tuple[int, ...]) -> tuple[Words, int]:
    """The matrices of x for the whole batch, and the words from one to the next (0 if they are all the same)."""
    if prod(x.shape[:-2]) == 1:
        return x, 0
    return contiguous(np.broadcast_to(x, (*batch, *x.shape[-2:]))), prod(x.shape[-2:])


def _plain_product(kernel: Kernel, x: Words, y: Words) -> Words:
    """The case of two matrices, or of two stacks of as many along one axis, with little to find out."""
    rows, inner = x.shape[-2:]
    if y.shape[-2] != inner:
        raise wrong_shapes("matmul", x, y)
    x, y = _walkable(x), _walkable(y)
    out = np.empty((*x.shape[:-1], y.shape[-1]), U64)
    batch = 1 if x.ndim == 2 else len(x)
    _run(kernel, _address(out), _operand(x), _operand(y), batch, (rows, inner, out.shape[-1]), 1)
    return out


def _walkable(x: Words) -> Words:
    """x itself if a kernel can walk through it in steps of words; else a copy."""
    if x.flags.c_contiguous and x.flags.aligned:
        return x
    return _readable(x[..., np.newaxis])[..., 0]


def _operand(x: Words) -> Operand:
    """Where a matrix or a stack along one axis lies. The strides of an axis of length 1 may be anything."""
    if x.flags.c_contiguous:
        rows, columns = x.shape[-2:]
        return _address(x), rows * columns, columns, 1
    *stack, row, column = x.strides
    return _address(x), stack[0] // 8 if stack else 0, row // 8, column // 8


def _stacks(kernel: Kernel, a: Words, b: Words, x: Words, y: Words) -> Words:
    """The product of (..., rows, inner, words) and (..., inner, columns, words)."""
    if b.ndim == 3 and a.ndim > 3 and a.flags.c_contiguous:
        flat = _stacks(kernel, a.reshape(prod(a.shape[:-2]), *a.shape[-2:]), b, x, y)
        return flat.reshape(*a.shape[:-2], *flat.shape[-2:])
    batch = a.shape[:-3]
    if batch != b.shape[:-3]:
        try:
            batch = np.broadcast_shapes(batch, b.shape[:-3])
        except ValueError:
            raise wrong_shapes("matmul", x, y) from None
    a, b = _readable(a), _readable(b)
    (rows, inner, words), columns = a.shape[-3:], b.shape[-2]
    out = np.empty((*batch, rows, columns, words), U64)
    if out.size:
        steps = zip(_steps(a, batch), _steps(b, batch), strict=True)
        axes = _merged([(n, *s) for n, s in zip(batch, steps, strict=True)])
        _fill(kernel, out, a, b, axes, (rows, inner, columns))
    return out


def _fill(kernel: Kernel, out: Words, a: Words, b: Words, axes: list[Axis], sizes: tuple[int, int, int]) -> None:
    """One call of the kernel for all of the last batch axis."""
    *outer, (batch, a_step, b_step) = axes or [(1, 0, 0)]
    a_row, a_column, b_row, b_column = (s // 8 for s in (*a.strides[-3:-1], *b.strides[-3:-1]))
    to, from_a, from_b = _address(out), _address(a), _address(b)
    words = out.shape[-1]
    for index in product(*(range(n) for n, _, _ in outer)):
        a_at = sum(i * step for i, (_, step, _) in zip(index, outer, strict=True))
        b_at = sum(i * step for i, (_, _, step) in zip(index, outer, strict=True))
        left = (from_a + 8 * a_at, a_step, a_row, a_column)
        right = (from_b + 8 * b_at, b_step, b_row, b_column)
        _run(kernel, to, left, right, batch, sizes, words)
        to += 8 * words * batch * sizes[0] * sizes[2]


def _run(
    kernel: Kernel, out: int, left: Operand, right: Operand, batch: int, sizes: tuple[int, int, int], words: int
) -> None:
    """Calls the kernel; large work on all cores that it may use, each with some of the matrices or of the rows."""
    rows, inner, columns = sizes
    (x, *x_steps), (y, *y_steps) = left, right

    def some_matrices(start: int, end: int) -> None:
        first, second = _at(x + 8 * start * x_steps[0]), _at(y + 8 * start * y_steps[0])
        to = _at(out + 8 * words * start * rows * columns)
        kernel(to, first, *x_steps, second, *y_steps, end - start, rows, inner, columns)

    def some_rows(start: int, end: int) -> None:
        to, mine = _at(out + 8 * words * start * columns), _at(x + 8 * start * x_steps[1])
        kernel(to, mine, *x_steps, _at(y), *y_steps, 1, end - start, inner, columns)

    if batch * rows * inner * columns < 2 * ENOUGH_WORK:
        some_matrices(0, batch)
    elif batch == 1:
        in_parts(rows, some_rows, step=ROWS_TOGETHER, smallest=1 + ENOUGH_WORK // (1 + inner * columns))
    else:
        in_parts(batch, some_matrices, smallest=1 + ENOUGH_WORK // (1 + rows * inner * columns))


def _readable(x: Words) -> Words:
    """x itself if a kernel can walk through it in steps of words, an element's words side by side; else a copy."""
    walkable = x.flags.aligned and all(s >= 0 and s % 8 == 0 for s in x.strides)
    return x if walkable and (x.shape[-1] == 1 or x.strides[-1] == 8) else contiguous(np.array(x, order="C"))


def _steps(x: Words, batch: tuple[int, ...]) -> tuple[int, ...]:
    """The words from one matrix to the next along each batch axis; 0 where one serves all."""
    own = [0 if n == 1 else s // 8 for n, s in zip(x.shape[:-3], x.strides[:-3], strict=True)]
    return (*[0] * (len(batch) - len(own)), *own)


def _merged(axes: list[Axis]) -> list[Axis]:
    """The same matrices in the same order with as few axes as possible."""
    merged: list[Axis] = []
    for n, x_step, y_step in axes:
        if n == 1:
            continue
        if merged and merged[-1][1:] == (n * x_step, n * y_step):
            merged[-1] = (merged[-1][0] * n, x_step, y_step)
        else:
            merged.append((n, x_step, y_step))
    return merged


def _address(x: Words) -> int:
    return cast(int, x.__array_interface__["data"][0])


def _at(address: int) -> Pointer:
    return ffi.cast(_ADDRESS, address)
