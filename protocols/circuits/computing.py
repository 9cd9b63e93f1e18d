"""A circuit on plain values: how one tries what one has written, without parties and without secrets."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.circuits.arrays import Bytes, bits_of, bits_of_planes, numbers_of, planes_of
from protocols.circuits.binding import check_names
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Float, Int, UInt
from protocols.circuits.plain import evaluate


def computed(circuit: Circuit, values: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
    """What a circuit gives of values that are known here: `mpc.circuits.computed(richer, x=[70, 90], y=80)`.

    Inputs by name, as `mpc.garbled` takes public ones; leading axes are instances and broadcast. Returns numpy values,
    of several outputs a named tuple: whole numbers for UInt and Int, floats for floats, truth values for Bits, along a
    last axis, the least significant first, where there are several. Nothing is sent, and nothing is secret.

    LocalError `bad-circuit`, `bad-input` for a missing or surplus name, `bad-width`, `out-of-range`, `not-whole`,
    `not-a-number`, `shape-mismatch`.
    """
    if not isinstance(circuit, Circuit):
        what = f"a {type(circuit).__name__} where a circuit belongs"
        raise LocalError("bad-circuit", what, "write @mpc.circuit(x=mpc.UInt(32), ...) above a function of its inputs")
    given = {**(values or {}), **named}
    check_names(circuit, given)
    rows = [_bits(port, given[port.name]) for port in circuit.inputs]
    batch = _batch(circuit, rows)
    planes = [planes_of(np.broadcast_to(bits, (*batch, bits.shape[-1]))) for bits in rows]
    outputs = bits_of_planes(evaluate(circuit, np.concatenate(planes)), batch)
    edges = np.cumsum([port.width for port in circuit.outputs])[:-1]
    return as_outputs(circuit, np.split(outputs, edges, axis=-1))


def as_outputs(circuit: Circuit, bits: Sequence[Bytes | None]) -> Any:
    """Outputs as a program reads them, from the bits (..., width) of each, None for one that is not known."""
    found: list[Any] = [
        None if part is None else value_of(port, part) for port, part in zip(circuit.outputs, bits, strict=True)
    ]
    if len(found) == 1:
        return found[0]
    return namedtuple("Outputs", [port.name for port in circuit.outputs], rename=True)(*found)


def value_of(port: Port, bits: Bytes) -> Any:
    """Whole numbers, floats, or truth values; without a last axis where the output is one bit."""
    if isinstance(port.kind, UInt | Int | Float):
        return numbers_of(port.kind, bits)
    return (bits[..., 0] if port.width == 1 else bits) == 1


def _bits(port: Port, value: Any) -> Bytes:
    try:
        return bits_of(port.kind, value)
    except LocalError as error:
        raise LocalError(error.code, f"the input `{port.name}`: {error.cause}", error.remedy) from None


def _batch(circuit: Circuit, rows: Sequence[Bytes]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(bits.shape[:-1] for bits in rows))
    except ValueError:
        pairs = zip(circuit.inputs, rows, strict=True)
        shapes = ", ".join(f"{port.name} {bits.shape[:-1]}" for port, bits in pairs)
        raise LocalError(
            "shape-mismatch",
            f"the instances of a circuit's inputs do not broadcast: {shapes}",
            "give each input as many leading axes, or one value for all",
        ) from None
