"""Provers go through the same lines of Python whatever the witness is; the time of kernels has tests of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import ALICE, FACTORS, SAFE_FACTORS, key, ring_pedersen
from proof_cases import base, other_base
from same_lines import same

from mpc.algebra.bigint import from_ints
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, RISTRETTO
from protocols.paillier.keys import PrivateKey
from protocols.proofs.affine_cggmp21 import Affine, commit_to_prove, compute_to_prove, prove_affine
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit
from protocols.proofs.composed import AtLeastOne
from protocols.proofs.constraints import Circuit
from protocols.proofs.decryption_cggmp21 import multiply_to_prove, prove_decryption, prove_multiplied, same_exponent
from protocols.proofs.encryption_cggmp21 import InRange, encrypt_to_prove, prove_in_range
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor
from protocols.proofs.hidden_order import prove_relation
from protocols.proofs.linear import knows_logarithm, same_logarithm
from protocols.proofs.pedersen import opening_witness, pedersen
from protocols.proofs.proof import prove
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range

SECRETS = [0, 1, ORDER.n - 1, 2**128 + 12345]
SMALL = [0, 1, 128, 255]
SIGNED = [0, 1, -300, 300]
"""Of one length, whatever they are: what differs is secret."""


def logarithm(x: int) -> None:
    w = Scalars.of(ORDER, [x, 7])
    prove(ALICE, same_logarithm(bases := [base(RISTRETTO), other_base(RISTRETTO)], [b * w for b in bases]), w)


def opening(x: int) -> None:
    v = Scalars.of(ORDER, [x])
    commitments, r = pedersen().commit(v)
    prove(ALICE, pedersen().opening(commitments), opening_witness(v, r))


def alternative(known: int) -> None:
    g, x = base(RISTRETTO), Scalars.of(ORDER, [known + 5])
    statement = AtLeastOne(*(knows_logarithm(g, g * Scalars.of(ORDER, [i + 5])) for i in range(4)))
    prove(ALICE, statement, statement.witness(known, x))


def in_range(x: int) -> None:
    commitments, r = pedersen().commit(Scalars.of(ORDER, [x, 3]))
    prove_range(ALICE, Range(pedersen(), commitments, 8), np.array([x, 3], np.uint64), r)


def in_circuit(x: int) -> None:
    v = Scalars.of(ORDER, [x])
    commitments, r = pedersen().commit(v)
    circuit = Circuit(1)
    circuit.bits(circuit.inputs(), 8)
    prove_circuit(ALICE, Satisfies(pedersen(), commitments, circuit), v, r)


def encrypted(x: int) -> None:
    made = encrypt_to_prove(key().public, [x], bound=300)
    prove_in_range(ALICE, InRange(made.ciphertexts, ring_pedersen().public), made)


def committed(x: int) -> None:
    made = encrypt_to_prove(key().public, [x], bound=300)
    points, r = pedersen().commit(Scalars.of(ORDER, [x % ORDER.n]))
    prove_in_range(ALICE, InRange(made.ciphertexts, ring_pedersen().public, points), made, r)


C = encrypt_to_prove(key().public, [11], bound=300)


def multiplied(x: int) -> None:
    made = encrypt_to_prove(key().public, [x], bound=300)
    prove_multiplied(ALICE, made, C.ciphertexts, *multiply_to_prove(C.ciphertexts, made))


def affine(x: int) -> None:
    y, to = encrypt_to_prove(key().public, [-x], bound=300), ring_pedersen().public
    for of_x in (encrypt_to_prove(key().public, [x], bound=300), commit_to_prove(C.ciphertexts, [x], bound=300)):
        made = compute_to_prove(C.ciphertexts, of_x, y)
        shown = of_x.ciphertexts if hasattr(of_x, "ciphertexts") else of_x.elements
        prove_affine(ALICE, Affine(C.ciphertexts, made.d, shown, y.ciphertexts, to), made, of_x, y)


def exponent(x: int) -> None:
    to, share = ring_pedersen().public, from_ints([x], 4)
    relation = same_exponent(to.modulus, [to.t], [to.modulus.power(to.t, share, bits=256)], 256)
    prove_relation(ALICE, relation, [share])


PROVERS: dict[Callable[[int], None], list[int]] = {
    logarithm: SECRETS,
    opening: SECRETS,
    alternative: [0, 1, 2, 3],
    in_range: SMALL,
    in_circuit: SMALL,
    encrypted: SIGNED,
    committed: SIGNED,
    multiplied: [0, -300],
    affine: [0, -300],
    exponent: [x % 2**253 for x in SECRETS],
}


@pytest.mark.parametrize("prover", PROVERS, ids=lambda prover: prover.__name__)
def test_the_same_lines_for_every_witness(prover: Callable[[int], None]) -> None:
    assert same([lambda x=x: prover(x) for x in PROVERS[prover]])


def test_the_same_lines_for_every_key() -> None:
    """Of two keys: decryptions with their proofs, and parameters; Pi^fac of two moduli."""
    keys = [key(), PrivateKey.insecure_of(*SAFE_FACTORS)]
    made = [encrypt_to_prove(own.public, [7], bound=300).ciphertexts for own in keys]
    words = [own.decrypt_words(c).reshape(1, -1) for own, c in zip(keys, made, strict=True)]
    assert same([lambda i=i: prove_decryption(ALICE, keys[i], made[i], words[i]) for i in range(2)])
    to = ring_pedersen().public
    statements = [NoSmallFactor(own.public.group.units, to) for own in keys]
    factors = [FACTORS, SAFE_FACTORS]
    assert same([lambda i=i: prove_no_small_factor(ALICE, statements[i], *factors[i]) for i in range(2)])


def test_pythons_own_powers_make_constants_of_moduli_alone() -> None:
    """`pow` is called where a modulus is made, and never of a witness."""

    def powers(prover: Callable[[int], None], x: int) -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []

        def look(frame: FrameType, event: str, argument: Any) -> None:
            if event == "c_call" and argument is pow:
                seen.append((frame.f_code.co_filename, frame.f_lineno))

        sys.setprofile(look)
        try:
            prover(x)
        finally:
            sys.setprofile(None)
        return seen

    places = {place for prover in (encrypted, multiplied, exponent) for place in powers(prover, 5)}
    assert {path.rpartition("/")[2] for path, _ in places} <= {"bigint.py", "powers_of_base.py", "montgomery_form.py"}
