"""The proof that a measurement is valid: made by its client, checked by aggregators on shares of both.

Boneh, Boyle, Corrigan-Gibbs, Gilboa, Ishai, "Zero-knowledge proofs on secret-shared data via fully linear PCPs",
CRYPTO 2019, theorem 4.3, as `FlpBBCGGI19` of the VDAF (section 7.3). For each gadget, the inputs of its calls are
values of one polynomial a wire, at powers of a root of unity; the first value of each is a random seed. The gadget of
the wire polynomials is a polynomial too, the gadget polynomial, and the proof is its values beside the seeds.
Aggregators read the gadget's results off it, and test it at a random point t that the client did not know.

Every function works on a batch, the first axis of its arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.circuit import AnyCircuit
from protocols.prio3.elements import shaped, zero_at
from protocols.prio3.gadgets import Calls, Wires, in_copies, in_order
from protocols.prio3.points_faz25 import in_turn, interleaved, last_value, odd_values, twist, weights_at

_AT_ONCE = 1 << 16
"""Wire values that are transformed together: they stay in the cache."""


def prove(circuit: AnyCircuit, meas: Words, prove_rand: Words, joint_rand: Words) -> Words:
    """Proofs (batch, proof_len) of measurements (batch, meas_len); randomness (batch, prove_rand_len) and joint."""
    field, taken, parts = circuit.field, 0, []
    for calls, wires in zip(circuit.gadgets, circuit.wires(meas, joint_rand, 1), strict=True):
        seeds = prove_rand[:, taken : taken + calls.arity]
        _seed(field, calls, wires, seeds)
        parts += [seeds, _gadget_polynomial(field, calls, wires)]
        taken += calls.arity
    return np.concatenate(parts, axis=1)


def query(
    circuit: AnyCircuit, meas: Words, proof: Words, query_rand: Words, joint_rand: Words, shares: int
) -> tuple[Words, npt.NDArray[np.bool_]]:
    """Shares of verifiers (batch, verifier_len), and which may be used: a test at a root of unity would show inputs."""
    field, taken = circuit.field, 0
    results, polynomials, seeds = [], [], []
    for calls in circuit.gadgets:
        polynomial = proof[:, taken + calls.arity : taken + calls.proof_length]
        results.append(polynomial[:, 2 : 2 * calls.calls + 1 : 2])
        polynomials.append(polynomial)
        seeds.append(proof[:, taken : taken + calls.arity])
        taken += calls.proof_length
    verifier, points = _reduced(circuit, circuit.outputs(meas, results, shares), query_rand)
    weights = [weights_at(field, points[:, i], calls.p) for i, calls in enumerate(circuit.gadgets)]
    wires = circuit.wires_at(meas, joint_rand, shares, weights)
    parts, usable = [verifier], np.ones(len(meas), np.bool_)
    for i, (calls, polynomial) in enumerate(zip(circuit.gadgets, polynomials, strict=True)):
        parts.append(field.add(in_order(field, wires[i]), field.mul(weights[i][:, :1], seeds[i])))
        parts.append(_value(field, calls, polynomial, points[:, i]))
        usable &= ~zero_at(field, field.sub(field.power(points[:, i], calls.p), field.from_ints(1)))
    return np.concatenate(parts, axis=1), usable


def decide(circuit: AnyCircuit, verifier: Words) -> npt.NDArray[np.bool_]:
    """Which verifiers (batch, verifier_len), added up over all shares, are those of valid measurements."""
    field, taken = circuit.field, 1
    valid = zero_at(field, verifier[:, 0])
    for calls in circuit.gadgets:
        inputs = in_copies(field, verifier[:, taken : taken + calls.arity], calls.gadget)
        wires = [shaped(field, wire, *field.shape(wire), 1) for wire in inputs]
        said = verifier[:, taken + calls.arity]
        valid &= zero_at(field, field.sub(calls.gadget.evaluate(field, wires)[:, 0], said))
        taken += calls.arity + 1
    return valid


def _seed(field: PrimeField, calls: Calls, wires: Wires, seeds: Words) -> None:
    for wire, seed in zip(wires, in_copies(field, seeds, calls.gadget), strict=True):
        wire[:, 0] = seed


def _gadget_polynomial(field: PrimeField, calls: Calls, wires: Wires) -> Words:
    """Its first 2 p - 1 values at the roots of order 2 p: the even ones are the gadget of the wires as they stand."""
    batch, p, count = len(wires[0]), calls.p, calls.gadget.count
    step = min(count, max(1, _AT_ONCE // (batch * calls.gadget.kinds * p)))
    even, odd = field.zeros((batch, p)), field.zeros((batch, p))
    columns = [field.moved(lambda wire: wire.swapaxes(1, 2), wire) for wire in wires]
    twists = field.moved(lambda one: np.broadcast_to(one, (batch, step, p)), twist(field, p))
    for first in range(0, count, step):
        some = [np.ascontiguousarray(wire[:, first : first + step]) for wire in columns]
        even = field.add(even, calls.gadget.evaluate(field, some))
        there = [odd_values(field, wire, twists[:, : count - first]) for wire in some]
        odd = field.add(odd, calls.gadget.evaluate(field, there))
    return interleaved(field, even, in_turn(odd))[:, : calls.polynomial_length]


def _reduced(circuit: AnyCircuit, outputs: Words, query_rand: Words) -> tuple[Words, Words]:
    """The outputs as one (batch, 1), and the points t (batch, gadgets)."""
    field, several = circuit.field, circuit.eval_output_len
    if several == 1:
        return outputs, query_rand
    one = field.sum(field.mul(outputs, query_rand[:, :several]), axis=1)
    return shaped(field, one, len(outputs), 1), query_rand[:, several:]


def _value(field: PrimeField, calls: Calls, polynomial: Words, t: Words) -> Words:
    """The gadget polynomial at t (batch,): (batch, 1)."""
    batch = len(polynomial)
    values = np.concatenate([polynomial, shaped(field, last_value(field, polynomial), batch, 1)], axis=1)
    return shaped(field, field.sum(field.mul(values, weights_at(field, t, 2 * calls.p)), axis=1), batch, 1)
