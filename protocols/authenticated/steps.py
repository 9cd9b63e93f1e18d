"""A circuit as both parties go through it: XORs as the kernels of garbling have them, ANDs of one depth side by side.

Instances are computed in blocks. What belongs to an AND of an instance (masks, tables, bits) lies in one order at both
parties: block after block, in a block step after step, in a step gate after gate, of a gate instance after instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from mpc.garbling import Gates, garble
from protocols.circuits.circuit import Circuit, Literals
from protocols.garbled.program import Program, program_of

TOGETHER = 64
"""Instances of a block: a word of bits for each wire."""
_SLOTS = npt.NDArray[np.int32]
_NO_KEY = np.array([1, 0], U64)


@dataclass(frozen=True, eq=False)
class Step:
    """XORs, then ANDs none of which reads another's result: slots of their operands, which are negated, of results.

    `first`: how many ANDs come before, in the whole circuit.
    """

    xors: Gates
    left: _SLOTS
    right: _SLOTS
    left_negated: npt.NDArray[np.bool_]
    right_negated: npt.NDArray[np.bool_]
    results: _SLOTS
    first: int

    @property
    def ands(self) -> int:
        """How many."""
        return len(self.results)


@dataclass(frozen=True, eq=False)
class Steps:
    """A circuit's steps, on slots of which the first holds False; inputs: those of input wires; ends: literals of slots
    of the outputs' bits. `runs`: the same gates as an evaluator's program (`evaluating.py`)."""

    slots: int
    inputs: Literals
    ends: Literals
    steps: tuple[Step, ...]
    ands: int
    program: Program


@lru_cache(maxsize=64)
def steps_of(circuit: Circuit) -> Steps:
    """By depth, whatever the number of instances: few steps, and few slots."""
    program = program_of(circuit, 1)
    steps: list[Step] = []
    first = 0
    for run in program.runs:
        at, xors = 0, []
        for count, is_and in run.groups.tolist():
            gates = run.gates[at : at + count]
            at += count
            if not is_and:
                xors.append(gates)
                continue
            steps.append(_step(xors, gates, first))
            first += count
            xors = []
        if xors:
            steps.append(_step(xors, np.empty((0, 3), np.int32), first))
    return Steps(program.slots, program.inputs, program.ends, tuple(steps), first, program)


def _step(xors: list[_SLOTS], ands: _SLOTS, first: int) -> Step:
    gates = np.concatenate([*xors, np.empty((0, 3), np.int32)])
    groups = np.array([(len(gates), 0)] if len(gates) else [], np.int32).reshape(-1, 2)
    left, right, results = ands.T
    return Step(
        Gates(gates, groups), left >> 1, right >> 1, (left & 1) == 1, (right & 1) == 1, results.copy(), first
    )  # fmt: skip


def blocks(instances: int) -> Iterator[slice]:
    """The instances that are computed together."""
    for begin in range(0, instances, TOGETHER):
        yield slice(begin, min(begin + TOGETHER, instances))


def xor(slots: Words, step: Step) -> None:
    """The XORs of a step, on labels (slots, ..., 2) in place."""
    if len(step.xors.groups):
        garble(slots.reshape(len(slots), -1, 2), step.xors, _NO_KEY, _NO_KEY, 0)
