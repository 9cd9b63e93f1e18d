"""Results kept in bench/results, one file for each day and kind of machine: what was measured last stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.harness import AnyRow, Making, Planning, Row, Throughput, label, machine

FOLDER = Path(__file__).parent / "results"


def keep(rows: Iterable[AnyRow], folder: Path = FOLDER) -> Path:
    """Adds the rows to today's file of this machine, in the place of older ones of the same measurement."""
    folder.mkdir(exist_ok=True)
    date = datetime.now(UTC).date().isoformat()
    file = folder / f"{date}-{label()}.json"
    kept = {_place(row): row for row in (read(file) if file.exists() else [])}
    kept |= {_place(row): row for row in rows}
    document = {"date": date, "machine": machine(), "rows": [asdict(row) for row in kept.values()]}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def read(file: Path) -> list[AnyRow]:
    """The rows of a file that was kept."""
    return [_row(row) for row in json.loads(file.read_text())["rows"]]


def about(file: Path) -> tuple[str, dict[str, str]]:
    """The date and the machine of a file that was kept."""
    document = json.loads(file.read_text())
    return document["date"], document["machine"]


def _row(fields: dict[str, Any]) -> AnyRow:
    if "supplier" in fields:
        return Making(**fields)
    if "operations" in fields:
        return Planning(**fields)
    return Throughput(**fields) if "per_second" in fields else Row(**fields)


def _place(row: AnyRow) -> tuple[object, ...]:
    """What distinguishes a measurement from others of the same day."""
    if isinstance(row, Throughput):
        return row.table, row.workload, row.system, row.implementation
    if isinstance(row, Planning):
        return row.table, row.workload, row.system, row.parties, row.size
    if isinstance(row, Making):
        of_making = row.supplier, row.cores
        return row.table, row.workload, row.system, *of_making, row.parties, row.tls, row.size, row.network
    return row.table, row.workload, row.system, row.suite, row.parties, row.tls, row.size, row.network
