"""A name for a type with all its parameters, for those who must have the same."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from protocols.prio3.vdaf_prio3 import Prio3


def type_name(vdaf: Prio3[Any, Any]) -> bytes:
    """32 bytes, the same exactly for types of which reports and sums mean the same.

    Bits are proven, not what they count: a report for a bound of 6 is valid for one of 5, which has as many bits, and
    its number another one. Bind the context to this name, and such a report is refused.
    """
    circuit = vdaf.circuit
    lengths = (circuit.meas_len, circuit.output_len, circuit.joint_rand_len, circuit.eval_output_len)
    gadgets = [(calls.arity, calls.calls) for calls in circuit.gadgets]
    parts = (vdaf.algorithm, vdaf.shares, vdaf.proofs, circuit.field.p, *lengths, *gadgets, circuit.bound)
    return sha256(f"{type(circuit).__name__}{parts}".encode()).digest()
