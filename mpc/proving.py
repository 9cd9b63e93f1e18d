"""A circuit's gates as a prover goes through them, who knows all wires: local work, in constant time.

Slots and gates are those of `mpc.garbling`. The lowest bit of a label is the wire's bit; the protocol stands in
docs/protocols/circuit_proofs.md. A verifier's labels are linear: `mpc.garbling_authenticated.spread`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words, pointer
from mpc.garbling import Gates, instances_of, numbers_of, place_of
from native import BYTES, ffi, lib

Bytes = npt.NDArray[np.uint8]
LOWEST: Words = np.array([1, 0], U64)
"""What a prover shifts a label by where a bit is negated."""


def prove_ands(slots: Words, gates: Gates, results: Words, cross: Words) -> tuple[Words, Words, Bytes]:
    """Labels of all ANDs' operands, left and right, and the bits that are told; the slots go on in place.

    results: (ANDs x instances, 2), each with a random lowest bit r, which becomes the product a b of the operands'
    bits; r ^ a b is told. cross, as many, is written: b left ^ a right ^ results. LocalError `wrong-labels`.
    """
    instances = instances_of(slots, gates, 0)
    shape = gates.ands * instances, 2
    places = pointer(place_of(cross, shape)), pointer(place_of(results, shape))
    left, right, told = np.empty(shape, U64), np.empty(shape, U64), np.empty(shape[0], np.uint8)
    made = pointer(left), pointer(right), places[0], ffi.from_buffer(BYTES, told), pointer(slots), places[1]
    lib.parley_prove_ands(*made, *numbers_of(gates), len(gates.groups), instances)
    return left, right, told
