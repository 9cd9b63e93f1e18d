"""A party's policy: which reveals it refuses, whatever the program says, read from its `policy.toml`.

    [reveal]
    to = ["north"]             # who may learn a value; without it anybody
    most_elements = 100        # of one value
    smallest_group = 10        # of the records that a figure is computed of
    noise = true               # refuse what is revealed without noise
    most_epsilon = 0.5         # of one reveal; most_rho likewise
    most_delta = 1e-6          # beside it; 1e-5 where nothing is said
    programs = ["9f86d0..."]   # digests, as `parley plan --json` tells them; without it any
    runs_a_day = 5             # that reveal something, in the last 24 hours; needs a ledger

Each party has its own, or none, and tells nobody what is in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

from mpc.errors import LocalError
from protocols.outputs import Output
from protocols.privacy.amounts import amount, printed
from protocols.privacy.ledger.charges import Asking

MOST_BYTES = 1 << 20

MOST_DELTA = Fraction(1, 10**5)
"""Beside a bound of epsilon or rho, unless a policy says another: with a delta near 1 any noise has a small epsilon."""

_AMOUNTS = ("most_epsilon", "most_rho", "most_delta")
_COUNTS = ("most_elements", "smallest_group", "runs_a_day")
_LISTS = ("to", "programs")
_KEYS = (*_LISTS, *_COUNTS, "noise", *_AMOUNTS)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a party allows; None where it says nothing."""

    to: frozenset[str] | None = None
    programs: frozenset[str] | None = None
    most_elements: int | None = None
    smallest_group: int | None = None
    runs_a_day: int | None = None
    noise: bool = False
    most_epsilon: Fraction | None = None
    most_rho: Fraction | None = None
    most_delta: Fraction | None = None

    def check(self, output: Output, names: Sequence[str], program: str) -> None:
        """LocalError `policy-...` that names the rule, where a rule refuses the output."""
        self._check_program(program)
        learn = [names[party] for party in output.receivers]
        if self.to is not None and (others := [name for name in learn if name not in self.to]):
            raise _against("receiver", f"{', '.join(others)} would learn a value", f"to = {sorted(self.to)}", output)
        size = prod(output.shape)
        if self.most_elements is not None and size > self.most_elements:
            cause = f"a value of {size:,} elements would be revealed"
            raise _against("shape", cause, f"most_elements = {self.most_elements}", output)
        self._check_group(output)
        if output.privacy is None:
            if self.noise:
                raise _against("noise", "a value would be revealed without noise", "noise = true", output)
            return
        if output.costs:
            self._check_price(output.privacy.charge, output)

    def check_sum(self, price: Asking, first: Output) -> None:
        """The same of what all outputs of one reveal cost together."""
        self._check_price(price, first)

    def check_runs(self, runs: int) -> None:
        """LocalError `policy-runs` where this would be one run too many."""
        if self.runs_a_day is not None and runs >= self.runs_a_day:
            rule = f"runs_a_day = {self.runs_a_day}"
            raise _against("runs", f"{runs} runs have revealed something in the last 24 hours", rule, None)

    def _check_program(self, program: str) -> None:
        if self.programs is not None and program not in self.programs:
            cause = f"the program with digest {program} is none of those that are allowed"
            raise _against("program", cause, "programs", None)

    def _check_group(self, output: Output) -> None:
        if self.smallest_group is None or output.group == 0:
            return
        if output.group is None or output.group < self.smallest_group:
            records = "nobody knows how many records" if output.group is None else _records(output.group)
            cause = f"a figure that is computed of {records} would be revealed"
            raise _against("group", cause, f"smallest_group = {self.smallest_group}", output)

    def _check_price(self, price: Asking, output: Output) -> None:
        """Of two measures the one counts that the policy bounds; both, where it bounds both or none."""
        bounded = [way for way in price.ways if self._most(way.measure) is not None]
        for way in bounded or price.ways:
            for what, asked in ((way.measure, way.main), ("delta", way.delta)):
                most = self._most(what)
                if most is not None and asked > most:
                    cause = f"a reveal asks for {what} {printed(asked)}"
                    raise _against("amount", cause, f"most_{what} = {printed(most, down=True)}", output)
        if not bounded and (rule := next((r for r in _AMOUNTS[:2] if getattr(self, r) is not None), None)):
            cause = f"a reveal asks for {price}, which is no {rule.removeprefix('most_')}"
            raise _against("amount", cause, rule, output)

    def _most(self, what: str) -> Fraction | None:
        most: Fraction | None = getattr(self, f"most_{what}")
        if what == "delta" and most is None and (self.most_epsilon, self.most_rho) != (None, None):
            return MOST_DELTA
        return most


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"


def load_policy(file: Path) -> Policy:
    """Read a policy. LocalError `bad-policy` says what is wrong; a rule that is not understood is never left out."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MOST_BYTES + 1)
        content = tomllib.loads(text.decode(), parse_float=Decimal)
    except OSError as error:
        raise _bad(file, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _bad(file, f"is not TOML: {error}") from None
    rules = content.pop("reveal", None)
    if content or not isinstance(rules, dict):
        raise _bad(file, f"has {min(content)!r}; all rules stand in [reveal]" if content else "has no [reveal]")
    if unknown := rules.keys() - set(_KEYS):
        raise _bad(file, f"has an unknown rule {min(unknown)!r}; there are {', '.join(_KEYS)}")
    return Policy(**{rule: _parsed(file, rule, value) for rule, value in rules.items()})


def _parsed(file: Path, rule: str, value: Any) -> Any:
    if rule in _LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    if rule in _COUNTS and type(value) is int and value >= 0:
        return value
    if rule == "noise" and type(value) is bool:
        return value
    if rule in _AMOUNTS:
        try:
            return amount(value, rule)
        except LocalError as error:
            raise _bad(file, f"has a wrong amount: {error.cause}") from None
    raise _bad(file, f"has a rule {rule} of the wrong type: {value!r}"[:200])


def _bad(file: Path, why: str) -> LocalError:
    return LocalError("bad-policy", f"{file} {why}", "a policy that is not understood allows nothing: correct the file")


_CODES = {
    "receiver": "policy-receiver",
    "shape": "policy-shape",
    "group": "policy-group",
    "noise": "policy-noise",
    "amount": "policy-amount",
    "program": "policy-program",
    "runs": "policy-runs",
}


def _against(rule: str, cause: str, line: str, output: Output | None) -> LocalError:
    return LocalError(
        _CODES[rule],
        f"{cause}, and this party's policy says {line}",
        "change the program, or the policy if its owner decides so; nothing was revealed",
        line=output.line if output is not None else None,
    )
