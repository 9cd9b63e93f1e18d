"""The summary of a run for a person: the result, the costs, what was revealed, and what it is secure against."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mpc.accounts.display import (
    COLUMNS_OF_RELATIONS,
    TITLE_OF_RELATIONS,
    seconds_on_wire,
    title_of_circuits,
    title_of_ways,
    within,
)
from mpc.accounts.plain import in_words
from mpc.errors import LocalError
from party_runner.kept import keep
from party_runner.result_file import holds_both
from party_runner.summary import Summary, as_json, write_summary

NUMBERS_SHOWN = 6
LINES_SHOWN = 12
FEW, CLOSE = 2, 2
"""Columns of a table that is never taken apart; spaces between columns where there is little room, twice that else."""
NOTHING_REVEALED = "nothing; what a program sends, decrypts or proves by itself is not listed here"
UNUSUAL = ("three-halves", "ahead")
STORE, OF_STORES = "store", "offline: stores compared, the program planned, its material found there"
"""What is said of how, and when, a circuit was garbled."""


Show = Callable[[Summary, Console], None]


def present(
    summary: Summary,
    target: str | None,
    show: Show,
    files: Sequence[Callable[[], None]] = (),
    near: Path | None = None,
) -> None:
    """The summary on stdout, for a person or with target '-' as JSON; only then its file, and those that `files` write.

    Whatever cannot be written, all else is; where the result is then nowhere whole, it is kept beside `near`, or among
    the temporary files. LocalError `stdout-unwritable`, `summary-unwritable`, or of `files`.
    """
    on_stdout = _failure(lambda: _on_stdout(summary, target == "-", show))
    as_file = _failure(lambda: write_summary(summary, target)) if target is not None and target != "-" else None
    of_files = [_failure(step) for step in files]
    failures = [failure for failure in (on_stdout, as_file, *of_files) if failure is not None]
    if not failures:
        return
    copies = [on_stdout if target == "-" else as_file] if target is not None else []
    copies += [next(filter(None, of_files), None)] if files else []
    if None not in copies and (summary.get("result") is not None or "results" in summary):
        failures[0].remedy = f"{failures[0].remedy} {keep(summary, near)}"
    raise failures[0]


def _failure(step: Callable[[], None]) -> LocalError | None:
    try:
        step()
    except LocalError as error:
        return error
    return None


def _on_stdout(summary: Summary, for_machines: bool, show: Show) -> None:
    """Where stdout does not take it, a person finds it on stderr. Rich leaves a broken pipe by SystemExit."""
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        if for_machines:
            print(as_json(summary).decode(), end="")
        else:
            show(summary, Console())
        sys.stdout.flush()
    except (OSError, SystemExit) as error:
        why = getattr(error, "strerror", "") or "Broken pipe"
        if sys.stdout is not None:  # what it still holds would fail again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        where = "The result stands above, on standard error; " if _on_stderr(summary, show) else ""
        remedy = f"{where}`--json FILE` keeps it in a file."
        raise LocalError("stdout-unwritable", f"standard output cannot be written to: {why}", remedy) from None


def _on_stderr(summary: Summary, show: Show) -> bool:
    """Whether standard error took it: it may be the same pipe."""
    try:
        show(summary, Console(stderr=True))
        if sys.stderr is not None:
            sys.stderr.flush()
    except (OSError, SystemExit):
        return False
    return True


def print_results(summary: Summary, console: Console) -> None:
    """Print what the programs returned, of a run that failed afterwards."""
    console.print(_results(summary))


def print_report(summary: Summary, console: Console, alone: str = "") -> None:
    """Print the whole report; `alone` names the party whose account it is, if it is one party's."""
    console.print(report(summary, alone))


def report(summary: Summary, alone: str = "") -> Group:
    """Everything a run has to say, in the order in which it is read."""
    costs = cost_report(summary, f"{alone} alone" if alone else "all parties")
    parts: list[RenderableType] = [_results(summary), _parties(summary, alone), *_sessions_of_parts(summary), costs]
    parts += _devices(summary)
    parts += [Text(f"warning: {warning}", style="yellow") for warning in summary["warnings"]]
    parts.append(Text(f"\n{summary['security']}", style="bold"))
    return Group(*parts)


