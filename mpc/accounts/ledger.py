"""One party's running account: bytes, rounds and material, by line of the user's program.

Rounds are causal: the longest chain of messages that had to wait for one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from mpc.accounts.learnt import Learnt


@dataclass(frozen=True, slots=True)
class Reveal:
    """One value that became known: where the program said so, its shape, and the indices of who learned it.

    `error` is the proven bound of how far any element may be from what exact arithmetic gives, in the value's own unit;
    infinity where no useful bound is known. Where `decided`, it holds if the comparisons of values that are not exact,
    from which this one follows, went as in exact arithmetic. `privacy` says what noise in it promises, where there is
    any; the error is without it.
    """

    line: str
    shape: tuple[int, ...]
    to: tuple[int, ...]
    error: float = 0.0
    decided: bool = False
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Comparisons of a line whose operands are not exact: where they differ by no more than `margin`, in their own
    unit, exact arithmetic might have decided the other way, and bounds of errors hold for what was decided. Infinity
    where that says nothing, since they may not differ by more."""

    line: str
    margin: float


@dataclass(frozen=True, slots=True)
class CircuitRun:
    """A circuit that a line of the program computed: its name, the ANDs of one instance, how many instances there were.

    `by` is the way it went, and `adversary` what that is secure against. Where it was garbled: the `scheme`, whether
    that was done `online` or `ahead`, as material, and about how many bytes the tables of all instances have, those of
    one garbler. `gmw`, `bmr`: among more than two parties, the seconds that either way takes on the network that the
    run is tuned for, without computation; 0 without one, and for a way that the suite lacks. `elements`: those of the
    proof where it is no circuit, but a relation that was proved.
    """

    line: str
    circuit: str
    ands: int
    instances: int
    by: str
    adversary: str
    scheme: str = ""
    garbling: str = ""
    tables: int = 0
    gmw: float = 0.0
    bmr: float = 0.0
    elements: int = 0

    @property
    def garbled(self) -> str:
        """The tables in words."""
        return f"{self.scheme}, {self.tables:,} bytes {self.garbling}" if self.scheme else ""


@dataclass(frozen=True, slots=True)
class WayTaken:
    """How a line computed what there are two ways for, on how many values, and the seconds that either takes on the
    network that the run is tuned for, without computation; 0 without one, and for a way that refuses these values."""

    line: str
    operation: str
    values: int
    way: str
    arithmetic: float
    yao: float


@dataclass(frozen=True, slots=True)
class LineCost:
    """What one line of the user's program cost this party, or all parties."""

    line: str
    rounds: int
    bytes: int
    material: dict[str, int]


def lines_of_all(accounts: Iterable[Sequence[LineCost]]) -> tuple[LineCost, ...]:
    """The accounts of all parties as one: the bytes that all of them sent, the most rounds, the material of each."""
    lines: dict[str, LineCost] = {}
    for cost in chain.from_iterable(accounts):
        seen = lines.get(cost.line, LineCost(cost.line, 0, 0, cost.material))
        rounds, sent = max(seen.rounds, cost.rounds), seen.bytes + cost.bytes
        lines[cost.line] = replace(seen, rounds=rounds, bytes=sent)
    return tuple(lines.values())


@dataclass(slots=True)
class _LineTally:
    bytes: int = 0
    material: Counter[str] = field(default_factory=Counter)
    ends: dict[int, int] = field(default_factory=dict)

    def waited(self, before: int, after: int) -> None:
        """A call began and ended at these depths."""
        if self.ends.get(before, -1) < after:
            self.ends[before] = after

    @property
    def rounds(self) -> int:
        """How many depths lie between the beginning and the end of some call."""
        covered = reached = 0
        for before, after in sorted(self.ends.items()):
            covered += max(0, after - max(before, reached))
            reached = max(reached, after)
        return covered


