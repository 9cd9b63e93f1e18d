"""The graph of an expression: nodes that say what is to be computed, and the values that they come to.

A node is data and never changes: an operation, the nodes it works on, its public parameters, and what is public of the
result, which are its shape, kind, scale and range, the line that wrote it and its number in the order of the program.

A value is what a node comes to: nothing yet, then a share. Nodes that differ only in their range, as `within` makes
them, are aliases: they have one value, which is computed once. A value that is computed lets go of what it was
computed from, so a share lives as long as the program holds its array or a pending node needs it, and no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Literal, NamedTuple

import trio

from mpc.accounts.ledger import Ledger
from mpc.context import Context
from protocols.ranges import Range

Kind = Literal["fixed", "int", "bit"]
Shape = tuple[int, ...]
Parameters = Mapping[str, Any]


class Facts(NamedTuple):
    """What is public of a value. `scale` is how many fractional bits its encoding carries just now."""

    shape: Shape
    kind: Kind
    scale: int
    range: Range


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing that can be done with secrets.

    `facts(*operands, **parameters)` says of nodes what is public of the result. `run(ctx, node, *shares)` computes it
    on the operands' shares where no other lowering is registered (`protocols/array/lowering.py`); an async function may
    talk, with a context that is the node's own; a plain one is local: it sends nothing and draws nothing at random.
    `decides`: whether the parameter of this name says of each node if the program decides by what it compares: then how
    many times the error of its first operand is the margin.
    `owned`: the name of a parameter that is not public, but the owner's of an input alone.
    `noted(ledger, node)` enters into the account what a computed node is, beside its messages and material.
    `keeps_signs`: whether what it gives is nowhere negative where no operand is, nor a public constant.
    `moves(arrays, **parameters)`: what it does to arrays of numpy, where it only moves elements.
    """

    name: str
    facts: Callable[..., Facts]
    run: Callable[..., Any]
    decides: bool = False
    owned: str = ""
    noted: Callable[[Ledger, Node], None] | None = None
    keeps_signs: bool = False
    moves: Callable[..., Any] | None = None

    @property
    def written(self) -> str:
        """The name that an error gives it: what the program wrote."""
        own = {
            "lift": "conversion to fractional bits", "bit to ring": "conversion to a number",
            "extreme shuffled": "extreme", "sort shuffled": "sort",
        }  # fmt: skip
        return own.get(self.name, self.name.removesuffix(" public"))

    @property
    def talks(self) -> bool:
        """Whether running it may need a message."""
        return iscoroutinefunction(self.run)


OPERATIONS: dict[str, Operation] = {}
"""Every operation by its name."""


def operation(
    name: str,
    facts: Callable[..., Facts],
    run: Callable[..., Any],
    *,
    decides: bool = False,
    owned: str = "",
    noted: Callable[[Ledger, Node], None] | None = None,
    keeps_signs: bool = False,
    moves: Callable[..., Any] | None = None,
) -> Operation:
    """Enter an operation into the table."""
    assert name not in OPERATIONS, f"two operations are called {name}"
    OPERATIONS[name] = Operation(name, facts, run, decides, owned, noted, keeps_signs, moves)
    return OPERATIONS[name]


def decides(operation: Operation, operands: Sequence[Node], parameters: Parameters) -> float:
    """How many times the error of the first operand is the margin within which the program may decide otherwise than
    exact arithmetic; 0 if it decides nothing, or on what is exact."""
    return float(parameters["decides"]) if operation.decides and operands[0].range.error else 0.0


def keeps_sign(operation: Operation, operands: Sequence[Node], parameters: Parameters, *, of_form: bool) -> bool:
    """Whether a value is nowhere negative but for rounding, since nothing is that it is computed from: a quotient of
    such numbers, or a sum or product, may lie a few units of the last place below zero, and its range says so.

    A form is one value for all aliases of its operand, whose ranges differ: that of one may hold only where a condition
    does. So it follows from the operand's value alone."""
    constant = parameters.get("constant")
    if not operation.keeps_signs or (constant is not None and constant.range.lo < 0):
        return False
    return all(x.value.nowhere_negative or (x.range.lo >= 0 and not of_form) for x in operands)


class Recipe(NamedTuple):
    """What a value is computed from."""

    operands: tuple[Node, ...]
    parameters: Parameters


_GONE = Recipe((), {})


class Summary(NamedTuple):
    """A figure of a node as a whole, over axes of it: `figure` names it (`summaries.py`). `exact`: whether it is that
    of the node as it is encoded, not of what it stands for, within its error."""

    figure: str
    of: Node
    axes: tuple[int, ...]
    exact: bool


