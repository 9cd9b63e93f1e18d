"""A Boolean circuit as arrays: what every way of running one reads, garbler, evaluator, GMW and the clear alike.

Wire 0 is the constant False, then come the wires of the inputs, then one wire for each gate, in the order of the gates.
A *literal* is 2 w for wire w and 2 w + 1 for its negation, so that negations are no gates: garbling and sharing have
them for nothing. A gate is an XOR of two plain wires or an AND of two literals.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.circuits.kinds import Bits

Literals = npt.NDArray[np.int32]
PART = 1 << 16
"""Gates whose numbers are Python's at a time."""
FALSE, TRUE = 0, 1
"""The literals of the constants."""


@dataclass(frozen=True, slots=True)
class Port:
    """What goes into or out of a circuit under a name: bits of a kind, the least significant first."""

    name: str
    kind: Bits

    @property
    def width(self) -> int:
        """How many bits."""
        return self.kind.width

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}"


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit: inputs and outputs by name, `is_and`, `left` and `right` for each gate, and the outputs' literals.

    inputs, outputs: in the order of their bits. is_and: (gates,) of bool. left, right: (gates,) literals of wires
    before the gate's own, plain ones for an XOR. ends: the literals of all outputs' bits, one after another. remade:
    makes a shallower one, if there is any. What does not hold together raises LocalError `bad-circuit`.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    is_and: npt.NDArray[np.bool_]
    left: Literals
    right: Literals
    ends: Literals
    name: str = field(default="circuit", kw_only=True)
    remade: Callable[[], Circuit | None] = field(default=lambda: None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        for ports in (self.inputs, self.outputs):
            names = [port.name for port in ports]
            _need(len(set(names)) == len(names), f"two ports are called alike among {', '.join(names)}")
        _need(len(self.is_and) == len(self.left) == len(self.right), "a gate has a kind and two operands")
        _need(len(self.ends) == sum(port.width for port in self.outputs), "each bit of an output has one literal")
        own = 2 * (self.first_gate + np.arange(self.gates, dtype=np.int32))
        for operand in (self.left, self.right):
            _need(bool(((operand >= 0) & (operand < own)).all()), "a gate reads wires before its own")
            _need(not (operand[~self.is_and] & 1).any(), "an XOR reads plain wires")
        _need(bool(((self.ends >= 0) & (self.ends < 2 * self.wires)).all()), "an output is a wire that there is")

    @cached_property
    def shallower(self) -> Circuit:
        """A circuit of the same function with fewer ANDs one after another, if one can be made; else this one."""
        return self.remade() or self

    @cached_property
    def digest(self) -> str:
        """What tells it from every other circuit: SHA-256 over its ports and gates, in hexadecimal."""
        told = sha256(repr((self.inputs, self.outputs)).encode())
        for part in (self.is_and, self.left, self.right, self.ends):
            told.update(len(part).to_bytes(8, "little") + np.ascontiguousarray(part).tobytes())
        return told.hexdigest()

    def read_wires(self) -> Iterator[tuple[bool, int, int]]:
        """For each gate whether it is an AND, and the wires that it reads, as Python's numbers a part at a time."""
        for start in range(0, self.gates, PART):
            part = slice(start, start + PART)
            operands = [(literals[part] >> 1).tolist() for literals in (self.left, self.right)]
            yield from zip(self.is_and[part].tolist(), *operands, strict=True)

    @property
    def gates(self) -> int:
        """How many gates there are."""
        return len(self.is_and)

    @cached_property
    def first_gate(self) -> int:
        """The wire of the first gate."""
        return 1 + sum(port.width for port in self.inputs)

    @property
    def wires(self) -> int:
        """How many wires there are, that of the constant and those of the inputs among them."""
        return self.first_gate + self.gates

    @cached_property
    def ands(self) -> int:
        """How many gates cost anything: the ANDs."""
        return int(self.is_and.sum())

    @cached_property
    def and_depths(self) -> npt.NDArray[np.int32]:
        """For each wire the largest number of ANDs on a way to it."""
        depths = array("i", bytes(4 * self.wires))
        for wire, (is_and, left, right) in enumerate(self.read_wires(), self.first_gate):
            x, y = depths[left], depths[right]
            depths[wire] = (x if x > y else y) + is_and
        return np.frombuffer(depths, np.int32)

    @cached_property
    def and_depth(self) -> int:
        """The rounds that GMW takes: the largest number of ANDs on a way to an output."""
        return int(self.and_depths[self.ends >> 1].max(initial=0))

    def __call__(self, *values: object, **named: object) -> NoReturn:
        """LocalError `bad-circuit`: what is computed of it, and how, is said by name."""
        raise LocalError(
            "bad-circuit",
            f"`{self.name}` is a circuit, and was called like a function",
            "compute it of secrets by `await mpc.garbled(ctx, circuit, x=...)`, of plain values by "
            "mpc.circuits.computed(circuit, x=...); inside another circuit call a plain function of values",
        )

    def __repr__(self) -> str:
        inputs, outputs = (", ".join(map(str, ports)) for ports in (self.inputs, self.outputs))
        counts = f"{self.ands} ANDs of {self.gates} gates, depth {self.and_depth}"
        return f"<{self.name}({inputs}) -> {outputs}; {counts}>"


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise LocalError("bad-circuit", what, "make circuits with `mpc.circuit` or read them from a file")
