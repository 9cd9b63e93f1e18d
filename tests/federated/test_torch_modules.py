"""Modules of PyTorch as models, where it is installed."""

from __future__ import annotations

import numpy as np
import pytest
from federated.federations import FRESH, SITES

from mpc import federated
from mpc.prg import Seed
from protocols.federated.layout import layout_of
from protocols.federated.models import Local

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

DATA = [(x.astype(np.float32), y) for x, y in SITES]


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 3)
    )  # fmt: skip


def test_statistics_are_buffers_and_counters_stay():
    model = federated.torch_model(network())
    layout = layout_of(model.weights(), statistics=model.statistics)
    running = {place.name for place in layout.places if place.running}
    assert running == {"1.running_mean", "1.running_var"}
    assert "1.num_batches_tracked" not in {place.name for place in layout.places}


def test_sites_learn_together():
    fresh = FRESH[0].astype(np.float32), FRESH[1]
    found = federated.simulate(
        federated.torch_model(network()), DATA, rounds=10, strategy=federated.FedAvg(local=Local(epochs=3, batch=8)),
        held_out=[fresh, None, None],
    )  # fmt: skip
    assert found.held_out.accuracy > 0.8
    assert found.weights["1.running_var"].min() > 0


def test_gradients_of_rows_add_up_to_that_of_all():
    module = torch.nn.Linear(4, 3)
    model = federated.torch_model(module)
    each = model.gradients(DATA[1])
    loss = model.loss(module(torch.as_tensor(DATA[1][0])), torch.as_tensor(DATA[1][1]))
    loss.backward()
    assert np.allclose(each["weight"].mean(axis=0), module.weight.grad.numpy(), atol=1e-6)


def test_a_proximal_term_holds_back_and_negative_variances_are_none():
    far = []
    for proximal in (0.0, 5.0):
        model = federated.torch_model(network())
        start = model.weights()["0.weight"]
        model.fit(DATA[0], Local(epochs=10, proximal=proximal, rate=0.05), Seed(bytes(32)).prg("x"))
        far.append(np.square(model.weights()["0.weight"] - start).sum())
    assert far[1] < far[0]
    model.load({"1.running_var": np.full(8, -1e-9, np.float32)})
    assert model.weights()["1.running_var"].tolist() == [0.0] * 8
