"""What follows from the entries of a ledger: for each name of data what may be spent, what is, and what is unknown.

A reservation is open until it is committed or released. One that stays open, since its run ended in between, is of an
unknown end: its result may have left. It counts as spent, for ever.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mpc.errors import LocalError
from protocols.privacy.amounts import GRID, count_of, printed
from protocols.privacy.ledger.charges import NOTHING, Asking, Budget, Charge, budget_of_plain, charge_of_plain
from protocols.privacy.ledger.entries import FORMAT, Content
from protocols.privacy.ledger.refusals import other_neighbours, setting

DAY = 86_400
LATEST = 253_402_300_799
"""The last second of the year 9999, behind which no date can be told."""


@dataclass(slots=True)
class Total:
    """A sum of charges, each amount in steps of GRID: `epsilon` of those that have one, `rho` of the others; `as_rho`
    and `delta` of all."""

    count: int = 0
    epsilon: int = 0
    rho: int = 0
    as_rho: int = 0
    delta: int = 0

    def add(self, one: Total) -> None:
        """So much more."""
        self.count += one.count
        self.epsilon += one.epsilon
        self.rho += one.rho
        self.as_rho += one.as_rho
        self.delta += one.delta

    def remove(self, one: Total) -> None:
        """So much less."""
        self.count -= one.count
        self.epsilon -= one.epsilon
        self.rho -= one.rho
        self.as_rho -= one.as_rho
        self.delta -= one.delta

    @property
    def exact_delta(self) -> Fraction:
        """The delta as an amount."""
        return self.delta * GRID

    def within(self, measure: str) -> Fraction:
        """In the measure of a budget; what that cannot measure was never admitted to it."""
        return (self.as_rho if measure == "rho" else self.epsilon) * GRID


def total_of(charge: Charge) -> Total:
    """Of one charge."""
    main = _steps(charge.main)
    epsilon, rho = (main, 0) if charge.measure == "epsilon" else (0, main)
    return Total(1, epsilon, rho, _steps(charge.within("rho")), _steps(charge.delta))


def _steps(exact: Fraction) -> int:
    steps = exact / GRID
    if steps.denominator != 1:
        raise ValueError("an amount between the steps")
    return steps.numerator


@dataclass(slots=True)
class Account:
    """Of one name of data. `unknown`: reservations whose end nobody has written down."""

    budget: Budget | None = None
    spent: Total = field(default_factory=Total)
    unknown: Total = field(default_factory=Total)

    @property
    def used(self) -> tuple[Fraction, Fraction]:
        """What counts as spent, in the budget's measure, and the deltas."""
        measure = self.budget.measure if self.budget else "epsilon"
        totals = self.spent, self.unknown
        return sum((t.within(measure) for t in totals), NOTHING), sum((t.exact_delta for t in totals), NOTHING)

    @property
    def left(self) -> tuple[Fraction, Fraction]:
        """What may still be spent, and of deltas; below 0 where a budget was lowered under what is spent."""
        if self.budget is None:
            return NOTHING, NOTHING
        used, delta = self.used
        return self.budget.main - used, self.budget.delta - delta

    def booked(self, data: str, price: Asking) -> Charge:
        """What is booked of a price here, in the measure of the budget, for which there is room.

        LocalError `budget-missing`, `budget-exceeded`, `budget-other-measure`, `other-neighbours`.
        """
        if self.budget is None:
            raise LocalError(
                "budget-missing",
                f"no budget is set for {data}, and this asks for {price}",
                f"decide on one with `{setting(data, '--epsilon ...', price.ways[0].neighbours)}`; without one nothing "
                "is spent",
            )
        asked = price.booked(self.budget.measure)
        if asked.neighbours != self.budget.neighbours:
            raise other_neighbours(data, self.budget.neighbours, asked.neighbours)
        main = asked.within(self.budget.measure)
        left, left_delta = self.left
        if main > left:
            raise _exceeded(data, self.budget.measure, self.budget.main, self.used[0], main)
        if asked.delta and not self.budget.delta:
            raise _no_delta(data, self.budget, asked.delta)
        if asked.delta > left_delta:
            raise _exceeded(data, "delta", self.budget.delta, self.used[1], asked.delta)
        return asked


def _no_delta(data: str, budget: Budget, asked: Fraction) -> LocalError:
    amounts = f"--{budget.measure} {budget.main} --delta 1e-9"
    return LocalError(
        "budget-exceeded",
        f"budget of {data} has no delta, and this asks for {printed(asked)} of it: noise that parties draw together is "
        "only near what it should be, by so much at least",
        f"decide on one: `{setting(data, amounts, budget.neighbours)}`, or as much as is asked. Nothing of it was "
        "revealed",
    )


