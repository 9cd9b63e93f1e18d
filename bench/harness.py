"""What all tables have in common: rows, medians, the machine they were measured on, JSON and a table to read."""

from __future__ import annotations

import json
import os
import platform
import ssl
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import trio
from rich.console import Console
from rich.table import Table

from native import selected

FEATURES = (
    "avx2", "avx512f", "avx512ifma", "avx512_vbmi", "vaes", "vpclmulqdq", "gfni", "amx_int8", "sha_ni", "bmi2", "adx",
)  # fmt: skip
_WIDTH = 120
BANDWIDTH, LATENCY = "limit:bandwidth", "limit:latency"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure, or a limit beside it.

    `seconds`: the median of the repetitions; `spread`: the slowest less the fastest of them. `bytes`: framed, before
    TLS, all parties together. `rounds`: the longest chain of messages that wait for one another. `system`: `parley`,
    another system's name, or `limit:NAME`. `security`: what the figure is secure against, empty for a limit.
    """

    table: str
    workload: str
    system: str
    parties: int
    tls: bool
    seconds: float
    spread: float
    bytes: int
    rounds: int
    security: str


def middle(seconds: Sequence[float]) -> tuple[float, float]:
    """The median of some repetitions, and their spread: the slowest less the fastest."""
    return median(seconds), max(seconds) - min(seconds)


def machine() -> dict[str, str]:
    """What the figures depend on, by feature and not by name: virtual machines lie about their model."""
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "cpu": " ".join(_cpu_features()) or platform.machine(),
        "kernels": selected(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "trio": trio.__version__,
        "tls": ssl.OPENSSL_VERSION,
    }


def _cpu_features() -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
    flags = next((set(line.split()) for line in lines if line.startswith("flags")), set())
    return [feature for feature in FEATURES if feature in flags]


def write_json(rows: Iterable[Row], file: str) -> None:
    """The rows as a JSON list; '-' is standard output."""
    text = json.dumps([asdict(row) for row in rows], indent=1)
    if file == "-":
        sys.stdout.write(text + "\n")
    else:
        Path(file).write_text(text + "\n")


def show(rows: Sequence[Row], title: str, *, to_stderr: bool = False) -> None:
    """A table for people: every figure beside its limits, as times of the limit, and the machine below."""
    table = Table(title=title, caption=", ".join(f"{name}: {value}" for name, value in machine().items()))
    for heading in ("workload", "system", "parties", "TLS"):
        table.add_column(heading)
    for heading in ("time", "spread", "x bandwidth", "x latency", "bytes", "rounds"):
        table.add_column(heading, justify="right")
    limits = {_place(row): row.seconds for row in rows if row.system.startswith("limit:")}
    for row in rows:
        if not row.system.startswith("limit:"):
            table.add_row(*_cells(row, limits))
    console = Console(stderr=to_stderr)
    console.print(table, width=None if console.is_terminal else _WIDTH)


def _place(row: Row, system: str | None = None) -> tuple[str, int, bool, str]:
    return row.workload, row.parties, row.tls, system or row.system


def _cells(row: Row, limits: dict[tuple[str, int, bool, str], float]) -> list[str]:
    ratios = [
        f"{row.seconds / limit:.1f}" if (limit := limits.get(_place(row, system))) else ""
        for system in (BANDWIDTH, LATENCY)
    ]
    return [
        row.workload, row.system, str(row.parties), "yes" if row.tls else "no", milliseconds(row.seconds),
        milliseconds(row.spread), *ratios, f"{row.bytes:,}", f"{row.rounds:,}",
    ]  # fmt: skip


def milliseconds(seconds: float) -> str:
    """A time for people."""
    return f"{seconds * 1e3:.3g} ms" if seconds < 10 else f"{seconds:.1f} s"
