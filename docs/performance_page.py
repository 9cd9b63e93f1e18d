"""Writes docs/performance.md from what bench/results keeps, and the figures on the page of garbling's kernels.

The prose is docs/performance_prose.txt.

python -m docs.performance_page
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from matplotlib import rc_context

from bench import results
from bench.display import (
    LIMIT,
    contestant,
    decimal,
    distance,
    is_beaver,
    is_total,
    limit_of,
    making_slowness,
    megabytes,
    milliseconds,
    multiple,
    of_an_operation,
    of_suite,
    part_of_limit,
    part_of_lower_limit,
    per_busy_second,
    rate,
    rate_over_ours,
    slowness,
)
from bench.harness import BANDWIDTH, EXCHANGE, LATENCY, PARLEY, AnyRow, Making, Planning, Row, Throughput
from bench.plots import figures
from docs.pictures import STYLE, is_made_of, made_of, save

PAGE = Path(__file__).parent / "performance.md"
PROSE = Path(__file__).parent / "performance_prose.txt"
PICTURES = Path(__file__).parent / "performance"
MARK = "<!-- figures -->"
GARBLING = Path(__file__).parent / "algorithms" / "label_hash.md"
OF_GARBLING = re.compile(r"(?<=<!-- garbling -->\n).*?(?=<!-- end of garbling -->)", re.DOTALL)
NETWORKS = {"loopback": "over loopback", "lan": "on an imitated LAN", "wan": "on an imitated WAN"}


def page() -> str:
    """The prose, with the newest figures of each kind of machine in the place of the mark."""
    tables = "\n".join(line for file, rows in standing() for line in _machine(file, rows))
    return PROSE.read_text(encoding="utf-8").replace(MARK, tables)


def page_of_garbling() -> str:
    """The page on the kernels of garbling, with their newest figures."""
    text = "".join(f"{line}\n" for line in ("", *_garbling(), ""))
    return OF_GARBLING.sub(lambda _: text, GARBLING.read_text(encoding="utf-8"))


def _garbling() -> Iterator[str]:
    yield from _head(("machine", "workload", "unit"), ("a second", "part of the limit"))
    for file, rows in standing():
        rates = [row for row in rows if isinstance(row, Throughput)]
        date, machine = results.about(file)
        for row in rates:
            ours = row.system == PARLEY and row.implementation == machine["kernels"]
            if ours and (row.table == "garbled" or row.workload.endswith("_ands")):
                cells = f"{machine['label']}, {date}", f"`{row.workload}`", row.unit
                yield _cells([*cells, rate(row.per_second), part_of_limit(row, rates)])


def standing() -> list[tuple[Path, list[AnyRow]]]:
    """The results that stand, by file: the rows of the tables that no later file of such a machine has."""
    found, seen = [], set[tuple[str, str]]()
    for file in sorted(results.FOLDER.glob("*.json"), reverse=True):
        label = results.about(file)[1]["label"]
        rows = [row for row in results.read(file) if (label, row.table) not in seen]
        seen |= {(label, row.table) for row in rows}
        if rows:
            found.append((file, rows))
    return found[::-1]


def _machine(file: Path, rows: Sequence[AnyRow]) -> Iterator[str]:
    date, machine = results.about(file)
    yield f"## Figures of {machine['label']}, {date}\n"
    yield ", ".join(f"{name}: {value}" for name, value in machine.items() if name != "label") + ".\n"
    yield from _at_a_glance(PICTURES / machine["label"], file)
    times = [row for row in rows if isinstance(row, Row) and row.table == "arithmetic"]
    functions = [row for row in rows if isinstance(row, Row) and row.table == "numpy"]
    rates = [row for row in rows if isinstance(row, Throughput) and row.table == "kernels"]
    yield from _section("Arithmetic online, over loopback", _ours(times, "loopback"))
    yield from _section("Beside other systems", _peers(times))
    for network in ("lan", "wan"):
        yield from _section(f"Arithmetic online, {NETWORKS[network]}", _ours(times, network))
    yield from _section("Numpy's functions online, over loopback", _functions(functions))
    among_three = [row for row in rows if isinstance(row, Row) and row.table == "numeric"]
    yield from _section("Numerics among three parties, over loopback", _numerics(among_three))
    garbled = [row for row in rows if row.table == "garbled"]
    yield from _section("Garbling and evaluating, one core", _kernels(garbled))
    yield from _section("Garbled circuits between two parties", _garbled(garbled))
    makings = [row for row in rows if isinstance(row, Making) and row.table == "preprocessing"]
    for network, where in NETWORKS.items():
        here = [row for row in makings if row.network == network]
        material, totals = ([row for row in here if is_total(row) is total] for total in (False, True))
        yield from _section(f"Material, {where}", _material(material))
        yield from _section(f"Work and the material for it, nobody trusted, {where}", _totals(totals))
    yield from _section("Plans", _plans([row for row in rows if isinstance(row, Planning)]))
    yield from _section("Paillier, one core", _kernels([row for row in rows if row.table == "paillier"]))
    yield from _section("ElGamal, one core", _kernels([row for row in rows if row.table == "elgamal"]))
    privacy = [row for row in rows if row.table == "privacy"]
    yield from _section(
        "Exact noise and ledgers, one core", _kernels([r for r in privacy if isinstance(r, Throughput)])
    )
    yield from _section(
        "Noise and statistics online, over loopback", _ours([r for r in privacy if isinstance(r, Row)], "loopback")
    )
    yield from _section("Federated learning", _federated([row for row in rows if row.table == "federated"]))
    yield from _section("Kernels, one core", _kernels(rates))
    yield from _section("Zero-knowledge proofs, one core", _proofs([row for row in rows if row.table == "proofs"]))
    yield from _section("Public-key work by others", _outside(rates))


def _at_a_glance(folder: Path, results_file: Path) -> Iterator[str]:
    """The machine's pictures: beside the limits and other systems, then by size and parties, then of material."""
    files = sorted(
        (file for file in folder.glob("*.svg") if is_made_of(file, [results_file])),
        key=lambda file: (not file.name.startswith(("arithmetic", "numpy")), file.name),
    )
    if files:
        yield "### At a glance\n"
    for file in files:
        yield f"![{file.stem.replace('-', ', ')}]({file.relative_to(PAGE.parent).as_posix()})\n"


