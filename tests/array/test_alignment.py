"""Values that carry many fractional bits are shortened before a sum or difference of them leaves the ring."""

import numpy as np
import pytest

import mpc
from protocols.runs.simulating import simulate


@pytest.mark.parametrize("bits", [16, 20, 24])
@pytest.mark.parametrize("factor", [0.1, 1e-3])
def test_sums_and_differences_of_what_carries_many_bits(bits, factor):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, 0.9 if ctx.me == 0 else None, range=(-1.9, 1.9))
        y = await mpc.secret(ctx, 1, 0.5 if ctx.me == 1 else None, range=(-1.9, 1.9))
        p, q = x * factor, y * factor
        return await mpc.reveal(ctx, x - q, p + q, p - q, p + y, p < q, np.floor(p), np.rint(p + p))

    run = simulate(main, [None, None], fractional_bits=bits)
    p, q = 0.9 * factor, 0.5 * factor
    for found, right, reveal in zip(
        run.result, (0.9 - q, p + q, p - q, p + 0.5, False, 0, 0), run.report.reveals, strict=True
    ):
        assert abs(float(found) - right) <= reveal.error <= 4 * 2.0**-bits


@pytest.mark.parametrize("bits", [20, 24])
def test_a_logistic_regression_with_many_fractional_bits(bits):
    rng = np.random.default_rng(0)
    features = rng.uniform(-1, 1, (10, 3))
    labels = (features[:, 0] > 0).astype(int)

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, features if ctx.me == 0 else None, range=(-1, 1))
        y = await mpc.secret(ctx, 1, labels if ctx.me == 1 else None, range=(0, 1))
        b = x[0] * 0
        for _ in range(3):
            b = b - 0.1 * (x.T @ (mpc.sigmoid(x @ b) - y))
        return await mpc.reveal(ctx, b)

    run = simulate(main, [None, None], fractional_bits=bits, suite="ideal")
    weights = np.zeros(3)
    for _ in range(3):
        weights -= 0.1 * (features.T @ (1 / (1 + np.exp(-features @ weights)) - labels))
    assert np.abs(run.result - weights).max() <= run.report.reveals[0].error
