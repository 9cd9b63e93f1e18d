"""Proofs that a party knows what it says it knows, and nothing else of it; they hold against provers who deviate.

`mpc.proofs`: `prove` and `verify` inside a run, statements to prove, and commitments to prove things of.
`protocols.proofs.proof` and `bulletproof_verifying` have proofs as bytes, and batches. `prove_claim`, `verify_claim`:
Boolean circuits, to one verifier (`mpc.prove`); `prove_relation`, `verify_relation`: relations between field elements;
`prove_committed`, `verify_committed`: the same of data that the prover has committed to.
"""

from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import ORDER, generator
from protocols.proofs.affine_cggmp21 import commit_to_prove
from protocols.proofs.by_commitments import prove_committed, verify_committed
from protocols.proofs.by_evaluations import prove_relation, verify_relation
from protocols.proofs.by_transfers import prove_claim, verify_claim
from protocols.proofs.ciphertext_sending import receive_decrypted, receive_encrypted, send_decrypted, send_encrypted
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.claim import Claim
from protocols.proofs.composed import All, AtLeastOne
from protocols.proofs.constraints import Circuit
from protocols.proofs.decryption_cggmp21 import same_exponent
from protocols.proofs.encryption_cggmp21 import encrypt_to_prove
from protocols.proofs.key_sending import ReceivedKey, receive_key, send_key
from protocols.proofs.linear import Linear, knows_logarithm, same_logarithm
from protocols.proofs.parameter_sending import receive_parameters, send_parameters
from protocols.proofs.pedersen import opening_witness, pedersen
from protocols.proofs.product_sending import receive_affine, receive_multiplied, send_affine, send_multiplied
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.relation import Relation, RelationClaim
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey
from protocols.proofs.sending import (
    prove,
    prove_circuit,
    prove_range,
    receive_points,
    send_points,
    verify,
    verify_circuit,
    verify_range,
)
from protocols.proofs.to_everyone import (
    prove_to_all,
    receive_key_with_all,
    receive_points_with_all,
    send_key_to_all,
    send_points_to_all,
    verify_with_all,
)


def scalars(values: object) -> Scalars:
    """Whole numbers, one or a nested list or array of them, modulo the order of ristretto255."""
    return Scalars.of(ORDER, values)


__all__ = [
    "All",
    "AtLeastOne",
    "Circuit",
    "Claim",
    "Linear",
    "Points",
    "Range",
    "ReceivedKey",
    "Relation",
    "RelationClaim",
    "RingPedersenKey",
    "Satisfies",
    "Scalars",
    "commit_to_prove",
    "encrypt_to_prove",
    "generator",
    "knows_logarithm",
    "opening_witness",
    "pedersen",
    "prove",
    "prove_circuit",
    "prove_claim",
    "prove_committed",
    "prove_range",
    "prove_relation",
    "prove_to_all",
    "receive_affine",
    "receive_decrypted",
    "receive_encrypted",
    "receive_key",
    "receive_key_with_all",
    "receive_multiplied",
    "receive_parameters",
    "receive_points",
    "receive_points_with_all",
    "same_exponent",
    "same_logarithm",
    "scalars",
    "send_affine",
    "send_decrypted",
    "send_encrypted",
    "send_key",
    "send_key_to_all",
    "send_multiplied",
    "send_parameters",
    "send_points",
    "send_points_to_all",
    "verify",
    "verify_circuit",
    "verify_claim",
    "verify_committed",
    "verify_range",
    "verify_relation",
    "verify_with_all",
]
