"""What noise does to the figures that a plan reveals, and what wanted errors take: in its summary, and as tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import click
from rich.console import Group
from rich.text import Text

from mpc.errors import LocalError
from party_runner.report import table, titled
from party_runner.summary import Summary
from protocols.privacy.amounts import positive, printed
from protocols.privacy.choosing import Needed, PlannedFigure, total_of
from protocols.privacy.ledger.charges import Price
from protocols.runs.planning import Plan

_WANTED = re.compile(r"(?:(?P<line>.*)=)?(?P<error>[^=%]+)(?P<share>%?)")
MOST_ERROR = 10**100
"""No figure is as wide, and no float overflows beside it."""

LONGEST = 24
"""Characters of a figure's text in the table."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An error that is wanted of figures: of those of one line, or of all, in their own unit or as a share of their
    range."""

    line: str
    error: Fraction
    share: bool

    def is_of(self, name: str) -> bool:
        """Whether it speaks of the figure of this name: `survey.py:12#2`, its line, or without the file."""
        line = name.partition("#")[0]
        return self.line in ("", *(said for each in (name, line) for said in (each, each.rpartition(":")[2])))

    def within(self, figure: PlannedFigure) -> float:
        """In the figure's own unit."""
        return float(self.error) * figure.width if self.share else float(self.error)


def wanted_errors(given: Sequence[str]) -> list[Wanted]:
    """The `--wanted-error` options. click's UsageError for what is not [LINE=]ERROR or [LINE=]ERROR%."""
    found = []
    for text in given:
        match = _WANTED.fullmatch(text)
        try:
            error = positive(match["error"] if match else text, "the error")
        except LocalError as wrong:
            raise click.UsageError(f"--wanted-error {text}: {wrong.cause}; write 0.5, 2% or survey.py:12=2%") from None
        if error > MOST_ERROR:
            raise click.UsageError(f"--wanted-error {text}: no figure is as wide as that")
        assert match is not None
        found.append(Wanted(match["line"] or "", error / 100 if match["share"] else error, bool(match["share"])))
    return found


def with_figures(summary: Summary, planned: Plan, wanted: Sequence[Wanted]) -> None:
    """Add `figures` to a plan's summary, and `charges` {asked, needed, beside}, where it reveals anything with noise.

    LocalError `no-such-figure` where an error is wanted of a line that reveals no figure.
    """
    figures = planned.figures
    names = names_of(figures)
    for each in wanted:
        if not any(map(each.is_of, names)):
            raise _no_such_figure(each, planned)
    if not planned.prices:
        return
    needs = [_need(*named, wanted) for named in zip(figures, names, strict=True)]
    beside = planned.prices_beside
    summary["figures"] = [_plain(*each) for each in zip(figures, names, needs, strict=True)]
    asked, needed = total_of(planned.prices), _needed_in_all(figures, needs, beside) if wanted else None
    summary["charges"] = {
        "asked": asked and str(asked), "needed": needed and str(needed), "beside": len(beside)
    }  # fmt: skip


Need = tuple[float, Needed | None] | None
"""The error that is wanted of a figure, in its own unit, and what it takes; None where none is wanted."""


def names_of(figures: Sequence[PlannedFigure]) -> list[str]:
    """Each figure's line, `survey.py:12`; of several figures of a line also which, in their order: `survey.py:12#2`."""
    seen: Counter[str] = Counter()
    several = Counter(figure.line for figure in figures)
    names = []
    for figure in figures:
        seen[figure.line] += 1
        names.append(f"{figure.line}#{seen[figure.line]}" if several[figure.line] > 1 else figure.line)
    return names


def _need(figure: PlannedFigure, name: str, wanted: Sequence[Wanted]) -> Need:
    """What is said of one figure goes before what is said of its line, this before what is said of all, and the last
    before the first."""
    said = [each for each in sorted(wanted, key=lambda e: (e.line != "", "#" in e.line)) if each.is_of(name)]
    if not said:
        return None
    error = said[-1].within(figure)
    return error, figure.needed(error) if error > 0 else None


