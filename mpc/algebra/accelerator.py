"""What a device beside the processor may take over, and how local algebra finds it.

A device belongs to one party's session, and several parties may live in one process. So the device in use is a
context variable: the tasks and worker threads that a party starts inherit it, others do not see it. With no device in
use, which is the rule, algebra asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from native import Pointer

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Product:
    """The shape of `batch` matrix products; a step is the words from one matrix to the next, 0 if all share one."""

    batch: int
    x_step: int
    y_step: int
    rows: int
    inner: int
    columns: int

    @property
    def work(self) -> int:
        """Multiply-adds."""
        return self.batch * self.rows * self.inner * self.columns


class Accelerator(Protocol):
    """A device. Each method either does the whole operation and says so, or leaves it to the processor.

    After False or None the content of `out` is undefined; nothing else has happened. Arrays are as the kernels of
    `native` take them. Methods may be called from several threads. `notes` are warnings for who reads the run's report.
    """

    notes: list[str]

    def matmul(self, out: Words, x: Words, y: Words, product: Product) -> bool:
        """out = x @ y modulo 2^64, as `parley_matmul`."""

    def elementwise(self, name: str, out: Words, operands: tuple[Words, ...], scalars: tuple[int, ...]) -> bool:
        """out = the kernel `name` (add, sub, mul, neg, recombine, shift_right, shift_left) of operands of one shape.

        scalars: recombine `with_de`; shift_right `plus`, `s`; shift_left `s`.
        """

    def aes_ctr(self, out: Pointer, round_keys: bytearray, block: int, skip: int, length: int) -> bool:
        """`length` bytes of an AES key stream, as `parley_aes_ctr` with the upper half of the counter 0.

        The length of the round keys says which AES it is; a device may know AES-128 alone.
        """

    def montgomery_exponentiate(
        self, bases: Words, exponents: Words, moduli: Words, *, bits: int | None = None
    ) -> Words | None:
        """bases ** exponents mod moduli, row by row, in constant time; little-endian limbs of 64 bits, (count, limbs).

        Moduli are odd, of shape (limbs,) or (count, limbs); exponents of shape (words,) or (count, words), of which the
        lowest `bits` count, by default all: their number is public. Bases need not be reduced. The result has the shape
        of `bases`.
        """

    def power_of_base(
        self, table: Words, exponents: Words, modulus: Words, *, bits: int, shift: int = 0
    ) -> Words | None:
        """The products of one number of each row of a table, chosen by an exponent's digits, times 2^shift, in constant
        time: (count, limbs), below the modulus.

        table: (rows, limbs, 2^width) of numbers below the modulus, as `parley_bignum_power_of_base` has it; frozen, it
        is sent once. exponents: (count, words), of which the lowest `bits` count, `rows` digits of `width` bits. The
        modulus (limbs,) is odd and, as all lengths, public.
        """

    def account(self) -> dict[str, Any]:
        """What the run's report says of it: `name`, `operations` {kind: count}, `lost` (why, or None)."""


_in_use: ContextVar[Accelerator | None] = ContextVar("accelerator", default=None)


def accelerator() -> Accelerator | None:
    """The device in use by the calling task or thread, or None."""
    return _in_use.get()


@contextmanager
def using(device: Accelerator | None) -> Iterator[None]:
    """Until the block ends, `device` is offered the large operations of this task and of what it starts."""
    token = _in_use.set(device)
    try:
        yield
    finally:
        _in_use.reset(token)


def frozen(words: Words) -> Words:
    """A copy of words that nobody can change any more, so that a device may keep its own copy of it.

    A read-only flag would not do: whoever holds the array, or an older view of it, can write through it. The copy's
    memory is a `bytes` object, which numpy itself refuses to open for writing.
    """
    return np.frombuffer(np.ascontiguousarray(words).tobytes(), np.uint64).reshape(words.shape)


def frozen_root(words: Words) -> Words | None:
    """The array made over a `bytes` object that `words` is a contiguous view of; None for all other arrays."""
    if words.flags.writeable or not words.flags.c_contiguous:
        return None
    root: Words = words
    while isinstance(root.base, np.ndarray):
        root = root.base
    return root if isinstance(root.base, bytes) else None
