"""`parley preprocess`: the material of a plan, made beforehand and kept in a store of each party."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.text import Text

from mpc.errors import LocalError
from mpc.store import check_target
from party_runner.join import Seat, prepare
from party_runner.material import Material
from party_runner.plan_file import PlanFile
from party_runner.report import data, source_of, table, titled
from party_runner.status import Progress
from party_runner.summary import Summary
from protocols.preprocessing.workshop import words_of
from protocols.runs.sources import DEALER
from protocols.runs.suites import check_supplied, find_suite

WORD_BYTES = 8
NOTHING_TO_MAKE = "there is nothing to preprocess: run the program as it is"


def check_fits(plan: PlanFile, parties: int, material: Material) -> None:
    """LocalError `plan-parties`, `plan-supplier` if the plan is for others than those who are about to make it;
    `no-material` if its suite takes none."""
    check_supplied(find_suite(plan.suite, simulated=True), "a store", NOTHING_TO_MAKE)
    if plan.parties != parties:
        cause = f"the plan is for {plan.parties} parties, and there are {parties}"
        raise LocalError("plan-parties", cause, "Plan for the parties that run the program: `parley plan -n`.")
    if plan.dealt != (material.maker == DEALER):
        cause = (
            f"the plan is for material from {plan.preprocessing}, not from {material.maker}: protocols take other kinds"
        )
        remedy = (
            f"Plan again with --preprocessing {material.maker}, or make it with --preprocessing {plan.preprocessing}."
        )
        raise LocalError("plan-supplier", cause, remedy)


def make_folder(folder: Path, names: Sequence[str]) -> None:
    """The folder for the stores of parties of these names. LocalError `unwritable`, `store-exists`."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LocalError(
            "unwritable", f"cannot make the folder {folder}: {error.strerror}", "Name one in an existing folder."
        ) from None
    for name in names:
        check_target(folder / name)


async def make_one(
    seat: Seat, plan: PlanFile, material: Material, target: Path, runs: int, progress: Progress
) -> Summary:
    """One party's part; its account."""
    made, connected = await prepare(seat, plan, material, target, runs, progress)
    header = made.header
    return {
        "program": plan.program,
        "plan": plan.digest,
        "parties": list(seat.roster.names[: header.n]),
        "store": str(target),
        "preprocessing": header.maker,
        "check_material": material.check,
        "trust": header.trust,
        "runs": runs,
        "records": header.records,
        "stored_bytes": header.words * WORD_BYTES,
        "offline_bytes": made.received_bytes,
        "seconds": {"connect": connected, "offline": made.seconds},
        "material": header.kinds,
        "words": _words(plan, runs),
    }


def merged_makings(accounts: Sequence[Summary]) -> Summary:
    """One account of those of all parties, in their order: the slowest party's times, bytes and stores by party."""
    first = accounts[0]
    return first | {
        "store": [account["store"] for account in accounts],
        "stored_bytes": [account["stored_bytes"] for account in accounts],
        "offline_bytes": [account["offline_bytes"] for account in accounts],
        "seconds": {key: max(account["seconds"][key] for account in accounts) for key in first["seconds"]},
    }


def print_making(summary: Summary, console: Console) -> None:
    """What was made, for a person."""
    by_party = isinstance(summary["store"], list)
    names = summary["parties"] if by_party else ["this party"]
    columns = [summary[key] if by_party else [summary[key]] for key in ("store", "stored_bytes", "offline_bytes")]
    stores = table("party", "stored", "received", "in")
    for name, store, stored, received in zip(names, *columns, strict=True):
        stores.add_row(name, data(stored), data(received), store)
    seconds = ", ".join(f"{stage} {value:.2f} s" for stage, value in summary["seconds"].items())
    runs = "one run" if summary["runs"] == 1 else f"{summary['runs']} runs"
    console.print(
        Group(
            titled(f"Stores for {runs} of {summary['program']}, each used once", stores),
            _material(summary),
            titled("Time", Text(f"  {seconds}")),
        )
    )


def _material(summary: Summary) -> Group:
    if not summary["material"]:
        return titled("Material", Text("  none is needed: the program runs as well without a store"))
    kinds = table("kind", "elements", "words")
    for kind, elements in sorted(summary["material"].items()):
        kinds.add_row(kind, f"{elements:,}", f"{summary['words'][kind]:,}")
    return titled(f"Material, from: {source_of(summary)}", kinds)


def _words(plan: PlanFile, runs: int) -> dict[str, int]:
    """How many words of each kind a party stores that has all parts of it."""
    counted: Counter[str] = Counter()
    for _, kind in plan.demand:
        counted[kind.name] += runs * words_of(kind)
    return dict(counted)
