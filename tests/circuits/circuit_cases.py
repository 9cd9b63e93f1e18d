"""Running circuits in tests: in the clear by name, and two-operand circuits over all or many pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from protocols.circuits.binding import inputs_of, outputs_of
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits
from protocols.circuits.plain import evaluate


def run(circuit: Circuit, **values: Any) -> dict[str, Any]:
    """The outputs by name, in the clear."""
    planes, instances = inputs_of(circuit, values)
    return outputs_of(circuit, evaluate(circuit, planes), instances)


def of_two(function: Callable[[Any, Any], Any], kind: Bits, other: Bits | None = None) -> Circuit:
    """The circuit of a function of x and y."""
    return circuit(x=kind, y=other or kind)(lambda x, y: function(x, y))


def agree(circuit: Circuit, xs: Sequence[Any], ys: Sequence[Any], expected: Mapping[str, Callable[[Any, Any], Any]]):
    """Every output is what its function of x and y says, for each pair."""
    found = run(circuit, x=list(xs), y=list(ys))
    for name, function in expected.items():
        wrong = [
            (x, y, got, function(x, y)) for x, y, got in zip(xs, ys, found[name], strict=True) if got != function(x, y)
        ]
        assert not wrong, (name, wrong[:3])
