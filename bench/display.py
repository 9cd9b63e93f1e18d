"""Tables for people: every figure beside its limits, and as a multiple of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from bench import arithmetic, joint_noise, joint_statistics, models, numeric, numpy
from bench.harness import (
    BANDWIDTH,
    BEAVER,
    EXCHANGE,
    LATENCY,
    PARLEY,
    AnyRow,
    Making,
    Planning,
    Row,
    Throughput,
    machine,
)

WIDTH = 164
LIMIT = "limit:"
WORKLOADS = (
    arithmetic.WORKLOADS
    | numpy.WORKLOADS
    | numeric.WORKLOADS
    | models.WORKLOADS
    | joint_noise.WORKLOADS
    | joint_statistics.WORKLOADS
)


def show(rows: Sequence[AnyRow], title: str, *, to_stderr: bool = False) -> None:
    """Prints the rows of one table, and below it the machine and what must be said of some rows."""
    times = [row for row in rows if isinstance(row, Row)]
    rates = [row for row in rows if isinstance(row, Throughput)]
    makings = [row for row in rows if isinstance(row, Making)]
    plans = [row for row in rows if isinstance(row, Planning)]
    console = Console(stderr=to_stderr)
    if not console.is_terminal:
        console = Console(stderr=to_stderr, width=WIDTH)
    if times:
        console.print(_times(times, title))
    if rates:
        console.print(_rates(rates, title))
    if makings:
        console.print(*_makings(makings, title))
    if plans:
        console.print(_plans(plans, title))
    for remark in dict.fromkeys(_remarks(rows)):
        console.print(f"- {remark}", highlight=False, markup=False)
    console.print("Machine: " + ", ".join(f"{name}: {value}" for name, value in machine().items()))


def _remarks(rows: Iterable[AnyRow]) -> Iterable[str]:
    for row in rows:
        if isinstance(row, Row) and row.wrong:
            beyond = f"off by {distance(row.error)}, more than {distance(row.tolerance)}"
            yield f"{row.workload}, {contestant(row)}: {beyond}"
        security = f"{row.security}. " if isinstance(row, Row | Making) and row.security else ""
        if (security or row.note) and not row.system.startswith(LIMIT):
            where = f"{row.workload}, " if row.note.startswith("no figure") else ""
            yield f"{where}{contestant(row)}: {security}{row.note}".strip()


def _times(rows: Sequence[Row], title: str) -> Table:
    networks = {row.network for row in rows} - {"loopback"}
    imitated = f" (network imitated by a transport that waits: {', '.join(sorted(networks))})" if networks else ""
    apart = ("offline",) if any(row.offline is not None for row in rows) else ()
    measured = ("error", "allowed") if any(row.tolerance is not None for row in rows) else ()
    table = _table(
        title + imitated,
        ("workload", "system", "parties", "TLS"),
        (
            "size",
            "time",
            *apart,
            "spread",
            "x bandwidth",
            "x latency",
            "x exchange",
            "x parley",
            *measured,
            "bytes",
            "rounds",
        ),
    )
    for row in rows:
        if not row.system.startswith(LIMIT):
            others = "" if is_beaver(row) else multiple(slowness(row, rows))
            table.add_row(
                row.workload, contestant(row), str(row.parties), "yes" if row.tls else "no", f"{row.size:,}",
                milliseconds(row.seconds), *((milliseconds(row.offline or 0.0),) if apart else ()),
                milliseconds(row.spread), over_limit(row, rows, BANDWIDTH),
                over_limit(row, rows, LATENCY), over_limit(row, rows, EXCHANGE), others,
                *((distance(row.error), distance(row.tolerance)) if measured else ()), _count(row.bytes),
                _count(row.rounds),
            )  # fmt: skip
    return table


def distance(error: float | None) -> str:
    """How far off a result is, for people."""
    return "" if error is None else f"{error:.1e}" if error else "0"


def over_limit(row: Row, rows: Sequence[Row], limit: str) -> str:
    """A time over the limit in its own line."""
    seconds = limit_of(row, rows, limit)
    return multiple(row.seconds / seconds) if row.seconds and seconds and row.system == PARLEY else ""


def limit_of(row: Row, rows: Sequence[Row], limit: str) -> float:
    """The seconds of a limit that was measured in turns with a row, 0 if it was not."""

    def place(of: Row) -> tuple[object, ...]:
        return of.workload, of.size, of.suite, of.parties, of.tls, of.network

    found = (r for r in rows if r.system == limit and place(r) == place(row))
    return next((r.seconds or 0.0 for r in found), 0.0)


def over_larger_limit(row: Row, rows: Sequence[Row]) -> float | None:
    """A time over the larger one of its limits; None without figures."""
    largest = max(limit_of(row, rows, limit) for limit in (BANDWIDTH, LATENCY, EXCHANGE))
    return row.seconds / largest if row.seconds and largest else None


def slowness(row: Row, rows: Sequence[Row]) -> float | None:
    """How many times as long as ours, with the suite beaver, of as many parties and without TLS, an operation takes.

    None without figures.
    """
    place = (row.workload, row.parties, row.network)
    same = [r for r in rows if is_beaver(r) and not r.tls and (r.workload, r.parties, r.network) == place]
    ours = min(same, key=lambda r: abs(r.size - row.size), default=None)
    if ours is None or not ours.seconds or not row.seconds:
        return None
    if row.size == ours.size:
        return row.seconds / ours.seconds
    operations = WORKLOADS[row.workload].operations
    return (row.seconds / operations(row.size)) / (ours.seconds / operations(ours.size))


def is_beaver(row: Row) -> bool:
    """Whether a figure is that of ours which others are compared with: of the suite for any number of parties."""
    return (row.system, row.suite) == (PARLEY, BEAVER)


def _rates(rows: Sequence[Throughput], title: str) -> Table:
    table = _table(title, ("workload", "system", "unit", "kernels"), ("a second", "spread", "% of limit", "x parley"))
    for row in rows:
        if not row.system.startswith(LIMIT):
            others = "" if row.system == PARLEY else multiple(rate_over_ours(row, rows))
            table.add_row(
                row.workload, row.system, row.unit, row.implementation or row.version, rate(row.per_second),
                rate(row.spread), part_of_limit(row, rows), others,
            )  # fmt: skip
    return table


def part_of_limit(row: Throughput, rows: Sequence[Throughput]) -> str:
    """A rate as a part of the limit beside it, and the limit's name."""
    limit = next((r for r in rows if r.workload == row.workload and r.system.startswith(LIMIT)), None)
    if limit is None or not limit.per_second or not row.per_second:
        return ""
    return f"{row.per_second / limit.per_second:.0%} {limit.system.removeprefix(LIMIT)}"


