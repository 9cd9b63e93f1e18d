"""`parley budget`: what a ledger says, for people and machines; decisions on budgets; checks without a key."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from mpc.errors import LocalError
from mpc.network.identity import Certificate, Identity, load_certificate, load_identity
from mpc.network.signing import Signer
from party_runner.report import table, titled
from party_runner.summary import Summary
from protocols.privacy.amounts import printed
from protocols.privacy.forecast import Spending
from protocols.privacy.ledger.address import Address, Where
from protocols.privacy.ledger.balance import Account
from protocols.privacy.ledger.books import is_there
from protocols.privacy.ledger.charges import Budget
from protocols.privacy.ledger.heads import unpacked
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.verifying import Verified, verify


def set_budget(file: Where, data: str, budget: Budget, key: Path) -> Summary:
    """Decide on a budget, in a new ledger where there is none; what the ledger says then. Errors of `Ledger`."""
    signer = Signer(identity_of(key))
    ledger = Ledger(file, signer) if is_there(file) else Ledger.begin(file, signer)
    try:
        ledger.set_budget(data, budget)
        return told(file, Verified(ledger.balance, ledger.head))
    finally:
        ledger.close()


def verified(file: Where, certificate: Path | None, known: str | None = None) -> Summary:
    """What a ledger or an export says, all of it checked, and that it holds a head in hexadecimal. Errors of `verify`;
    ValueError where that is none."""
    head = None if known is None else unpacked(bytes.fromhex(known))
    return told(file, verify(file, certificate_of(file, certificate), head))


def spending_of(file: Where, data: str, certificate: Path | None) -> Spending:
    """The account of this name, all of the ledger checked, for a plan to spend of. Errors of `verify`."""
    return Spending(data, verify(file, certificate_of(file, certificate)).balance.account(data))


def identity_of(key: Path) -> Identity:
    """The key with its certificate beside it. LocalError as `load_identity`."""
    if key.suffix != ".key":
        remedy = "give the NAME.key file that `parley keys new NAME` made; NAME.crt lies beside it"
        raise LocalError("no-key", f"{key} is not a .key file", remedy)
    return load_identity(key.stem, key.parent)


def certificate_of(file: Where, certificate: Path | None) -> Certificate:
    """The one that is named, or the one beside the ledger's file that has its name. LocalError `bad-certificate`."""
    if certificate is None and isinstance(file, Address):
        cause = f"no certificate lies beside the ledger {file}, as beside a file"
        raise LocalError("bad-certificate", cause, "name the party's certificate with --certificate")
    return load_certificate(certificate or Path(str(file)).with_suffix(".crt"))


def told(file: Where, found: Verified) -> Summary:
    """Plain data: amounts are exact texts, as "1/10"."""
    balance, head = found.balance, found.head
    return {
        "ledger": str(file),
        "party": balance.party,
        "entries": head.number,
        "last": balance.time,
        "head": head.packed().hex(),
        "hash": head.hash.hex(),
        "accounts": [_account(data, account) for data, account in sorted(balance.accounts.items())],
        "peers": [{"certificate": digest, "head": kept.packed().hex()} for digest, kept in found.peers],
        "unknown": [{"entry": number, "data": data} for number, (data, _) in sorted(balance.open.items())],
    }


def _account(data: str, account: Account) -> Summary:
    measure = account.budget.measure if account.budget else "epsilon"
    left, left_delta = account.left
    return {
        "data": data,
        "measure": measure,
        "neighbours": str(account.budget.neighbours) if account.budget else None,
        "budget": _texts(account.budget.main, account.budget.delta) if account.budget else None,
        "spent": _texts(account.spent.within(measure), account.spent.exact_delta),
        "unknown": _texts(account.unknown.within(measure), account.unknown.exact_delta),
        "left": _texts(left, left_delta),
        "reveals": account.spent.count,
    }


def _texts(main: Fraction, delta: Fraction) -> Summary:
    return {"amount": str(main), "delta": str(delta)}


def print_budget(summary: Summary, console: Console) -> None:
    """Show balances to a person."""
    made = table("data", "measure", "budget", "spent", "of unknown end", "left", "reveals")
    for account in summary["accounts"]:
        made.add_row(account["data"], account["measure"], *_amounts(account, "amount"), f"{account['reveals']:,}")
        if any(Fraction(account[key]["delta"]) for key in _COLUMNS if account[key]):
            made.add_row("", "delta", *_amounts(account, "delta"), "")
    console.print(titled(f"Budgets of {summary['party']}", made if made.row_count else Text("  none is set")))
    for account in summary["accounts"]:
        if account["neighbours"]:
            console.print(Text(f"  {account['data']}: protects against {account['neighbours']}", style="dim"))
            _warn_of_delta(account, console)
    _print_order(summary, console)


def print_verified(summary: Summary, console: Console) -> None:
    """Say that a ledger is in order."""
    _print_order(summary, console)
    console.print(
        Text("  This does not show that it is the latest: compare its head with what other parties have kept.")
    )


def _print_order(summary: Summary, console: Console) -> None:
    last = datetime.fromtimestamp(summary["last"], UTC)
    of_ledger = (
        f"{summary['entries']:,} entries in order, signed by {summary['party']}, the last of {last:%Y-%m-%d %H:%M} UTC"
    )
    console.print(Text(f"\n{of_ledger}", style="bold"))
    console.print(Text(f"  hash {summary['hash']}"))
    if summary["unknown"]:
        entries = ", ".join(str(each["entry"]) for each in summary["unknown"])
        text = f"  of unknown end, and so spent: entries {entries}. Their runs ended between asking and opening."
        console.print(Text(text, style="yellow"))


_COLUMNS = ("budget", "spent", "unknown", "left")


def _amounts(account: Summary, which: str) -> list[str]:
    """What stands in a row: the amounts, or the deltas."""
    return [_shown(account[key], which, down=key in ("budget", "left")) for key in _COLUMNS]


def _shown(amounts: Any, which: str, *, down: bool) -> str:
    return "none" if amounts is None else printed(Fraction(amounts[which]), down=down)


def _warn_of_delta(account: Summary, console: Console) -> None:
    if not Fraction(account["budget"]["delta"]):
        text = f"  {account['data']}: without a delta no noise that parties draw together can be paid for; set "
        console.print(Text(f"{text}--delta 1e-9, say, beside the rest", style="yellow"))