class Ledger:
    """One party's running account.

    `promises` are what noise promises of revealed values, by line, in the order in which they were revealed.
    `material` is what was handed out, `unused` what was made ahead and burned at the end; elements by kind. `deepest`
    is the causal depth of the deepest call so far. `proofs` are the lines at which this party proved or verified,
    `assurances` what is said of keys and ciphertexts by themselves: of what, what, and of which lines. `on_shares`:
    whether a line was computed, or revealed, by the suite; `by_itself`: whether the program had messages of its own.
    `warnings` are what protocols warn the program's user of.
    """

    def __init__(self, n: int) -> None:
        self.bytes_to = [0] * n
        self.received_bytes = 0
        self.material: Counter[str] = Counter()
        self.unused: Counter[str] = Counter()
        self.reveals: list[Reveal] = []
        self.promises: list[tuple[str, Any]] = []
        self.learnt = Learnt()
        self.calls = 0
        self.deepest = 0
        self.on_shares = self.by_itself = False
        self.proofs: dict[str, None] = {}
        self.assurances: dict[tuple[str, str], dict[str, None]] = {}
        self.warnings: dict[str, None] = {}
        self._lines: dict[str, _LineTally] = {}
        self._margins: dict[str, float] = {}
        self._circuits: dict[tuple[int, ...], CircuitRun] = {}
        self._ways: dict[tuple[int, ...], WayTaken] = {}

    def assured(self, what: str, said: str, line: str) -> None:
        """This is said of what `line` made or let out, for the account to end with."""
        self.assurances.setdefault((what, said), {})[line] = None

    def warned(self, said: str) -> None:
        """This is said in the run's account as a warning, once."""
        self.warnings[said] = None

    def sent(self, line: str, to: int, count: int) -> None:
        """`count` framed bytes went to party `to` on behalf of `line`."""
        self.bytes_to[to] += count
        self._tally(line).bytes += count

    def took(self, line: str, kind: str, elements: int) -> None:
        """`elements` of this kind of material were handed out on behalf of `line`."""
        self.material[kind] += elements
        self._tally(line).material[kind] += elements

    def computed(
        self, line: str, before: int, after: int, sent: Iterable[tuple[int, int]], material: Iterable[tuple[str, int]]
    ) -> None:
        """A whole call of `line`: its depths, framed bytes by receiver, elements handed out by kind."""
        tally = self._tally(line)
        self.waited(line, before, after)
        for to, count in sent:
            self.bytes_to[to] += count
            tally.bytes += count
        for kind, elements in material:
            self.material[kind] += elements
            tally.material[kind] += elements

    def waited(self, line: str, before: int, after: int) -> None:
        """A call of `line` began at causal depth `before` and ended at `after`; what overlaps counts once."""
        self._tally(line).waited(before, after)
        self.deepest = max(self.deepest, after)

    def decided(self, line: str, margin: float) -> None:
        """`line` compares values that are known up to `margin`."""
        self._margins[line] = max(margin, self._margins.get(line, 0.0))

    def decisions(self) -> tuple[Decision, ...]:
        """The lines that compare what is not exact, each with its widest margin."""
        return tuple(Decision(line, margin) for line, margin in self._margins.items())

    def circuit(self, path: tuple[int, ...], run: CircuitRun) -> None:
        """The value of this path is what a circuit gives; it is noted once, whoever computes it."""
        self._circuits[path] = run

    def circuits(self) -> tuple[CircuitRun, ...]:
        """The circuits by line, each with all its instances, in the order of the program."""
        found: dict[CircuitRun, CircuitRun] = {}
        for path in sorted(self._circuits):
            run = self._circuits[path]
            alike = replace(run, instances=0, tables=0, gmw=0.0, bmr=0.0)
            before = found.get(alike, alike)
            found[alike] = replace(
                alike,
                instances=before.instances + run.instances,
                tables=before.tables + run.tables,
                gmw=before.gmw + run.gmw,
                bmr=before.bmr + run.bmr,
            )
        return tuple(found.values())

    def way(self, path: tuple[int, ...], taken: WayTaken) -> None:
        """The value of this path is computed in this way; what is noted first stays, whoever computes it."""
        self._ways.setdefault(path, taken)

    def ways(self) -> tuple[WayTaken, ...]:
        """The ways by line and operation, each with all its values and seconds, in the order of the program."""
        found: dict[tuple[str, str, str], WayTaken] = {}
        for path in sorted(self._ways):
            one = self._ways[path]
            key = one.line, one.operation, one.way
            before = found.get(key, replace(one, values=0, arithmetic=0.0, yao=0.0))
            found[key] = replace(
                one,
                values=before.values + one.values,
                arithmetic=before.arithmetic + one.arithmetic,
                yao=before.yao + one.yao,
            )
        return tuple(found.values())

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