def rate_over_ours(row: Throughput, rows: Sequence[Throughput]) -> float | None:
    """A rate as a multiple of ours with the fastest kernels measured; None without figures."""
    ours = max((r.per_second or 0 for r in rows if r.workload == row.workload and r.system == PARLEY), default=0)
    return row.per_second / ours if ours and row.per_second else None


def _makings(rows: Sequence[Making], title: str) -> Iterable[Table]:
    """Material, and then work that makes its own: what has an offline part, or no supplier of ours."""
    networks = {row.network for row in rows} - {"loopback"}
    imitated = f" (network imitated by a transport that waits: {', '.join(sorted(networks))})" if networks else ""
    cores = ", ".join(sorted({str(row.cores) for row in rows if row.system == PARLEY}))
    totals = [row for row in rows if is_total(row)]
    material = [row for row in rows if not is_total(row)]
    if material:
        yield _material(material, f"{title}, cores of a party: {cores}{imitated}")
    if totals:
        yield _totals(totals, f"Work and the material for it, cores of a party: {cores}{imitated}")


def is_total(row: Making) -> bool:
    """Whether it is work that makes its own material."""
    return row.workload.startswith("total.")


def _material(rows: Sequence[Making], title: str) -> Table:
    table = _table(
        title,
        ("workload", "by"),
        ("size", "a second", "a cpu second", "bytes each", "rounds", "setup", "memory", "% of limit"),
    )
    for row in rows:
        table.add_row(
            row.workload, contestant(row), f"{row.size:,}", rate(row.per_second), per_busy_second(row),
            decimal(row.bytes_each), _count(row.rounds), milliseconds(row.setup), megabytes(row.memory),
            part_of_lower_limit(row),
        )  # fmt: skip
    return table


