"""Inputs and outputs of a circuit that parties compute by a protocol of its own, on bits that are no suite's shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from mpc.errors import LocalError
from protocols.array.circuit_inputs import Source
from protocols.array.node import Shape
from protocols.circuits.arrays import Bytes
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Float, Int, UInt
from protocols.outputs import Output
from protocols.ranges import Range


def check_public(sources: Sequence[Source], batch: Shape) -> None:
    """LocalError `shape-mismatch` where public values do not broadcast to just the instances."""
    for source in sources:
        shape = source.shape
        if source.owner is None and not _broadcasts(shape, batch):
            raise LocalError(
                "shape-mismatch",
                f"the public input `{source.port.name}` of shape {shape} does not broadcast to the instances, {batch}",
                f"let the program say how many instances there are, instances={shape}, or give one value for all",
            )


def _broadcasts(shape: Shape, batch: Shape) -> bool:
    """Whether numpy repeats the one to just the other."""
    try:
        return np.broadcast_shapes(shape, batch) == batch
    except ValueError:
        return False


def rows_of(sources: Sequence[Source], batch: Shape) -> Bytes:
    """Own and public bits, (bits, instances); zeros for the other's."""
    rows = []
    for source in sources:
        bits = source.bits if source.bits is not None else np.zeros((*source.shape, source.port.width), np.uint8)
        spread = np.broadcast_to(bits, (*batch, source.port.width))
        rows.append(np.moveaxis(spread, -1, 0).reshape(source.port.width, prod(batch)))
    return np.ascontiguousarray(np.concatenate(rows), np.uint8)


def described(port: Port, batch: Shape, receivers: tuple[int, ...], line: str) -> Output:
    """What is public of an output that its receivers are to learn."""
    if isinstance(port.kind, UInt | Int):
        return Output(batch, "int", receivers, line, Range(*port.kind.bounds))
    shape = batch if port.width == 1 or isinstance(port.kind, Float) else (*batch, port.width)
    return Output(shape, "bit", receivers, line, Range(0, 1))


def parts_of(circuit: Circuit, bits: Bytes | None, batch: Shape) -> list[Bytes | None]:
    """The bits of each output, along a last axis."""
    if bits is None:
        return [None] * len(circuit.outputs)
    edges = np.cumsum([port.width for port in circuit.outputs])[:-1]
    return [np.moveaxis(rows, 0, -1).reshape(*batch, len(rows)) for rows in np.split(bits, edges)]


def common_rows(sources: Sequence[Source], batch: Shape) -> tuple[int, ...]:
    """The bits of data that are one value for all instances."""
    shared = [
        source.owner is not None and source.shape != batch for source in sources for _ in range(source.port.width)
    ]
    return tuple(row for row, each in enumerate(shared) if each)
