"""The summary of an end of a star, or of a local run of one, for a person."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from party_runner.summary import Summary

_CLIENTS_SHOWN = 12


def print_star(summary: Summary, console: Console) -> None:
    """Print the result, who came and went, and what is secret from whom."""
    console.print(Text("Result", style="bold"))
    console.print(_shown(summary.get("result")), markup=False, soft_wrap=True)
    if summary["role"] == "server":
        console.print(_server(summary))
    if "results" in summary:
        console.print(_clients(summary))
    console.print(Text(f"\n{summary['security']}", style="bold"))


def _server(summary: Summary) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = [
        ("clients", f"{summary['clients']} connections, {summary['goodbyes']} said goodbye"),
        ("lost", _codes(summary["lost"])),
        *(("", f"{loss['client']}: {loss['code']}, {loss['phase']}") for loss in summary["losses"][-_CLIENTS_SHOWN:]),
        ("refused", _codes(summary["refused"])),
        ("messages", f"{summary['messages']} came, {_bytes(summary['received_bytes'])}"),
        ("sent", _bytes(summary["sent_bytes"])),
        ("time", f"{summary['seconds']:.1f} s"),
    ]
    for name, value in rows:
        table.add_row(name, value)
    return table


def _clients(summary: Summary) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, how in list(summary["results"].items())[:_CLIENTS_SHOWN]:
        table.add_row(Text(name), Text(_shown(how)))
    more = len(summary["results"]) - _CLIENTS_SHOWN
    if more > 0:
        table.add_row(f"and {more} more", "")
    return table


def _codes(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {code}" for code, count in sorted(counts.items())) or "none"


def _bytes(count: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if unit != "bytes" else f"{count} bytes"
        count = count / 1000  # type: ignore[assignment]
    return f"{count:.3g} GB"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 400 else f"{text[:400]} ..."
