"""The circuits that a demand is of: told once to who makes the material and does not have the program.

A demand names a circuit by its digest. The circuits themselves go before it, each the first time that a party needs it;
who makes the material keeps them, since a circuit is known as long as somebody holds it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgpack

from mpc.errors import PeerError
from mpc.intake import too_many
from mpc.supply import Entry
from protocols.circuits.circuit import Circuit
from protocols.circuits.known import remember
from protocols.circuits.packing import pack_circuit, unpack_circuit
from protocols.preprocessing.kind import Kind

MOST_CIRCUITS = 1 << 12
_LENGTH_BYTES = 8


def circuits_of(entries: Iterable[Entry]) -> list[Circuit]:
    """The circuits of a demand, each once, in the order in which they are named."""
    found: dict[str, Circuit] = {}
    for _, kind in entries:
        circuit = kind.of_circuit if isinstance(kind, Kind) else None
        if circuit is not None:
            found.setdefault(circuit.digest, circuit)
    return list(found.values())


def pack_circuits(circuits: Iterable[Circuit]) -> list[bytes]:
    """Each as bytes. LocalError `circuit-too-large`."""
    return [pack_circuit(circuit) for circuit in circuits]


def unpack_circuits(packed: object) -> list[Circuit]:
    """What `pack_circuits` made, each known from now on as long as it is held. ValueError for anything else."""
    if not isinstance(packed, list) or len(packed) > MOST_CIRCUITS or not all(type(each) is bytes for each in packed):
        raise ValueError("no circuits")
    circuits = [unpack_circuit(each) for each in packed]
    for circuit in circuits:
        remember(circuit)
    return circuits


class Telling:
    """A party's side: which circuits it has told."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def before(self, entries: Iterable[Entry]) -> bytes:
        """What goes before a request for these entries: the circuits that were not told yet."""
        new = [circuit for circuit in circuits_of(entries) if circuit.digest not in self._told]
        packed: bytes = msgpack.packb(pack_circuits(new))
        self._told.update(circuit.digest for circuit in new)
        return len(packed).to_bytes(_LENGTH_BYTES, "little") + packed


class Told:
    """The maker's side: the circuits that parties have told it, of at most so many gates together."""

    def __init__(self, most_gates: int) -> None:
        self._left = self._most = most_gates
        self._held: list[Circuit] = []

    def split(self, data: bytes, sender: str) -> bytes:
        """Take in the circuits before a request; the request. PeerError `malformed-message`, `too-many-elements`."""
        end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
        try:
            raw = msgpack.unpackb(data[_LENGTH_BYTES:end], max_ext_len=0, max_map_len=0)
            circuits = unpack_circuits(raw)
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            raise PeerError(
                "malformed-message",
                f"{sender} sent circuits that cannot be read",
                "all parties must run the same version of Parley",
                party=sender,
            ) from error
        gates = sum(circuit.gates for circuit in circuits)
        if gates > self._left:
            raise too_many(sender, f"circuits of {gates} gates", self._most)
        self._left -= gates
        self._held += circuits
        return data[end:]
