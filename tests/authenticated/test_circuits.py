"""Circuits by authenticated garbling: what the clear says, whoever owns the inputs and learns the outputs."""

from __future__ import annotations

import numpy as np
import pytest
from authenticated.executions import both, clear, opened
from garbled.random_circuits import random_circuit
from hypothesis import given
from hypothesis import strategies as st

from protocols.authenticated.task import Task
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits

LANES = 70
"""Instances of each input of a gate: two blocks in all, and every colour among them."""


def gate(kind: str, left: int, right: int, result: int) -> Circuit:
    """One gate of two bits, operands and result negated or not."""
    b = Builder()
    (x,), (y,) = b.input("x", Bits(1)), b.input("y", Bits(1))
    made = b.and_(x ^ left, y ^ right) if kind == "and" else b.xor(x ^ left, y ^ right)
    return b.circuit({Port("r", Bits(1)): [made ^ result]}, "gate")


@pytest.mark.parametrize("kind", ["and", "xor"])
@pytest.mark.parametrize("negated", range(8))
def test_each_gate_with_each_input_and_each_mask(kind: str, negated: int) -> None:
    made = gate(kind, negated & 1, negated >> 1 & 1, negated >> 2)
    inputs = np.tile(np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.uint8), LANES)
    garbler, evaluator = both(Task(made, 4 * LANES, (0, 1)), inputs)
    for phases in (garbler, evaluator):
        np.testing.assert_array_equal(phases.outputs, clear(made, inputs))
    masks = garbler.garbled.inputs ^ evaluator.garbled.inputs
    assert len({(*bits, *mask) for bits, mask in zip(inputs.T.tolist(), masks.T.tolist(), strict=True)}) == 16


@given(
    seed=st.integers(0, 10**6), instances=st.sampled_from([1, 3, 63, 64, 65, 200]),
    receivers=st.sampled_from([(0,), (1,), (0, 1), ()]), sharing=st.booleans(),
)  # fmt: skip
def test_random_circuits(seed: int, instances: int, receivers: tuple[int, ...], sharing: bool) -> None:
    """Also where some inputs are one value for all instances."""
    made = random_circuit(seed)
    rng = np.random.default_rng(seed)
    owners = tuple(rng.integers(-1, 2, made.first_gate - 1).tolist())
    inputs = rng.integers(0, 2, (made.first_gate - 1, instances), np.uint8)
    common = tuple(row for row, owner in enumerate(owners) if owner >= 0 and sharing and rng.integers(2))
    inputs[list(common)] = inputs[list(common), :1]
    for party, phases in enumerate(both(Task(made, instances, owners, common), inputs, receivers)):
        if party in receivers:
            np.testing.assert_array_equal(phases.outputs, clear(made, inputs))
        else:
            assert phases.outputs is None


def test_authenticated_bits_are_what_they_say() -> None:
    """Both sharings of each bit under either offset, of which the garbler's alone is odd."""
    made = random_circuit(3)
    garbler, evaluator = both(Task(made, 70, (0, 1, -1, 0, 1, 0, 1)), np.zeros((7, 70), np.uint8))
    assert garbler.ends.delta[0] & np.uint64(1) == 1
    assert evaluator.ends.delta[0] & np.uint64(1) == 0
    pairs = [(getattr(garbler.made.ands, name), getattr(evaluator.made.ands, name)) for name in "xyz"]
    x, y, z = (opened(*pair) for pair in pairs)
    np.testing.assert_array_equal(x & y, z)
    pairs += [(garbler.made.owned(party), evaluator.made.owned(party)) for party in (0, 1)]
    for ours, theirs in [*pairs, (garbler.made.results, evaluator.made.results)]:
        masks = (np.uint64(0) - opened(ours, theirs).astype(np.uint64))[..., None]
        np.testing.assert_array_equal(ours.first ^ theirs.first, masks & garbler.ends.delta)
        np.testing.assert_array_equal(ours.second ^ theirs.second, masks & evaluator.ends.delta)


def test_what_one_party_owns_the_other_has_no_share_of() -> None:
    made = random_circuit(4)
    garbler, evaluator = both(Task(made, 9, (0, 0, 0, 1, 1, 1, -1)), np.zeros((7, 9), np.uint8))
    assert not (garbler.made.owned(1).first[:, 0] & np.uint64(1)).any()
    assert not (evaluator.made.owned(0).first[:, 0] & np.uint64(1)).any()
    assert not garbler.garbled.inputs[3:].any()
    assert not evaluator.garbled.inputs[[0, 1, 2, 6]].any()
