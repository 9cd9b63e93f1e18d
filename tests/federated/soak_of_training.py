"""Many rounds of a training over a star whose clients die at random, in every phase, each sum held against its set.

    python tests/federated/soak_of_training.py ROUNDS CLIENTS CHANCE [memory]

Client i has 2^i examples and moves the weights by a vector of its own, so that the number of examples in a round says
whose updates are in its mean, and that mean is known.
"""

from __future__ import annotations

import gc
import random
import sys
import time
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mpc import federated
from protocols.federated.models import Evaluated, Fitted

SIZE = 12
EVERY = 20
"""Rounds between looks at the memory."""


@dataclass
class Constant:
    """Moves its weights in each round by what its data have, as if on as many examples as these say."""

    values: np.ndarray = field(default_factory=lambda: np.zeros(SIZE))
    statistics: tuple[str, ...] = ()

    def weights(self):
        return {"w": self.values.copy()}

    def load(self, weights):
        self.values = np.array(weights["w"])

    def fit(self, data, local, stream):
        (step,), (examples,) = data
        self.values = self.values + step
        return Fitted(int(examples), 1.0)

    def evaluate(self, data):
        return Evaluated(0, 0.0)


class Soak:
    """`rounds` rounds of `clients` clients, each of which dies in a round with this chance, in some step of it."""

    def __init__(self, rounds: int, clients: int, chance: float, seed: int = 1) -> None:
        self.dice, self.chance, self.clients = random.Random(seed), chance, clients
        self.steps = np.random.default_rng(seed).normal(size=(clients, SIZE))
        self.federation = federated.Federation(
            clients=clients, rounds=rounds, strategy=federated.FedAvg(), corrupted=0.0,
            updates=federated.Updates(bits=48, clip=20.0, most_examples=1 << clients), step_seconds=30.0,
        )  # fmt: skip
        self.deaths: dict[tuple[int, int], int] = {}
        self.summed = self.missed = self.died = 0
        self.memory: list[int] = []
        self.least = self.federation.agreed(Constant()).plan.least

    def leaves(self, client: int, tag: tuple[int, ...]) -> bool:
        """Whether it dies now: which step of a round it dies in, if any, is drawn when the round opens."""
        number, step = tag
        if step == 0:
            self.deaths[client, number] = self.dice.randrange(4) if self.dice.random() < self.chance else 9
            self.deaths.pop((client, number - 1), None)
        dies = self.deaths.get((client, number)) == step
        self.died += dies
        return dies

    def check(self, report: federated.Reported) -> None:
        """That the mean is that of exactly the clients that it is said to be of."""
        if tracemalloc.is_tracing() and report.number % EVERY == 0:
            gc.collect()
            self.memory.append(tracemalloc.get_traced_memory()[0])
        if report.round is None:
            assert report.missed is not None
            assert report.missed.code in ("quorum-missed", "aggregation-too-few")
            self.missed += 1
            return
        inside = [i for i in range(self.clients) if report.round.examples >> i & 1]
        assert len(inside) == report.survivors >= self.least
        dead = [i for i in range(self.clients) if self.deaths.get((i, report.number), 9) < 3]
        assert not set(inside) & set(dead)
        weights = np.array([1 << i for i in inside], float)
        wanted = weights @ self.steps[inside] / weights.sum()
        assert abs(report.round.moved - np.sqrt(wanted @ wanted)) < 1e-4
        self.summed += 1

    def run(self) -> federated.Served:
        """All rounds."""
        data = [(self.steps[i : i + 1], np.array([1 << i])) for i in range(self.clients)]
        waiting = federated.Waiting(more=5.0, most=60.0, failures=100)
        return federated.rehearse(
            Constant, data, self.federation, leaves=self.leaves, waiting=waiting, on_round=self.check
        )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    soak = Soak(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    began = time.time()
    if sys.argv[4:]:
        tracemalloc.start()
    found = soak.run()
    print(f"{soak.summed} sums, {soak.missed} rounds without one, {soak.died} deaths, {time.time() - began:.0f} s")
    if soak.memory:
        print(f"bytes every {4 * EVERY} rounds: {', '.join(f'{size:,}' for size in soak.memory[::4])}")
    assert found.begun == soak.summed + soak.missed