def _exceeded(data: str, measure: str, limit: Fraction, used: Fraction, asked: Fraction) -> LocalError:
    left = printed(max(limit - used, NOTHING), down=True)
    return LocalError(
        "budget-exceeded",
        f"budget of {data}, {measure} {printed(limit, down=True)}: spent {printed(used)}, this asks for "
        f"{printed(asked)}, {left} is left",
        "ask for less, or leave it: what was spent does not come back. Nothing of it was revealed",
    )


@dataclass(slots=True)
class Prepaid:
    """Steps of one run that a charge was spent for beforehand, and which of them were taken."""

    run: str
    steps: int
    taken: set[int] = field(default_factory=set)

    def lacks(self, run: str, step: int) -> bool:
        """Whether a step of this run can still be taken."""
        return type(step) is int and 0 <= step < self.steps and step not in self.taken and run == self.run

    def take(self, run: str, step: int) -> bool:
        """One of them; whether it was the last. ValueError where it is not lacking."""
        if not self.lacks(run, step):
            raise ValueError("no step that was paid for")
        self.taken.add(step)
        return len(self.taken) == self.steps


@dataclass(slots=True)
class Balance:
    """All accounts, as the entries so far say. `open`: data and total of each open reservation, by its entry.

    `prepaid`: of each charge that was spent for steps to come, those steps. `runs`: those of the last day that revealed
    something, each with the time of its first entry.
    """

    party: str = ""
    certificate: str = ""
    ledger: bytes = b""
    entries: int = 0
    time: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    open: dict[int, tuple[str, Total]] = field(default_factory=dict)
    prepaid: dict[int, Prepaid] = field(default_factory=dict)
    runs: deque[tuple[int, str]] = field(default_factory=deque)
    _recent: set[str] = field(default_factory=set)

    def account(self, data: str) -> Account:
        """Of a name; one without a budget where there is none yet."""
        if type(data) is not str:
            raise TypeError("a name of data is a text")
        found = self.accounts.get(data)
        if found is None:
            found = self.accounts[data] = Account()
        return found

    def take(self, content: Content) -> None:
        """The next entry. ValueError, KeyError, TypeError or LocalError unless it may stand here."""
        event, time = content["event"], content["time"]
        if type(time) is not int or not self.time <= time <= LATEST or (event == "begin") != (self.entries == 0):
            raise ValueError("an entry that cannot stand here")
        self.time = time
        self.entries += 1
        _TAKES[event](self, content)

    def other_runs(self, now: int, run: str) -> int:
        """How many runs but this one have revealed something in the 24 hours before `now`."""
        self._forget(now)
        return len(self._recent - {run})

    def _begin(self, content: Content) -> None:
        if content["format"] != FORMAT:
            raise ValueError("another format")
        self.party, self.certificate = content["party"], content["certificate"]
        self.ledger = bytes.fromhex(content["ledger"])

    def _budget(self, content: Content) -> None:
        self.account(content["data"]).budget = budget_of_plain(content["budget"])

    def _reserve(self, content: Content) -> None:
        plain = content["charge"]
        asked = _total(plain.get("epsilon"), plain.get("rho"), plain["delta"], tuple(plain["neighbours"]))
        self.account(content["data"]).unknown.add(asked)
        self.open[self.entries] = content["data"], asked
        if "steps" in content:
            self.prepaid[self.entries] = Prepaid(content["run"], count_of(content["steps"], "the steps"))
        self._run(content)

    def _commit(self, content: Content) -> None:
        data, asked = self.open.pop(content["of"])
        account = self.account(data)
        account.unknown.remove(asked)
        account.spent.add(asked)

    def _release(self, content: Content) -> None:
        data, asked = self.open.pop(content["of"])
        self.account(data).unknown.remove(asked)
        self.prepaid.pop(content["of"], None)

    def _step(self, content: Content) -> None:
        number = content["of"]
        if number in self.open:
            raise ValueError("a step of what is not spent")
        if self.prepaid[number].take(content["run"], content["step"]):
            del self.prepaid[number]
        self._run(content)

    def _run(self, content: Content) -> None:
        self._forget(content["time"])
        if content["run"] not in self._recent:
            self._recent.add(content["run"])
            self.runs.append((content["time"], content["run"]))

    def _forget(self, now: int) -> None:
        while self.runs and self.runs[0][0] <= now - DAY:
            self._recent.discard(self.runs.popleft()[1])


_TAKES = {
    "begin": Balance._begin,
    "budget": Balance._budget,
    "reserve": Balance._reserve,
    "commit": Balance._commit,
    "release": Balance._release,
    "reveal": Balance._run,
    "step": Balance._step,
}
"""What each event does: a reservation ends once, since it is open only until then, and a step is taken once."""


@lru_cache(maxsize=4096)
def _total(epsilon: str | None, rho: str | None, delta: str, neighbours: tuple[Any, ...]) -> Total:
    """Of the charge of an entry; not to be changed."""
    amounts = {"epsilon": epsilon, "rho": rho, "delta": delta, "neighbours": list(neighbours)}
    return total_of(charge_of_plain({key: value for key, value in amounts.items() if value is not None}))
