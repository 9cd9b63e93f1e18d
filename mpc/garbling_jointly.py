"""Gates that several parties garble together, on labels: local work of a garbler or the evaluator, in constant time.

Gates and their numbers are those of `mpc.garbling`. A slot has a row of labels for each thing that a party knows of a
wire, slots (slot, rows, instances, 2); docs/protocols/bmr.md has the protocol, and who holds what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words, contiguous, pointer
from mpc.errors import LocalError
from mpc.garbling import Gates, instances_of, numbers_of, offset_of, place_of, rows_of, work_for
from native import BYTES, ffi, lib

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Keys:
    """Of garbler `me`: its secret offset, odd; `starts` (garblers, 2): public, of its strings for each garbler, and of
    this execution alone."""

    me: int
    delta: Words = field(repr=False)
    starts: Words

    @property
    def garblers(self) -> int:
        """How many there are."""
        return len(self.starts)


def table_shape(garblers: int, ands: int) -> tuple[int, int, int]:
    """Of one garbler's tables of so many ANDs: strings for the left halves of each garbler, for the right halves, and
    thirds of each other one."""
    return 3 * garblers - 1, ands, 2


def garble(slots: Words, gates: Gates, keys: Keys, shares: Words, first: int, tables: Words) -> Bytes:
    """The garbler's labels and shares in the slots, 1 + garblers rows, go on in place; `tables` are written.

    shares: (garblers, 2 ANDs x instances, 2), of each garbler's offset times the masks of the ANDs' results, and then
    times what the masks of their operands give. Rows may lie apart. Gives the lowest bits of the labels, (ANDs x
    instances,), before these were cleared. LocalError as `mpc.garbling.garble`.
    """
    m = keys.garblers
    instances = _instances(slots, gates, 1 + m, first)
    ands = gates.ands * instances
    fits = shares.shape == (m, 2 * ands, 2) and keys.starts.shape == (m, 2)
    if not fits or shares.dtype != U64 or keys.starts.dtype != U64:
        raise LocalError("wrong-labels", f"shares of shape {shares.shape}", "give two labels of each AND and garbler")
    shares = rows_of(shares)
    lowest = np.empty(ands, np.uint8)
    labels = pointer(place_of(tables, table_shape(m, ands))), ffi.from_buffer(BYTES, lowest), pointer(slots)
    step = shares.strides[0] // 16 if m > 1 else 2 * ands
    held = work_for(gates, instances, 3), ffi.cast("uint64_t *", shares.ctypes.data), step
    numbers = *numbers_of(gates), len(gates.groups)
    of_garbler = offset_of(keys.delta), pointer(contiguous(keys.starts)), keys.me
    lib.parley_garble_jointly_circuit(*labels, *held, *numbers, *of_garbler, m, first, ands, instances)
    return lowest


def evaluate(slots: Words, gates: Gates, starts: Words, total: Words, lowest: Bytes, first: int) -> None:
    """The evaluator's labels in the slots, one of each garbler, go on in place.

    starts: (garblers, garblers, 2), of garbler and string; total: (3 garblers, ANDs x instances, 2), the sum of all
    garblers' tables; lowest: (garblers, ANDs x instances), of their labels. LocalError as `mpc.garbling.evaluate`.
    """
    m = len(starts)
    instances = _instances(slots, gates, m, first)
    ands = gates.ands * instances
    fits = total.shape == (3 * m, ands, 2) and lowest.shape == (m, ands) and starts.shape == (m, m, 2)
    if not fits or total.dtype != U64 or lowest.dtype != np.uint8 or starts.dtype != U64:
        raise LocalError("wrong-labels", f"tables of shape {total.shape}", "give the sum of what all garblers sent")
    bits = ffi.from_buffer(BYTES, np.ascontiguousarray(lowest))
    labels = pointer(slots), work_for(gates, instances, 3 * m), pointer(contiguous(total)), bits
    numbers = *numbers_of(gates), len(gates.groups)
    lib.parley_evaluate_jointly_circuit(*labels, *numbers, pointer(contiguous(starts)), m, first, ands, instances)


def _instances(slots: npt.NDArray[Any], gates: Gates, rows: int, first: int) -> int:
    """How many there are, of slots that hold all that the gates name."""
    if slots.ndim != 4 or slots.shape[1::2] != (rows, 2) or not slots.flags.c_contiguous:
        raise LocalError("wrong-labels", f"slots of shape {slots.shape}", f"give {rows} rows of labels of each")
    instances_of(slots.reshape(len(slots), -1, 2), gates, first)
    return int(slots.shape[2])
