"""Gates on labels: the local work of a garbler and of an evaluator, in constant time.

Slots are labels (slots, instances, 2), one slot for each wire that is needed at a time. Gates are those of
`mpc.label_hash.garble_ands`: half-gates, two blocks of table for each AND; or three halves of a block and a byte
(docs/algorithms/three_halves.md). ANDs are numbered from `first`, each once for one `start`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words, contiguous, pointer
from mpc.algebra.words import aligned
from mpc.errors import LocalError
from native import BYTES, Pointer, ffi, lib

Numbers = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
_NUMBERS = ffi.typeof("int32_t[]")
_CONTROL_BITS = np.uint64(0x1F1F1F1F1F1F1F1F)


@dataclass(frozen=True, eq=False)
class Gates:
    """Gates in groups, as `native/labels/exports.h` says: `gates` (n, 3) and `groups` (g, 2), both int32.

    A gate is two literals of slots, 2 slot + negated, and the slot of its result; XORs have plain operands. A group is
    how many gates follow, and 1 where they are ANDs, which all read before one writes. `slots`: how many there must
    be. What does not hold together raises LocalError `wrong-gates`.
    """

    gates: Numbers
    groups: Numbers
    slots: int = field(init=False)
    ands: int = field(init=False)
    widest: int = field(init=False)

    def __post_init__(self) -> None:
        gates, groups = _whole(self.gates, 3), _whole(self.groups, 2)
        counts, kinds = groups.T
        are_ands = np.repeat(kinds, np.maximum(counts, 0)) == 1
        if len(gates) != counts.sum(dtype=np.int64) or (kinds > 1).any() or (gates[~are_ands, :2] & 1).any():
            raise _wrong(f"{gates.shape} gates in groups {groups.shape}", "give whole groups, XORs of plain operands")
        ands = counts[kinds == 1]
        most = np.maximum(gates[:, :2].max(axis=1, initial=0) >> 1, gates[:, 2])
        whole = {"gates": gates, "groups": groups, "slots": int(most.max(initial=0)) + 1, "ands": int(ands.sum())}
        for name, value in {**whole, "widest": int(ands.max(initial=0))}.items():
            object.__setattr__(self, name, value)

    def part(self, groups: slice) -> Gates:
        """Some groups with their gates."""
        ends = np.cumsum(self.groups[:, 0])
        first = int(ends[groups.start - 1]) if groups.start else 0
        chosen = self.groups[groups]
        return Gates(self.gates[first : first + int(chosen[:, 0].sum())], chosen)


def shifted(out: Words, labels: Words, bits: Bytes, delta: Words) -> None:
    """out = labels (rows, n, 2), with delta added where `bits` (rows, n), each 0 or 1 and secret, is 1.

    out is contiguous; rows of the others may lie apart, as parts of wider ones do. LocalError `wrong-labels`.
    """
    rows, n = bits.shape
    if out.shape != (rows, n, 2) or labels.shape != out.shape or not out.flags.c_contiguous or bits.dtype != np.uint8:
        what = f"labels {labels.shape} and bits {bits.shape} for {out.shape}"
        raise LocalError("wrong-labels", what, "give as many of each, bits as bytes")
    if not out.size:
        return
    labels, bits = rows_of(labels), rows_of(bits)
    steps = labels.strides[0] // 16, bits.strides[0]
    given = ffi.cast("uint64_t *", labels.ctypes.data), steps[0], ffi.cast("uint8_t *", bits.ctypes.data), steps[1]
    lib.parley_shift_labels(pointer(out), *given, pointer(contiguous(block_of("an offset", delta))), rows, n)


def garble(slots: Words, gates: Gates, delta: Words, start: Words, first: int, tables: Words | None = None) -> Words:
    """The tables (ANDs x instances, 2, 2); the labels of zero in the slots go on in place. `tables`: where they go."""
    instances = instances_of(slots, gates, first)
    keys = offset_of(delta), start_of(start)
    tables = place_of(tables, (gates.ands * instances, 2, 2))
    labels = pointer(tables), pointer(slots), work_for(gates, instances)
    lib.parley_garble_circuit(*labels, *numbers_of(gates), len(gates.groups), *keys, first, instances)
    return tables


def evaluate(slots: Words, gates: Gates, tables: Words, start: Words, first: int) -> None:
    """The evaluator's labels in the slots go on in place, by the tables of the same gates."""
    instances = instances_of(slots, gates, first)
    if tables.shape != (gates.ands * instances, 2, 2) or tables.dtype != U64:
        raise LocalError("wrong-labels", f"tables of shape {tables.shape}", "give two labels for each AND and instance")
    labels = pointer(slots), work_for(gates, instances), pointer(contiguous(tables))
    lib.parley_evaluate_circuit(*labels, *numbers_of(gates), len(gates.groups), start_of(start), first, instances)


