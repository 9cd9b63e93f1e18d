"""Pictures of measured rows, as SVG files: other systems beside ours, time against size and parties, material made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from bench.display import (
    LIMIT,
    contestant,
    decimal,
    is_beaver,
    multiple,
    of_suite,
    over_larger_limit,
    rate,
    rate_over_ours,
    slowness,
)
from bench.harness import BANDWIDTH, BEAVER, PARLEY, AnyRow, Making, Row, Throughput

OURS, OTHERS, LIMITS = "#00796b", "#9e9e9e", "#ef6c00"
PALETTE = (OURS, "#1565c0", "#6a1b9a", "#d81b60", "#827717", "#00acc1", "#8d6e63", "#000000", "#9e9d24", "#7986cb")
STYLE: Any = {"svg.hashsalt": "parley", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
BAR_INCHES = 0.27
NOTE_LETTERS = 120
Bar = tuple[str, float, str]


def draw(rows: Sequence[AnyRow], folder: Path) -> list[Path]:
    """Draws what the rows have figures for into `folder`, which is made if it is not there; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with rc_context(STYLE):
        for name, figure in figures(rows):
            file = folder / f"{name}.svg"
            figure.savefig(file, facecolor="white", bbox_inches="tight", metadata={"Date": None})
            files.append(file)
    return files


def figures(rows: Sequence[AnyRow]) -> Iterator[tuple[str, Figure]]:
    """Every picture that the rows over loopback have figures for, in the style that is set, and its name."""
    for table in ("arithmetic", "numpy"):
        times = [r for r in rows if isinstance(r, Row) and r.network == "loopback" and r.table == table]
        yield from _beside_others(times, table)
        yield from _limits(times, table)
        yield from _scalings(times)
    yield from _kernels([row for row in rows if isinstance(row, Throughput) and row.table == "kernels"])
    makings = (row for row in rows if isinstance(row, Making) and row.table == "preprocessing")
    yield from _made([row for row in makings if row.network == "loopback"])


def _limits(times: Sequence[Row], table: str) -> Iterator[tuple[str, Figure]]:
    """How near to the machine's limits each workload is."""
    bars = {name: list(_limit_bars(group, times)) for name, group in _by_workload(_largest(times))}
    if any(bars.values()):
        yield f"{table}-limits", _bars(bars, "time, as a multiple of the larger limit of the machine (line: the limit)")


def _limit_bars(group: Iterable[AnyRow], times: Sequence[Row]) -> Iterator[Bar]:
    for row in group:
        if isinstance(row, Row) and row.system == PARLEY:
            over = over_larger_limit(row, times)
            if over is not None:
                yield f"{row.parties} parties{' with TLS' if row.tls else ''}{of_suite(row)}", over, OURS


def _beside_others(times: Sequence[Row], table: str) -> Iterator[tuple[str, Figure]]:
    """Times of other systems as multiples of ours, and below them what each is secure against."""
    compared = [row for row in _largest(times) if not row.system.startswith(LIMIT)]
    bars = {name: list(_slow_bars(group, compared)) for name, group in _by_workload(compared)}
    if any(len(group) > 1 for group in bars.values()):
        figure = _bars(bars, "time of an operation, as a multiple of Parley's with as many parties (line: Parley)")
        security = {row.system: row.security for row in compared}
        said = [fill(f"{system}: {text}", NOTE_LETTERS) for system, text in security.items()]
        below: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "va": "top",
            "annotation_clip": False,
        }
        figure.axes[0].annotate("\n".join(said), xy=(0, 0), xytext=(-60, -36), fontsize=7, **below)
        yield f"{table}-peers", figure


def _kernels(rates: Sequence[Throughput]) -> Iterator[tuple[str, Figure]]:
    """Work a second by limits and by others, as multiples of ours."""
    bars = {name: list(_rate_bars(group, rates)) for name, group in _by_workload(rates)}
    if any(len(group) > 1 for group in bars.values()):
        yield "kernels-peers", _bars(bars, "work a second, as a multiple of Parley's on one core (line: Parley)")


def _made(rows: Sequence[Making]) -> Iterator[tuple[str, Figure]]:
    """How much of each kind is made a second, beside its limit, and how many bytes each takes."""
    rates = {name: list(_made_bars(group)) for name, group in _by_workload(rows)}
    if any(rates.values()):
        yield "preprocessing-rates", _bars(rates, "made a second, and at the lower limit", rate, line=False)
    sizes = {name: list(_size_bars(group)) for name, group in _by_workload(rows)}
    if any(sizes.values()):
        yield "preprocessing-bytes", _bars(sizes, "bytes of all messages for each", decimal, line=False)


def _made_bars(group: Iterable[AnyRow]) -> Iterator[Bar]:
    for row in group:
        if isinstance(row, Making) and row.per_second:
            yield _maker(row), row.per_second, _colour(row)
            if row.part_of_limit:
                yield f"{_maker(row)}: limit", row.per_second / row.part_of_limit, LIMITS


def _size_bars(group: Iterable[AnyRow]) -> Iterator[Bar]:
    for row in group:
        if isinstance(row, Making) and row.bytes_each:
            yield _maker(row), row.bytes_each, _colour(row)


def _maker(row: Making) -> str:
    return f"{contestant(row)}{' with TLS' if row.tls else ''}"


