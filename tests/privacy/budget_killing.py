"""Processes that spend from one ledger: some are killed at random instants, some race. A program of its own.

    python -m privacy.budget_killing kill FOLDER KILLS SEED      python -m privacy.budget_killing race FOLDER FORKS SEED

FOLDER may be the URL of a database, in which each ledger has a schema. It forks for each process, which is quicker than
starting Python. A child writes the number of a reservation to a pipe once it is committed, where a run would begin to
open: what is read here may have been revealed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from privacy.ledgers import ASKER, OUTPUTS, identity, signer
from store.killing import killed

from mpc.errors import LocalError
from protocols.privacy.ledger.address import Where, address_of, is_address
from protocols.privacy.ledger.charges import budget, charge
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.verifying import verify

LEDGER_LASTS = 50
"""Kills for each file, so that it stays short."""

SPENDS = 3


def named(place: str, name: str) -> Where:
    """A ledger in a folder or a database."""
    return address_of(f"{place}?ledger={name}") if is_address(place) else Path(place) / f"{name}.ledger"


def begin(file: Where, epsilon: str) -> None:
    ledger = Ledger.begin(file, signer())
    ledger.set_budget("salaries", budget(epsilon=epsilon))
    ledger.close()


def spend(file: Where, pipe: int, amount: str, times: int) -> None:
    """Reserve, commit, reveal; every third reservation is released, as if a peer had said no."""
    ledger = Ledger(file, signer())
    for _ in range(times):
        number = ledger.reserve(ASKER, "salaries", charge(epsilon=amount), OUTPUTS)
        if times > SPENDS or number % 3:
            ledger.commit(number, "00" * 32)
            os.write(pipe, number.to_bytes(8, "little"))
        else:
            ledger.release(number, "south", {})


def kill(place: str, kills: int, chance: random.Random) -> dict[str, int]:
    report = dict.fromkeys(("kills", "revealed", "unspent", "failed", "unknown", "inside_commit"), 0)
    longest, file = 0.0, named(place, "none")
    for number in range(kills):
        if number % LEDGER_LASTS == 0:
            file = named(place, f"killed_{number}")
            begin(file, "1000")
            began = time.perf_counter()
            killed(lambda pipe, file=file: spend(file, pipe, "1", SPENDS), 0.0)
            spend(file, os.open(os.devnull, os.O_WRONLY), "1", SPENDS)
            longest = 1.5 * (time.perf_counter() - began)
        numbers, failed = killed(lambda pipe, file=file: spend(file, pipe, "1", SPENDS), chance.uniform(0, longest))
        report["inside_commit"] += isinstance(file, Path) and file.with_name(f"{file.name}-journal").exists()
        ledger = Ledger(file, signer())
        open_, spent = ledger.balance.open, ledger.balance.account("salaries").spent
        report["kills"] += 1
        report["failed"] += failed
        report["revealed"] += len(numbers)
        report["unspent"] += sum(one in open_ for one in numbers) + (spent.count < len(numbers))
        report["unknown"] += len(open_) > report["unknown"]
        ledger.close()
    return report


def race(place: str, forks: int, chance: random.Random) -> dict[str, object]:
    """Each takes a tenth of what is left of 3 until it is refused."""
    file, pipes = named(place, "raced"), list[int]()
    begin(file, "3")
    for _ in range(forks):
        read, write_end = os.pipe()
        if os.fork() == 0:
            os.close(read)
            try:
                spend(file, write_end, "0.1", 1000)
            except LocalError as error:
                os._exit(0 if error.code == "budget-exceeded" else 1)
            os._exit(2)
        os.close(write_end)
        pipes.append(read)
    codes = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(forks)]
    revealed = [os.read(pipe, 1 << 16) for pipe in pipes]
    left, _ = verify(file, identity().certificate).balance.account("salaries").left
    return {"revealed": [len(each) // 8 for each in revealed], "codes": codes, "left": str(left)}


if __name__ == "__main__":
    way, place, count, seed = sys.argv[1:]
    act = {"kill": kill, "race": race}[way]
    print(json.dumps(act(place, int(count), random.Random(int(seed)))))
