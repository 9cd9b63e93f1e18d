"""The account of a whole run, for people and machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from mpc.accounts.display import (
    COLUMNS_OF_RELATIONS,
    TITLE_OF_RELATIONS,
    Section,
    as_html,
    as_text,
    seconds_on_wire,
    title_of_circuits,
    title_of_ways,
    within,
)
from mpc.accounts.learnt import Learnt
from mpc.accounts.ledger import CircuitRun, Decision, LineCost, Reveal, WayTaken
from mpc.accounts.plain import with_notes

LINES_SHOWN = 12


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """One party's account of a run, or of a plan (then `seconds` is empty).

    `rounds_by_party` and `bytes_sent` (framed, before TLS, online) have an entry for each party, by index;
    `offline_bytes` is what this party received from its supplier; `lines` is the account by line: this party's, or
    where `lines_of_all`, in simulations and plans, that of all parties together. `device` is
    the account of the accelerator that was in use, None without one; `check_material` says how much of the material
    the parties verified: nothing, a sample, all. `preprocessing` is who was to make material, None where none was taken
    and the suite's operations take none. `material` was taken; `unused` was made ahead, and burned. `decisions`
    are the lines that compare values which are not exact. `circuits` are the Boolean circuits that were computed, by
    line; `ways` the lines that compute what there are two ways for. `learnt` knows what was revealed to this party
    again; `network` is the one that the run was tuned for, "" without one.
    """

    program: str
    me: int
    parties: tuple[str, ...]
    suite: str
    preprocessing: str | None
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
    unused: dict[str, int] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    circuits: tuple[CircuitRun, ...] = ()
    ways: tuple[WayTaken, ...] = ()
    learnt: Learnt = field(default_factory=Learnt, compare=False)
    network: str = ""
    lines_of_all: bool = False

    @property
    def rounds(self) -> int:
        """The run's rounds: those of the party with the longest chain of messages."""
        return max(self.rounds_by_party, default=0)

    @property
    def sections(self) -> list[Section]:
        """The account as tables: by party, what was revealed, circuits, and the lines that cost most."""
        totals = zip(self.parties, self.rounds_by_party, self.bytes_sent, strict=True)
        messages = [(name, f"{rounds:,}", f"{sent:,}") for name, rounds, sent in totals]
        revealed = [
            (r.line, str(r.shape), within(r.error, decided=r.decided, noisy=bool(r.privacy)), self._receivers(r.to))
            for r in self.reveals
        ]
        noisy = [(r.line, r.privacy) for r in self.reveals if r.privacy]
        decisions = [(decision.line, within(decision.margin)) for decision in self.decisions]
        costs = sorted(self.lines, key=lambda cost: (-cost.bytes, -cost.rounds))[:LINES_SHOWN]
        counted = "all parties" if self.lines_of_all else f"{self.parties[self.me]} alone"
        by_line = [(cost.line, f"{cost.rounds:,}", f"{cost.bytes:,}") for cost in costs]
        return [
            Section("Messages", ("party", "rounds", "bytes sent"), messages),
            Section("Revealed", ("line", "shape", "error", "to"), revealed),
            Section("Noise in what was revealed", ("line", "privacy"), noisy),
            Section("Decided on inexact values", ("line", "could go the other way within"), decisions),
            Section(
                title_of_circuits(self.network if self._weighed else ""),
                ("line", "circuit", "ANDs", "instances", "by", "tables", "against", *self._weighed),
                self._circuit_rows,
            ),
            Section(TITLE_OF_RELATIONS, COLUMNS_OF_RELATIONS, self._relation_rows),
            Section(
                title_of_ways(self.network if any(way.yao for way in self.ways) else ""),
                ("line", "operation", "values", "taken", "arithmetic", "yao"),
                self._way_rows,
            ),
            Section(f"Cost by line, {counted}", ("line", "rounds", "bytes"), by_line),
            Section("Warnings", ("",), [(warning,) for warning in self.warnings]),
        ]

    @property
    def _circuit_rows(self) -> list[tuple[str, ...]]:
        return [
            (
                c.line, c.circuit, f"{c.ands:,}", f"{c.instances:,}", c.by, c.garbled, c.adversary,
                *(seconds_on_wire(getattr(c, way)) for way in self._weighed),
            )
            for c in self.circuits if not c.elements
        ]  # fmt: skip

    @property
    def _relation_rows(self) -> list[tuple[str, ...]]:
        return [
            (c.line, c.circuit, f"{c.elements:,}", f"{c.instances:,}", c.adversary) for c in self.circuits if c.elements
        ]

    @property
    def _weighed(self) -> tuple[str, ...]:
        """The ways whose seconds stand beside circuits: where any was weighed."""
        return ("gmw", "bmr") if any(c.gmw for c in self.circuits) else ()

    @property
    def _way_rows(self) -> list[tuple[str, ...]]:
        return [
            (w.line, w.operation, f"{w.values:,}", w.way, seconds_on_wire(w.arithmetic), seconds_on_wire(w.yao))
            for w in self.ways
        ]

    def _receivers(self, to: tuple[int, ...]) -> str:
        everybody = set(to) == set(range(len(self.parties)))
        return "everybody" if everybody else ", ".join(self.parties[place] for place in to)

    @property
    def _title(self) -> str:
        seconds = ", ".join(f"{stage} {value:.2f} s" for stage, value in self.seconds.items())
        return f"{self.rounds:,} rounds" + (f"; {seconds}" if seconds else "")

    def __repr__(self) -> str:
        return as_text(self._title, self.sections, self.security)

    def _repr_html_(self) -> str:
        return as_html(self._title, self.sections, self.security)

    def to_json(self, result: Any = None) -> dict[str, Any]:
        """The whole account and the result as plain lists, numbers and strings."""
        shown, notes = with_notes(result)
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
            "unused": dict(self.unused),
            "reveals": [asdict(reveal) for reveal in self.reveals],
            "decisions": [asdict(decision) for decision in self.decisions],
            "circuits": [asdict(circuit) for circuit in self.circuits],
            "ways": [asdict(way) for way in self.ways],
            "lines": [asdict(line) for line in self.lines],
            "warnings": [*self.warnings, *notes],
            "device": self.device,
            "network": self.network,
            "result": shown,
            "bounds": {name: asdict(bound) for name, bound in self.learnt.bounds_in(result).items()},
        }
