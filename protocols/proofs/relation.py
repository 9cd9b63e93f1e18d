"""Relations between field elements, as Python functions, and what a party claims by one of data that it alone has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from mpc.algebra.field import MERSENNE61, PrimeField
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.proofs.elements import Bilinear, Elements, Equation, Shape

AT_ONCE = 1 << 20
"""Terms of the check, of all instances together, that a party works on at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A function of arrays of elements, by name with their shapes, which returns equations, or elements to show."""

    name: str
    inputs: Mapping[str, Shape]
    function: Callable[..., Any] = field(repr=False)

    def run(self, inputs: Mapping[str, Elements], *, shown: bool) -> list[Elements]:
        """Go through it; equations are claimed on the way. Returns the elements to be shown, if they are.

        LocalError `bad-relation` where it returns something else, but for nothing.
        """
        returned = self.function(**inputs)
        if returned is None and not shown:
            return []
        results = list(returned.values() if isinstance(returned, Mapping) else _listed(returned))
        if not results or not all(isinstance(x, Elements if shown else Equation) for x in results):
            way = "return elements" if shown else "return equations, x == y, or let show=True show the elements"
            raise LocalError("bad-relation", f"`{self.name}` returns a {type(returned).__name__} of no use", way)
        return results if shown else []


def relation(**inputs: int | Sequence[int]) -> Callable[[Callable[..., Any]], Relation]:
    """The decorator that turns a function of arrays of field elements into a `Relation`, for `mpc.prove`.

    Each argument is an input, of this shape: `@mpc.relation(x=3, total=())`. The function computes with +, -, *, @,
    `sum`, `bits`, indices and `reshape`, and returns equations, `x.sum() == total`, one or several of them; loops are
    over public numbers, and there is no branch on an element. It runs once for many instances, which it does not see.
    Elements are whole numbers modulo 2^61 - 1, from -2^60 + 1 to 2^60 - 1. LocalError `bad-relation`.
    """

    def make(function: Callable[..., Any]) -> Relation:
        names = list(inspect.signature(function).parameters)
        if not inputs or set(names) != set(inputs):
            what = (
                f"`{function.__name__}` takes {', '.join(names) or 'nothing'}; shapes are given for {', '.join(inputs)}"
            )
            raise LocalError("bad-relation", what, "give a shape for each argument: x=3, y=()")
        return Relation(function.__name__, {name: _shape(name, inputs[name]) for name in names}, function)

    return make


@dataclass(slots=True)
class Counted:
    """Of one instance, and of what all instances share: elements of proof, terms of the check, elements shown.

    outputs: the shapes of what is shown; alike: whether each is one for all instances.
    """

    fresh: list[int] = field(default_factory=lambda: [0, 0])
    terms: list[int] = field(default_factory=lambda: [0, 0])
    shown: list[int] = field(default_factory=lambda: [0, 0])
    outputs: list[Shape] = field(default_factory=list)
    alike: list[bool] = field(default_factory=list)


class Counting:
    """A side of zeros, with one or two instances, that counts."""

    def __init__(self, prime: PrimeField) -> None:
        self.prime, self.counted = prime, Counted()

    def constant(self, values: Words) -> tuple[Words, ...]:
        """Zeros."""
        return (np.zeros_like(values),)

    def product(self, multiply: Bilinear, x: Elements, y: Elements) -> Elements:
        """A fresh element and a term each."""
        z = self._fresh(multiply(self.prime, x.parts[0], y.parts[0]))
        _count(self.counted.terms, z.parts[0])
        return z

    def bits(self, x: Elements, count: int) -> Elements:
        """A fresh element each."""
        return self._fresh(np.zeros((*x.parts[0].shape, count), np.uint64))

    def require(self, multiply: Bilinear, x: Elements, y: Elements, z: Elements) -> None:
        """A term each."""
        _count(self.counted.terms, z.parts[0])

    def zero(self, x: Elements) -> None:
        """A term each."""
        _count(self.counted.terms, x.parts[0])

    def show(self, x: Elements) -> None:
        """An element and a term each."""
        _count(self.counted.shown, x.parts[0])
        self.counted.outputs.append(x.shape)
        self.counted.alike.append(len(x.parts[0]) == 1)
        self.zero(x)

    def _fresh(self, values: Words) -> Elements:
        _count(self.counted.fresh, values)
        return Elements(self, (values,))


@dataclass(frozen=True, slots=True)
class Part:
    """Instances `start` to `stop` share one message and one challenge. With the first go the mask and what instances
    share; `told`: elements of proof that the prover tells of, `terms`: of the check, `shown`: outputs."""

    start: int
    stop: int
    told: int
    terms: int
    shown: int
    first: bool
    last: bool

    @property
    def evaluations(self) -> int:
        """How many are used up."""
        return self.told + self.first

    @property
    def words(self) -> int:
        """Of the prover's message."""
        return self.told + self.shown


