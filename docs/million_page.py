"""Writes what is worked out on the page about a million clients: counts from plans, a picture of them, and seconds.

python -m docs.million_page; with --seconds the table of seconds anew, from unit costs that are measured here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from matplotlib.figure import Figure

from bench.million import Fleet, checked_rows, counted_rows, measured, timed_rows
from docs.pictures import is_made_of, write

PAGE = Path(__file__).parent / "federated" / "million.md"
TARGET = PAGE.parent / "pictures" / "million.svg"
SOURCES = [Path(__file__), Path(__file__).parents[1] / "bench" / "million.py"]
SIZES = (250, 1_000, 4_000, 16_000, 62_500, 250_000, 1_000_000)
DROPOUTS = (0, 10, 30)


def between(mark: str, rows: list[str], text: str) -> str:
    """The text with these rows between two marks."""
    pattern = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- end of {mark} -->)", re.DOTALL)
    return pattern.sub(lambda _: "\n" + "\n".join(rows) + "\n\n", text)


def page() -> str:
    """The page with the counts as they are now."""
    return between("counts", counted_rows(), PAGE.read_text(encoding="utf-8"))


def million(figure: Figure) -> None:
    """Bytes of AES that servers take off, and bytes that come and go, over the clients."""
    axes = figure.add_subplot()
    for dropouts in DROPOUTS:
        fleets = [Fleet(size, dropouts=dropouts) for size in SIZES]
        label = f"masks taken off, {dropouts}% vanish"
        axes.plot(SIZES, [4 * f.length * f.streams / 1e9 for f in fleets], marker="o", markersize=3, label=label)
    traffic = [Fleet(size).server_bytes / 1e9 for size in SIZES]
    axes.plot(SIZES, traffic, marker="s", markersize=3, linestyle="--", label="traffic")
    axes.set(xscale="log", yscale="log", xlabel="clients of a round", ylabel="GB at all servers")
    axes.legend(frameon=False)


def main(*, seconds: bool) -> None:
    """Write page and picture."""
    text = page()
    if seconds:
        units = measured()
        text = between("seconds", [*timed_rows(units), "", *checked_rows(units)], text)
    PAGE.write_text(text, encoding="utf-8")
    if not is_made_of(TARGET, SOURCES):
        write(TARGET, million, SOURCES)


if __name__ == "__main__":
    main(seconds="--seconds" in sys.argv[1:])
