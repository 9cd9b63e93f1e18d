"""What protocols declare that they cost, and the audit that holds them to it.

`@cost` states beside a protocol what one call of it costs; an `Audit` compares every call with its declaration, over
all parties of a simulation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from mpc.context import Context
from mpc.errors import LocalError

P = ParamSpec("P")
R = TypeVar("R")
Amount = int | Callable[..., int]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """The cost of one call: causal rounds, 64-bit words each party sends each other party, words each sends to a
    single receiver, and material by kind. `parties` take part in the call; 0 for all. `to_next`: words that every
    party sends to one neighbour. `in_all`: words that all parties send together, where each sends another amount."""

    rounds: int
    words: int
    to_one: int
    material: dict[str, int]
    parties: int = 0
    to_next: int = 0
    in_all: int = 0


def cost(
    *,
    rounds: Amount,
    words: Amount = 0,
    to_one: Amount = 0,
    to_next: Amount = 0,
    in_all: Amount = 0,
    call_name: str = "",
    parties: int = 0,
    **material: Amount,
) -> Callable[
    [Callable[Concatenate[Context, P], Coroutine[Any, Any, R]]],
    Callable[Concatenate[Context, P], Coroutine[Any, Any, R]],
]:
    """Declare what a protocol function costs, and give each call of it a context of its own.

    Amounts are numbers or functions of the call's arguments (without the context). `material` is named by kind, in
    elements. The decorated function is called with the caller's context and runs in a child of it.

    The two functions of a protocol with two roles are halves of one call: they declare the same `call_name`, and
    `parties=2`. Between two parties `to_one` is what both send together.
    """

    def decorate(
        function: Callable[Concatenate[Context, P], Coroutine[Any, Any, R]],
    ) -> Callable[Concatenate[Context, P], Coroutine[Any, Any, R]]:
        name = call_name or function.__name__

        def declared(*args: P.args, **kwargs: P.kwargs) -> Declared:
            def amount(a: Amount) -> int:
                return a if isinstance(a, int) else int(a(*args, **kwargs))

            counts = {kind: amount(a) for kind, a in material.items()}
            counts = {kind: count for kind, count in counts.items() if count}
            sent = amount(words), amount(to_one)
            return Declared(amount(rounds), *sent, counts, parties, amount(to_next), amount(in_all))

        @wraps(function)
        async def call(ctx: Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
            child = ctx.child(name, line=ctx.counted_at)
            expected = None if ctx.session.audit is None else declared(*args, **kwargs)
            result = await function(child, *args, **kwargs)
            ctx.join(child)
            if ctx.session.audit is not None and expected is not None:
                ctx.session.audit.record(child, expected)
            return result

        call.declared = declared  # type: ignore[attr-defined]
        return call

    return decorate


@dataclass(slots=True)
class _Call:
    name: str
    declared: Declared
    entered: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    payload: int = 0
    material: list[dict[str, int]] = field(default_factory=list)


class Audit:
    """Compares every declared call of a simulation with what was counted, over all parties."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.names: Counter[str] = Counter()
        self._calls: dict[Path, _Call] = {}

    def record(self, ctx: Context, declared: Declared) -> None:
        """One party left a declared call."""
        call = self._calls.setdefault(ctx.path, _Call(ctx.name, declared))
        if call.declared != declared:
            raise _mismatch(ctx.name, f"parties declare {call.declared} and {declared}")
        call.entered.append(ctx.entered)
        call.left.append(ctx.depth)
        call.payload += ctx.payload
        call.material.append({kind: count for kind, count in ctx.material.items() if count})
        if len(call.left) == (declared.parties or self.n):
            self._settle(self._calls.pop(ctx.path))

    def _settle(self, call: _Call) -> None:
        self.names[call.name] += 1
        declared = call.declared
        rounds = max(call.left) - max(call.entered)
        # A receiver that entered deeper than its sender waits for less than the declared rounds.
        uneven = len(set(call.entered)) > 1
        if rounds > declared.rounds or (rounds < declared.rounds and not uneven):
            raise _mismatch(call.name, f"declares {declared.rounds} rounds, {rounds} were counted")
        n = declared.parties or self.n
        expected = 8 * ((n - 1) * (n * declared.words + declared.to_one) + n * declared.to_next + declared.in_all)
        if call.payload != expected:
            raise _mismatch(call.name, f"declares {expected} bytes over all parties, {call.payload} were counted")
        for counted in call.material:
            if counted != declared.material:
                raise _mismatch(call.name, f"declares material {declared.material}, took {counted}")

    def finish(self) -> None:
        """Raises if some party never left a call that another one left."""
        for call in self._calls.values():
            raise _mismatch(call.name, f"was left by {len(call.left)} of {self.n} parties")


def _mismatch(name: str, text: str) -> LocalError:
    return LocalError("cost-mismatch", f"{name} {text}", "correct the @cost declaration or the protocol")
