"""The account of a run as parts of a page: who learned what, what it cost, what it is secure against.

An account is what `--json` writes: of all parties (`parley run`), of one (`parley join`), or several of these merged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from mpc.accounts.display import within
from mpc.errors import LocalError
from party_runner.html_page import Page
from party_runner.report import NOTHING_REVEALED, data, describe, source_of
from party_runner.summary import Summary, merged

LINES_SHOWN = 20
KEYS = (
    "program", "parties", "seconds", "rounds", "rounds_by_party", "bytes_sent", "offline_bytes", "reveals", "lines",
    "material", "security", "warnings", "result", "preprocessing",
)  # fmt: skip
REMEDY = "name what `parley run --json FILE` or `parley join --json FILE` wrote at the end of a run"

Naming = Callable[[str], str]
"""What stands in the place of a line of the program, `file:line`: lines of one name are one row."""


def page_of_files(files: Sequence[Path], title: str = "") -> Page:
    """A page on the run whose account, or accounts, lie in these files. LocalError as `load_accounts`."""
    summary = load_accounts(files)
    try:
        return page_of(summary, title)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        cause = f"{files[0]} is not as an account is written: {type(error).__name__}"
        raise LocalError("not-an-account", cause, REMEDY) from None


def page_of(summary: Summary, title: str = "") -> Page:
    """A page on one run."""
    parties = summary["parties"]
    seconds = sum(summary["seconds"].values())
    lead = (
        f"{len(parties)} parties, {', '.join(parties)}, computed {summary['program']} together in {seconds:.1f} s and "
        f"{summary['rounds']:,} rounds, and sent {data(sum(summary['bytes_sent']))} online."
    )
    page = Page(title or f"A run of {summary['program']}", lead)
    add_results(page, summary)
    add_views(page, summary)
    add_messages(page, summary)
    add_costs(page, summary)
    add_security(page, summary)
    return page


def add_results(page: Page, summary: Summary) -> None:
    """What the programs returned."""
    page.heading("Result")
    results = summary.get("results")
    shown = [("", summary["result"])] if results is None else zip(summary["parties"], results, strict=True)
    rows = []
    for party, result in shown:
        named = result.items() if isinstance(result, dict) else [("result", result)]
        rows += [(party, str(name), describe(value)) for name, value in named]
    page.table(("party", "what", "value"), rows)


def add_views(page: Page, summary: Summary, naming: Naming = str) -> None:
    """What each party saw: all that was revealed to it, with what the noise in it promises. Nothing else of the
    others' data reached it."""
    page.heading("What each party saw")
    reveals, parties = summary["reveals"], summary["parties"]
    if not reveals:
        page.text(f"Revealed: {NOTHING_REVEALED}.")
    rows: dict[tuple[str, ...], int] = {}
    for reveal in reveals:
        shape = " x ".join(map(str, reveal["shape"])) or "one number"
        error = within(float(reveal["error"]), decided=reveal["decided"], noisy=bool(reveal.get("privacy")))
        row = (
            naming(reveal["line"]),
            shape,
            _receivers(reveal["to"], parties),
            error,
            _promise(reveal.get("privacy", "")),
        )
        rows[row] = rows.get(row, 0) + 1
    columns = ("what", "shape", "times", "learned by", "error", "privacy")
    page.table(columns, [(what, shape, f"{count:,}", *rest) for (what, shape, *rest), count in rows.items()])
    page.note(
        "Beside this a party saw shapes, ranges and the program, which are public, and shares and masked numbers, "
        "which are random to it. What a program sends, decrypts or proves by itself is not listed."
    )


def add_messages(page: Page, summary: Summary) -> None:
    """Rounds, bytes and seconds by party."""
    page.heading("Messages and time")
    offline = summary["offline_bytes"]
    offline = offline if isinstance(offline, list) else [None] * len(summary["parties"])
    rows = zip(summary["parties"], summary["rounds_by_party"], summary["bytes_sent"], offline, strict=False)
    page.table(
        ("party", "rounds", "sent online", "received offline"),
        [(name, f"{rounds:,}", data(sent), "" if more is None else data(more)) for name, rounds, sent, more in rows],
    )
    page.text(", ".join(f"{stage} {value:.2f} s" for stage, value in summary["seconds"].items()) + ".")


def add_costs(page: Page, summary: Summary, naming: Naming = str, heading: str = "Cost by line of the program") -> None:
    """The lines that cost most, or what they are named."""
    page.heading(heading)
    sums: dict[str, tuple[int, int]] = {}
    for cost in summary["lines"]:
        name = naming(cost["line"])
        rounds, sent = sums.get(name, (0, 0))
        sums[name] = rounds + cost["rounds"], sent + cost["bytes"]
    ordered = sorted(sums.items(), key=lambda item: (-item[1][1], -item[1][0]))[:LINES_SHOWN]
    page.table(("where", "rounds", "bytes"), [(name, f"{r:,}", data(b)) for name, (r, b) in ordered])


def add_security(page: Page, summary: Summary) -> None:
    """Material, warnings, and the sentence on security."""
    page.heading("What it is secure against")
    page.text(f"{summary['security']}.".replace("..", "."), *(f"Warning: {each}" for each in summary["warnings"]))
    taken = summary["material"]
    rows = [(kind, f"{taken[kind]:,}") for kind in sorted(taken)]
    page.table(("kind", "elements"), rows, caption=f"Material, from: {source_of(summary)}")


def _receivers(to: list[int], names: list[str]) -> str:
    return "everybody" if sorted(to) == list(range(len(names))) else ", ".join(names[place] for place in to) or "nobody"


def _promise(privacy: str) -> str:
    """Without the number of the step, so that like reveals are one row."""
    start, comma, rest = privacy.partition(", paid for beforehand")
    return f"a step{comma}{rest}" if comma and start.startswith("step ") else privacy


def load_accounts(files: Sequence[Path]) -> Summary:
    """The account in one file, or those of several parties of one run as one. LocalError `not-an-account`,
    `accounts-differ`."""
    accounts = [_account(file) for file in files]
    first = accounts[0]
    for file, account in zip(files, accounts, strict=True):
        if any(account[key] != first[key] for key in ("program", "parties", "rounds_by_party", "bytes_sent")):
            cause = f"{file} is the account of another run than {files[0]}"
            raise LocalError("accounts-differ", cause, "name the accounts of the parties of one run, each once")
    if len(accounts) == 1:
        return first
    if not isinstance(first["parties"], list) or len(accounts) != len(first["parties"]):
        cause = f"{len(accounts)} accounts of a run of other parties"
        raise LocalError("accounts-differ", cause, "name one account, or those of all parties in their order")
    try:
        return merged(accounts)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        cause = f"{files[0]} and others are not as accounts are written: {type(error).__name__}"
        raise LocalError("not-an-account", cause, REMEDY) from None


def _account(file: Path) -> Summary:
    """LocalError `not-an-account` for a file that is none, or of a run that failed."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        missing = [key for key in KEYS if key not in content]
    except (OSError, ValueError, TypeError) as error:
        cause = f"{file} cannot be read as an account: {getattr(error, 'strerror', None) or error}"
        raise LocalError("not-an-account", cause, REMEDY) from None
    if missing or not isinstance(content, dict):
        raise LocalError("not-an-account", f"{file} is no account of a run: it has no {', '.join(missing)}", REMEDY)
    return content
