"""The summary of a run as plain data, the content of `--json`: one party's account, or those of all parties as one.

Keys: `program`, `parties` (names), `suite`, `preprocessing`, `check_material`, `seconds` {connect, offline, online},
`rounds`, `rounds_by_party`, `bytes_sent` (online, by party), `offline_bytes` (from the supplier, by party), `material`
{kind: elements} that was taken, `unused` {kind: elements} that was made ahead and burned, `reveals`
[{line, shape, to, error, decided}] with `to` the indices of the parties who learn the value, `error` the bound of its
error, and whether that hangs on decisions,
`decisions` [{line, margin}] the lines that compare what is not exact, `circuits` [{line, circuit, ands, instances, by,
adversary, scheme, garbling, tables, elements}] the Boolean circuits that were computed, with the bytes of their tables,
and the relations that were proved, with the elements of their proofs,
`lines` [{line, rounds, bytes, material}],
`network` that the run was tuned for,
`security` (the sentence), `warnings`, `device` (by party; None for the processor alone), `result`, `bounds` {part:
{error, decided}} of what of the result was revealed just so, the parts by key, by place as `[0]`, or as `result`; and
`results` and `bounds_by_party`, by party, where the parties' results differ. A bound that is no use is "inf".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mpc.accounts.ledger import LineCost, lines_of_all
from mpc.errors import LocalError
from party_runner.overwriting import refuse_overwriting
from party_runner.status import finite
from party_runner.whole_file import ELSEWHERE, write_file

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
    said = dict.fromkeys(account["security"] for account in accounts)
    if len(said) > 1:  # each names the lines at which that party proved or verified
        summary["security"] = "\n".join(_by_those_who_say(accounts, sentence) for sentence in said)
    if any(result != results[0] for result in results):
        summary["results"] = results
        summary["bounds_by_party"] = [account["bounds"] for account in accounts]
    return summary


def _by_those_who_say(accounts: Sequence[Summary], sentence: str) -> str:
    names = accounts[0]["parties"]
    who = [name for name, account in zip(names, accounts, strict=True) if account["security"] == sentence]
    return f"{', '.join(who)}: {sentence}"


def partial_summary(returned: Mapping[str, Sequence[Any]]) -> Summary:
    """Of a run that failed: the results of the parties whose programs had returned, each in a list of one."""
    results = [result for (result,) in returned.values()]
    return {"failed": True, "parties": list(returned), "reveals": [], "result": results[0], "results": results}


def _lines(accounts: Sequence[Summary]) -> list[Summary]:
    costs = [[LineCost(**cost) for cost in account["lines"]] for account in accounts]
    return [asdict(cost) for cost in lines_of_all(costs)]


SHOWN = "The result stands above, in short; see that there is room, and a folder that you may write to."


def check_writable(target: str | Path | None) -> None:
    """Refuse, before the run, a file that cannot be written after it, or must not be. LocalError `summary-unwritable`,
    `would-overwrite`."""
    if target in (None, "-"):
        return
    path = Path(target)
    refuse_overwriting(path)
    special = path.exists() and not path.is_file()
    place = path if special else path.parent
    if path.is_dir() or not place.exists() or not os.access(place, os.W_OK):
        raise LocalError("summary-unwritable", f"the summary or result cannot be written to {path}", ELSEWHERE)


def write_summary(summary: Summary, target: str | Path) -> None:
    """Write the summary as JSON, whole or not at all. LocalError `summary-unwritable`."""
    write_file(Path(target), as_json(summary), "summary-unwritable", SHOWN)


def as_json(content: Any) -> bytes:
    """Plain data as the text of a JSON file."""
    return (json.dumps(finite(content), indent=2) + "\n").encode()
