"""Training together: scikit-learn's digits over ten sites, split unevenly, beside the same model on pooled data.

Each class is divided among the sites by Dirichlet's distribution of 0.3, anew in each repetition, as are the 1,437
examples that are trained on and the 360 that tell the accuracy. All of a mesh of ten parties is timed: training at each
site, masked sums, and with noise the consent of all ledgers. `error`: by how much less is right than of the model on
pooled data, which takes as many steps without a mesh; the note has both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import mean
from typing import Any

import numpy as np
import numpy.typing as npt

import mpc
from bench.harness import PARLEY, Options, Row, middle
from mpc.context import Context
from mpc.prg import Seed
from native import keep_memory
from protocols import federated
from protocols.federated.models import Local
from protocols.federated.noise import PersonNoise
from protocols.federated.strategies import FedAvg
from protocols.federated.updates import Updates

SITES, ALPHA, TRAINED = 10, 0.3, 1437
EPSILON, DELTA = 3, "1e-5"
HALF_A_POINT = 0.005

Examples = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Work:
    """How it is trained."""

    rounds: int
    strategy: FedAvg
    updates: Updates
    noise: PersonNoise | None = None

    @property
    def security(self) -> str:
        """What a figure is secure against."""
        if self.noise is None:
            return "semi-honest, all but two"
        return f"semi-honest; epsilon {EPSILON} with delta {DELTA} for a person, {self.noise.honest} of {SITES} honest"


WORKS = {
    "fedavg.digits_10": Work(
        200, FedAvg(local=Local(batch=None, rate=1.0), momentum=0.9), Updates(bits=32, most_examples=1024)
    ),
    "fedavg.digits_10_epsilon_3": Work(
        40, FedAvg(local=Local(rate=1.0), momentum=0.8), Updates(bits=40, most_examples=1024),
        PersonNoise(epsilon=EPSILON, delta=DELTA, clip=3.0, people=TRAINED, honest=SITES - 1),
    ),
}  # fmt: skip


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """A row for each workload."""
    keep_memory()
    for name in options.chosen(WORKS):
        yield [_row(table, name, WORKS[name], options.repeat)]


def _row(table: str, name: str, work: Work, repeat: int) -> Row:
    if not find_spec("sklearn"):
        return _no_row(table, name, work)
    seconds, together, pooled, bytes_, rounds = [], [], [], 0, 0
    for turn in range(repeat):
        fresh, whole, sites = digits(turn)
        started = time.perf_counter()
        run = mpc.simulate(_program(work), sites)
        seconds.append(time.perf_counter() - started)
        together.append(accuracy(run.results[0], fresh))
        pooled.append(accuracy(_pooled(whole), fresh))
        bytes_, rounds = sum(run.report.bytes_sent), run.report.rounds
    median, spread = middle(seconds)
    lost = mean(pooled) - mean(together)
    note = (
        f"accuracy {mean(together):.2%}, pooled {mean(pooled):.2%}, over {repeat} splits: {100 * lost:.2f} points less "
        f"after {work.rounds} rounds"
    )
    return Row(
        table, name, PARLEY, SITES, False, median, spread, bytes_, rounds, work.security, TRAINED, note=note,
        error=max(lost, 0.0), tolerance=HALF_A_POINT if work.noise is None else None,
    )  # fmt: skip


def _no_row(table: str, name: str, work: Work) -> Row:
    return Row(
        table, name, PARLEY, SITES, False, None, None, None, None, work.security, TRAINED,
        note="scikit-learn is not installed, which ships the digits",
    )  # fmt: skip


def _program(work: Work) -> Any:
    async def main(ctx: Context, mine: Examples) -> dict[str, npt.NDArray[Any]]:
        found = await federated.train(
            ctx, _model(), mine, rounds=work.rounds, strategy=work.strategy, updates=work.updates, privacy=work.noise
        )
        return found.weights

    return main


def _pooled(examples: Examples) -> dict[str, npt.NDArray[Any]]:
    """The best that this model does with all data in one place: stochastic descent for long."""
    model = _model()
    model.fit(examples, Local(epochs=100, batch=32, rate=0.3), Seed(bytes(32)).prg("pooled training"))
    return model.arrays


def _model() -> federated.ArrayModel:
    return federated.softmax_regression(64, 10)


def accuracy(weights: dict[str, npt.NDArray[Any]], fresh: Examples) -> float:
    """What part of these examples is told right."""
    model = _model()
    model.load(weights)
    return (model.evaluate(fresh).correct or 0) / len(fresh[1])


def digits(turn: int, alpha: float = ALPHA) -> tuple[Examples, Examples, list[Examples]]:
    """The examples that tell the accuracy, all others, and these by site."""
    from sklearn.datasets import load_digits

    dice = np.random.default_rng(turn)
    x, y = load_digits(return_X_y=True)
    order = dice.permutation(len(y))
    x, y = x[order] / 16, y[order]
    of_site: list[list[npt.NDArray[Any]]] = [[] for _ in range(SITES)]
    for digit in range(10):
        places = np.flatnonzero(y[:TRAINED] == digit)
        ends = (np.cumsum(dice.dirichlet([alpha] * SITES))[:-1] * len(places)).astype(int)
        for site, part in zip(of_site, np.split(places, ends), strict=True):
            site.append(part)
    sites = [(x[rows], y[rows]) for rows in map(np.concatenate, of_site)]
    return (x[TRAINED:], y[TRAINED:]), (x[:TRAINED], y[:TRAINED]), sites
