"""A circuit as both parties go through it: in runs of gates, as the kernels of garbling have them, ANDs of one depth
side by side.

Instances are computed in blocks. What belongs to an AND of an instance (masks, tables, bits) lies in one order at both
parties: block after block, in a block gate after gate, of a gate instance after instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mpc.garbling import Gates
from protocols.circuits.circuit import Circuit, Literals
from protocols.garbled.program import program_of

TOGETHER = 64
"""Instances of a block: a word of bits for each wire."""


@dataclass(frozen=True, eq=False)
class Run:
    """Gates on slots; `first`: how many ANDs come before, in the whole circuit."""

    gates: Gates
    first: int

    @property
    def ands(self) -> int:
        """How many, of one instance."""
        return self.gates.ands

    def places(self, begin: int, width: int) -> slice:
        """Where what belongs to its ANDs lies, in a block of so many instances whose ANDs begin there."""
        return slice(begin + self.first * width, begin + (self.first + self.ands) * width)


@dataclass(frozen=True, eq=False)
class Steps:
    """A circuit's gates on slots of which the first holds False; inputs: those of input wires; ends: literals of slots
    of the outputs' bits."""

    slots: int
    inputs: Literals
    ends: Literals
    runs: tuple[Run, ...]
    ands: int


@lru_cache(maxsize=64)
def steps_of(circuit: Circuit) -> Steps:
    """By depth, whatever the number of instances: long groups of ANDs, and few slots."""
    program = program_of(circuit, 1)
    runs: list[Run] = []
    first = 0
    for gates in program.runs:
        runs.append(Run(gates, first))
        first += gates.ands
    return Steps(program.slots, program.inputs, program.ends, tuple(runs), first)


def blocks(instances: int) -> Iterator[slice]:
    """The instances that are computed together."""
    for begin in range(0, instances, TOGETHER):
        yield slice(begin, min(begin + TOGETHER, instances))
