"""Arrays of words (numpy's uint64) and how they reach the kernels."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from mpc.algebra.accelerator import accelerator
from mpc.errors import LocalError
from native import WORDS, Pointer, ffi

Words: TypeAlias = npt.NDArray[np.uint64]

U64 = np.dtype(np.uint64)
NATIVE_FROM = 8192
"""Elementwise operations on fewer words than this are quicker in numpy."""
_LINE = 8
"""Words of a cache line."""


class Stream(Protocol):
    """Uniformly random words one after another, known to whoever holds the stream's seed (`mpc.prg.Prg`)."""

    def words(self, shape: int | tuple[int, ...]) -> Words:
        """The next words."""


class KernelStream(Stream, Protocol):
    """A stream that a kernel may be able to draw itself."""

    @property
    def of_kernels(self) -> bool:
        """Whether a kernel can draw what comes next, where the processor has AES."""

    def left_to_kernel(self, words: int) -> tuple[Pointer, int]:
        """The key of AES-128 and the block from which a kernel draws so many words, which are taken by that."""


def as_words(x: Words) -> Words:
    """x as an array of uint64; anything but one (or a numpy uint64 scalar) raises LocalError."""
    if isinstance(x, np.ndarray) and x.dtype == U64:
        return x
    if isinstance(x, np.uint64):
        return np.asarray(x)
    raise LocalError(
        "wrong-dtype",
        f"ring elements are numpy arrays of uint64, got {kind(x)}",
        "use Ring.from_signed for signed integers, the encoding for real numbers, np.uint64 for constants",
    )


def contiguous(x: Words) -> Words:
    """x as kernels take it, in C order and aligned; copied only if it is not."""
    flags = x.flags
    return x if flags.c_contiguous and flags.aligned else np.array(x, order="C")


def aligned(shape: tuple[int, ...]) -> Words:
    """Fresh words, uninitialised, that begin a cache line: no register of the kernels then lies across two."""
    size = prod(shape)
    whole = np.empty(size + _LINE, U64)
    first = -(whole.__array_interface__["data"][0] // U64.itemsize) % _LINE
    return whole[first : first + size].reshape(shape)


def pointer(x: Words) -> Pointer:
    """What a kernel takes for a contiguous array; keeps the array alive."""
    return ffi.from_buffer(WORDS, x)


def read_by_kernel(x: Words) -> Pointer:
    """What a kernel takes for any array that it only reads: the array or, where it is none of C order, a copy."""
    if type(x) is np.ndarray and x.dtype == U64:
        flags = x.flags
        if flags.c_contiguous and flags.aligned:
            return ffi.from_buffer(WORDS, x)
    return pointer(contiguous(as_words(x)))


def one_for_all(one: Words, x: Words) -> bool:
    """Whether `one` is a single element that broadcasts to a large array x without giving it another shape."""
    return one.size == 1 and one.ndim <= x.ndim and x.size >= NATIVE_FROM


def elementwise(
    ufunc: np.ufunc,
    kernel: Callable[[Pointer, Pointer, Pointer, int], None],
    x: Words,
    y: Words,
    on_device: str | None = None,
) -> Words:
    """ufunc(x, y) on words with broadcasting; `kernel` does the same for large arrays of one shape.

    `on_device` names the operation for an accelerator, if one may have it.
    """
    if x.size < NATIVE_FROM or x.shape != y.shape:
        return in_numpy(ufunc, x, y)
    x, y, out = contiguous(x), contiguous(y), np.empty(x.shape, U64)
    if on_device is None or not accelerated(on_device, out, (x, y)):
        kernel(pointer(out), pointer(x), pointer(y), x.size)
    return out


def in_numpy(ufunc: np.ufunc, x: Words, y: Words) -> Words:
    """ufunc(x, y) on words with broadcasting, without a kernel."""
    try:
        return np.asarray(ufunc(x, y), order="C")
    except ValueError:
        raise wrong_shapes(ufunc.__name__, x, y) from None


def accelerated(name: str, out: Words, operands: tuple[Words, ...], *scalars: int) -> bool:
    """Whether a device in use has done an elementwise operation on large contiguous operands."""
    device = accelerator() if out.size >= NATIVE_FROM else None
    return device is not None and device.elementwise(name, out, operands, scalars)


def wrong_shapes(name: str, x: Words, y: Words) -> LocalError:
    """The error of an operation whose operands do not fit together; tells their shapes, never their content."""
    return LocalError(
        "wrong-shape",
        f"{name} cannot combine arrays of shapes {x.shape} and {y.shape}",
        "give both the same shape, or shapes that broadcast by numpy's rules",
    )


def kind(x: object) -> str:
    """The type of x for an error message; never its content."""
    dtype = getattr(x, "dtype", None)
    return type(x).__name__ if dtype is None else f"{type(x).__name__} of {cast('np.dtype[np.generic]', dtype)}"
