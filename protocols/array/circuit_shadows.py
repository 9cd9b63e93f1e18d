"""The shadows of a circuit's outputs: what it gives in the clear of the shadows of its inputs.

Only a simulation that is asked for it has any (`protocols/array/shadows.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.circuit_inputs import Source
from protocols.array.node import Shape
from protocols.circuits.arrays import Bytes, bits_of, bits_of_planes, numbers_of, planes_of
from protocols.circuits.circuit import Circuit
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.plain import evaluate


def shadows_of_outputs(call: Context, circuit: Circuit, sources: Sequence[Source], batch: Shape) -> list[Any]:
    """One for each output, as its secret has it: numbers or truth values; None where an input's is unknown."""
    unknown = [None] * len(circuit.outputs)
    if call.session.shadows is None:
        return unknown
    try:
        inputs = [_bits(call, source) for source in sources]
    except LocalError:  # a shadow that does not fit, where the secret does
        return unknown
    known = [bits for bits in inputs if bits is not None]
    if len(known) < len(inputs):
        return unknown
    planes = [planes_of(np.broadcast_to(bits, (*batch, bits.shape[-1]))) for bits in known]
    bits = bits_of_planes(evaluate(circuit, np.concatenate(planes)), batch)
    edges = np.cumsum([port.width for port in circuit.outputs])[:-1]
    pairs = zip(circuit.outputs, np.split(bits, edges, axis=-1), strict=True)
    return [
        np.asarray(numbers_of(port.kind, part), np.float64)
        if isinstance(port.kind, UInt | Int)
        else (part[..., 0] if port.width == 1 else part) == 1
        for port, part in pairs
    ]


def _bits(call: Context, source: Source) -> Bytes | None:
    kind = source.port.kind
    if source.secret is not None:
        shadow = source.secret.shadow
        return None if shadow is None else bits_of(kind, shadow if source.secret.kind == "bit" else np.rint(shadow))
    if source.owner is not None:
        return np.asarray(call.session.shadows.of_input(source.place, None), np.uint8)
    return source.bits
