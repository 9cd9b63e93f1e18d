"""Clients of Flower, unchanged: trained by Parley's meshes and simulations, and by Flower's server through Parley."""

from __future__ import annotations

import numpy as np
import pytest
from clients_of_flower import RULE, Regression, client_fn
from flwr.client import Client
from flwr.clientapp import ClientApp
from flwr.common import (
    Code,
    EvaluateRes,
    FitRes,
    GetParametersRes,
    Status,
    ndarrays_to_parameters,
    parameters_to_ndarrays,
)
from flwr.server import LegacyContext, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.server.workflow import DefaultWorkflow
from worlds import server_context, world

import mpc
from mpc import flower
from protocols import federated
from protocols.federated import Partition, Updates

SITES, ROUNDS = 3, 4


class Wordy(Client):
    """The same client, which speaks in Flower's messages."""

    def __init__(self, partition):
        self.inner = Regression(partition)

    def get_parameters(self, ins):
        return GetParametersRes(Status(Code.OK, ""), ndarrays_to_parameters(self.inner.get_parameters(ins.config)))

    def fit(self, ins):
        arrays, count, metrics = self.inner.fit(parameters_to_ndarrays(ins.parameters), ins.config)
        return FitRes(Status(Code.OK, ""), ndarrays_to_parameters(arrays), count, metrics)

    def evaluate(self, ins):
        loss, count, metrics = self.inner.evaluate(parameters_to_ndarrays(ins.parameters), ins.config)
        return EvaluateRes(Status(Code.OK, ""), loss, count, metrics)


def wanted(rounds=ROUNDS, sites=SITES):
    """What Flower's FedAvg makes of these clients."""
    clients = [Regression(p) for p in range(sites)]
    weights = clients[0].get_parameters({})
    for _ in range(rounds):
        each = [client.fit([w.copy() for w in weights], {}) for client in clients]
        total = sum(count for _, count, _ in each)
        weights = [sum(count * arrays[i] for arrays, count, _ in each) / total for i in range(2)] + [weights[2]]
    return weights


def near(trained, sites=SITES):
    arrays = wanted(sites=sites)
    return all(np.allclose(trained.weights[str(i)], arrays[i], atol=1e-4) for i in range(2))


@pytest.mark.parametrize("kind", [Regression, Wordy, lambda p: Regression(p).to_client()])
def test_a_mesh_trains_flowers_clients(kind):
    async def main(ctx, mine):
        model = federated.flower_client(kind(ctx.me))
        data = Partition()
        return await federated.train(ctx, model, data, rounds=ROUNDS, held_out=data)

    for trained in mpc.simulate(main, [None] * SITES).results:
        assert near(trained)
        assert (trained.rounds[0].examples, set(trained.weights)) == (75, {"0", "1"})
        assert trained.rounds[-1].train_loss < trained.rounds[0].train_loss / 2
        assert trained.held_out.examples == 75
        assert 0 <= trained.held_out.accuracy <= 1
        assert trained.own["2"] >= 1


def test_a_client_fn_makes_a_client_of_each_part():
    model = federated.flower_client(client_fn)
    trained = federated.simulate(model, [Partition(i, SITES) for i in range(SITES)], rounds=ROUNDS)
    assert near(trained)


def test_flowers_own_server_trains_them_through_parley():
    terms = flower.FlowerTerms(clients=5, dropouts=0, corrupted=1 / 5, updates=Updates(most_examples=50))
    app = ClientApp(client_fn, mods=[flower.mod(terms)])
    options = {"min_fit_clients": 5, "min_available_clients": 5, "fraction_evaluate": 0.0}
    context = LegacyContext(server_context(), config=ServerConfig(num_rounds=ROUNDS), strategy=FedAvg(**options))
    with world(app, 5) as (grid, backend):
        grid = flower.secured(grid, terms)
        DefaultWorkflow()(grid, context)
    record = context.state.array_records["parameters"]
    found = [array.numpy() for array in record.values()]
    arrays = wanted(sites=5)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(found[:2], arrays[:2], strict=True))
    assert [r.figures.examples for r in grid.rounds] == [150] * ROUNDS
    masked = [content for _, kind, content in backend.seen if kind == "train"]
    assert len(masked) == 4 * 5 * ROUNDS
    assert all(set(content) == {"parley"} for content in masked)
    assert np.linalg.norm(found[0] - RULE) < 0.3
