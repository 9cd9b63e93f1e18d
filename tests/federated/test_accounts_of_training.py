"""What a run's account says of a training with noise: whose parts of the noise the promise rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc import federated


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_the_account_says_whose_parts_the_promise_needs(suite):
    noise = federated.PersonNoise(
        epsilon=1, delta="1e-6", clip=1, people=90, honest=2, neighbours=mpc.privacy.substitute()
    )

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        model = federated.softmax_regression(2, 2)
        return await federated.train(ctx, model, mine, rounds=2, privacy=noise)

    g = np.random.default_rng(1)
    sites = [(g.random((30, 2)), g.integers(0, 2, 30)) for _ in range(3)]
    report = mpc.simulate(main, sites, suite=suite).report
    assert [reveal.privacy.count("of which 2 of 3 must be put in and kept secret") for reveal in report.reveals] == [
        1,
        1,
    ]
    assert "at least 2 of the 3 parties add their part" in report.security


@pytest.mark.parametrize(
    ("parties", "sample", "said"), [(2, None, True), (3, None, False), (3, 2, False), (4, 2, True), (4, 3, False)]
)
def test_the_account_says_that_two_hide_nothing_from_each_other(parties, sample, said):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await federated.train(ctx, federated.softmax_regression(2, 2), mine, rounds=1, sample=sample)

    report = mpc.simulate(main, [(np.eye(2), np.arange(2))] * parties).report
    assert ("of two that train together are known to both" in report.security) == said
