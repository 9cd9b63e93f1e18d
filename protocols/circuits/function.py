"""Circuits from Python functions: `@circuit(a=UInt(32), b=UInt(32))` above a function of the values a and b."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from mpc.errors import LocalError
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits
from protocols.circuits.shallow import shallow
from protocols.circuits.values import Value, made, of_circuit


def circuit(*functions: Any, **inputs: Bits) -> Callable[[Callable[..., Any]], Circuit]:
    """The decorator that turns a function of values into a `Circuit`; each argument is an input of this kind.

    The function runs when the circuit is made, and again where a shallow one is wanted (`Circuit.shallower`), on values
    without content, and each operator puts its gates into the circuit: a loop over public numbers is unrolled, and
    there is no branch on a value (`mux` chooses). It returns a value, which becomes the
    output `result`, a tuple (`result0`, `result1`...), or a dictionary of names. LocalError: `bad-circuit` for
    arguments and inputs that do not agree or a result that is no value, and what the operators refuse.
    """
    if functions:
        way = "write @circuit(x=UInt(32), y=UInt(32)) above the function, a kind for each of its arguments"
        raise LocalError("bad-circuit", "a circuit without the kinds of its inputs", way)
    for name, kind in inputs.items():
        if not isinstance(kind, Bits):
            way = f"write {name}=UInt(32), Int(32) or Bits(128)"
            raise LocalError("bad-circuit", f"the input `{name}` is given as a {type(kind).__name__}", way)

    def make(function: Callable[..., Any]) -> Circuit:
        usual = _built(function, inputs)
        return replace(usual, remade=partial(_shallower, usual.digest, function, inputs))

    return make


def _built(function: Callable[..., Any], inputs: Mapping[str, Bits]) -> Circuit:
    builder = Builder()
    arguments = _arguments(function, inputs)
    values = {name: made(builder, kind, builder.input(name, kind)) for name, kind in arguments.items()}
    named = _named(function(**values), function.__name__)
    for value in named.values():
        of_circuit(builder, value)
    ends = {Port(name, value.kind): value.literals for name, value in named.items()}
    return builder.circuit(ends, function.__name__)


def _shallower(digest: str, function: Callable[..., Any], inputs: Mapping[str, Bits]) -> Circuit | None:
    """What the function gives where few ANDs one after another are wanted. None unless that is shallower, and unless
    the function still gives what it gave, of this digest: what it refers to may have changed since.
    """
    usual = _built(function, inputs)
    if usual.digest != digest:
        return None
    with shallow():
        other = _built(function, inputs)
    return other if other.and_depth < usual.and_depth else None


def _arguments(function: Callable[..., Any], inputs: Mapping[str, Bits]) -> dict[str, Bits]:
    """The inputs in the order of the function's arguments."""
    if not callable(function):
        raise LocalError("bad-circuit", f"a circuit of a {type(function).__name__}", "give a function of the inputs")
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            what = f"`{function.__name__}` takes `{parameter}`, which has no name to give an input by"
            raise LocalError("bad-circuit", what, "name each argument: def f(x, y)")
    names = list(parameters)
    if set(names) != set(inputs):
        what = f"`{function.__name__}` takes {', '.join(names) or 'nothing'}; kinds are given for {', '.join(inputs)}"
        raise LocalError("bad-circuit", what, "give one kind for each argument")
    return {name: inputs[name] for name in names}


def _named(result: Any, name: str) -> dict[str, Value]:
    if isinstance(result, Value):
        return {"result": result}
    if isinstance(result, tuple | list):
        result = {f"result{i}": value for i, value in enumerate(result)}
    if isinstance(result, Mapping) and result and all(isinstance(v, Value) for v in result.values()):
        for key in result:
            if not isinstance(key, str) or not key.isidentifier():
                raise LocalError(
                    "bad-circuit", f"an output of `{name}` is called {key!r}", "name outputs as arguments are"
                )
        return dict(result)
    what = f"`{name}` returns a {type(result).__name__}, which is no value of its circuit"
    raise LocalError("bad-circuit", what, "return a value, a tuple of values or a dictionary of them")
