"""Proofs that a party knows what it says it knows, and nothing else of it; they hold against provers who deviate.

`prove` and `verify` inside a run; `protocols.proofs.proof` for proofs as bytes. Statements: `linear`, `composed`,
`pedersen`, `range_bbbpwm18`, `circuit_bbbpwm18`.
"""

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

__all__ = [
    "prove",
    "prove_circuit",
    "prove_range",
    "receive_points",
    "send_points",
    "verify",
    "verify_circuit",
    "verify_range",
]
