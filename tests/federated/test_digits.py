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
    from bench.federated_training import SITES, WORKS, _accuracy, _digits, _pooled

    work = WORKS[f"fedavg.digits_10{name}"]
    losses = []
    for turn in range(2):
        fresh, whole, sites = _digits(turn)
        assert len(sites) == SITES
        assert max(len(y) for _, y in sites) > 3 * min(len(y) for _, y in sites), "sites are uneven"
        found = federated.simulate(
            federated.softmax_regression(64, 10), sites, rounds=rounds, strategy=work.strategy, updates=work.updates,
            privacy=work.noise, seed=Seed(bytes(32)).derive("digits", turn).secret,
        )  # fmt: skip
        losses.append(_accuracy(_pooled(whole), fresh) - _accuracy(found.weights, fresh))
    assert np.mean(losses) < lost