def draw() -> None:
    """Writes the pictures of the newest results of each kind of machine."""
    for file, rows in standing():
        with rc_context(STYLE):
            for name, figure in figures(rows):
                save(figure, PICTURES / results.about(file)[1]["label"] / f"{name}.svg", made_of([file]))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and a table, or nothing where the table has no rows. The table's first two lines are its head."""
    table = list(lines)
    if len(table) > 2:
        yield f"### {title}\n"
        yield from table
        yield ""


def _head(names: Sequence[str], numbers: Sequence[str]) -> Iterator[str]:
    yield _cells([*names, *numbers])
    yield "|" + "---|" * len(names) + "---:|" * len(numbers)


def _cells(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _ours(rows: Sequence[Row], network: str) -> Iterator[str]:
    yield from _head(
        ("workload", "parties", "TLS"),
        (
            "size",
            "time",
            "spread",
            "bandwidth limit",
            "latency limit",
            "exchange limit",
            "time / larger limit",
            "bytes",
            "rounds",
        ),
    )
    for row in _ordered(row for row in rows if row.system == PARLEY and row.network == network):
        limits = [limit_of(row, rows, name) for name in (BANDWIDTH, LATENCY, EXCHANGE)]
        yield _cells([
            f"`{row.workload}`{of_suite(row)}", str(row.parties), "yes" if row.tls else "no", f"{row.size:,}",
            milliseconds(row.seconds), milliseconds(row.spread), *(milliseconds(limit or None) for limit in limits),
            f"{(row.seconds or 0) / max(limits):.1f}" if any(limits) else "-", f"{row.bytes:,}", f"{row.rounds:,}",
        ])  # fmt: skip


def _federated(rows: Sequence[AnyRow]) -> Iterator[str]:
    """Each workload beside its limits and others, with what was noted of it."""
    yield from _head(("workload", "system", "note"), ("size", "time", "spread", "bytes", "rounds"))
    for row in rows:
        if isinstance(row, Row):
            yield _cells([
                f"`{row.workload}`", row.system, row.note.replace("|", "/"), f"{row.size:,}", milliseconds(row.seconds),
                milliseconds(row.spread), "-" if row.bytes is None else f"{row.bytes:,}",
                "-" if row.rounds is None else f"{row.rounds:,}",
            ])  # fmt: skip


def _peers(rows: Sequence[Row]) -> Iterator[str]:
    yield from _head(("workload", "system", "parties"), ("size", "time", "of an operation, x Parley", "bytes"))
    theirs = [row for row in rows if row.system != PARLEY and not row.system.startswith(LIMIT)]
    for row in _ordered(theirs):
        times = slowness(row, rows)
        yield _cells([
            f"`{row.workload}`", row.system, str(row.parties), f"{row.size:,}", milliseconds(row.seconds),
            multiple(times) or "-", "-" if row.bytes is None else f"{row.bytes:,}",
        ])  # fmt: skip
    if theirs:
        yield ""
        yield from _remarks(theirs)


def _functions(rows: Sequence[Row]) -> Iterator[str]:
    """All systems, ours first, in the order in which the workloads were measured."""
    yield from _head(
        ("workload", "system", "parties"),
        ("size", "time", "of an operation, x Parley", "largest error", "allowed", "bytes", "rounds"),
    )
    systems = [row for row in rows if not row.system.startswith(LIMIT)]
    for row in systems:
        ours = row.system == PARLEY
        yield _cells([
            f"`{row.workload}`", row.system, str(row.parties), f"{row.size:,}", milliseconds(row.seconds),
            "" if ours else multiple(slowness(row, rows)) or "-",
            f"**{distance(row.error)}**" if row.wrong else distance(row.error), distance(row.tolerance),
            "" if row.bytes is None else f"{row.bytes:,}", "" if row.rounds is None else f"{row.rounds:,}",
        ])  # fmt: skip
    theirs = [row for row in systems if row.system != PARLEY]
    if theirs:
        yield ""
        yield from _remarks(theirs)


def _numerics(rows: Sequence[Row]) -> Iterator[str]:
    """Each workload by every suite, what is made ahead beside the time online."""
    yield from _head(
        ("workload", "suite", "TLS"),
        ("size", "online", "made ahead", "spread", "x beaver", "largest error", "bytes online", "rounds"),
    )
    for row in (row for row in rows if row.system == PARLEY):
        yield _cells([
            f"`{row.workload.partition('.')[2]}`", row.suite, "yes" if row.tls else "no", f"{row.size:,}",
            milliseconds(row.seconds), milliseconds(row.offline or 0.0), milliseconds(row.spread),
            "" if is_beaver(row) else multiple(_of_beaver(row, rows)), distance(row.error), f"{row.bytes:,}",
            f"{row.rounds:,}",
        ])  # fmt: skip


def _of_beaver(row: Row, rows: Sequence[Row]) -> float | None:
    """How many times as long as the suite beaver on the same work, made ahead included."""
    place = (row.workload, row.size, row.parties, row.tls, row.network)
    found = (r for r in rows if is_beaver(r) and (r.workload, r.size, r.parties, r.tls, r.network) == place)
    other = next(found, None)
    if other is None or not other.seconds or row.seconds is None:
        return None
    return (row.seconds + (row.offline or 0.0)) / (other.seconds + (other.offline or 0.0))


def _material(rows: Sequence[Making]) -> Iterator[str]:
    yield from _head(
        ("workload", "by", "parties", "unit"),
        (
            "a second", "of processor time", "AES limit", "wire limit", "part of the lower", "bytes each", "rounds",
            "setup", "memory",
        ),
    )  # fmt: skip
    for row in rows:
        yield _cells([
            f"`{row.workload}`", f"{row.supplier}{', TLS' if row.tls else ''}", str(row.parties), row.unit,
            rate(row.per_second), per_busy_second(row), rate(row.aes_limit), rate(row.bandwidth_limit),
            part_of_lower_limit(row), decimal(row.bytes_each), str(row.rounds), milliseconds(row.setup),
            megabytes(row.memory),
        ])  # fmt: skip


def _garbled(rows: Sequence[AnyRow]) -> Iterator[str]:
    yield from _head(
        ("workload", "TLS", "unit"),
        (
            "size", "time", "spread", "a second", "of processor time", "AES limit", "wire limit", "part of the lower",
            "bytes each", "rounds",
        ),
    )  # fmt: skip
    for row in rows:
        if isinstance(row, Making):
            yield _cells([
                f"`{row.workload}`", "yes" if row.tls else "no", row.unit, f"{row.size:,}", milliseconds(row.seconds),
                milliseconds(row.spread), rate(row.per_second), per_busy_second(row), rate(row.aes_limit),
                rate(row.bandwidth_limit), part_of_lower_limit(row), decimal(row.bytes_each), str(row.rounds),
            ])  # fmt: skip


def _totals(rows: Sequence[Making]) -> Iterator[str]:
    yield from _head(
        ("workload", "by", "parties"),
        ("size", "time", "offline", "spread", "bytes each", "rounds", "memory", "part of the limit", "x Parley's best"),
    )
    for row in rows:
        ours = row.system == PARLEY
        yield _cells([
            f"`{row.workload}`", contestant(replace(row, parties=2)), str(row.parties), f"{row.size:,}",
            milliseconds(row.seconds), milliseconds(row.offline), milliseconds(row.spread), decimal(row.bytes_each),
            "" if row.rounds is None else str(row.rounds), megabytes(row.memory), part_of_lower_limit(row),
            "" if ours else multiple(making_slowness(row, rows)) or "-",
        ])  # fmt: skip
    theirs = [row for row in rows if row.system != PARLEY]
    if theirs:
        yield ""
        yield from _remarks(theirs)


def _plans(rows: Sequence[Planning]) -> Iterator[str]:
    yield from _head(("workload", "parties"), ("operations", "time", "spread", "of an operation", "memory"))
    for row in sorted(rows, key=lambda row: (row.workload, row.parties, row.size)):
        yield _cells([
            f"`{row.workload}`", str(row.parties), f"{row.operations:,}", milliseconds(row.seconds),
            milliseconds(row.spread), of_an_operation(row), megabytes(row.memory),
        ])  # fmt: skip


def _remarks(rows: Iterable[Row | Making]) -> Iterator[str]:
    """What each peer is secure against, what its time holds, its version; and why there is no figure."""
    said = {f"**{row.system}** {row.version}: {row.security}. Its time: {row.note}." for row in rows if row.seconds}
    yield from (f"- {text}" for text in sorted(said))
    for row in rows:
        if row.seconds is None:
            yield f"- **{row.system}**, `{row.workload}`: {' '.join(row.note.split())}"


def _kernels(some: Sequence[AnyRow]) -> Iterator[str]:
    rows = [row for row in some if isinstance(row, Throughput)]
    yield from _head(("workload", "unit", "kernels"), ("a second", "part of the limit", "others, x Parley"))
    for row in sorted(rows, key=lambda row: (row.workload, row.implementation)):
        if row.system == PARLEY:
            others = (
                f"{r.system} {multiple(times)}"
                for r in rows
                if r.workload == row.workload and r.system != PARLEY and not r.system.startswith(LIMIT)
                and (times := rate_over_ours(r, rows))
            )  # fmt: skip
            yield _cells([
                f"`{row.workload}`", row.unit, row.implementation, rate(row.per_second), part_of_limit(row, rows),
                ", ".join(others),
            ])  # fmt: skip


def _proofs(some: Sequence[AnyRow]) -> Iterator[str]:
    yield from _head(("workload", "kernels"), ("a second", "a proof"))
    for row in some:
        if isinstance(row, Throughput):
            yield _cells([f"`{row.workload}`", row.implementation, f"{rate(row.per_second)} {row.unit}", row.note])


def _outside(rows: Sequence[Throughput]) -> Iterator[str]:
    yield from _head(("workload", "system"), ("a second", "spread"))
    ours = {row.workload for row in rows if row.system == PARLEY}
    for row in rows:
        if row.workload not in ours:
            yield _cells([
                f"`{row.workload}`", f"{row.system} {row.version}", f"{rate(row.per_second)} {row.unit}",
                rate(row.spread),
            ])  # fmt: skip


def _ordered(rows: Iterable[Row]) -> list[Row]:
    place: Callable[[AnyRow], tuple[object, ...]] = lambda row: (  # noqa: E731
        (row.workload, row.system, row.suite, row.parties, row.tls, row.size) if isinstance(row, Row) else ()
    )
    return sorted(rows, key=place)


if __name__ == "__main__":
    draw()
    PAGE.write_text(page(), encoding="utf-8")
    GARBLING.write_text(page_of_garbling(), encoding="utf-8")
