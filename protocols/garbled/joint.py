"""Circuits on what two parties share: sums of the numbers that each of them knows, and XOR-shared bits.

A joint circuit has up to three inputs, in this order and by these names: `garbler`, bits that the garbler alone knows,
`evaluator`, bits that the evaluator alone knows, and `shared`, XOR-shared ones. A number [x] modulo 2^k is k bits of
either party's and an adder in front of what is computed of it. Outputs that are whole numbers become additive shares
again, others stay XOR-shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.circuits.arithmetic import add
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.values import Value, made, of_circuit

GARBLER, EVALUATOR, SHARED = "garbler", "evaluator", "shared"


@dataclass(frozen=True, eq=False)
class Joint:
    """A circuit on shares, with how many bits each of its inputs has.

    sums: the widths of the numbers that the bits of garbler and evaluator are, where only what these sum to matters.
    """

    circuit: Circuit
    garbler: int
    evaluator: int
    shared: int
    sums: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[Port, ...]:
        """The outputs that become additive shares."""
        return tuple(port for port in self.circuit.outputs if is_number(port))

    @property
    def number_bits(self) -> int:
        """How many bits these have together."""
        return sum(port.width for port in self.numbers)

    @property
    def transferred(self) -> int:
        """The bits of inputs whose labels are transferred: all that the evaluator has a part in."""
        return self.evaluator + self.shared


def is_number(port: Port) -> bool:
    """Whether an output becomes a number."""
    return isinstance(port.kind, UInt | Int)


def joint(
    function: Callable[..., Any], *, garbler: int = 0, evaluator: int = 0, shared: int = 0, name: str = ""
) -> Joint:
    """The circuit of a function of the values `garbler`, `evaluator`, `shared`, those that there are, as Bits.

    It gives a value, or several by name.
    """
    widths = {GARBLER: garbler, EVALUATOR: evaluator, SHARED: shared}
    builder = Builder()
    values = {
        port: made(builder, Bits(width), builder.input(port, Bits(width))) for port, width in widths.items() if width
    }
    return Joint(_closed(builder, function(**values), name or function.__name__), garbler, evaluator, shared)


def joint_of_numbers(function: Callable[..., Any], kinds: Mapping[str, Bits], name: str = "") -> Joint:
    """The circuit of a function of numbers, each of a kind of its own, UInt(k) or Int(k), shared modulo 2^k.

    Inputs of kind Bits are XOR-shared bits; they stand in `shared` in the order of the inputs.
    """
    summed = {key: kind for key, kind in kinds.items() if isinstance(kind, UInt | Int)}
    split = sum(kind.width for kind in summed.values())
    bits = sum(kind.width for key, kind in kinds.items() if key not in summed)
    builder = Builder()
    own, other, shared = (
        iter(builder.input(port, Bits(width)) if width else [])
        for port, width in ((GARBLER, split), (EVALUATOR, split), (SHARED, bits))
    )
    values = {}
    for key, kind in kinds.items():
        if key in summed:
            mine, theirs = ([next(part) for _ in range(kind.width)] for part in (own, other))
            values[key] = made(builder, kind, add(builder, mine, theirs))
        else:
            values[key] = made(builder, kind, [next(shared) for _ in range(kind.width)])
    widths = tuple(kind.width for kind in summed.values())
    return Joint(_closed(builder, function(**values), name or function.__name__), split, split, bits, widths)


def _closed(builder: Builder, results: Value | Mapping[str, Value], name: str) -> Circuit:
    named = {"result": results} if isinstance(results, Value) else results
    return builder.circuit(
        {Port(key, value.kind): of_circuit(builder, value).literals for key, value in named.items()}, name
    )
