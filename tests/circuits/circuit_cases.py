"""Running circuits in tests: in the clear by name, and two-operand circuits over all or many pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from protocols.circuits.binding import inputs_of, outputs_of
from protocols.circuits.choosing import maximum, minimum
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits
from protocols.circuits.plain import evaluate
from protocols.circuits.values import mux


def run(circuit: Circuit, **values: Any) -> dict[str, Any]:
    """The outputs by name, in the clear."""
    planes, instances = inputs_of(circuit, values)
    return outputs_of(circuit, evaluate(circuit, planes), instances)


def of_two(function: Callable[[Any, Any], Any], kind: Bits, other: Bits | None = None) -> Circuit:
    """The circuit of a function of x and y."""
    return circuit(x=kind, y=other or kind)(lambda x, y: function(x, y))


def all_operations(x, y):
    return {
        "add": x + y, "sub": x - y, "mul": x * y, "neg": -x, "abs": abs(x), "div": x // y, "mod": x % y,
        "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y, "eq": x == y, "ne": x != y,
        "and": x & y, "or": x | y, "xor": x ^ y, "not": ~x, "min": minimum(x, y), "max": maximum(x, y),
        "mux": mux(x > y, x, y),
    }  # fmt: skip


def meaning(kind):
    low, high = kind.bounds

    def wrapped(number):
        return (number - low) % (high - low + 1) + low

    def of(function):
        return lambda x, y: wrapped(function(x, y))

    ones = kind.decoded([1] * kind.width)
    return {
        "add": of(lambda x, y: x + y), "sub": of(lambda x, y: x - y), "mul": of(lambda x, y: x * y),
        "neg": of(lambda x, y: -x), "abs": of(lambda x, y: abs(x)),
        "div": of(lambda x, y: x // y if y else ones), "mod": of(lambda x, y: x % y if y else x),
        "lt": lambda x, y: x < y, "le": lambda x, y: x <= y, "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y,
        "eq": lambda x, y: x == y, "ne": lambda x, y: x != y,
        "and": of(lambda x, y: x & y), "or": of(lambda x, y: x | y), "xor": of(lambda x, y: x ^ y),
        "not": of(lambda x, y: ~x), "min": min, "max": max, "mux": max,
    }  # fmt: skip


def agree(circuit: Circuit, xs: Sequence[Any], ys: Sequence[Any], expected: Mapping[str, Callable[[Any, Any], Any]]):
    """Every output is what its function of x and y says, for each pair."""
    found = run(circuit, x=list(xs), y=list(ys))
    for name, function in expected.items():
        wrong = [
            (x, y, got, function(x, y)) for x, y, got in zip(xs, ys, found[name], strict=True) if got != function(x, y)
        ]
        assert not wrong, (name, wrong[:3])
