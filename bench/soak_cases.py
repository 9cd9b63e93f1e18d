"""What the soak computes: circuits of random gates, on bits or on shared numbers and bits, with random inputs."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mpc.algebra.bits import unpack, words_for
from mpc.algebra.ring import Words
from mpc.prg import Prg
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE, Circuit, Port
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.circuits.values import Value, made
from protocols.garbled.joint import Joint, is_number, joint_of_numbers

INPUTS, GATES, OUTPUTS = 12, 300, 20
NUMBERS = {"x": UInt(7), "y": Int(9), "c": Bits(5)}
"""Numbers that are additive shares, and XOR-shared bits, of a circuit on both."""
RESULTS = {"u": UInt(8), "v": Int(9), "r": Bits(6)}
INSTANCES = 100
"""At most so many runs of one random circuit, beside each other."""
BLOCKS = 2000
"""Blocks of AES of one computation: 12.8 million ANDs."""
RING_BITS = 64


class Case(NamedTuple):
    """A circuit with inputs, packed planes; of a joint one `planes` are the numbers' bits and the shared bits."""

    circuit: Circuit
    planes: Words
    instances: int
    joint: Joint | None = None

    def numbers(self) -> list[Words]:
        """The inputs of a joint circuit that are numbers, (instances,) each."""
        rows, found = iter(bits_of(self.planes, self.instances).astype(np.uint64)), []
        for kind in (NUMBERS["x"], NUMBERS["y"]):
            bits = np.stack([next(rows) for _ in range(kind.width)])
            found.append((bits << np.arange(kind.width, dtype=np.uint64)[:, None]).sum(axis=0, dtype=np.uint64))
        return found

    def shared(self) -> Words:
        """The planes of its inputs that are bits."""
        return self.planes[-NUMBERS["c"].width :] if self.joint else self.planes

    def expected(self) -> Any:
        """Its outputs in the clear, (bits, instances): a number has all the bits of its ring."""
        planes = self.planes
        if self.joint is not None:
            nothing = np.zeros((self.joint.evaluator, words_for(self.instances)), np.uint64)
            planes = np.concatenate([planes[: self.joint.garbler], nothing, self.shared()])
        bits = bits_of(evaluate(self.circuit, planes), self.instances)
        return bits if self.joint is None else np.concatenate(_with_all_bits(self.circuit, bits))


def _with_all_bits(circuit: Circuit, bits: Any) -> list[Any]:
    """Numbers filled up with their signs, or zeros; bits behind them."""
    edges = np.cumsum([port.width for port in circuit.outputs])[:-1]
    parts = list(zip(circuit.outputs, np.split(bits, edges), strict=True))
    found = []
    for port, rows in parts:
        if is_number(port):
            above = rows[-1:] if port.kind.bounds[0] < 0 else np.zeros_like(rows[-1:])
            found.append(np.concatenate([rows, np.repeat(above, RING_BITS - port.width, axis=0)]))
    return found + [rows for port, rows in parts if not is_number(port)]


def bits_of(planes: Words, instances: int) -> Any:
    """One row of bits for each plane."""
    return np.stack([unpack(row, instances) for row in planes])


def blocks_case(prg: Prg) -> Case:
    """AES-128 of many blocks under as many keys."""
    made_once = aes()
    return Case(made_once, prg.packed(made_once.first_gate - 1, BLOCKS), BLOCKS)


def bits_case(prg: Prg) -> Case:
    """A circuit of random gates."""
    circuit, instances = random_circuit(prg), 1 + int(prg.words(())) % INSTANCES
    return Case(circuit, prg.packed(circuit.first_gate - 1, instances), instances)


def numbers_case(prg: Prg) -> Case:
    """Random gates on shared numbers and bits."""
    joint = joint_of_numbers(partial(_random_outputs, prg), NUMBERS, "random gates on numbers")
    instances = 1 + int(prg.words(())) % INSTANCES
    return Case(joint.circuit, prg.packed(joint.garbler + joint.shared, instances), instances, joint)


def random_circuit(prg: Prg) -> Circuit:
    """Gates of either kind on any wires before them and their negations; outputs are any wires."""
    builder = Builder()
    literals = _with_gates(prg, builder, [*builder.input("x", Bits(INPUTS)), *builder.input("y", Bits(INPUTS))])
    return builder.circuit({Port("r", Bits(OUTPUTS)): _drawn(prg, literals, OUTPUTS)}, "random gates")


def _random_outputs(prg: Prg, **values: Value) -> dict[str, Value]:
    builder = next(iter(values.values())).builder
    literals = _with_gates(prg, builder, [literal for value in values.values() for literal in value.literals])
    return {name: made(builder, kind, _drawn(prg, literals, kind.width)) for name, kind in RESULTS.items()}


def _with_gates(prg: Prg, builder: Builder, inputs: list[int]) -> list[int]:
    literals = [FALSE, TRUE, *inputs]
    for drawn in prg.words((GATES, 3)).tolist():
        u, v = (literals[(each >> 1) % len(literals)] ^ each & 1 for each in drawn[:2])
        literals.append(builder.and_(u, v) if drawn[2] & 1 else builder.xor(u, v))
    return literals


def _drawn(prg: Prg, literals: list[int], count: int) -> list[int]:
    return [literals[(each >> 1) % len(literals)] ^ each & 1 for each in prg.words((count,)).tolist()]
