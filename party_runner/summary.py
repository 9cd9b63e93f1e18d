"""The summary of a run as plain data, the content of `--json`: one party's account, or those of all parties as one.

Keys: `program`, `parties` (names), `suite`, `preprocessing`, `check_material`, `seconds` {connect, offline, online},
`rounds`, `rounds_by_party`, `bytes_sent` (online, by party), `offline_bytes` (from the supplier, by party), `material`
{kind: elements} that was taken, `unused` {kind: elements} that was made ahead and burned, `reveals`
[{line, shape, to, error}] with `to` the indices of the parties who learn the value and `error` the bound of its error,
`decisions` [{line, margin}] the lines that compare what is not exact, `lines` [{line, rounds, bytes, material}],
`security` (the sentence), `warnings`, `device` (by party; None for the processor alone), `result`; and `results`, by
party, where the parties' results differ. A bound that is no use is "inf".
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mpc.errors import LocalError
from party_runner.status import finite
from party_runner.whole_file import write_whole

Summary = dict[str, Any]


def merged(accounts: Sequence[Summary]) -> Summary:
    """One summary of the accounts of all parties, in their order.

    Times and rounds are the slowest party's, a line's bytes are those of all parties, material is what each party
    took. `result` is what the first party's program returned.
    """
    first = accounts[0]
    results = [account["result"] for account in accounts]
    warnings = dict.fromkeys(warning for account in accounts for warning in account["warnings"])
    summary = first | {
        "seconds": {key: max(account["seconds"][key] for account in accounts) for key in first["seconds"]},
        "offline_bytes": [account["offline_bytes"] for account in accounts],
        "lines": _lines(accounts),
        "warnings": list(warnings),
        "device": [account["device"] for account in accounts],
    }
    summary.pop("me", None)
    if any(result != results[0] for result in results):
        summary["results"] = results
    return summary


def _lines(accounts: Sequence[Summary]) -> list[Summary]:
    lines: dict[str, Summary] = {}
    for account in accounts:
        for cost in account["lines"]:
            seen = lines.setdefault(cost["line"], cost | {"bytes": 0})
            seen["bytes"] += cost["bytes"]
            seen["rounds"] = max(seen["rounds"], cost["rounds"])
    return list(lines.values())


def check_writable(target: str | None) -> None:
    """Refuse, before the run, a `--json` file that cannot be written after it. LocalError `summary-unwritable`."""
    if target in (None, "-"):
        return
    path = Path(target)
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        cause = f"the summary cannot be written to {path}"
        raise LocalError("summary-unwritable", cause, "Name a file in an existing folder that you may write to.")


def write_summary(summary: Summary, target: str) -> None:
    """Write the summary as JSON to a file, whole or not at all, or to stdout for '-'."""
    text = json.dumps(finite(summary), indent=2) + "\n"
    if target == "-":
        print(text, end="", flush=True)
        return
    write_whole(Path(target), text.encode())
