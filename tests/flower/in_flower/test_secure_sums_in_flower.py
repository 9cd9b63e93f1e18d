"""A Flower server whose strategy aggregates through Parley: five clients, the mean right, some lost, nothing shown."""

from __future__ import annotations

import numpy as np
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAdam, FedAvg, Krum
from worlds import record, server_context, world

from examples.flower import client_app, server_app
from mpc import flower
from mpc.errors import LocalError
from protocols.aggregation import Authority, Credential, Step
from protocols.federated import Updates

TERMS = flower.FlowerTerms(clients=5, dropouts=1 / 5, corrupted=1 / 5, updates=Updates(clip=4.0, most_examples=20))
START = [np.array([1.0, -2.0, 0.5]), np.array([[0.25, 0.5]], np.float32)]
NEAR = 1e-6


def moved(partition):
    """How a client's weights move."""
    return [0.1 * partition - 0.2 * np.arange(3), np.array([[0.5, -0.25]], np.float32) * partition]


def app_with(mod):
    app = ClientApp(mods=[mod] if mod else [])

    @app.train()
    def train(message, context):
        partition = context.node_config["partition-id"]
        arrays = message.content["arrays"].to_numpy_ndarrays()
        assert set(message.content) == {"arrays", "config"}
        trained = [a + m for a, m in zip(arrays, moved(partition), strict=True)]
        metrics = MetricRecord({"num-examples": 10 + partition, "train_loss": float(partition)})
        return Message(RecordDict({"arrays": ArrayRecord(trained), "metrics": metrics}), reply_to=message)

    return app


def mean_of(partitions):
    weights = np.array([10 + p for p in partitions])
    each = [[w * m for m in moved(p)] for p, w in zip(partitions, weights, strict=True)]
    return [START[i] + sum(e[i] for e in each) / weights.sum() for i in range(2)]


def at_step(partition, step, reply=True):
    """One client that is lost in a step: with an error that Flower tells, or without a word."""

    def wrong(who, message):
        asked = message.content.config_records.get("parley")
        if who != partition or asked is None or asked["step"] != int(step):
            return False
        if reply:
            raise RuntimeError("gone")
        return True

    return wrong


def trained(
    rounds=1, wrong=lambda partition, message: False, terms=TERMS, mod=None, strategy=None, authority=None, **options
):
    app = app_with(mod or flower.mod(terms))
    with world(app, 5, wrong) as (grid, backend):
        grid = flower.secured(grid, terms, authority=authority)
        how = strategy or FedAvg(fraction_evaluate=0.0, min_train_nodes=5, min_available_nodes=5)
        result = how.start(grid=grid, initial_arrays=record(*START), num_rounds=rounds, **{"timeout": 20, **options})
        return result, grid.rounds, backend.seen


def same(result, wanted):
    found = result.arrays.to_numpy_ndarrays()
    assert all(np.allclose(a, b, atol=NEAR) for a, b in zip(found, wanted, strict=True))


def test_the_mean_is_right_and_no_client_shows():
    result, rounds, seen = trained()
    same(result, mean_of(range(5)))
    assert result.arrays.to_numpy_ndarrays()[1].dtype == np.float32
    assert (len(rounds[0].survivors), rounds[0].lost, rounds[0].figures.examples) == (5, {}, 60)
    wanted = sum(p * (10 + p) for p in range(5)) / 60
    assert result.train_metrics_clientapp[1]["train_loss"] == pytest.approx(wanted, abs=1e-4)
    assert all(set(content) == {"parley"} for _, _, content in seen)
    assert len(seen) == 4 * 5


@pytest.mark.parametrize("step", [Step.ADVERTISE, Step.SHARE_KEYS, Step.MASKED_INPUT, Step.UNMASK])
def test_one_drops_in_any_step(step):
    result, (only,), _ = trained(wrong=at_step(3, step))
    kept = [0, 1, 2, 4] if step != Step.UNMASK else range(5)
    same(result, mean_of(kept))
    assert len(only.survivors) == len(kept)
    assert len(only.lost) == 5 - len(kept)