def _needed_in_all(figures: Sequence[PlannedFigure], needs: Sequence[Need], beside: Sequence[Price]) -> Price | None:
    """Figures of which no error is wanted stay as they are asked for; None where one cannot be reached, or was paid for
    with others."""
    prices = list(beside)
    for figure, need in zip(figures, needs, strict=True):
        if figure.paid_before or (need is not None and need[1] is None):
            return None
        prices += [need[1].charge if need and need[1] else figure.promise.charge] * figure.releases
    return total_of(prices)


def _plain(figure: PlannedFigure, name: str, need: Need) -> dict[str, Any]:
    described, promise = figure.figure, figure.promise
    found = {
        "line": figure.line, "name": name, "figure": described.text, "elements": described.size,
        "releases": figure.releases,
        "noise": figure.noise, figure.measure: printed(figure.asked), "measure": figure.measure,
        "charge": str(promise.charge), "paid_before": figure.paid_before,
        "neighbours": str(promise.event.neighbours), "sensitivity": figure.sensitivity,
        "range": [end / 2**described.scale / described.over for end in (described.lo, described.hi)],
        "mean_error": promise.mean_error, "error": promise.error, "relative_error": figure.relative(promise.error),
        "curve": [[amount, error.mean, error.bound] for amount, error in figure.curve()],
    }  # fmt: skip
    return found if need is None else found | {"wanted_error": need[0], "needed": need[1] and _plain_need(need[1])}


def _plain_need(needed: Needed) -> dict[str, Any]:
    error = needed.error
    return {
        "amount": printed(needed.amount), "mean_error": error.mean, "error": error.bound, "charge": str(needed.charge)
    }  # fmt: skip


def shown_figures(summary: Summary) -> list[Group]:
    """The figures as a table, what wanted errors take as another, and the charge of all; nothing without figures."""
    if "figures" not in summary:
        return []
    made = table("line", "figure", "noise", "mean error", "95% within", "of range")
    for each in summary["figures"]:
        made.add_row(*_row(each))
    parts = [made] if made.row_count else []
    of_noise = titled("What noise does to figures", Group(*parts, Text(_all_together(summary["charges"]))))
    return [of_noise, *_shown_needs(summary)]


def _all_together(charges: dict[str, Any]) -> str:
    asked = charges["asked"] or "different neighbours, which no budget takes together"
    of_others = "of statistics that are no single figure, whose results have intervals"
    beside = f", with {charges['beside']} {of_others}" if charges["beside"] else ""
    return f"All together{beside}: {asked}"


def _row(each: dict[str, Any]) -> list[str]:
    times = f", {each['releases']:,} times" if each["releases"] > 1 else ""
    noise = f"{each['noise']}, {each['measure']} {each[each['measure']]}{times}"
    errors = f"{each['mean_error']:.3g}", f"{each['error']:.3g}", f"{each['relative_error']:.2%}"
    return [each["name"], _shortened(each["figure"]), noise, *errors]


def _shown_needs(summary: Summary) -> list[Group]:
    wanted = [each for each in summary["figures"] if "wanted_error" in each]
    if not wanted:
        return []
    made = table("line", "figure", "wanted", "needs", "charged as")
    for each in wanted:
        needed = each["needed"] or {"charge": "no noise is a promise and as small"}
        amount = f"{each['measure']} {needed['amount']}" if "amount" in needed else "more than there is"
        made.add_row(each["name"], _shortened(each["figure"]), f"{each['wanted_error']:.3g}", amount, needed["charge"])
    needed = summary["charges"]["needed"]
    return [titled("What the wanted errors take", Group(made, Text(f"All together: {needed}" if needed else "")))]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _no_such_figure(wanted: Wanted, planned: Plan) -> LocalError:
    lines = ", ".join(names_of(planned.figures))
    remedy = f"name a line that reveals one: {lines}" if lines else "the program reveals none"
    if planned.prices_beside:
        remedy += (
            "; statistics of several noisy figures, as means of a secret number of records, say only in their result "
            "how far off they may be: run made-up data with `mpc.simulate`"
        )
    cause = f"--wanted-error is of {wanted.line or 'all lines'}, where no single figure is revealed with noise"
    return LocalError("no-such-figure", cause, remedy)
