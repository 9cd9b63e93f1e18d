"""Words of Z_2^64 that stay on a device between operations.

What lies on a device is gone when the device is. So such an array knows what it was made of, down to arrays that came
from the host; if the device is lost the processor makes it anew from there.
"""

from __future__ import annotations

import weakref
from math import prod
from typing import Any

import numpy as np

from mpc.accelerator import Product, Words, frozen
from mpc.device.check import processor_elementwise, processor_matmul
from mpc.device.device import Device
from mpc.device.engine import Engine
from mpc.device.memory import Room
from mpc.errors import LocalError


class DeviceWords:
    """An array of words on a device. Immutable; `+ - * @`, negation and shifts give another; `get` brings it here.

    Operands are of one device and one shape (for `@`: matrices, or stacks of as many, or one matrix on the right). All
    arithmetic is modulo 2^64.
    """

    __array_ufunc__ = None

    def __init__(self, device: Device, shape: tuple[int, ...], host: Words | None, origin: _Origin | None) -> None:
        """Made by `put` and by operations: either from `host`, or as `origin` says."""
        self.device, self.shape = device, shape
        self._host, self._origin = host, origin
        self._room: Room | None = None
        device.attempt("put" if origin is None else origin.name, self._make)

    @property
    def size(self) -> int:
        """The number of words."""
        return prod(self.shape)

    def get(self) -> Words:
        """The content as an array of the host."""
        if self._host is None:
            out = np.empty(self.shape, np.uint64)
            room = self._room
            fetched = room is not None and self.device.attempt("get", lambda engine: engine.fetch(out, room.handle))
            self._host = out if fetched else _made_here(self)
        return self._host.copy()

    def __add__(self, other: DeviceWords) -> DeviceWords:
        return self._with("add", (self, other))

    def __sub__(self, other: DeviceWords) -> DeviceWords:
        return self._with("sub", (self, other))

    def __mul__(self, other: DeviceWords) -> DeviceWords:
        return self._with("mul", (self, other))

    def __neg__(self) -> DeviceWords:
        return self._with("neg", (self,))

    def shift_right(self, s: int, *, plus: int = 0) -> DeviceWords:
        """(x + plus) >> s, 0 <= s <= 63; `plus` and `s` are public."""
        return self._with("shift_right", (self,), (plus % 2**64, _checked_shift(s)))

    def shift_left(self, s: int) -> DeviceWords:
        """x << s, 0 <= s <= 63; s is public."""
        return self._with("shift_left", (self,), (_checked_shift(s),))

    def __matmul__(self, other: DeviceWords) -> DeviceWords:
        x, y = self.shape, other.shape
        fits = min(len(x), len(y)) >= 2 and x[-1] == y[-2] and (len(y) == 2 or x[:-2] == y[:-2])
        if not fits or other.device is not self.device:
            raise _unfit("@", (self, other))
        batch, rows, inner, columns = prod(x[:-2]), x[-2], x[-1], y[-1]
        if len(y) == 2:
            product = Product(1, 0, 0, batch * rows, inner, columns)
        else:
            product = Product(batch, rows * inner, inner * columns, rows, inner, columns)
        origin = _Origin("matmul", (self, other), (), product)
        return DeviceWords(self.device, (*x[:-1], columns), None, origin)

    def _with(self, name: str, operands: tuple[DeviceWords, ...], scalars: tuple[int, ...] = ()) -> DeviceWords:
        if any(x.device is not self.device or x.shape != self.shape for x in operands):
            raise _unfit(name, operands)
        return DeviceWords(self.device, self.shape, None, _Origin(name, operands, scalars, None))

    def _make(self, engine: Engine) -> None:
        """Put the content on the device. What an operand has only here is sent first."""
        room = engine.memory.take(self.size * 8)
        weakref.finalize(self, engine.memory.abandon, room)
        if self._origin is None:
            engine.memory.send(room, self.get() if self._host is None else self._host)
        else:
            self._origin.run(engine, room)
        self._room = room

    def on(self, engine: Engine) -> Any:
        """The buffer of the content, sent now if it is not there."""
        if self._room is None:
            host, room = self.get(), engine.memory.take(self.size * 8)
            weakref.finalize(self, engine.memory.abandon, room)
            engine.memory.send(room, host)
            self._room = room
        return self._room.handle

    def __repr__(self) -> str:
        return f"<DeviceWords of shape {self.shape} on {self.device.place.title}>"


class _Origin:
    """What made an array: the operation, the arrays it took, its public numbers."""

    __slots__ = ("name", "operands", "product", "scalars")

    def __init__(
        self, name: str, operands: tuple[DeviceWords, ...], scalars: tuple[int, ...], product: Product | None
    ) -> None:
        self.name, self.operands, self.scalars, self.product = name, operands, scalars, product

    def run(self, engine: Engine, room: Room) -> None:
        """Compute on the device."""
        buffers = [x.on(engine) for x in self.operands]
        if self.product is not None:
            if self.product.batch * self.product.rows * self.product.columns:
                engine.run_matmul(room.handle, buffers[0], buffers[1], self.product)
        elif self.operands[0].size:
            engine.run_elementwise(self.name, room.handle, buffers, self.scalars, self.operands[0].size)

    def here(self, out: Words, operands: list[Words]) -> None:
        """Compute on the processor."""
        if self.product is not None:
            processor_matmul(out, operands[0], operands[1], self.product)
        else:
            processor_elementwise(self.name, out, tuple(operands), self.scalars)


def put(device: Device, words: Words) -> DeviceWords:
    """A copy of `words` on the device; later changes of `words` do not reach it."""
    if not isinstance(words, np.ndarray) or words.dtype != np.uint64:
        raise LocalError("wrong-dtype", "words are a numpy array of uint64", "use np.uint64")
    return DeviceWords(device, words.shape, frozen(words), None)


def recombine(
    c: DeviceWords, d: DeviceWords, b: DeviceWords, e: DeviceWords, a: DeviceWords, *, with_de: bool
) -> DeviceWords:
    """c + d*b + e*a, and + d*e if `with_de`."""
    return c._with("recombine", (c, d, b, e, a), (int(with_de),))


def _made_here(wanted: DeviceWords) -> Words:
    """The content, made by the processor from what is known here; without recursion, for chains may be long."""
    stack = [wanted]
    while stack:
        array = stack[-1]
        if array._host is not None or array._origin is None:
            stack.pop()
            continue
        missing = [x for x in array._origin.operands if x._host is None]
        if missing:
            stack += missing
            continue
        out = np.empty(array.shape, np.uint64)
        array._origin.here(out, [x._host for x in array._origin.operands if x._host is not None])
        array._host = out
    assert wanted._host is not None
    return wanted._host


def _checked_shift(s: int) -> int:
    if not 0 <= s <= 63:
        raise LocalError("wrong-shift", f"cannot shift words by {s}", "shift by 0 to 63")
    return s


def _unfit(name: str, operands: tuple[DeviceWords, ...]) -> LocalError:
    shapes = " and ".join(str(x.shape) for x in operands)
    return LocalError(
        "wrong-shape",
        f"{name} cannot combine arrays of shapes {shapes}, or of several devices",
        "give arrays of one device and one shape; for @, matrices that fit",
    )
