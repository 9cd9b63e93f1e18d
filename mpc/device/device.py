"""A device in use: takes what it wins at, counts it, and leaves everything to the processor once it has failed."""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mpc.algebra.accelerator import Product, Words, frozen_root, using
from mpc.device import check
from mpc.device.drivers import HOW_TO_GET_ONE
from mpc.device.engine import Engine, checked_exponentiation
from mpc.device.memory import NoRoom
from mpc.device.platforms import Place, best_first, find, opencl
from mpc.device.thresholds import Thresholds, exponentiation_work, kept_or_measured, power_of_base_work
from mpc.errors import LocalError
from native import Pointer, ffi

AES128_ROUND_KEYS = 176


class DeviceWarning(UserWarning):
    """A device was refused or lost; the processor does its work."""


class Device:
    """An accelerator (`mpc.algebra.accelerator.Accelerator`) made of one OpenCL device. Made by `open_device`.

    `operations` counts what was done on it, by kind. `lost` says why nothing is any more; it is final. Several threads
    may use it; they take turns. What fails amid an operation is done by the processor, from operands that are all still
    here.
    """

    def __init__(self, place: Place, engine: Engine | None, thresholds: Thresholds) -> None:
        self.place = place
        self.engine = engine
        self.thresholds = thresholds
        self.operations: Counter[str] = Counter()
        self.lost: str | None = None
        self.notes: list[str] = []
        self._lock = threading.RLock()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Until the block ends, the large operations of this task, and of what it starts, are offered to the device."""
        with using(self):
            yield

    def matmul(self, out: Words, x: Words, y: Words, product: Product) -> bool:
        """See Accelerator. Frozen operands count as being there already: they are sent once."""
        moved = out.size + sum(v.size for v in (x, y) if frozen_root(v) is None)
        wins = self.thresholds.wins_matmul(product.work, moved)
        return wins and self.attempt("matmul", lambda engine: engine.matmul(out, x, y, product))

    def elementwise(self, name: str, out: Words, operands: tuple[Words, ...], scalars: tuple[int, ...]) -> bool:
        """See Accelerator."""
        wins = self.thresholds.wins("elementwise", out.size)
        return wins and self.attempt(name, lambda engine: engine.elementwise(name, out, operands, scalars))

    def aes_ctr(self, out: Pointer, round_keys: bytearray, block: int, skip: int, length: int) -> bool:
        """See Accelerator."""
        if len(round_keys) != AES128_ROUND_KEYS or not self.thresholds.wins("aes_ctr", length):
            return False
        stream = np.frombuffer(ffi.buffer(out, length), np.uint8)
        return self.attempt("aes_ctr", lambda engine: engine.aes_ctr(stream, round_keys, block, skip))

    def montgomery_exponentiate(
        self, bases: Words, exponents: Words, moduli: Words, *, bits: int | None = None
    ) -> Words | None:
        """See Accelerator. LocalError `wrong-shape`, `wrong-dtype` or `even-modulus` for what no device can compute."""
        bases, exponents, moduli = checked_exponentiation(bases, exponents, moduli, bits)
        work = exponentiation_work(bases.size, bases.shape[1], 64 * exponents.shape[1] if bits is None else bits)
        if not self.thresholds.wins("exponentiate", work):
            return None
        return self._made("exponentiate", lambda engine: engine.exponentiate(bases, exponents, moduli, bits))

    def power_of_base(
        self, table: Words, exponents: Words, modulus: Words, *, bits: int, shift: int = 0
    ) -> Words | None:
        """See Accelerator."""
        if not self.thresholds.wins("power_of_base", power_of_base_work(table, len(exponents))):
            return None
        return self._made("power_of_base", lambda engine: engine.power_of_base(table, exponents, modulus, bits, shift))

    def _made(self, operation: str, work: Callable[[Engine], Words]) -> Words | None:
        """What `work` makes on the device, counted as `operation`; None if that was not done."""
        box: list[Words] = []
        return box[0] if self.attempt(operation, lambda engine: box.append(work(engine))) else None

    def attempt(self, operation: str, work: Callable[[Engine], object]) -> bool:
        """Do `work` on the device and count it as `operation`. False if it was not, or not wholly, done."""
        with self._lock:
            if self.engine is None or self.lost is not None:
                return False
            try:
                work(self.engine)
            except NoRoom:
                return False
            except opencl().Error as error:
                self.lose(f"it failed at {operation}: {_first_line(error)}")
                return False
            self.operations[operation] += 1
            return True

    def lose(self, reason: str) -> None:
        """Nothing goes to the device from now on; says so once."""
        if self.lost is None:
            self.lost = reason
            self._warn(f"{reason}; the processor goes on")

    def refuse(self, remedy: str) -> None:
        """Says why the device was lost before it was used, and what to use in its place."""
        self._warn(f"{self.lost}; the processor goes on. {remedy[0].upper()}{remedy[1:]}")

    def _warn(self, reason: str) -> None:
        self.notes.append(f"the device {self.place.titled_with_driver} is not used: {reason}")
        warnings.warn(self.notes[-1], DeviceWarning, stacklevel=3)

    def account(self) -> dict[str, Any]:
        """What a run's summary says of the device."""
        return {"name": self.place.title, "operations": dict(sorted(self.operations.items())), "lost": self.lost}

    def close(self) -> None:
        """Wipe and return the device's memory; nothing goes there from now on."""
        with self._lock:
            if self.engine is not None and self.lost is None:
                self.engine.close()
            self.engine = None


