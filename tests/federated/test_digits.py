"""Digits over ten uneven sites: nearly as good as on pooled data, and by how much less with noise for a person."""

from __future__ import annotations

import numpy as np
import pytest

from mpc.prg import Seed
from protocols import federated

pytest.importorskip("sklearn", reason="scikit-learn is not installed")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rounds", "lost"), [("", 100, 0.012), ("_epsilon_3", 40, 0.08)])
def test_uneven_sites_lose_little(name, rounds, lost):
    from bench.federated_training import SITES, WORKS, _pooled, accuracy, digits

    work = WORKS[f"fedavg.digits_10{name}"]
    losses = []
    for turn in range(2):
        fresh, whole, sites = digits(turn)
        assert len(sites) == SITES
        assert max(len(y) for _, y in sites) > 3 * min(len(y) for _, y in sites), "sites are uneven"
        found = federated.simulate(
            federated.softmax_regression(64, 10), sites, rounds=rounds, strategy=work.strategy, updates=work.updates,
            privacy=work.noise, seed=Seed(bytes(32)).derive("digits", turn).secret,
        )  # fmt: skip
        losses.append(accuracy(_pooled(whole), fresh) - accuracy(found.weights, fresh))
    assert np.mean(losses) < lost


@pytest.mark.slow
def test_corrected_steps_are_ahead_on_very_uneven_sites():
    """One split of those of the page's table, drawn by a seed, so that nothing is left to chance."""
    from bench.uneven_strategies import STRATEGIES, accuracies

    right = {name: accuracies(STRATEGIES[name], 0, (5,))[0] for name in ("FedAvg", "SCAFFOLD")}
    assert right["SCAFFOLD"] > right["FedAvg"] + 0.02