def _colour(row: Making) -> str:
    return OURS if row.system == PARLEY else OTHERS


def _largest(rows: Iterable[Row]) -> list[Row]:
    """Of each system's figures of a workload, the one at the largest size."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        place = (row.workload, row.system, row.suite, row.parties, row.tls, row.network)
        if place not in found or row.size > found[place].size:
            found[place] = row
    return list(found.values())


def _by_workload(rows: Iterable[AnyRow]) -> Iterator[tuple[str, list[AnyRow]]]:
    for name, group in groupby(sorted(rows, key=lambda row: row.workload), lambda row: row.workload):
        yield name, list(group)


def _slow_bars(group: Iterable[AnyRow], rows: Sequence[Row]) -> Iterator[Bar]:
    for row in group:
        if isinstance(row, Row) and (row.tls or not is_beaver(row)):
            times = slowness(row, rows)
            if times is not None:
                ours = row.system == PARLEY
                label = f"{contestant(row)}{' with TLS' if row.tls else ''}, {row.parties} parties"
                yield label, times, OURS if ours else OTHERS


def _rate_bars(group: Iterable[AnyRow], rows: Sequence[Throughput]) -> Iterator[Bar]:
    for row in group:
        if isinstance(row, Throughput) and row.system != PARLEY:
            times = rate_over_ours(row, rows)
            if times is not None:
                yield row.system, times, LIMITS if row.system.startswith(LIMIT) else OTHERS


def _bars(
    groups: dict[str, list[Bar]], title: str, text: Callable[[float], str] = multiple, *, line: bool = True
) -> Figure:
    """Horizontal bars on a logarithmic scale, a block for each workload; a line at 1 where that stands for ours."""
    groups = {name: bars for name, bars in groups.items() if bars}
    count = sum(len(bars) + 1 for bars in groups.values())
    figure = Figure(figsize=(7.5, 1 + BAR_INCHES * count))
    axes = figure.add_subplot()
    place, ticks, labels = 0.0, [], []
    for name, bars in groups.items():
        axes.text(0.0, place, f"{name} ", ha="right", va="center", weight="bold", transform=axes.get_yaxis_transform())
        for label, times, colour in bars:
            place += 1
            axes.barh(place, times, color=colour, height=0.75)
            axes.text(times, place, f" {text(times)}", va="center", ha="left")
            ticks.append(place)
            labels.append(label)
        place += 1
    if line:
        axes.axvline(1, color=OURS, linewidth=1.5)
    axes.set(xscale="log", xlabel=title, yticks=ticks, yticklabels=labels)
    axes.set_ylim(place - 0.3, -0.8)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    return figure


def _scalings(times: Sequence[Row]) -> Iterator[tuple[str, Figure]]:
    for name, group in _by_workload(row for row in times if row.seconds is not None):
        rows = [row for row in group if isinstance(row, Row) and row.suite == BEAVER]
        ours = [row for row in rows if row.system == PARLEY and row.suite == BEAVER]
        with_limits = [row for row in rows if row.system == PARLEY or row.system.startswith(LIMIT)]
        if len({row.size for row in ours}) > 1:
            yield f"{name}-sizes", _lines(rows, name, "size", lambda row: row.size, lambda row: row.parties)
        if len({row.parties for row in ours}) > 1:
            yield (
                f"{name}-parties",
                _lines(_largest(with_limits), name, "parties", lambda row: row.parties, lambda row: row.size),
            )


def _lines(
    rows: Sequence[Row], workload: str, along: str, x: Callable[[Row], int], other: Callable[[Row], int]
) -> Figure:
    """A line for each system and each value of what does not run along the axis."""
    figure = Figure(figsize=(6.5, 4))
    axes = figure.add_subplot()

    def line(row: Row) -> tuple[bool, str, int, bool]:
        return row.system != PARLEY, row.system, other(row), row.tls

    colours = iter(PALETTE * len(rows))
    of_system: dict[tuple[str, int], str] = {}
    for (_, system, value, tls), group in groupby(sorted(rows, key=line), line):
        if tls and system.startswith(LIMIT):
            continue
        colour = of_system.setdefault((system, value), LIMITS if system.startswith(LIMIT) else next(colours))
        of_what = f"{value} parties" if along == "size" else f"size {value:,}"
        points = sorted((x(row), row.seconds or 0.0) for row in group)
        axes.plot(
            [place for place, _ in points], [seconds for _, seconds in points], color=colour,
            label=f"{system}{' with TLS' if tls else ''}, {of_what}", **_manner(system, tls),
        )  # fmt: skip
    axes.set(xlabel=along, ylabel="seconds", yscale="log", title=f"{workload}: time against {along}")
    if along == "size":
        axes.set_xscale("log")
    else:
        axes.set_xticks(sorted({x(row) for row in rows}))
    axes.grid(visible=True, which="major", color="#9e9e9e", alpha=0.35, linewidth=0.6)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _manner(system: str, tls: bool) -> dict[str, Any]:
    """How a line is drawn: limits thin, what goes over TLS dotted."""
    if system.startswith(LIMIT):
        return {"linestyle": "--" if system == BANDWIDTH else "-.", "linewidth": 1.0}
    return {"marker": "o", "markersize": 4, "linestyle": ":" if tls else "-"}
