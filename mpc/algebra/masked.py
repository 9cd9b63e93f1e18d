"""What one of three parties has of a product of replicated shares, masked by two streams: by a kernel or its formula.

x_0 (y_0 + y_1) + x_1 y_0 + after - before: the party knows two of three summands of x and y, and has a stream in common
with the party before it and one with the party after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

import numpy as np

from mpc.algebra.interface import Elementwise, Masks, Pair
from mpc.algebra.words import U64, KernelStream, Stream, Words, as_words, pointer, read_by_kernel
from native import Pointer, ffi, lib

Kernel = Callable[..., None]


def masked_product(kernel: Kernel, x: Pair, y: Pair, masks: Masks) -> Words | None:
    """In one pass over memory, each mask drawn where it is added; None where a stream or the shapes do not allow it."""
    before, after = masks
    if not (_of_kernels(before) and _of_kernels(after)) or not lib.parley_has_fast_aes():
        return None
    (x_0, x_1), (y_0, y_1) = x, y
    shape = x_0.shape
    if shape != y_0.shape:
        try:
            shape = np.broadcast_shapes(shape, y_0.shape)
        except ValueError:
            return None
        x_0, x_1, y_0, y_1 = (np.broadcast_to(as_words(words), shape) for words in (x_0, x_1, y_0, y_1))
    out = np.empty(shape, U64)
    kernel(
        pointer(out), read_by_kernel(x_0), read_by_kernel(x_1), read_by_kernel(y_0), read_by_kernel(y_1),
        *_left_to_kernel(before, out.size), *_left_to_kernel(after, out.size), out.size,
    )  # fmt: skip
    return out


def _of_kernels(stream: Stream | None) -> TypeGuard[KernelStream | None]:
    return stream is None or getattr(stream, "of_kernels", False)


def _left_to_kernel(stream: KernelStream | None, words: int) -> tuple[Pointer, int]:
    return (ffi.NULL, 0) if stream is None else stream.left_to_kernel(words)


def formula_of_product(algebra: Elementwise, x: Pair, y: Pair, masks: Masks) -> Words:
    """The same step by step, broadcasting."""
    return masked(algebra, algebra.add(algebra.mul(x[0], algebra.add(*y)), algebra.mul(x[1], y[0])), masks)


def masked(algebra: Elementwise, z: Words, masks: Masks) -> Words:
    """z + after - before."""
    before, after = masks
    if before is not None:
        z = algebra.sub(z, algebra.draw(before, algebra.shape(z)))
    return z if after is None else algebra.add(z, algebra.draw(after, algebra.shape(z)))
