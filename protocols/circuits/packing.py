"""A circuit as bytes: for whoever makes its material without having the program, a dealer or `parley preprocess`.

Public. It is read as if somebody hostile had written it: what does not hold together is refused, and what is read takes
little more memory than its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.circuits.bristol import MOST_BITS_IN
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits, Float, Int, UInt

MOST_BYTES = 1 << 26
"""Of a circuit, about eight million gates: what a demand for material may carry."""
MOST_PORTS = 1 << 12
MOST_LETTERS = 1000

_KINDS: dict[str, type[Bits]] = {kind.__name__: kind for kind in (Bits, UInt, Int, Float)}


def pack_circuit(circuit: Circuit) -> bytes:
    """The bytes of a circuit. LocalError `circuit-too-large` beyond MOST_BYTES."""
    ports = [[_packed_port(port) for port in ports] for ports in (circuit.inputs, circuit.outputs)]
    literals = [array.astype("<i4").tobytes() for array in (circuit.left, circuit.right, circuit.ends)]
    packed: bytes = msgpack.packb(
        [circuit.name[:MOST_LETTERS], *ports, circuit.is_and.astype("u1").tobytes(), *literals]
    )
    if len(packed) > MOST_BYTES:
        raise LocalError(
            "circuit-too-large",
            f"`{circuit.name}` has {circuit.gates} gates, which do not fit a plan or a demand for material",
            "garble it online (--garbling online), or make several circuits of it",
        )
    return packed


def unpack_circuit(content: bytes) -> Circuit:
    """What `pack_circuit` made. ValueError for anything else."""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("a circuit is too long")
        raw = msgpack.unpackb(content, max_ext_len=0, max_map_len=0)
        name, inputs, outputs, is_and, left, right, ends = raw
        kinds = np.frombuffer(is_and, np.uint8)
        if not _is_text(name) or (kinds > 1).any():
            raise ValueError("neither XOR nor AND")
        circuit = Circuit(
            _ports(inputs), _ports(outputs), kinds.astype(np.bool_), *map(_literals, (left, right, ends)), name=name
        )
        if circuit.first_gate - 1 > MOST_BITS_IN:
            raise ValueError("too many bits of input")
    except (LocalError, ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
        raise ValueError("no circuit") from error
    return circuit


def _packed_port(port: Port) -> list[Any]:
    kind = port.kind
    sizes = [kind.exponent, kind.fraction] if isinstance(kind, Float) else [kind.width]
    return [port.name, type(kind).__name__, *sizes]


def _ports(raw: Sequence[Any]) -> tuple[Port, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_PORTS:
        raise ValueError("too many ports")
    return tuple(_port(*each) for each in raw)


def _port(name: Any, kind: Any, *sizes: Any) -> Port:
    if not _is_text(name) or not all(type(size) is int for size in sizes):
        raise ValueError("no port")
    return Port(name, _KINDS[kind](*sizes))


def _is_text(text: Any) -> bool:
    return type(text) is str and len(text) <= MOST_LETTERS


def _literals(raw: Any) -> npt.NDArray[np.int32]:
    return np.frombuffer(raw, "<i4").astype(np.int32)
