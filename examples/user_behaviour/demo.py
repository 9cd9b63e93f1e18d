"""The whole of it, as `make example-user-behaviour` runs it: five shops as five processes
over TLS, each with its key, its ledger and its file, and a report of what came of it.

    python -m examples.user_behaviour.demo [FOLDER]

Each shop runs `parley join`, as it would on a machine of its own; in FOLDER,
build/user_behaviour unless another is named, lie their files, ledgers, accounts and
report.html. Beside the run this script computes in the clear what nobody could who has
one shop's file alone, for the report to compare.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from examples.datasets import Unavailable
from examples.user_behaviour.behaviour import CUSTOMERS
from examples.user_behaviour.report import Run, write_report
from examples.user_behaviour.split import SHOPS, write_shops
from examples.user_behaviour.training import ROUNDS
from mpc.network.identity import new_identity
from party_runner.budget import set_budget, verified
from party_runner.failures import PEER
from protocols.privacy.ledger.charges import budget
from protocols.privacy.ledger.verifying import export
from protocols.privacy.neighbours import substitute

PROGRAM = Path(__file__).with_name("behaviour.py")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
"""The program's modules are found as `examples.user_behaviour`."""

DATA = "customers"
EPSILON, DELTA = "4", "1e-5"
TAIL, GRACE = 15, 6.0
"""Lines that are shown of a shop that failed, and the seconds that the others have to find out by themselves."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("build/user_behaviour"))
@click.option("--customers", type=int, default=CUSTOMERS, help="Only the first so many of CDNOW's.")
@click.option("--rounds", type=int, default=ROUNDS, help="Of the training of each network.")
def main(folder: Path, customers: int, rounds: int) -> None:
    """Split the data, run the five shops, and write the report."""
    console = Console(highlight=False)
    clear_away(folder)
    try:
        write_shops(folder, customers)
    except Unavailable as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        sys.exit(1)
    prepare(folder)
    console.print(f"Five shops, {', '.join(SHOPS)}, each a process over TLS")
    started = time.perf_counter()
    run_shops(folder, console, {"customers": customers, "rounds": rounds})
    report = write_report(outcome(folder, time.perf_counter() - started))
    console.print(f"The report is in {report}")


def clear_away(folder: Path) -> None:
    """Remove an earlier run: its keys, and so its ledgers, were for that run alone. Nothing else is removed."""
    if not folder.exists():
        return
    strange = sorted(file.name for file in folder.iterdir() if file.stem not in (*SHOPS, "parties", "report"))
    if strange:
        raise click.UsageError(f"{folder} holds {strange[0]}, which is of no earlier run; name another folder")
    shutil.rmtree(folder)


def prepare(folder: Path) -> None:
    """Each shop's key, certificate and ledger, and the list of parties."""
    entries = []
    for name, port in zip(SHOPS, free_ports(len(SHOPS)), strict=True):
        identity = new_identity(name, folder)
        asked = budget(epsilon=EPSILON, delta=DELTA, neighbours=substitute())
        set_budget(folder / f"{name}.ledger", DATA, asked, identity.key_file)
        lines = (f'name = "{name}"', f'address = "127.0.0.1:{port}"', f'certificate = "{name}.crt"')
        entries.append("\n".join(("[[party]]", *lines)))
    (folder / "parties.toml").write_text("\n\n".join(entries) + "\n")


def free_ports(count: int) -> list[int]:
    """Ports on which nobody listens now."""
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports


def command(folder: Path, name: str, agreed: dict[str, int]) -> list[str]:
    """What a shop runs."""
    words = ["join", str(folder / "parties.toml"), str(PROGRAM), "--party", name]
    words += ["--input", str(folder / f"{name}.csv"), "--json", str(folder / f"{name}.json")]
    words += ["--ledger", str(folder / f"{name}.ledger"), "--data", DATA, "--cores", "1"]
    for argument, value in agreed.items():
        words += ["--arg", f"{argument}={value}"]
    return [sys.executable, "-m", "party_runner", *words]


def run_shops(folder: Path, console: Console, agreed: dict[str, int]) -> None:
    """All shops to their end; ends with what the first that failed has said."""
    logs = {name: (folder / f"{name}.log").open("w+", encoding="utf-8") for name in SHOPS}
    shops = {
        name: subprocess.Popen(command(folder, name, agreed), stdout=log, stderr=log, env=ENVIRONMENT)
        for name, log in logs.items()
    }
    try:
        with console.status("The shops compute"):
            failed = watch(shops, folder / f"{SHOPS[0]}.log", console)
    finally:
        for shop in shops.values():
            shop.kill()
            shop.wait()
        for log in logs.values():
            log.close()
    if failed:
        said = (folder / f"{failed}.log").read_text(encoding="utf-8").splitlines()
        console.print(f"[red]{failed} ended with exit code {shops[failed].returncode}:[/red]", soft_wrap=True)
        console.print(*said[-TAIL:], sep="\n", soft_wrap=True, markup=False)
        sys.exit(1)


def watch(shops: dict[str, Any], log: Path, console: Console) -> str | None:
    """Until all have ended: the name of the one to blame, if one failed. Says on the way what the first does."""
    told, until = 0, inf
    while True:
        codes = {name: shop.poll() for name, shop in shops.items()}
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("step ")]
        for line in lines[told:]:
            console.print(f"  {line}")
        told = len(lines)
        if any(codes.values()):
            until = min(until, time.monotonic() + GRACE)
        if None not in codes.values() or time.monotonic() > until:
            return to_blame(codes)
        time.sleep(0.2)


def to_blame(codes: dict[str, int | None]) -> str | None:
    """Of those that ended badly one that does not say that another did."""
    failed = [name for name, code in codes.items() if code]
    return next((name for name in failed if codes[name] != PEER), next(iter(failed), None))


def outcome(folder: Path, seconds: float) -> Run:
    """What the shops wrote."""
    accounts = [json.loads((folder / f"{name}.json").read_text()) for name in SHOPS]
    ledgers = [verified(folder / f"{name}.ledger", None) for name in SHOPS]
    return Run(folder, accounts, ledgers, charges(folder, SHOPS), seconds)


def charges(folder: Path, shops: Sequence[str]) -> list[list[tuple[str, str]]]:
    """What each shop's ledger was charged: the line of the program, and the amount."""
    found = []
    for name in shops:
        target = folder / f"{name}.jsonl"
        export(folder / f"{name}.ledger", target)
        *entries, _ = map(json.loads, target.read_text().splitlines())
        found.append([charge_of(entry) for entry in entries if entry["event"] == "reserve"])
    return found


def charge_of(entry: Any) -> tuple[str, str]:
    """Of an entry of a ledger."""
    return entry["outputs"][0]["line"], entry["charge"]["epsilon"]


if __name__ == "__main__":
    main()
