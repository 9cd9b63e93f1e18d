"""`python -m bench.soak`: garbled circuits until so many gates have been computed, every output against the clear.

Parties in one process compute AES-128 on many blocks, and circuits of random gates on a few instances each, by every
way that there is. It goes on until the counts are reached, or for so many minutes. All randomness follows from one
seed, which is fresh. A wrong output, or an error, ends it with what does that part again.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np

from bench.soak_cases import Case
from bench.soak_ways import LARGE, SMALL, Way
from mpc.domain_hash import DomainHash
from mpc.prg import Prg
from native import keep_memory

ANDS, RUNS = 10**9, 10**5
CYCLE = (*LARGE, *SMALL, *SMALL)
"""The way of each part, over and over."""
CIRCUITS = 4
"""Circuits of random gates that one session computes."""
SECONDS = 5.0


class Tally:
    """How much was computed and compared, by way, told now and then."""

    def __init__(self) -> None:
        self.ands: Counter[str] = Counter()
        self.circuits: Counter[str] = Counter()
        self.runs: Counter[str] = Counter()
        self.began = self.told = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def add(self, way: Way, case: Case) -> None:
        """A circuit was right for all instances."""
        self.circuits[way.name] += 1
        self.runs[way.name] += case.instances
        self.ands[way.name] += case.circuit.ands * case.instances
        if time.monotonic() - self.told > SECONDS:
            self.tell()

    def reached(self, ands: int, runs: int) -> bool:
        """Whether there are so many ANDs in all and so many runs of small circuits."""
        return self.ands.total() >= ands and sum(self.runs[way.name] for way in SMALL) >= runs

    def tell(self) -> None:
        """One line."""
        self.told = time.monotonic()
        print(f"{self.seconds:6.0f} s  {_counted(self.ands.total(), self.runs.total())}, none wrong", flush=True)

    def table(self) -> None:
        """One line for each way."""
        for name in dict.fromkeys(way.name for way in CYCLE):
            print(f"{name:24} {self.circuits[name]:9,} circuits  {_counted(self.ands[name], self.runs[name])}")
        self.tell()


def _counted(ands: int, runs: int) -> str:
    return f"{ands:14,} ANDs  {runs:11,} runs"


class Part(NamedTuple):
    """One session: everything follows from the seed and the number."""

    seed: str
    number: int

    @property
    def way(self) -> Way:
        """How it computes."""
        return CYCLE[self.number % len(CYCLE)]

    def check(self, tally: Tally) -> None:
        """Compute it. ArithmeticError where an output is not that in the clear."""
        prg = Prg(DomainHash("soak", self.seed, self.number).bytes(16))
        cases = [self.way.draw(prg) for _ in range(1 if self.way in LARGE else CIRCUITS)]
        parties = self.way.opened(cases, f"{self.seed} {self.number}")
        for i, case in enumerate(cases):
            expected = case.expected()
            if not all(np.array_equal(opened[i], expected) for opened in parties):
                raise ArithmeticError(f"a wrong output of circuit {i}, {case.circuit!r}, {case.instances} instances")
            tally.add(self.way, case)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--ands", type=int, default=ANDS, help="ANDs of all circuits")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of small circuits")
    parser.add_argument("--minutes", type=float, help="for so long, instead of until the counts are reached")
    parser.add_argument("--seed", default=secrets.token_hex(16), help="of an earlier soak")
    parser.add_argument("--first", type=int, default=0, help="the part to begin with")
    chosen = parser.parse_args(arguments)
    keep_memory()
    tally = Tally()
    for number in count(chosen.first):
        part = Part(chosen.seed, number)
        try:
            part.check(tally)
        except Exception as error:
            tally.table()
            again = f"python -m bench.soak --seed {part.seed} --first {number}"
            sys.exit(f"{part.way.name}: {error or type(error).__name__}; again: {again}")
        done = tally.seconds >= 60 * chosen.minutes if chosen.minutes else tally.reached(chosen.ands, chosen.runs)
        if done:
            break
    tally.table()


if __name__ == "__main__":
    main()
