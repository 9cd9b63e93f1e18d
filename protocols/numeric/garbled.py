"""Numerical functions of shared numbers as garbled circuits: two rounds each, within a unit of the last place.

Ranges say how many low bits of a number go into the circuit and how many come out; what circuits give is no further
from the exact result than what the functions of the same names do by products. Where one function feeds another both
may be one circuit (`joint_of`): then what is between them is never shared. Between two parties; nobody learns anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isqrt
from typing import Any, NamedTuple

import numpy as np

from mpc.context import Context, Session
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.library import fixed_point
from protocols.circuits.library.fixed_point.values import number
from protocols.circuits.values import Number, Value
from protocols.garbled import ahead
from protocols.garbled.joint import Joint, joint_of_numbers
from protocols.garbled.schemes import SCHEMES
from protocols.numeric.fixed_point import ROOM
from protocols.numeric.logarithm import log_range
from protocols.numeric.powers_of_two import largest_exp
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, Share
from protocols.suite import suite_of

Kind = UInt | Int | Bits
"""As what an operand goes into a circuit; truth values as one bit."""


class Function(NamedTuple):
    """What is computed of values in a circuit: `of(*values, *public)`."""

    of: Callable[..., Value]
    public: tuple[Any, ...] = ()


class Step(NamedTuple):
    """One function in a circuit of several: of inputs, 0 and up, and of results of steps before it, ~0 and down, each
    taken as a number of its kind."""

    function: Function
    operands: tuple[int, ...]
    kinds: tuple[Kind, ...]


def kind_of(r: Range) -> UInt | Int:
    """The narrowest kind that holds all of a range."""
    return Int(r.bits) if r.lo < 0 else UInt(max(r.hi.bit_length(), 1))


@lru_cache(maxsize=256)
def joint_of(steps: tuple[Step, ...], inputs: tuple[Kind, ...], ends: int = 1) -> Joint:
    """The circuit of these steps on numbers of these kinds; it gives what the last of them do."""

    def computed(*numbers: Number) -> dict[str, Value]:
        results: list[Any] = []
        for (function, public), operands, kinds in steps:
            values = [numbers[place] if place >= 0 else results[~place] for place in operands]
            fitted = [value.to(kind) for value, kind in zip(values, kinds, strict=True)]
            results.append(function(*fitted, *public))
        return {f"result{i}" if i else "result": found for i, found in enumerate(results[-ends:])}

    named = {f"x{i}": kind for i, kind in enumerate(inputs)}
    names = "_of_".join(dict.fromkeys(step.function.of.__name__.strip("_") for step in reversed(steps)))
    return joint_of_numbers(lambda **values: computed(*values.values()), named, names)


async def compute(
    ctx: Context, steps: tuple[Step, ...], kinds: tuple[Kind, ...], operands: Sequence[Share], shape: Any, ends: int = 1
) -> list[Any]:
    """[what the last steps give] of operands of these kinds, brought to one shape; truth values as one plane each."""
    shares = [
        x.modulo(kind.width) if isinstance(x, ArithmeticShare) else x for x, kind in zip(operands, kinds, strict=True)
    ]
    broad = [x if x.shape == shape else x.map_structure(lambda a: np.broadcast_to(a, shape)) for x in shares]
    found = await suite_of(ctx).garbled_numbers(ctx, joint_of(steps, kinds, ends), broad)
    return [each if isinstance(each, ArithmeticShare) else each.plane(0) for each in found]


def fits_ahead(
    session: Session, steps: tuple[Step, ...], kinds: tuple[Kind, ...], instances: int, ends: int = 1
) -> bool:
    """Whether the tables of so many instances of this circuit may be made ahead, as the session would garble them."""
    return ahead.fits(joint_of(steps, kinds, ends).circuit, instances, SCHEMES[session.ways.scheme])


def kind_in(r: Range, ring_bits: int) -> UInt | Int:
    """The same of a number in a ring of so many bits; all of these where the range leaves no more than one of them out,
    since ranges of differences are cut there."""
    return Int(ring_bits) if r.bits >= ring_bits - 1 else kind_of(r)


def alone(function: Function, kinds: tuple[Kind, ...]) -> tuple[tuple[Step, ...], tuple[Kind, ...]]:
    """A circuit of one function, of operands of these kinds."""
    return (Step(function, tuple(range(len(kinds))), kinds),), kinds


# the functions, by the ranges of their operands


def _sign(x: Number) -> Value:
    return x[x.kind.width - 1] if isinstance(x.kind, Int) else x[0] ^ x[0]


def _zero(x: Number) -> Value:
    return x == 0


def _quotient(x: Number, y: Number, k: int, kind: UInt | Int) -> Number:
    if k >= 0:
        return fixed_point.quotient(x, y, k, kind)
    kind_of_y = Int(y.kind.width - k) if isinstance(y.kind, Int) else UInt(y.kind.width - k)
    wider = number(y.builder, kind_of_y, [FALSE] * -k + y.literals)
    return fixed_point.quotient(x, wider, 0, kind)


NEGATIVE, ZERO = Function(_sign), Function(_zero)
"""Whether a number is negative, or zero."""


def quotient(x: Range, y: Range, k: int) -> Function:
    """x 2^k / y for y of one sign, to the nearest."""
    above, below = max(k, 0), max(-k, 0)
    ends = [(end << above) // (divisor << below) for end in (x.lo, x.hi) for divisor in (y.lo, y.hi)]
    return Function(_quotient, (k, kind_of(Range(min(ends), max(ends) + 1))))


def reciprocal(r: Range, f: int) -> Function:
    """1 / x of numbers with f fractional bits and of one sign, to the nearest."""
    ends = [(1 << 2 * f) // end for end in (r.lo, r.hi)]
    return Function(fixed_point.reciprocal, (f, kind_of(Range(min(ends), max(ends) + 1))))


def sqrt(r: Range, f: int) -> Function:
    """sqrt(x) of numbers with f fractional bits that are nowhere negative, to the nearest."""
    return Function(fixed_point.root, (f,))


def inverse_sqrt(r: Range, f: int) -> Function:
    """1 / sqrt(x) of numbers above zero with f fractional bits, to the nearest."""
    return Function(fixed_point.inverse_root, (f, kind_of(Range(0, isqrt((1 << 3 * f) // r.lo) + 2))))


def exp(r: Range, f: int) -> Function:
    """exp(x) of numbers with f fractional bits, within a unit of the last place; so are the functions below."""
    return Function(fixed_point.exp, (f, kind_of(Range(0, largest_exp(r, f) + 1))))


def log(r: Range, f: int) -> Function:
    """The natural logarithm of numbers above zero, of any width."""
    return Function(fixed_point.log, (f, kind_of(log_range(r, f, max(ROOM, r.bits)))))


def sigmoid(r: Range, f: int) -> Function:
    """1 / (1 + exp(-x))."""
    return Function(fixed_point.sigmoid, (f,))


def tanh(r: Range, f: int) -> Function:
    """The hyperbolic tangent."""
    return Function(fixed_point.tanh, (f,))


def sin(r: Range, f: int) -> Function:
    """The sine, in radians."""
    return Function(fixed_point.sine, (f,))


def cos(r: Range, f: int) -> Function:
    """The cosine, in radians."""
    return Function(fixed_point.cosine, (f,))
