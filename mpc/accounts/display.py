"""Accounts as people read them in a terminal and in a notebook: a title, tables, a closing sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite


@dataclass(frozen=True, slots=True)
class Section:
    """A table with a heading, whose first column is text and whose others are numbers or text."""

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def as_text(title: str, sections: Sequence[Section], closing: str = "") -> str:
    """The title, the tables that have rows, each line of theirs indented, and the closing."""
    lines = [title]
    for section in sections:
        if section.rows:
            lines += [section.heading, *_aligned([section.columns, *section.rows])]
    return "\n".join([*lines, closing] if closing else lines)


def as_html(title: str, sections: Sequence[Section], closing: str = "") -> str:
    """The same for a notebook; every text is escaped."""
    parts = [f"<p><b>{escape(title)}</b></p>"]
    for section in sections:
        if section.rows:
            parts.append(f"<p>{escape(section.heading)}</p><table>{_row(section.columns, 'th')}")
            parts += [*(_row(row, "td") for row in section.rows), "</table>"]
    return "".join([*parts, f"<p>{escape(closing)}</p>"] if closing else parts)


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def seconds_on_wire(seconds: float) -> str:
    """Seconds to three places of what matters; a dash where nothing is known."""
    return f"{seconds:.3g} s" if seconds else "-"


def title_of_ways(network: str) -> str:
    """Over the table of ways: what its seconds are, or how to have them."""
    if not network:
        return "Ways; with a network said, the seconds of both"
    return f"Ways, with the seconds of both on the network {network}; of what may be one circuit, as a whole"


def title_of_circuits(network: str) -> str:
    """Over the table of circuits; with a network, where seconds stand beside what was weighed."""
    return f"Circuits, with the seconds of gmw and bmr on the network {network}" if network else "Circuits"


TITLE_OF_RELATIONS = "Relations that were proved to one verifier"
COLUMNS_OF_RELATIONS = "line", "relation", "elements", "instances", "against"


def within(error: float, *, decided: bool = False, noisy: bool = False) -> str:
    """The bound of an error; `decided` where it holds only if comparisons of what is not exact went as they should;
    `noisy` where it comes on top of noise."""
    if not isfinite(error):
        return "no useful bound"
    known = f"+- {error:.2g}" if error else "exact"
    if noisy:
        known = f"noise and {known}" if error else "noise alone"
    return known + (", if decided as shown below" if decided else "")