def three_halves_words(ands: int) -> int:
    """Words of the tables of so many three-halves ANDs: three for each, and a byte of control bits, eight a word."""
    return 3 * ands + -(-ands // 8)


def three_halves_are_whole(tables: Words, ands: int) -> bool:
    """Whether tables of that many words are such as `garble_three_halves` makes: five bits a gate, and zeros."""
    controls = tables[3 * ands :]
    return not (controls & ~_CONTROL_BITS).any() and not controls.view(np.uint8)[ands:].any()


def garble_three_halves(
    slots: Words, gates: Gates, delta: Words, start: Words, dice: Bytes, first: int, tables: Words | None = None
) -> Words:
    """The tables, flat: a pair of words for each AND and instance, a third for each, their control bits.

    dice: a byte for each AND and instance, secret and fresh, of which two bits are used. The labels of zero in the
    slots go on in place. `tables`: where they go. LocalError `wrong-labels` for dice of another shape.
    """
    instances = instances_of(slots, gates, first, 62)
    ands = gates.ands * instances
    if dice.shape != (ands,) or dice.dtype != np.uint8:
        raise LocalError("wrong-labels", f"dice of shape {dice.shape} for {ands} gates", "give a byte for each")
    keys = offset_of(delta), start_of(start), ffi.from_buffer(BYTES, np.ascontiguousarray(dice))
    tables = place_of(tables, (three_halves_words(ands),))
    tables[-1:] = 0
    labels = *_sliced(tables, ands), pointer(slots), work_for(gates, instances)
    lib.parley_garble_three_halves_circuit(*labels, *numbers_of(gates), len(gates.groups), *keys, first, instances)
    return tables


def evaluate_three_halves(slots: Words, gates: Gates, tables: Words, start: Words, first: int) -> None:
    """The evaluator's labels in the slots go on in place, by the tables of the same gates."""
    instances = instances_of(slots, gates, first, 62)
    ands = gates.ands * instances
    if tables.shape != (three_halves_words(ands),) or tables.dtype != U64:
        what = f"tables of shape {tables.shape} for {ands} gates"
        raise LocalError("wrong-labels", what, "give three words for each and the control bits")
    labels = pointer(slots), work_for(gates, instances), *_sliced(contiguous(tables), ands)
    key = start_of(start)
    lib.parley_evaluate_three_halves_circuit(*labels, *numbers_of(gates), len(gates.groups), key, first, instances)


def place_of(given: Words | None, shape: tuple[int, ...]) -> Words:
    """Where tables go. LocalError `wrong-labels`."""
    if given is None:
        return aligned(shape)
    if given.shape != shape or given.dtype != U64 or not (given.flags.c_contiguous and given.flags.writeable):
        raise LocalError("wrong-labels", f"a place of shape {given.shape} for tables {shape}", "give as many words")
    return given


def rows_of(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """With rows that are contiguous, and begin after each other, whole elements (a label, or a byte) apart."""
    row, step = array[0], array.strides[0]
    whole = step % (row.itemsize * prod(row.shape[1:])) == 0
    return array if whole and row.flags.c_contiguous and step >= row.nbytes else np.ascontiguousarray(array)


def _sliced(tables: Words, ands: int) -> tuple[Pointer, Pointer, Pointer]:
    """The pairs, the third words and the control bits, within one array."""
    pairs, thirds, controls = np.split(tables, [2 * ands, 3 * ands])
    return pointer(pairs), pointer(thirds), ffi.from_buffer(BYTES, controls)


def instances_of(slots: Words, gates: Gates, first: int, bits: int = 63) -> int:
    """How many there are, of slots that hold all that the gates name."""
    fits = slots.ndim == 3 and slots.shape[2] == 2 and len(slots) >= gates.slots
    if not fits or slots.dtype != U64 or not (slots.flags.c_contiguous and slots.flags.writeable):
        what = f"slots of shape {slots.shape} for gates on {gates.slots}"
        raise LocalError("wrong-labels", what, "give contiguous labels (slots, instances, 2) that may be written")
    if not 0 <= first <= 2**bits - gates.ands * slots.shape[1]:
        raise LocalError("wrong-counter", f"gates from {first} on are not all below 2^{bits}", "begin at 0")
    return int(slots.shape[1])


def offset_of(delta: Words) -> Pointer:
    """An odd block. LocalError `wrong-offset`, `wrong-labels`."""
    if not block_of("an offset", delta)[0] & np.uint64(1):
        raise LocalError("wrong-offset", "an even offset", "its lowest bit is 1")
    return pointer(contiguous(delta))


def start_of(start: Words) -> Pointer:
    """One block. LocalError `wrong-labels`."""
    return pointer(contiguous(block_of("a start", start)))


def block_of(what: str, words: Words) -> Words:
    """One block. LocalError `wrong-labels`."""
    if words.shape != (2,) or words.dtype != U64:
        raise LocalError("wrong-labels", f"{what} of shape {words.shape}, {words.dtype}", "give two words of 64 bits")
    return words


def _whole(numbers: npt.NDArray[Any], columns: int) -> Numbers:
    """Rows of numbers from 0 up that int32 holds. LocalError `wrong-gates`."""
    array = np.asarray(numbers)
    fits = array.ndim == 2 and array.shape[1] == columns and array.dtype.kind in "iu"
    if not fits or array.min(initial=0) < 0 or array.max(initial=0) >= 1 << 31:
        raise _wrong(f"rows of shape {array.shape}, {array.dtype}", f"give (n, {columns}) numbers from 0 below 2^31")
    return np.ascontiguousarray(array, np.int32)


def _wrong(what: str, way: str) -> LocalError:
    return LocalError("wrong-gates", what, way)


def work_for(gates: Gates, instances: int, labels: int = 2) -> Pointer:
    """Room for so many labels of each instance of each AND of the largest group."""
    return pointer(aligned((labels * gates.widest * instances, 2)))


def numbers_of(gates: Gates) -> tuple[Pointer, Pointer]:
    """Gates and groups, as kernels take them."""
    return ffi.from_buffer(_NUMBERS, gates.gates), ffi.from_buffer(_NUMBERS, gates.groups)