@dataclass(frozen=True, eq=False)
class RelationClaim:
    """That the prover knows the secret inputs with which a relation holds; public.

    public: by name, (instances, *shape) or (1, *shape) elements, for each input that all have. shared: names of secret
    inputs that are one for all instances. shown: instead of equations the relation returns elements, which are told.
    insecure_prime: another field than that of 2^61 - 1, for tests: what passes by chance is in its size. LocalError
    `wrong-statement`, `bad-relation`.
    """

    relation: Relation
    instances: int
    public: Mapping[str, Words]
    shared: frozenset[str] = frozenset()
    shown: bool = False
    insecure_prime: PrimeField | None = None

    def __post_init__(self) -> None:
        inputs = self.relation.inputs
        _need(self.instances > 0, "it has at least one instance")
        _need(self.public.keys() < inputs.keys(), "an input is public or secret, and at least one is secret")
        _need(self.shared <= inputs.keys() - self.public.keys(), "shared inputs are secret")
        for name, values in self.public.items():
            shape = values.shape[1:]
            _need(shape == inputs[name] and len(values) in (1, self.instances), f"public `{name}` has its shape")

    @property
    def prime(self) -> PrimeField:
        """The field."""
        return self.insecure_prime or MERSENNE61

    def secrets(self, *, shared: bool) -> list[str]:
        """The names of the secret inputs that instances share, or of the others, in the relation's order."""
        return [x for x in self.relation.inputs if x not in self.public and (x in self.shared) == shared]

    def size(self, names: Sequence[str]) -> int:
        """How many elements inputs have together, of one instance."""
        return sum(prod(self.relation.inputs[name]) for name in names)

    @cached_property
    def counted(self) -> Counted:
        """What an instance takes, and what all share."""
        instances, side = min(2, self.instances), Counting(self.prime)
        lengths = {name: len(values) for name, values in self.public.items()} | dict.fromkeys(self.shared, 1)
        inputs = {
            name: Elements(side, (np.zeros((min(instances, lengths.get(name, instances)), *shape), np.uint64),))
            for name, shape in self.relation.inputs.items()
        }
        for output in self.relation.run(inputs, shown=self.shown):
            side.show(output)
        if not any(side.counted.terms):
            what = f"`{self.relation.name}` claims nothing"
            raise LocalError("bad-relation", what, "return equations: return x == y")
        return side.counted

    def parts(self) -> Iterator[Part]:
        """In the order in which both go."""
        counted, own = self.counted, self.size(self.secrets(shared=False))
        step = max(1, AT_ONCE // max(1, own + counted.fresh[0] + counted.terms[0])) if self.instances > 1 else 1
        for start in range(0, self.instances, step):
            stop, first = min(start + step, self.instances), start == 0
            told, terms, shown = (
                each[0] * (stop - start) + each[1] for each in (counted.fresh, counted.terms, counted.shown)
            )
            told += own * (stop - start) + (self.size(self.secrets(shared=True)) if first else 0)
            yield Part(start, stop, told, terms, shown, first, stop == self.instances)

    def of_part(self, values: Words, part: Part) -> Words:
        """Of values (instances or 1, *shape) those of a part."""
        return values if len(values) == 1 else values[part.start : part.stop]


def _count(counts: list[int], values: Words) -> None:
    """Arrays with two instances have their own for each."""
    counts[len(values) == 1] += values[0].size


def _listed(returned: Any) -> Sequence[Any]:
    return returned if isinstance(returned, tuple | list) else [returned]


def _shape(name: str, shape: Any) -> Shape:
    axes = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    if not all(isinstance(axis, int) and axis > 0 for axis in axes):
        what = f"the input `{name}` is given as {shape!r}"
        raise LocalError("bad-relation", what, "give a shape: x=3, y=(2, 4), z=()")
    return axes


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise LocalError("wrong-statement", f"a claim does not hold together: {what}", "state what both parties know")
