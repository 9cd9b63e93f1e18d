"""One way to prove and to verify, whatever kind a statement is of: a sigma protocol, a range, a circuit or a relation.

A relation is of whole numbers in groups of hidden order (protocols/proofs/hidden_order.py).
"""

from __future__ import annotations

from typing import Any

from mpc.algebra.bigint import RandomBytes
from protocols.proofs import proof as sigma
from protocols.proofs.bulletproof_bbbpwm18 import Bulletproof
from protocols.proofs.bulletproof_verifying import verify_bulletproof
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range
from protocols.proofs.refusals import unfit
from protocols.proofs.statement import Statement
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript

AnyStatement = Statement | Range | Satisfies | Relation


def proof_bytes(statement: AnyStatement) -> int:
    """The length of every proof of it."""
    if isinstance(statement, Bulletproof | Relation):
        return statement.proof_bytes
    return sigma.proof_bytes(statement)


def begun(setting: Setting, statement: AnyStatement) -> Transcript:
    """A transcript that has absorbed setting and statement, with all lengths."""
    if isinstance(statement, Bulletproof | Relation):
        return statement.begun(setting)
    return sigma.begun(setting, statement)


def prove(setting: Setting, statement: AnyStatement, witness: tuple[Any, ...], source: RandomBytes) -> Bytes:
    """A proof by the witness that the statement's own prover takes: its scalars; values and blindings of a range or a
    circuit; numbers and units of a relation. Errors and `source` as there."""
    parts = 2 if isinstance(statement, Bulletproof | Relation) else 1
    if len(witness) != parts:
        raise unfit(f"a witness of this statement is given in {parts} parts, not {len(witness)}", "give all of it")
    first, second = witness[0], witness[-1]
    if isinstance(statement, Range):
        return prove_range(setting, statement, first, second, source)
    if isinstance(statement, Satisfies):
        return prove_circuit(setting, statement, first, second, source)
    if isinstance(statement, Relation):
        return prove_relation(setting, statement, first, second, source)
    return sigma.prove(setting, statement, first, source)


def verify(setting: Setting, statement: AnyStatement, proof: Proof) -> None:
    """Raise unless `proof` proves the statement in this setting; errors as in `protocols.proofs.proof.verify`."""
    if isinstance(statement, Bulletproof):
        verify_bulletproof(setting, statement, proof)
    elif isinstance(statement, Relation):
        verify_relation(setting, statement, proof)
    else:
        sigma.verify(setting, statement, proof)
