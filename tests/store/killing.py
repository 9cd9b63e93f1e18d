"""Kills processes that use a store, at random instants, and reports what they handed out. A program of its own.

    python -m store.killing take FOLDER KILLS SEED      python -m store.killing make FOLDER KILLS SEED

It forks for each round, which is quicker than starting Python. A child writes the number of a record to a pipe after
the record was handed out; a number read here is one that a run could have sent on the network.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mpc.errors import ParleyError
from mpc.store import StoreSupply
from mpc.store.files import JOURNAL
from store.stores import KEY, known, opened, same, values, write

LONGEST = 0.012
RECORDS = 4000
_FAILED = b"\xff" * 8


def killed(child: Callable[[int], None], delay: float) -> tuple[list[int], bool]:
    """What a child wrote before it was killed after `delay`, and whether it failed by itself."""
    read, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        try:
            child(write_end)
        except BaseException:
            os.write(write_end, _FAILED)
        os._exit(0)
    os.close(write_end)
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with os.fdopen(read, "rb") as pipe:
        content = pipe.read()
    words = [content[i : i + 8] for i in range(0, len(content) - 7, 8)]
    return [int.from_bytes(word, "little") for word in words if word != _FAILED], _FAILED in words


def kill_takers(folder: Path, kills: int, chance: random.Random) -> dict[str, int]:
    """One life of stores after the other, each used until nothing is left."""
    entries = values(RECORDS)
    report = dict.fromkeys(("kills", "handed_out", "twice", "ahead_of_disk", "failed", "inside_commit", "stores"), 0)
    while report["kills"] < kills:
        store = write(folder / f"{report['stores']}", entries)
        report["stores"] += 1
        seen: set[int] = set()
        position = 0
        while position < RECORDS and report["kills"] < kills:
            ahead = chance.choice((1, 1, 2, 16))

            def take(pipe: int, store: Path = store, ahead: int = ahead) -> None:
                supply = opened(store, KEY, ahead=ahead)
                for number in range(supply.position, RECORDS):
                    material = supply.ready(*entries[number])
                    assert material is not None
                    os.write(pipe, int(material[0][0]).to_bytes(8, "little"))

            numbers, failed = killed(take, chance.uniform(0, LONGEST))
            report["inside_commit"] += (store / f"{JOURNAL}-journal").exists()
            with StoreSupply(store, KEY) as supply:
                position = supply.position
            report["kills"] += 1
            report["failed"] += failed
            report["handed_out"] += len(numbers)
            report["twice"] += len(numbers) - len(set(numbers) - seen)
            report["ahead_of_disk"] += sum(number >= position for number in numbers)
            seen.update(numbers)
    return report


def kill_makers(folder: Path, kills: int, chance: random.Random) -> dict[str, int]:
    """What opens afterwards must be complete."""
    entries = values(40, 4000)
    report = {"kills": kills, "complete": 0, "refused": 0, "wrong": 0}
    for number in range(kills):
        store = folder / f"{number}"
        killed(lambda pipe, store=store: (write(store, entries), time.sleep(1))[1], chance.uniform(0, 5 * LONGEST))
        for name in (store, store.with_name(f"{store.name}.partial")):
            try:
                with opened(name, KEY) as supply:
                    right = all(same(supply.ready(*e), known(0, i, e[1])) for i, e in enumerate(entries))
                    report["complete" if right else "wrong"] += 1
            except ParleyError:
                report["refused"] += 1
    return report


if __name__ == "__main__":
    way, place, kills, seed = sys.argv[1:]
    act = {"take": kill_takers, "make": kill_makers}[way]
    print(json.dumps(act(Path(place), int(kills), random.Random(int(seed)))))
