"""Circuits by their digest: what a description of material, which names a circuit in a few numbers, finds it again by.

A circuit is known as long as somebody holds it; so whoever describes material of a circuit holds that circuit.
"""

from __future__ import annotations

from weakref import WeakValueDictionary

from protocols.circuits.circuit import Circuit

DIGEST_NUMBERS = 8
"""A digest as numbers of 32 bits, as which kinds of material hold it."""

_known: WeakValueDictionary[tuple[int, ...], Circuit] = WeakValueDictionary()


def remember(circuit: Circuit) -> tuple[int, ...]:
    """Make a circuit known; its digest in numbers, the first ones most significant."""
    numbers = tuple(int(circuit.digest[at : at + 8], 16) for at in range(0, 8 * DIGEST_NUMBERS, 8))
    _known.setdefault(numbers, circuit)
    return numbers


def recall(digest: tuple[int, ...]) -> Circuit:
    """The circuit of this digest. LookupError if nobody holds one."""
    circuit = _known.get(digest)
    if circuit is None:
        raise LookupError("a circuit that is not known here")
    return circuit