class Value:
    """What a node and its aliases come to.

    `home` is the call that recorded it, and `place` the rest of its path: which of that call's own it is; of another
    form of a value, that value's place and which form it is, whoever asks for it first.
    `recipes` are the ways to say what it is computed from, of which each computes the same; there is one unless several
    aliases were brought to another form. `claimed` while an evaluation has it, `call` from when its operation began.
    `way`: how it is computed, where that was weighed together with others; "" while nobody has. `mark` is what follows
    from the public numbers that it is computed with, from when it is (`marks.py`). `decided`: whether it follows from
    what the program decides by comparing values that are not exact. `nowhere_negative`: whether it is so but for
    rounding. `records`: which records are in which of its rows, where that is known (`records.py`);
    `exclusive`: whether along its first axis at most one element is 1, and the others are 0. `summary`: which figure of
    other nodes it is as a whole, where its operations do not show that, until it is computed. `group`: of how many
    records each element is computed, where a policy asks (`group_sizes.py`).
    """

    __slots__ = (
        "__weakref__",
        "call",
        "claimed",
        "decided",
        "depth",
        "done",
        "exclusive",
        "group",
        "home",
        "mark",
        "nowhere_negative",
        "place",
        "recipes",
        "records",
        "share",
        "summary",
        "way",
    )

    def __init__(self, home: Context, place: tuple[int, ...]) -> None:
        self.home = home
        self.place = place
        self.depth = home.depth
        self.mark = 1
        self.way = ""
        self.records: Any = None
        self.summary: Summary | None = None
        self.exclusive = False
        self.group: Any = None
        self.decided = self.nowhere_negative = False
        self.share: Any = None
        self.recipes: list[Recipe] = []
        self.claimed = False
        self.call: Context | None = None
        self.done: trio.Event | None = None

    @property
    def path(self) -> tuple[int, ...]:
        """The structural path of its computation, which no timing and no release has a say in."""
        return (*self.home.path, *self.place)

    def computed(self, share: Any, depth: int) -> None:
        """Keep the share, let go of what it was computed from, and wake who waits for it."""
        self.share, self.depth = share, depth
        self.recipes.clear()
        self.summary = None
        self.claimed, self.call = False, None
        self.wake()

    def wake(self) -> None:
        """Let those who wait for another evaluation's end see how it ended."""
        if self.done is not None:
            self.done.set()
            self.done = None

    async def settled(self) -> None:
        """Wait until the evaluation that has claimed this value is done with it."""
        if self.done is None:
            self.done = trio.Event()
        await self.done.wait()


class _Node(NamedTuple):
    operation: Operation
    shape: Shape
    kind: Kind
    scale: int
    range: Range
    line: str
    value: Value
    recipe: int = 0
    vouched: bool = False


class Node(_Node):
    """One node of an expression: what is computed, and what is public of it. `recipe` counts the value's recipes.
    `vouched`: whether its range is one that the program vouches for, or follows from such.

    Two nodes are never equal, however alike.
    """

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def operands(self) -> tuple[Node, ...]:
        """The nodes it works on; none once it is computed."""
        return self._recipe.operands

    @property
    def parameters(self) -> Parameters:
        """Its public parameters, and at its owner an input's own words; none once it is computed."""
        return self._recipe.parameters

    @property
    def pending(self) -> bool:
        """Whether it has still to be computed."""
        return self.value.share is None

    @property
    def begins(self) -> int:
        """The causal depth at which it can be computed, once its operands are."""
        depth = self.value.depth
        for operand in self._recipe.operands:
            if operand.value.depth > depth:
                depth = operand.value.depth
        return depth

    @property
    def call_name(self) -> str:
        """What its call is called, which all parties must agree on."""
        return f"{self.operation.name} {self.kind} {self.shape}"

    @property
    def signature(self) -> tuple[Any, ...]:
        """All that its cost can depend on, besides ring, parties and supplier; public arrays count by their shapes.

        Two nodes of one signature send alike and take alike.
        """
        nodes, named = self._recipe
        operands = tuple([(o.shape, o.kind, o.scale, o.range.lo, o.range.hi) for o in nodes])
        parameters = tuple([(name, _by_shape(named[name])) for name in sorted(named)]) if named else ()
        return self.operation.name, self.value.way, self.shape, self.kind, self.scale, operands, parameters

    def with_range(self, range_: Range, *, vouched: bool = False) -> Node:
        """An alias: the same value, of which another range is known, or vouched for."""
        return self._replace(range=range_, vouched=self.vouched or vouched)

    @property
    def _recipe(self) -> Recipe:
        recipes = self.value.recipes
        return recipes[self.recipe] if recipes else _GONE


def _by_shape(parameter: Any) -> Any:
    if hasattr(parameter, "shape"):
        return parameter.shape
    if isinstance(parameter, tuple):
        return tuple(_by_shape(part) for part in parameter)
    if isinstance(parameter, slice):
        return parameter.start, parameter.stop, parameter.step
    return parameter
