"""Proofs from fixed randomness have fixed bytes: a change of what is sent or hashed shows here, and goes under Wire."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import bytes_of_key_proofs
import numpy as np
import pytest

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.prg import Seed
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit
from protocols.proofs.composed import All, AtLeastOne
from protocols.proofs.constraints import Circuit
from protocols.proofs.linear import knows_logarithm, same_logarithm
from protocols.proofs.pedersen import opening_witness, pedersen
from protocols.proofs.proof import prove
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range
from protocols.proofs.transcript import Bytes, Setting

SETTING = Setting.outside("alice", "fixed bytes")


def opening(source: RandomBytes) -> Bytes:
    v = Scalars.of(ORDER, [1, 2])
    commitments, r = pedersen().commit(v, source)
    return prove(SETTING, pedersen().opening(commitments), opening_witness(v, r), source)


def alternative(source: RandomBytes) -> Bytes:
    g, h, x = generator(), pedersen().h, Scalars.of(ORDER, [7])
    equal = same_logarithm([g, h], [g * x, h * x])
    statement = AtLeastOne(knows_logarithm(g, h), All(equal, equal))
    return prove(SETTING, statement, statement.witness(1, Scalars.of(ORDER, [7, 7])), source)


def in_range(source: RandomBytes) -> Bytes:
    commitments, r = pedersen().commit(Scalars.of(ORDER, [3, 200, 9]), source)
    return prove_range(SETTING, Range(pedersen(), commitments, 8), np.array([3, 200, 9], np.uint64), r, source)


def in_circuit(source: RandomBytes) -> Bytes:
    v = Scalars.of(ORDER, [5])
    commitments, r = pedersen().commit(v, source)
    circuit = Circuit(1)
    circuit.require_zero(circuit.multiply(circuit.inputs(), circuit.inputs()) - circuit.constants(v * v))
    circuit.bits(circuit.inputs(), 4)
    return prove_circuit(SETTING, Satisfies(pedersen(), commitments, circuit), v, r, source)


HASHES = {
    opening: "b10d8641eb593c29",
    alternative: "3ccc98e6d68d13b3",
    in_range: "53c4a36e14fc7518",
    in_circuit: "7fb3da7664f91aff",
}
ALL = HASHES | bytes_of_key_proofs.HASHES


@pytest.mark.parametrize("make", ALL, ids=lambda make: f"{make.__module__}-{make.__name__}")
def test_bytes_from_fixed_randomness(make: Callable[[RandomBytes], Bytes]) -> None:
    proof = make(Seed(bytes(32)).prg("a test").bytes)
    assert hashlib.sha256(proof.tobytes()).hexdigest()[:16] == ALL[make]