def open_device(name: str, *, binary: bytes | None = None, least_work: int | None = None) -> Device:
    """The device that `name` means (`mpc.device.platforms.find`), tested and ready; or refused, with a DeviceWarning.

    binary: the kernels ready made; else they are compiled now. least_work: what goes to the device, for all operations,
    in place of measured thresholds. The warning names the driver and one that works.
    LocalError: `extra-missing`, `unknown-device`, `bad-device-binary`.
    """
    device = set_up(find(name), binary=binary, least_work=least_work)
    if device.lost is not None:
        device.refuse(alternative(device.place))
    return device


def first_that_works() -> Device:
    """The best device that passes its self-test, ready to take operations of any size.

    LocalError `extra-missing`, or `no-working-device`, which says of every driver why not.
    """
    refused = []
    for place in best_first():
        device = set_up(place, least_work=0)
        if device.lost is None:
            return device
        refused.append(f"{place.titled_with_driver}: {device.lost}")
    cause = "; ".join(refused) or "none is installed"
    raise LocalError("no-working-device", f"no OpenCL driver works here: {cause}", f"install {HOW_TO_GET_ONE}")


def set_up(place: Place, *, binary: bytes | None = None, least_work: int | None = None) -> Device:
    """The device at a place, ready, or `lost` before it was used. LocalError `bad-device-binary`."""
    device = Device(place, None, Thresholds.always(0 if least_work is None else least_work))
    device.lost = place.unfit(compiling=binary is None)
    if device.lost is None:
        try:
            device.engine = Engine(place, binary)
            wrong = check.failure(device.engine)
            device.lost = None if wrong is None else f"its self-test failed: {wrong}"
            if device.lost is None and least_work is None:
                device.thresholds = kept_or_measured(device.engine)
        except (opencl().Error, NoRoom) as error:
            device.lost = f"it cannot be set up: {_first_line(error)}"
    return device


def alternative(refused: Place) -> str:
    """What works in place of a device that does not: another of this machine that passes its self-test, or a driver."""
    for place in best_first():
        if place != refused:
            other = set_up(place, least_work=0)
            other.close()
            if other.lost is None:
                return f"--device {place.spelled}, {place.titled_with_driver}, passes its self-test"
    return f"install {HOW_TO_GET_ONE}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
