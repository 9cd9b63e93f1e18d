"""What a circuit's inputs are, by name, as bits, and its outputs as what a program reads.

The order of bits is the same everywhere: the least significant bit first, and of bytes the last byte first, as one
reads a hexadecimal number. `from_bytes` and `to_bytes` say how a string of bytes becomes such a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.words import Words
from mpc.errors import LocalError
from protocols.circuits.circuit import Circuit, Port

Bytes = npt.NDArray[np.uint8]


def check_names(circuit: Circuit, given: Iterable[str]) -> None:
    """LocalError `bad-input` where an input is missing or there is none of this name."""
    check_given(circuit.name, [port.name for port in circuit.inputs], given)


def check_given(of: str, wanted: Sequence[str], given: Iterable[str]) -> None:
    """The same for whatever has inputs by name."""
    named = set(given)
    for name in wanted:
        if name not in named:
            raise LocalError("bad-input", f"`{of}` gets no `{name}`", f"it takes {', '.join(wanted)}")
    for name in sorted(named - set(wanted)):
        raise LocalError("bad-input", f"`{of}` has no input `{name}`", f"it takes {', '.join(wanted)}")


def packed(port: Port, values: Any) -> Words:
    """The bits of an input, packed over the instances: (width, words).

    values: whole numbers, one or a flat sequence, each within the bounds of the port's kind, or an array of bool or
    uint8 (instances, width), the least significant bit first. LocalError `bad-input`, `out-of-range`.
    """
    return packed_bits(_as_bits(port, values))


def packed_bits(bits: Bytes) -> Words:
    """(instances, width) of 0 and 1 as planes (width, words)."""
    return np.stack([pack(np.ascontiguousarray(column)) for column in bits.T])


def read(port: Port, planes: Words, instances: int) -> Any:
    """An output as whole numbers: a list, or one number for one instance."""
    bits = np.stack([unpack(plane, instances) for plane in planes], axis=1)
    return [port.kind.decoded(row) for row in bits.tolist()]


def instances_of(values: Any) -> int:
    """How many instances an input has."""
    listed = _listed(values)
    return 1 if listed is None else len(listed)


def outputs_of(circuit: Circuit, planes: Words, instances: int) -> dict[str, Any]:
    """All outputs by name, from the planes of all."""
    edges = np.cumsum([0, *(port.width for port in circuit.outputs)]).tolist()
    parts = [planes[start:end] for start, end in pairwise(edges)]
    return {port.name: read(port, part, instances) for port, part in zip(circuit.outputs, parts, strict=True)}


def inputs_of(circuit: Circuit, values: Mapping[str, Any]) -> tuple[Words, int]:
    """All inputs by name as planes, and the number of instances, which all share. LocalError `bad-input`."""
    check_names(circuit, values)
    counts = {name: instances_of(value) for name, value in values.items()}
    if len(set(counts.values())) > 1:
        what = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise LocalError("bad-input", f"inputs of different numbers of instances: {what}", "give each as many")
    count = next(iter(counts.values()), 1)
    rows = [packed(port, values[port.name]) for port in circuit.inputs]
    return np.concatenate([*rows, np.empty((0, words_for(count)), np.uint64)]), count


def from_bytes(data: bytes) -> int:
    """A string of bytes as a number, the first byte the most significant, as hexadecimal is written."""
    return int.from_bytes(data, "big")


def to_bytes(number: int, width: int) -> bytes:
    """The bytes of a number of `width` bits, the most significant first. LocalError `bad-width` for parts of bytes,
    `out-of-range`."""
    if width % 8:
        raise LocalError("bad-width", f"{width} bits are no whole number of bytes", "use the number itself")
    if not 0 <= number < 1 << width:
        raise LocalError("out-of-range", f"{number} has no {width} bits", "give the width that the number has")
    return number.to_bytes(width // 8, "big")


def _listed(values: Any) -> Sequence[Any] | npt.NDArray[Any] | None:
    """The instances, one after the other; None for one number. Whatever numpy takes for an array is one."""
    if isinstance(values, np.ndarray) or hasattr(values, "__array__"):
        array = np.asarray(values)
        return array if array.ndim else None
    return values if isinstance(values, Sequence) and not isinstance(values, str | bytes) else None


def _as_bits(port: Port, values: Any) -> Bytes:
    listed = _listed(values)
    if isinstance(listed, np.ndarray) and listed.ndim == 2:
        return _bit_array(port, listed)
    numbers = [values] if listed is None else listed
    return np.array([port.kind.encoded(number) for number in numbers], np.uint8).reshape(-1, port.width)


def _bit_array(port: Port, values: npt.NDArray[Any]) -> Bytes:
    if values.shape[1] != port.width:
        what = f"`{port.name}` has {port.width} bits, the array {values.shape[1]} columns"
        raise LocalError("bad-input", what, "give (instances, width), the least significant bit first")
    if values.dtype not in (np.bool_, np.uint8) or (values > 1).any():
        raise LocalError("bad-input", f"`{port.name}` is given as {values.dtype}, which are no bits", "give 0 and 1")
    return values.astype(np.uint8)
