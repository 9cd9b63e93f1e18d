"""Clients with Flower's methods as models; Flower itself is not needed for them, and tests/flower has it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import mpc
from mpc import federated
from mpc.errors import LocalError
from protocols.federated.models import Local, Partition, rows_of

START = [np.array([1.0, 2.0]), np.array(3), np.zeros((2, 1), np.float32)]


class Moving:
    """Moves each weight by 1 for each call; `told` replaces what fit tells."""

    def __init__(self, examples=4, told=None, first=START, **metrics):
        self.examples, self.told, self.first, self.metrics, self.configs = examples, told, first, metrics, []

    def get_parameters(self, config):
        return self.first

    def fit(self, parameters, config):
        self.configs.append(config)
        for array in parameters:
            array += np.array(1, array.dtype)
        return (parameters, self.examples, self.metrics) if self.told is None else self.told

    def evaluate(self, parameters, config):
        return self.told or (0.5, 8, {"accuracy": 0.75})


def fitted(client, **options):
    model = federated.flower_client(client, **options)
    return model, model.fit(Partition(), Local(epochs=3), None)


def test_a_client_trains_on_copies_and_its_arrays_become_the_models():
    client = Moving(train_loss=0.25)
    model, done = fitted(client)
    assert (done.examples, done.loss) == (4, 0.25)
    assert START[0].tolist() == [1.0, 2.0]
    assert [a.tolist() for a in model.weights().values()] == [[2.0, 3.0], 4, [[1.0], [1.0]]]
    assert list(model.weights()) == ["0", "1", "2"]
    model.load({"0": np.array([9.0, 9.0])})
    model.fit(Partition(), Local(), None)
    assert model.weights()["0"].tolist() == [10.0, 10.0]
    assert [config["server-round"] for config in client.configs] == [1, 2]
    assert client.configs[0]["local_epochs"] == 3


def test_what_a_client_is_told_and_tells_has_the_names_one_says():
    client = Moving(mistake=2.0, train_loss="none")
    _, done = fitted(client, config=lambda number, local: {"turn": number, "rate": local.rate}, loss="mistake")
    assert done.loss == 2.0
    assert client.configs == [{"turn": 1, "rate": 0.1}]
    assert fitted(Moving(train_loss=np.nan))[1].loss is None
    assert fitted(Moving())[1].loss is None


def test_a_client_without_examples_moves_nothing():
    model, done = fitted(Moving(examples=0))
    assert done.examples == 0
    assert model.weights()["0"].tolist() == [1.0, 2.0]


def test_evaluations_count_hits():
    found = federated.flower_client(Moving()).evaluate(Partition())
    assert (found.examples, found.loss, found.correct) == (8, 0.5, 6)
    assert federated.flower_client(Moving(), accuracy="auc").evaluate(Partition()).correct is None


def test_the_mean_loss_is_of_those_that_tell_one():
    clients = [Moving(examples=1, train_loss=8.0), Moving(examples=3), Moving(examples=1, train_loss=2.0)]

    async def main(ctx, mine):
        model = federated.flower_client(clients[ctx.me])
        return await federated.train(ctx, model, Partition(), rounds=1)

    trained = mpc.simulate(main, [None] * 3).result
    assert (trained.rounds[0].examples, trained.rounds[0].train_loss) == (5, 5.0)
    silent = [Moving(), Moving()]
    clients[:] = silent
    assert mpc.simulate(main, [None] * 2).result.rounds[0].train_loss is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ((START, 3), "unsuitable-client"),
        ((START, 3, []), "unsuitable-client"),
        ((START, -1, {}), "unsuitable-client"),
        ((START, 3.5, {}), "unsuitable-client"),
        ((START, True, {}), "unsuitable-client"),
        ((np.zeros(2), 3, {}), "unsuitable-client"),
        ((START[:2], 3, {}), "wrong-shape"),
        (([np.zeros(3), *START[1:]], 3, {}), "wrong-shape"),
    ],
)
def test_what_fit_must_not_return(told, code):
    with pytest.raises(LocalError, match=code):
        fitted(Moving(told=told))


def test_what_is_no_client():
    with pytest.raises(LocalError, match=r"unsuitable-client.*class"):
        federated.flower_client(Moving)
    with pytest.raises(LocalError, match=r"unsuitable-client.*no fit"):
        federated.flower_client(3)
    with pytest.raises(LocalError, match="no-weights"):
        federated.flower_client(Moving(first=[]))
    assert federated.flower_client(Moving(first=[]), initial=START).weights()["1"] == 3
    with pytest.raises(LocalError, match=r"wrong-data.*was given tuple"):
        federated.flower_client(Moving()).fit((START[0], START[0]), Local(), None)
    with pytest.raises(LocalError, match="unsuitable-client"):
        federated.flower_client(Moving(told=("high", 3, {}))).evaluate(Partition())


def test_parts_are_numbered_from_0():
    assert rows_of(Partition(2, 3)) == 1
    for number, count in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(LocalError, match="wrong-amount"):
            Partition(number, count)


def test_a_client_fn_needs_flower(monkeypatch):
    monkeypatch.setitem(sys.modules, "flwr.app", None)
    with pytest.raises(LocalError, match="flower-not-installed"):
        federated.flower_client(lambda context: Moving())


def test_a_star_trains_them():
    federation = federated.Federation(clients=5, rounds=2, dropouts=1 / 5, updates=federated.Updates(most_examples=10))
    found = federated.rehearse(
        lambda: federated.flower_client(Moving(examples=3, train_loss=1.5)), [Partition()] * 5, federation
    )
    trained = found.trained
    assert np.allclose(trained.weights["0"], [3.0, 4.0], atol=1e-5)
    assert [(each.examples, each.train_loss) for each in trained.rounds] == [(15, 1.5)] * 2
