"""What a run costs: counted bytes, rounds and material, and the declarations they are held against.

`@cost` states beside a protocol what one call of it costs; an `Audit` compares every call with its declaration, over
all parties of a simulation. Rounds are causal: the longest chain of messages that had to wait for one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from mpc.errors import LocalError

if TYPE_CHECKING:
    from mpc.context import Context

P = ParamSpec("P")
R = TypeVar("R")
Amount = int | Callable[..., int]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reveal:
    """One value that became known: where the program said so, its shape, and the indices of who learned it."""

    line: str
    shape: tuple[int, ...]
    to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineCost:
    """What one line of the user's program cost this party."""

    line: str
    rounds: int
    bytes: int
    material: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """One party's account of a run, or of a plan (then `seconds` is empty).

    `rounds_by_party` and `bytes_sent` (framed, before TLS, online) have an entry for each party, by index;
    `offline_bytes` is what this party received from its supplier; `lines` is this party's account by line. `device` is
    the account of the accelerator that was in use, None without one; `check_material` says how much of the material
    the parties verified: nothing, a sample, all.
    """

    program: str
    me: int
    parties: tuple[str, ...]
    suite: str
    preprocessing: str
    security: str
    seconds: dict[str, float]
    rounds_by_party: tuple[int, ...]
    bytes_sent: tuple[int, ...]
    offline_bytes: int
    material: dict[str, int]
    reveals: tuple[Reveal, ...]
    lines: tuple[LineCost, ...]
    warnings: tuple[str, ...] = ()
    device: dict[str, Any] | None = None
    check_material: str = "nothing"

    @property
    def rounds(self) -> int:
        """The run's rounds: those of the party with the longest chain of messages."""
        return max(self.rounds_by_party, default=0)

    def to_json(self, result: Any = None) -> dict[str, Any]:
        """The whole account and the result as plain lists, numbers and strings."""
        return {
            **{
                name: getattr(self, name)
                for name in ("program", "suite", "preprocessing", "check_material", "security", "offline_bytes")
            },
            "parties": list(self.parties),
            "seconds": dict(self.seconds),
            "rounds": self.rounds,
            "rounds_by_party": list(self.rounds_by_party),
            "bytes_sent": list(self.bytes_sent),
            "material": dict(self.material),
            "reveals": [asdict(reveal) for reveal in self.reveals],
            "lines": [asdict(line) for line in self.lines],
            "warnings": list(self.warnings),
            "device": self.device,
            "result": plain(result),
        }


def plain(value: Any) -> Any:
    """Results as JSON can hold them: arrays as nested lists, numpy scalars as numbers, anything else as its repr."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)


@dataclass(slots=True)
class _LineTally:
    bytes: int = 0
    material: Counter[str] = field(default_factory=Counter)
    ends: dict[int, int] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """How many depths lie between the beginning and the end of some call."""
        covered = reached = 0
        for before, after in sorted(self.ends.items()):
            covered += max(0, after - max(before, reached))
            reached = max(reached, after)
        return covered


class Ledger:
    """One party's running account."""

    def __init__(self, n: int) -> None:
        self.bytes_to = [0] * n
        self.received_bytes = 0
        self.material: Counter[str] = Counter()
        self.reveals: list[Reveal] = []
        self.calls = 0
        self._lines: dict[str, _LineTally] = {}

    def sent(self, line: str, to: int, count: int) -> None:
        """`count` framed bytes went to party `to` on behalf of `line`."""
        self.bytes_to[to] += count
        self._tally(line).bytes += count

    def took(self, line: str, kind: str, elements: int) -> None:
        """`elements` of this kind of material were handed out on behalf of `line`."""
        self.material[kind] += elements
        self._tally(line).material[kind] += elements

    def waited(self, line: str, before: int, after: int) -> None:
        """A call of `line` began at causal depth `before` and ended at `after`; what overlaps counts once."""
        ends = self._tally(line).ends
        ends[before] = max(ends.get(before, before), after)

    def lines(self) -> tuple[LineCost, ...]:
        """The account by line of the user's program, in the order in which lines first cost something."""
        return tuple(LineCost(line, t.rounds, t.bytes, dict(t.material)) for line, t in self._lines.items())

    @property
    def bytes_sent(self) -> int:
        """All framed bytes this party sent."""
        return sum(self.bytes_to)

    def _tally(self, line: str) -> _LineTally:
        tally = self._lines.get(line)
        if tally is None:
            tally = self._lines[line] = _LineTally()
        return tally


@dataclass(frozen=True, slots=True)
class Declared:
    """The cost of one call: causal rounds, 64-bit words each party sends each other party, words each sends to a
    single receiver, and material by kind. `parties` take part in the call; 0 for all."""

    rounds: int
    words: int
    to_one: int
    material: dict[str, int]
    parties: int = 0


def cost(
    *,
    rounds: Amount,
    words: Amount = 0,
    to_one: Amount = 0,
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
            return Declared(amount(rounds), amount(words), amount(to_one), counts, parties)

        @wraps(function)
        async def call(ctx: Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
            child = ctx.child(name)
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
        expected = 8 * (n - 1) * (n * declared.words + declared.to_one)
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
