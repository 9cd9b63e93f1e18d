"""Words of Z_2^64 that stay on a device between operations.

What lies on a device is gone when the device is. So such an array knows what it was made of, down to contents that the
host has; if the device is lost the processor makes it anew from there.
"""

from __future__ import annotations

import weakref
from math import prod
from typing import Any

import numpy as np

from mpc.algebra.accelerator import Product, Words, frozen
from mpc.device.check import processor_elementwise, processor_matmul
from mpc.device.device import Device
from mpc.device.engine import Engine
from mpc.device.memory import Room
from mpc.errors import LocalError

MOST_STEPS = 64
"""So many operations after the last known content, an array's content is fetched: a lost device costs no more work."""


class DeviceWords:
    """An array of words on a device. Immutable; `+ - * @`, negation and shifts give another; `get` brings it here.

    Operands are of one device and one shape (for `@`: matrices, or stacks of as many, or one matrix on the right). All
    arithmetic is modulo 2^64.
    """

    __array_ufunc__ = None

    def __init__(self, device: Device, recipe: _Recipe) -> None:
        """Made by `put` and by operations."""
        self.device, self.shape, self._recipe = device, recipe.shape, recipe
        self._room: Room | None = None

    @property
    def size(self) -> int:
        """The number of words."""
        return prod(self.shape)

    def get(self) -> Words:
        """The content as an array of the host."""
        if self._recipe.host is None:
            out = np.empty(self.shape, np.uint64)
            room = self._room
            if room is not None and self.device.attempt("get", lambda engine: engine.fetch(out, room.handle)):
                self._recipe.know(out)
            else:
                self._recipe.make()
        assert self._recipe.host is not None
        return self._recipe.host.copy()

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
        return self._result("matmul", (self, other), (*x[:-1], columns), product=product)

    def _with(self, name: str, operands: tuple[DeviceWords, ...], scalars: tuple[int, ...] = ()) -> DeviceWords:
        if any(x.device is not self.device or x.shape != self.shape for x in operands):
            raise _unfit(name, operands)
        return self._result(name, operands, self.shape, scalars)

    def _result(
        self,
        name: str,
        operands: tuple[DeviceWords, ...],
        shape: tuple[int, ...],
        scalars: tuple[int, ...] = (),
        product: Product | None = None,
    ) -> DeviceWords:
        recipe = _Recipe(shape, None, name, tuple(x._recipe for x in operands), scalars, product)
        result = DeviceWords(self.device, recipe)

        def work(engine: Engine) -> None:
            buffers = [x._on(engine) for x in operands]
            recipe.run(engine, result._take(engine).handle, buffers)

        if not self.device.attempt(name, work):
            result._room = None
        if recipe.steps >= MOST_STEPS:
            result.get()
        return result

    def _on(self, engine: Engine) -> Any:
        """The buffer of the content, sent now if it is not there."""
        if self._room is None:
            host = self.get()
            engine.memory.send(self._take(engine), host)
        assert self._room is not None
        return self._room.handle

    def _take(self, engine: Engine) -> Room:
        """Room for the content, given back when this array is gone."""
        room = engine.memory.take(self.size * 8)
        weakref.finalize(self, engine.memory.abandon, room)
        self._room = room
        return room

    def __repr__(self) -> str:
        return f"<DeviceWords of shape {self.shape} on {self.device.place.title}>"


class _Recipe:
    """What an array is made of, its content or an operation on other recipes; holds nothing on the device."""

    __slots__ = ("host", "name", "operands", "product", "scalars", "shape", "steps")

    def __init__(
        self,
        shape: tuple[int, ...],
        host: Words | None,
        name: str = "",
        operands: tuple[_Recipe, ...] = (),
        scalars: tuple[int, ...] = (),
        product: Product | None = None,
    ) -> None:
        self.shape, self.host, self.name, self.operands = shape, host, name, operands
        self.scalars, self.product = scalars, product
        self.steps: int = 1 + max((x.steps for x in operands), default=-1)

    def know(self, host: Words) -> None:
        """The content is here: what it was made of is no longer needed."""
        self.host, self.operands, self.steps = host, (), 0

    def run(self, engine: Engine, out: Any, buffers: list[Any]) -> None:
        """Compute on the device."""
        if not prod(self.shape):
            return
        if self.product is not None:
            engine.run_matmul(out, buffers[0], buffers[1], self.product)
        else:
            engine.run_elementwise(self.name, out, buffers, self.scalars, prod(self.shape))

    def make(self) -> None:
        """Compute on the processor; without recursion, since shared operands would be made again and again."""
        stack = [self]
        while stack:
            recipe = stack[-1]
            missing = [x for x in recipe.operands if x.host is None]
            if recipe.host is not None or not missing:
                stack.pop()
            if recipe.host is None and not missing:
                recipe.know(recipe._made())
            elif recipe.host is None:
                stack += missing

    def _made(self) -> Words:
        operands = [x.host for x in self.operands if x.host is not None]
        out = np.empty(self.shape, np.uint64)
        if self.product is not None:
            processor_matmul(out, operands[0], operands[1], self.product)
        else:
            processor_elementwise(self.name, out, tuple(operands), self.scalars)
        return out


def put(device: Device, words: Words) -> DeviceWords:
    """A copy of `words` on the device; later changes of `words` do not reach it."""
    if not isinstance(words, np.ndarray) or words.dtype != np.uint64:
        raise LocalError("wrong-dtype", "words are a numpy array of uint64", "use np.uint64")
    array = DeviceWords(device, _Recipe(words.shape, frozen(words)))
    if not device.attempt("put", array._on):
        array._room = None
    return array


def recombine(
    c: DeviceWords, d: DeviceWords, b: DeviceWords, e: DeviceWords, a: DeviceWords, *, with_de: bool
) -> DeviceWords:
    """c + d*b + e*a, and + d*e if `with_de`."""
    return c._with("recombine", (c, d, b, e, a), (int(with_de),))


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