def cost_report(summary: Summary, counted: str) -> Group:
    """What was or will be revealed, the circuits, the cost by line, the material."""
    parts = [
        _reveals(summary),
        *_noise(summary),
        *_decisions(summary),
        *_circuits(summary),
        *_relations(summary),
        *_ways(summary),
    ]
    return Group(*parts, _lines(summary, counted), _material(summary))


class _Fitting(Table):
    """A table that breaks no word where the terminal is too narrow: it is closer, then a paragraph a row."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table if it has room; else in columns that break between words; else each cell by its column's name."""
        texts = [[str(column.header), *map(str, column.cells)] for column in self.columns]
        widths, least = [max(map(len, text)) for text in texts], [max(map(_longest_word, text)) for text in texts]
        gaps, room = CLOSE * (len(texts) - 1), options.max_width
        if sum(widths) + 2 * gaps <= room or len(texts) <= FEW:
            yield from super().__rich_console__(console, options)
        elif sum(least) + gaps <= room:
            yield self._closer(_narrowed(widths, least, room - gaps))
        else:
            yield from self._paragraphs(texts)

    def _closer(self, widths: Sequence[int]) -> Table:
        made = Table(box=None, pad_edge=False, padding=(0, CLOSE // 2), header_style="dim")
        for column, width in zip(self.columns, widths, strict=True):
            made.add_column(column.header, justify=column.justify, width=width)
        for row in zip(*(column.cells for column in self.columns), strict=True):
            made.add_row(*row)
        return made

    def _paragraphs(self, texts: Sequence[Sequence[str]]) -> RenderResult:
        (_, *firsts), *others = texts
        for place, first in enumerate(firsts, 1):
            told = [f"{column[0]} {column[place]}".strip() for column in others if column[place]]
            yield Padding(Text(first), (0, 2))
            yield Padding(Text("; ".join(told)), (0, 2, 0, 6))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths with this sum, none below its least: the one with most to spare gives first."""
    narrow = list(widths)
    for place in sorted(range(len(narrow)), key=lambda at: least[at] - widths[at]):
        narrow[place] -= min(widths[place] - least[place], max(0, sum(narrow) - room))
    return narrow


def table(*columns: str) -> Table:
    """A table in the house's manner: the first column is text, the others are numbers."""
    made = _Fitting(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="dim")
    made.add_column(columns[0], overflow="fold")
    for column in columns[1:]:
        made.add_column(column, justify="right", overflow="fold")
    return made


def titled(title: str, content: RenderableType) -> Group:
    """A heading and what stands below it."""
    return Group(Text(f"\n{title}", style="bold"), content)


def _results(summary: Summary) -> Group:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=False)
    results = summary.get("results")
    shown = [("", summary["result"], summary.get("bounds", {}))]
    if results is not None:
        bounds = summary.get("bounds_by_party", [{}] * len(results))
        shown = [(f"{name}: ", *part) for name, *part in zip(summary["parties"], results, bounds, strict=True)]
    for prefix, result, bounds in shown:
        for name, value in _named(result, bounds):
            bound = bounds.get(name)
            known = "" if bound is None else f" {within(bound['error'], decided=bound['decided'])}"
            made.add_row(Text(prefix + name), Text(describe(value) + known))
    return titled("Result", made)


def _named(result: Any, bounds: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The parts of a result: by key, or by place where the program returned several values, or bounds of some."""
    if isinstance(result, dict) and result and in_words(result) is None:
        return [(str(key), value) for key, value in result.items()]
    if isinstance(result, list) and (bounds.keys() - {"result"} or _differ(result) or any(map(in_words, result))):
        return [(f"[{place}]", value) for place, value in enumerate(result)]
    return [("result", result)]


def _differ(values: list[Any]) -> bool:
    """Whether these are several arrays or tables: of different shapes, or truth values beside numbers."""
    several = any(isinstance(value, list | dict) for value in values)
    return several and (len({*map(_shape, values)}) > 1 or holds_both(values))


def describe(value: Any) -> str:
    """A value in one line: the first numbers of an array and its shape."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if said := in_words(value):
        return said
    if not isinstance(value, list):
        return str(value)
    numbers = _flat(value)
    more = ", ..." if len(numbers) > NUMBERS_SHOWN else ""
    shape = " x ".join(map(str, _shape(value)))
    return f"[{', '.join(describe(number) for number in numbers[:NUMBERS_SHOWN])}{more}]  ({shape})"


def _shape(value: Any) -> tuple[int, ...]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [number for item in value for number in _flat(item)]
    return [value]


def _parties(summary: Summary, alone: str) -> Group:
    names = summary["parties"]
    made = table("party", "rounds", "sent online", "received offline")
    offline = summary["offline_bytes"]
    if alone:  # that party knows what it received itself, and not what others did
        offline = [offline if name == alone else None for name in names]
    rounds = summary["rounds_by_party"]
    for row in zip(names, rounds, summary["bytes_sent"], offline, strict=False):
        made.add_row(row[0], f"{row[1]:,}", data(row[2]), data(row[3]) if row[3] is not None else "")
    seconds = ", ".join(f"{stage} {value:.2f} s" for stage, value in summary["seconds"].items())
    if (summary["preprocessing"] or "").startswith(STORE):
        seconds += f"; {OF_STORES}"
    return Group(titled("Time", Text(f"  {seconds}")), titled("Messages", made))


def _sessions_of_parts(summary: Summary) -> list[RenderableType]:
    """The messages of parts, which have sessions of their own; nothing where there are none."""
    sessions = summary.get("parts") or []
    if not sessions:
        return []
    made = table("party", "rounds of a part, at most", "sent online in all parts")
    for place, name in enumerate(summary["parties"]):
        sent = sum(one["bytes_sent"][place] for one in sessions)
        made.add_row(name, f"{max(one['rounds'] for one in sessions):,}", data(sent))
    return [titled(f"Messages of the sessions of {len(sessions):,} parts, besides", made)]


def data(count: int) -> str:
    """A number of bytes for a person."""
    if count < 1000:
        return f"{count} B"
    for unit in ("kB", "MB", "GB"):
        count_in = count / {"kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
        if count_in < 1000:
            break
    return f"{count_in:,.1f} {unit}"


def _devices(summary: Summary) -> list[RenderableType]:
    """What each party's device did; nothing where all computed on their processors."""
    used = summary["device"]
    accounts = used if isinstance(used, list) else [used]
    made = table("party", "device", "operations there")
    for name, account in zip(summary["parties"], accounts, strict=False):
        if account is not None:
            done = ", ".join(f"{kind} {count:,}" for kind, count in account["operations"].items())
            made.add_row(name, account["name"], done or "none")
    return [titled("Devices", made)] if made.row_count else []


def _reveals(summary: Summary) -> Group:
    """By line; what was revealed many times alike, as in the rounds of a training, is one row that says how often."""
    times: Counter[tuple[str, ...]] = Counter()
    for reveal in summary["reveals"]:
        to = _receivers(reveal["to"], summary["parties"])
        error = within(float(reveal["error"]), decided=reveal["decided"], noisy=bool(reveal.get("privacy")))
        times[reveal["line"], _dimensions(reveal["shape"]), error, to] += 1
    often = any(count > 1 for count in times.values())
    made = table("line", "shape", "error", "to", *(["times"] if often else []))
    for row, count in times.items():
        made.add_row(*row, *([f"{count:,}"] if often else []))
    return titled("Revealed", made if made.row_count else Text(f"  {NOTHING_REVEALED}"))


def _noise(summary: Summary) -> list[RenderableType]:
    """What noise in revealed values promises; nothing where there is none."""
    made = table("line", "privacy")
    for reveal in summary["reveals"]:
        if reveal.get("privacy"):
            made.add_row(reveal["line"], reveal["privacy"])
    return [titled("Noise in what was revealed", made)] if made.row_count else []


def _decisions(summary: Summary) -> list[RenderableType]:
    """The lines that compare what is not exact; nothing where there are none."""
    made = table("line", "could go the other way within")
    for decision in summary["decisions"]:
        made.add_row(decision["line"], within(float(decision["margin"])))
    return [titled("Decided on inexact values", made)] if made.row_count else []


def _circuits(summary: Summary) -> list[RenderableType]:
    """The circuits by line, and how they were computed; nothing where there are none."""
    weighed = ("gmw", "bmr") if any(run["gmw"] for run in summary["circuits"]) else ()
    made = table("line", "circuit", "ANDs", "instances", "by", "tables", "against", *weighed)
    for run in (one for one in summary["circuits"] if not one["elements"]):
        seconds = [seconds_on_wire(float(run[way])) for way in weighed]
        counts = f"{run['ands']:,}", f"{run['instances']:,}"
        way = ", ".join([run["by"], *(word for word in (run["scheme"], run["garbling"]) if word in UNUSUAL)])
        tables = data(run["tables"]) if run["scheme"] else ""
        made.add_row(run["line"], run["circuit"], *counts, way, tables, run["adversary"], *seconds)
    title = title_of_circuits(summary["network"] if weighed else "")
    return [titled(title, made)] if made.row_count else []


def _relations(summary: Summary) -> list[RenderableType]:
    """The relations that were proved by line; nothing where there are none."""
    made = table(*COLUMNS_OF_RELATIONS)
    for run in (one for one in summary["circuits"] if one["elements"]):
        counts = f"{run['elements']:,}", f"{run['instances']:,}"
        made.add_row(run["line"], run["circuit"], *counts, run["adversary"])
    return [titled(TITLE_OF_RELATIONS, made)] if made.row_count else []


def _ways(summary: Summary) -> list[RenderableType]:
    """What was computed in one of two ways, and what either takes on the wire; nothing where there is nothing."""
    made = table("line", "operation", "values", "taken", "arithmetic", "yao")
    for way in summary["ways"]:
        seconds = (seconds_on_wire(float(way[name])) for name in ("arithmetic", "yao"))
        made.add_row(way["line"], way["operation"], f"{way['values']:,}", way["way"], *seconds)
    title = title_of_ways(summary["network"] if any(way["yao"] for way in summary["ways"]) else "")
    return [titled(title, made)] if made.row_count else []


def _dimensions(shape: list[int]) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _receivers(to: list[int], names: list[str]) -> str:
    return "everybody" if sorted(to) == list(range(len(names))) else ", ".join(names[place] for place in to)


def _lines(summary: Summary, counted: str) -> Group:
    """The lines that cost most; the last row sums up the others."""
    made = table("line", "rounds", "bytes")
    costs = sorted(summary["lines"], key=lambda cost: (-cost["bytes"], -cost["rounds"]))
    for cost in costs[:LINES_SHOWN]:
        made.add_row(cost["line"], f"{cost['rounds']:,}", data(cost["bytes"]))
    rest = costs[LINES_SHOWN:]
    if rest:
        total = data(sum(cost["bytes"] for cost in rest))
        made.add_row(f"{len(rest)} other lines", f"{sum(cost['rounds'] for cost in rest):,}", total)
    return titled(f"Cost by line of the program, {counted}", made)


def _material(summary: Summary) -> Group:
    taken, unused = summary["material"], summary.get("unused", {})
    if not taken and not unused:
        return titled("Material", Text("  none is needed"))
    made = table("kind", "elements", *(["made ahead, not used"] if unused else []))
    for kind in sorted(taken.keys() | unused.keys()):
        made.add_row(kind, f"{taken.get(kind, 0):,}", *([f"{unused.get(kind, 0):,}"] if unused else []))
    return titled(f"Material, from: {source_of(summary)}", made)


def source_of(summary: Summary) -> str:
    """Where the material came from, and how much of it the parties verified."""
    if summary["preprocessing"] is None:
        return "nobody, none is needed"
    verified = {"sample": ", a random sample verified", "all": ", all of it verified"}
    return f"{summary['preprocessing']}{verified.get(summary.get('check_material', ''), '')}"