def test_one_says_nothing():
    result, (only,), _ = trained(wrong=at_step(2, Step.MASKED_INPUT, reply=False), timeout=5)
    same(result, mean_of([0, 1, 3, 4]))
    assert list(only.lost.values()) == ["no answer"]


def test_too_few_end_the_round_by_name_and_the_next_one_is_right():
    calls = []

    def wrong(who, message):
        asked = message.content.config_records.get("parley")
        if who in (0, 1) and asked is not None and asked["round"] == 1 and asked["step"] == int(Step.MASKED_INPUT):
            calls.append(who)
            raise RuntimeError("gone")
        return False

    result, rounds, _ = trained(rounds=2, wrong=wrong)
    assert sorted(calls) == [0, 1]
    assert rounds[0].failure.startswith("[aggregation-too-few] 3 clients remain")
    same(result, mean_of(range(5)))


def test_a_servers_optimiser_sees_the_mean():
    options = {"fraction_evaluate": 0.0, "min_train_nodes": 5, "min_available_nodes": 5}
    result, _, _ = trained(rounds=2, strategy=FedAdam(**options))
    plain = app_with(None)
    with world(plain, 5) as (grid, _):
        wanted = FedAdam(**options).start(grid=grid, initial_arrays=record(*START), num_rounds=2, timeout=20)
    same(result, wanted.arrays.to_numpy_ndarrays())


def test_a_server_that_asks_openly_is_refused():
    app = app_with(flower.mod(TERMS))
    with world(app, 5) as (grid, backend):
        how = FedAvg(fraction_evaluate=0.0, min_train_nodes=5, min_available_nodes=5)
        told = list(grid.send_and_receive(how.configure_train(1, record(*START), ConfigRecord(), grid), timeout=20))
        assert len(told) == 5
        assert all("flower-unprotected" in reply.error.reason for reply in told)
        assert backend.seen == []


def test_what_training_raises_stays_with_the_client():
    app = ClientApp(mods=[flower.mod(TERMS)])

    @app.train()
    def train(message, context):
        raise ValueError("patient 17 has no age")

    with world(app, 5) as (grid, _):
        grid = flower.secured(grid, TERMS)
        how = FedAvg(fraction_evaluate=0.0, min_train_nodes=5, min_available_nodes=5)
        how.start(grid=grid, initial_arrays=record(*START), num_rounds=1, timeout=20)
        (only,) = grid.rounds
    assert only.failure.startswith("[aggregation-too-few] 0 clients")
    assert len(only.lost) == 5
    assert all("flower-training-failed" in why and "17" not in why for why in only.lost.values())


def test_against_a_malicious_server(tmp_path):
    authority, credentials = Authority(), {}
    for p in range(5):
        credentials[p] = Credential.enrolled(authority, f"clinic-{p}", not_before=0, not_after=1 << 40)
    terms = flower.FlowerTerms(
        clients=5, dropouts=1 / 5, corrupted=1 / 5, malicious=True, updates=Updates(clip=4.0, most_examples=20)
    )
    mods = {
        p: flower.mod(terms, credential=credentials[p], authority=authority.public_key, once=tmp_path / str(p))
        for p in range(5)
    }

    def mod(message, context, call_next):
        return mods[context.node_config["partition-id"]](message, context, call_next)

    result, (only,), _ = trained(
        wrong=at_step(1, Step.MASKED_INPUT), terms=terms, mod=mod, authority=authority.public_key
    )
    same(result, mean_of([0, 2, 3, 4]))
    assert len(only.lost) == 1
    assert len(list((tmp_path / "0").iterdir())) == 5
    with pytest.raises(LocalError, match="aggregation-credential"):
        flower.mod(terms, credential=credentials[0], authority=authority.public_key)
    with pytest.raises(LocalError, match="aggregation-credential"):
        flower.secured(None, terms)


def test_strategies_that_look_at_single_updates_are_refused():
    with pytest.raises(LocalError, match=r"unsuitable-strategy.*Krum"):
        flower.start(Krum(num_malicious_nodes=1), None, TERMS)


def test_the_apps_of_the_page(capsys):
    with world(client_app.app, 5) as (grid, _):
        server_app.app(grid, server_context())
    assert "weights [ 1.  -1.9  0.5]" in capsys.readouterr().out