def _totals(rows: Sequence[Making], title: str) -> Table:
    table = _table(
        title,
        ("workload", "by"),
        (
            "size",
            "time",
            "offline",
            "spread",
            "a cpu second",
            "bytes each",
            "rounds",
            "memory",
            "% of limit",
            "x parley",
        ),
    )
    for row in rows:
        others = multiple(making_slowness(row, rows)) if row.system != PARLEY else ""
        table.add_row(
            row.workload, contestant(row), f"{row.size:,}", milliseconds(row.seconds), milliseconds(row.offline),
            milliseconds(row.spread), per_busy_second(row), decimal(row.bytes_each), _count(row.rounds),
            megabytes(row.memory), part_of_lower_limit(row), others,
        )  # fmt: skip
    return table


def _plans(rows: Sequence[Planning], title: str) -> Table:
    table = _table(title, ("workload", "parties"), ("size", "operations", "time", "spread", "an operation", "memory"))
    for row in rows:
        table.add_row(
            row.workload, str(row.parties), f"{row.size:,}", f"{row.operations:,}", milliseconds(row.seconds),
            milliseconds(row.spread), of_an_operation(row), megabytes(row.memory),
        )  # fmt: skip
    return table


def of_an_operation(row: Planning) -> str:
    """The time of a plan by its operations, all parties together."""
    return f"{row.seconds / row.operations * 1e6:,.0f} us"


def of_suite(row: AnyRow) -> str:
    """Which suite a figure of ours is of, where it is not the one for any number of parties."""
    return f", {row.suite}" if isinstance(row, Row) and row.suite != BEAVER else ""


def contestant(row: AnyRow) -> str:
    """Who did it: a system, of ours a suite, or a supplier and how many parties if not two."""
    if isinstance(row, Making) and row.system == PARLEY:
        return row.supplier if row.parties == 2 else f"{row.supplier}, n = {row.parties}"
    return f"{row.system}{of_suite(row)}"


def making_slowness(row: Making, rows: Sequence[Making]) -> float | None:
    """How many times as long as our fastest supplier, of as many parties, a unit takes; None without figures."""
    place = (row.workload, row.parties, row.network)
    ours = [r.per_second for r in rows if r.system == PARLEY and (r.workload, r.parties, r.network) == place]
    best = max((rate for rate in ours if rate), default=None)
    return best / row.per_second if best and row.per_second else None


def part_of_lower_limit(row: Making) -> str:
    """A rate as a part of the lower one of its limits, and that one's name."""
    if row.part_of_limit is None:
        return ""
    aes, wire = row.aes_limit or float("inf"), row.bandwidth_limit or float("inf")
    return f"{row.part_of_limit:.0%} {'AES' if aes < wire else 'wire'}"


def per_busy_second(row: Making) -> str:
    """Units for each second of processor time of the busiest party."""
    return rate(row.size / row.busy if row.busy else None)


def decimal(number: float | None) -> str:
    """A number of three digits or more for people."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def megabytes(size: int | None) -> str:
    """A size of memory for people."""
    return "" if size is None else f"{size / 1e6:,.0f} MB"


def multiple(times: float | None) -> str:
    """A ratio for people."""
    if times is None:
        return ""
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _table(title: str, names: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title)
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def milliseconds(seconds: float | None) -> str:
    """A time for people."""
    if seconds is None:
        return "-"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def rate(per_second: float | None) -> str:
    """A rate for people."""
    if per_second is None:
        return "-"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if per_second >= size:
            return f"{per_second / size:.3g} {unit}"
    return f"{per_second:.3g}"


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
